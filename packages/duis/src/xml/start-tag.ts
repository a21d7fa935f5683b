/**
 * Names and attributes of start tags, checked to be well-formed.
 *
 * The tags with attributes of DUIS are few and always spelled alike (the root, the parts of the signature), so what was
 * read of one is remembered by its spelling: 3 of 13 us a message.
 */
import { DuisError } from '../errors.ts';
import { attributeValue } from './canonical.ts';
import { checkLeadEf, ILLEGAL, isWhiteSpace, LEAD_EF, LESS_THAN, nameClass, textClass } from './characters.ts';

const MOST_ATTRIBUTES = 64;
/** No attribute of DUIS comes near; without it one value could make a canonical form several times the message. */
const LONGEST_VALUE = 64 * 1024;
const LONGEST_REMEMBERED = 400;
const MOST_REMEMBERED = 500;

export interface Attribute {
  /** As written: 'prefix:local' or 'local'. */
  readonly name: string;
  readonly prefix: string;
  readonly local: string;
  /** Latin1 view of UTF-8, normalised. */
  readonly value: string;
  /** From the start of the attributes. */
  readonly offset: number;
}

export interface Declaration {
  /** '' is the default namespace. */
  readonly prefix: string;
  readonly uri: string;
  readonly offset: number;
}

/** What stands between the name of a tag and its '>' or '/>'. */
export interface TagContent {
  readonly attributes: readonly Attribute[];
  readonly declarations: readonly Declaration[];
  /** Up to the '>' or '/>'. */
  readonly length: number;
}

export const noContent: TagContent = { attributes: [], declarations: [], length: 0 };

function malformed(text: string, at: number, detail: string): never {
  throw new DuisError('duis.xml.malformed', at >= text.length ? 'the message ends in the middle' : detail, at);
}

export function skipWhiteSpace(text: string, from: number): number {
  let at = from;
  while (isWhiteSpace(text.charCodeAt(at))) at++;
  return at;
}

/** The index behind the name (without colon) that starts at `from`. */
export function nameEnd(text: string, from: number): number {
  if (nameClass[text.charCodeAt(from)] !== 2) badName(text, from);
  let at = from + 1;
  while ((nameClass[text.charCodeAt(at)] ?? 0) !== 0) at++;
  if (text.charCodeAt(at) >= 0x80) badName(text, at);
  return at;
}

export function badName(text: string, at: number): never {
  if (text.charCodeAt(at) >= 0x80) malformed(text, at, 'DUIS has no names beyond ASCII');
  malformed(text, at, 'a name was expected');
}

const remembered = new Map<string, TagContent>();

/** Reads the attributes that start at `from`. Throws DuisError 'duis.xml.*'. */
export function readTagContent(text: string, from: number): TagContent {
  const length = text.indexOf('>', from) - from;
  if (length < 0 || length > LONGEST_REMEMBERED) return parse(text, from);
  // ends at the first '>': when that stands inside a value, a quote is open, and no such spelling is remembered
  const spelling = text.slice(from, from + length);
  const known = remembered.get(spelling);
  if (known !== undefined) return known;
  const content = parse(text, from);
  if (from + content.length + (text.charCodeAt(from + content.length) === 0x2f ? 1 : 0) === from + length) {
    remember(spelling);
  }
  return content;
}

function remember(spelling: string): void {
  if (remembered.size >= MOST_REMEMBERED) remembered.clear();
  // a copy: slices of the message would keep all of it in memory
  const own = Buffer.from(`${spelling}>`, 'latin1').toString('latin1');
  remembered.set(own.slice(0, -1), parse(own, 0));
}

function parse(text: string, from: number): TagContent {
  const attributes: Attribute[] = [];
  const declarations: Declaration[] = [];
  let at = from;
  for (;;) {
    const start = skipWhiteSpace(text, at);
    const code = text.charCodeAt(start);
    const isEnd = code === 0x3e || (code === 0x2f && text.charCodeAt(start + 1) === 0x3e);
    if (isEnd) return { attributes, declarations, length: start - from };
    if (start === at) malformed(text, start, 'white space was expected between attributes');
    let localStart = start;
    let end = nameEnd(text, start);
    if (text.charCodeAt(end) === 0x3a) {
      localStart = end + 1;
      end = nameEnd(text, localStart);
    }
    at = skipWhiteSpace(text, end);
    if (text.charCodeAt(at) !== 0x3d) malformed(text, at, 'an attribute has no value');
    at = skipWhiteSpace(text, at + 1);
    const quote = text.charCodeAt(at);
    if (quote !== 0x22 && quote !== 0x27) malformed(text, at, 'the value of an attribute is not in quotes');
    const valueStart = at + 1;
    at = valueEnd(text, valueStart, quote);
    if (at - valueStart > LONGEST_VALUE) {
      const detail = `the value of an attribute has more than ${LONGEST_VALUE} bytes`;
      throw new DuisError('duis.xml.limit', detail, start);
    }
    const value = attributeValue(text.slice(valueStart, at), valueStart);
    at++;
    const prefix = localStart === start ? '' : text.slice(start, localStart - 1);
    const local = text.slice(localStart, end);
    const offset = start - from;
    if (prefix === 'xmlns') declarations.push({ prefix: local, uri: value, offset });
    else if (prefix === '' && local === 'xmlns') declarations.push({ prefix: '', uri: value, offset });
    else attributes.push({ name: text.slice(start, end), prefix, local, value, offset });
    if (attributes.length + declarations.length > MOST_ATTRIBUTES) {
      throw new DuisError('duis.xml.limit', `more than ${MOST_ATTRIBUTES} attributes on one element`, start);
    }
  }
}

function valueEnd(text: string, from: number, quote: number): number {
  for (let at = from; ; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) return at;
    const kind = textClass[code];
    if (kind === undefined || kind === LESS_THAN) malformed(text, at, 'the value of an attribute does not end');
    if (kind === LEAD_EF) checkLeadEf(text, at);
    else if (kind === ILLEGAL) {
      throw new DuisError('duis.xml.character', `the character ${code} is not allowed`, at);
    }
  }
}
