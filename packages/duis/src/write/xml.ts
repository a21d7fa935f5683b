/**
 * Elements as plain data, and their compact text: no white space between elements, because the Operator's own tool
 * drops it before it digests a message.
 *
 * What always holds: names are checked and text is escaped here and nowhere else, so no value can close an element,
 * open another or put a character into a message that XML does not allow.
 */
import { DuisError } from '../errors.ts';

/** An element of the DUIS namespace, or of that of responses where the name starts with 'ra:'. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly content: string | readonly XmlElement[];
}

/** XML that is already text: a body taken from a template, or a part that somebody else signed. */
export interface XmlText {
  readonly xml: string;
}

const NAME = /^(?:ra:)?[A-Za-z][A-Za-z0-9]*$/;
const ATTRIBUTE_NAME = /^[A-Za-z][A-Za-z0-9]*$/;
/** What XML 1.0 does not allow, not even as a reference: control characters but tab and line ends, U+FFFE, U+FFFF. */
const isForbidden = (code: number): boolean =>
  (code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d) || code === 0xfffe || code === 0xffff;

function checkText(text: string): void {
  if (!text.isWellFormed()) throw new DuisError('duis.write.value', 'a text holds half of a surrogate pair');
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (isForbidden(code)) {
      throw new DuisError('duis.write.value', `a text holds the character U+${code.toString(16).padStart(4, '0')}`);
    }
  }
}

const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
  '\n': '&#10;',
  '\t': '&#9;',
};
const escapeWith = (text: string, pattern: RegExp): string =>
  text.replace(pattern, (character) => references[character] ?? character);

/** Text as content of an element. Throws DuisError 'duis.write.value' for characters that XML does not allow. */
export function escapeText(text: string): string {
  checkText(text);
  return escapeWith(text, /[&<>\r]/g);
}

/** Text as value of an attribute in double quotes. */
function escapeAttribute(text: string): string {
  checkText(text);
  return escapeWith(text, /[&<>"\r\n\t]/g);
}

/**
 * One element: of text, or of elements, where undefined ones are left out (optional parts). Names and text are checked
 * when it is written.
 */
export function element(
  name: string,
  content: string | readonly (XmlElement | undefined)[] = '',
  attributes: Readonly<Record<string, string>> = {},
): XmlElement {
  const kept = typeof content === 'string' ? content : content.filter((child) => child !== undefined);
  return { name, attributes, content: kept };
}

/**
 * The compact text of an element, with the prefix sr unless its name has another. Throws DuisError
 * 'duis.write.structure' for a name that is none and 'duis.write.value' for text that XML does not allow.
 */
export function elementText({ name, attributes, content }: XmlElement): string {
  if (!NAME.test(name)) throw new DuisError('duis.write.structure', `'${name.slice(0, 40)}' is no name of an element`);
  const qualified = name.includes(':') ? name : `sr:${name}`;
  let start = `<${qualified}`;
  for (const [attribute, value] of Object.entries(attributes)) {
    if (!ATTRIBUTE_NAME.test(attribute)) throw new DuisError('duis.write.structure', `'${attribute}' is no attribute`);
    start += ` ${attribute}="${escapeAttribute(value)}"`;
  }
  const inside = typeof content === 'string' ? escapeText(content) : content.map(elementText).join('');
  return inside === '' ? `${start}/>` : `${start}>${inside}</${qualified}>`;
}
