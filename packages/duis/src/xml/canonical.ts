/**
 * The canonical spelling of the parts of a document: what C14N 1.0 (inclusive) and exclusive C14N write alike.
 * All strings are latin1 views of UTF-8 bytes, see characters.ts.
 */
import { readReference, utf8Latin1 } from './characters.ts';

/** The canonical spelling of one character of character data. */
export function canonicalTextCharacter(codePoint: number): string {
  switch (codePoint) {
    case 0x26:
      return '&amp;';
    case 0x3c:
      return '&lt;';
    case 0x3e:
      return '&gt;';
    case 0x0d:
      return '&#xD;';
    default:
      return utf8Latin1(codePoint);
  }
}

/** The content of a CDATA section as canonical character data: line ends folded, then escaped. */
export function canonicalCdata(content: string): string {
  return foldLineEnds(content).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** XML reads CR LF and a single CR as LF. */
export function foldLineEnds(content: string): string {
  return content.includes('\r') ? content.replace(/\r\n?/g, '\n') : content;
}

/**
 * The value of an attribute from its spelling between the quotes: white space folded, references resolved.
 * `offset` is where the spelling starts in the message, for errors.
 */
export function attributeValue(spelling: string, offset = 0): string {
  if (!/[&\t\n\r]/.test(spelling)) return spelling;
  let value = '';
  let at = 0;
  for (;;) {
    const ampersand = spelling.indexOf('&', at);
    if (ampersand < 0) return value + foldWhiteSpace(spelling.slice(at));
    const reference = readReference(spelling, ampersand, offset);
    value += foldWhiteSpace(spelling.slice(at, ampersand)) + utf8Latin1(reference.codePoint);
    at = reference.end;
  }
}

/** In attributes every line end and tab is a blank. */
function foldWhiteSpace(spelling: string): string {
  return spelling.replace(/\r\n|[\t\n\r]/g, ' ');
}

const attributeEscapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '"': '&quot;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
};

/** ` name="value"` as canonical forms write it. */
export function canonicalAttribute(name: string, value: string): string {
  const escaped = /[&<"\t\n\r]/.test(value)
    ? value.replace(/[&<"\t\n\r]/g, (one) => attributeEscapes[one] ?? one)
    : value;
  return ` ${name}="${escaped}"`;
}

/** Order of latin1 views of UTF-8: that of their code points. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
