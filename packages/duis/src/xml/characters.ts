/**
 * Character classes of XML 1.0 over the bytes of a UTF-8 text, and the decoding of references.
 *
 * The scanner sees the message as a latin1 string: one character a byte. That keeps V8 on its one-byte strings
 * (slices without copies) and makes every index a byte offset. Only ASCII has a meaning to markup, so nothing is lost.
 */
import { DuisError } from '../errors.ts';

export const PLAIN = 0;
export const WHITE_SPACE = 1;
export const CARRIAGE_RETURN = 2;
export const AMPERSAND = 3;
export const GREATER_THAN = 4;
export const ILLEGAL = 5;
/** 0xEF leads U+FFFE and U+FFFF, which XML forbids. */
export const LEAD_EF = 6;
export const LESS_THAN = 7;

/** The class of each byte in character data. */
export const textClass = new Uint8Array(256);
for (let byte = 0; byte < 0x20; byte++) textClass[byte] = ILLEGAL;
textClass[0x09] = WHITE_SPACE;
textClass[0x0a] = WHITE_SPACE;
textClass[0x20] = WHITE_SPACE;
textClass[0x0d] = CARRIAGE_RETURN;
textClass[0x26] = AMPERSAND;
textClass[0x3e] = GREATER_THAN;
textClass[0x3c] = LESS_THAN;
textClass[0xef] = LEAD_EF;

/** 2: may start a name, 1: may go on in one. ASCII only: no DUIS name is anything else, and the reader says so. */
export const nameClass = new Uint8Array(256);
for (const [from, to] of [
  ['A', 'Z'],
  ['a', 'z'],
  ['_', '_'],
] as const) {
  for (let byte = from.charCodeAt(0); byte <= to.charCodeAt(0); byte++) nameClass[byte] = 2;
}
for (const [from, to] of [
  ['0', '9'],
  ['-', '.'],
] as const) {
  for (let byte = from.charCodeAt(0); byte <= to.charCodeAt(0); byte++) nameClass[byte] = 1;
}

export function isWhiteSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

const named: Readonly<Record<string, number>> = { amp: 0x26, lt: 0x3c, gt: 0x3e, quot: 0x22, apos: 0x27 };
/** '&#x10FFFF;' with leading zeros tolerated to this length; no longer reference is looked for. */
const LONGEST_REFERENCE = 16;

export interface Reference {
  /** The Unicode code point. */
  readonly codePoint: number;
  /** The index behind the semicolon. */
  readonly end: number;
}

/**
 * Reads the reference that starts at `at` (an ampersand). Throws for anything but the five and numeric ones; `offset` is
 * where the text starts in the message.
 */
export function readReference(text: string, at: number, offset = 0): Reference {
  const semicolon = text.slice(at, at + LONGEST_REFERENCE).indexOf(';');
  const body = semicolon > 0 ? text.slice(at + 1, at + semicolon) : '';
  const end = at + semicolon + 1;
  if (/^#(?:[0-9]+|x[0-9A-Fa-f]+)$/.test(body)) {
    const codePoint = body[1] === 'x' ? Number.parseInt(body.slice(2), 16) : Number.parseInt(body.slice(1), 10);
    if (!isXmlCharacter(codePoint)) {
      throw new DuisError('duis.xml.character', `&${body}; names no character that XML allows`, offset + at);
    }
    return { codePoint, end };
  }
  const codePoint = Object.hasOwn(named, body) ? named[body] : undefined;
  if (codePoint === undefined) {
    if (/^[A-Za-z_][\w.-]*$/.test(body))
      throw new DuisError('duis.xml.entity', `&${body}; is not declared`, offset + at);
    throw new DuisError('duis.xml.malformed', 'an ampersand that starts no reference', offset + at);
  }
  return { codePoint, end };
}

function isXmlCharacter(codePoint: number): boolean {
  if (codePoint < 0x20) return codePoint === 0x09 || codePoint === 0x0a || codePoint === 0x0d;
  if (codePoint <= 0xd7ff) return true;
  return (codePoint >= 0xe000 && codePoint <= 0xfffd) || (codePoint >= 0x10000 && codePoint <= 0x10ffff);
}

/** A code point as the latin1 view of its UTF-8 bytes. */
export function utf8Latin1(codePoint: number): string {
  if (codePoint < 0x80) return String.fromCharCode(codePoint);
  return Buffer.from(String.fromCodePoint(codePoint), 'utf8').toString('latin1');
}

/** Refuses U+FFFE and U+FFFF, whose UTF-8 starts at `at` with 0xEF. */
export function checkLeadEf(text: string, at: number): void {
  if (text.charCodeAt(at + 1) === 0xbf && text.charCodeAt(at + 2) >= 0xbe) {
    throw new DuisError('duis.xml.character', 'U+FFFE and U+FFFF are not allowed', at);
  }
}

/** The latin1 view of UTF-8 bytes as an ordinary string. */
export function fromLatin1(view: string): string {
  for (let index = 0; index < view.length; index++) {
    if (view.charCodeAt(index) >= 0x80) return Buffer.from(view, 'latin1').toString('utf8');
  }
  return view;
}
