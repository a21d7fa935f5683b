/**
 * A reader of DER (X.690), and of the little more of BER that CMS needs: indefinite lengths. Strict on purpose: one
 * value has one encoding, so nothing that was signed can be written another way and still be read.
 */
import type { Buffer } from 'node:buffer';

export const tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Tag of a context-specific constructed value, `[0]`, `[1]`. */
export const context = (number: number): number => 0xa0 | number;
/** Tag of a context-specific primitive value. */
export const contextPrimitive = (number: number): number => 0x80 | number;

export interface Value {
  readonly tag: number;
  readonly content: Buffer;
  /** Tag, length and content, as they stand. */
  readonly whole: Buffer;
}

/** Nothing that belongs into a certificate or a signature nests deeper. */
const DEEPEST = 16;
/** Lengths of up to four bytes. */
const LONGEST_LENGTH = 4;

/** Thrown for bytes that are no DER; the readers above turn it into their own error. */
export class DerError extends Error {}

interface Head {
  readonly tag: number;
  readonly start: number;
  /** Undefined: indefinite. */
  readonly length: number | undefined;
}

function readHead(bytes: Buffer, at: number): Head {
  const [tagByte, first] = [bytes[at], bytes[at + 1]];
  if (tagByte === undefined || first === undefined) throw new DerError('a value is cut off');
  if ((tagByte & 0x1f) === 0x1f) throw new DerError('a tag of several bytes');
  if (first < 0x80) return { tag: tagByte, start: at + 2, length: first };
  if (first === 0x80) return { tag: tagByte, start: at + 2, length: undefined };
  const size = first & 0x7f;
  if (size > LONGEST_LENGTH || at + 2 + size > bytes.length) throw new DerError('a length is cut off or too large');
  const length = bytes.readUIntBE(at + 2, size);
  if (length < 0x80 || length < 2 ** (8 * (size - 1))) throw new DerError('a length is not in its shortest form');
  return { tag: tagByte, start: at + 2 + size, length };
}

/** The end of the content of an indefinite length, which two zero bytes close. */
function findEnd(bytes: Buffer, from: number, depth: number): number {
  if (depth > DEEPEST) throw new DerError('values nest too deep');
  let at = from;
  while (bytes[at] !== 0 || bytes[at + 1] !== 0) {
    const { start, length, tag: tagByte } = readHead(bytes, at);
    if (length === undefined && (tagByte & 0x20) === 0) throw new DerError('a simple value of indefinite length');
    at = length === undefined ? findEnd(bytes, start, depth + 1) + 2 : start + length;
    if (at >= bytes.length) throw new DerError('a value is cut off');
  }
  return at;
}

function readValue(bytes: Buffer, at: number, form: 'der' | 'ber'): Value {
  const { tag: tagByte, start, length } = readHead(bytes, at);
  if (length === undefined) {
    if (form === 'der' || (tagByte & 0x20) === 0) throw new DerError('a length is indefinite');
    const end = findEnd(bytes, start, 0);
    return { tag: tagByte, content: bytes.subarray(start, end), whole: bytes.subarray(at, end + 2) };
  }
  if (start + length > bytes.length) throw new DerError('a value is cut off');
  return { tag: tagByte, content: bytes.subarray(start, start + length), whole: bytes.subarray(at, start + length) };
}

/** Walks the values of a content in order; every `take` fails with a DerError when another value is there. */
export class Reader {
  readonly #bytes: Buffer;
  readonly #form: 'der' | 'ber';
  #at = 0;

  constructor(bytes: Buffer, form: 'der' | 'ber' = 'der') {
    this.#bytes = bytes;
    this.#form = form;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** The tag of the next value; undefined at the end. */
  peek(): number | undefined {
    return this.#bytes[this.#at];
  }

  any(): Value {
    const value = readValue(this.#bytes, this.#at, this.#form);
    this.#at += value.whole.length;
    return value;
  }

  take(expected: number): Value {
    if (this.peek() !== expected) throw new DerError(`tag ${expected} is expected and ${this.peek()} is there`);
    return this.any();
  }

  /** The value, when it is the next. */
  takeIf(expected: number): Value | undefined {
    return this.peek() === expected ? this.any() : undefined;
  }

  /** A reader of the content of the next value. */
  enter(expected: number): Reader {
    return new Reader(this.take(expected).content, this.#form);
  }

  /** All values that are left. */
  rest(): Value[] {
    const values: Value[] = [];
    while (!this.isAtEnd) values.push(this.any());
    return values;
  }

  end(): void {
    if (!this.isAtEnd) throw new DerError('something stands after the last value');
  }

  objectIdentifier(): string {
    return readObjectIdentifier(this.take(tag.objectIdentifier).content);
  }

  /** A small number that is not negative: versions, lengths of paths. */
  smallInteger(): number {
    const value = readInteger(this.take(tag.integer).content);
    if (value < 0n || value > 0xffff_ffffn) throw new DerError('a number is out of range');
    return Number(value);
  }

  boolean(): boolean {
    const { content } = this.take(tag.boolean);
    if (content.length !== 1 || (content[0] !== 0xff && content[0] !== 0)) throw new DerError('a truth value is none');
    return content[0] === 0xff;
  }

  /** The bytes of a bit string that ends on a byte. */
  bitStringBytes(): Buffer {
    const { content } = this.take(tag.bitString);
    if (content[0] !== 0) throw new DerError('a bit string does not end on a byte');
    return content.subarray(1);
  }
}

/** Reads exactly one value of the expected tag from all of the bytes. */
export function readOnly(bytes: Buffer, expected: number, form: 'der' | 'ber' = 'der'): Reader {
  const outer = new Reader(bytes, form);
  const inner = outer.enter(expected);
  outer.end();
  return inner;
}

/** A whole number in two's complement. */
export function readInteger(content: Buffer): bigint {
  if (content.length === 0) throw new DerError('a number without bytes');
  const isPadded =
    content.length > 1 &&
    ((content[0] === 0 && (content[1] ?? 0) < 0x80) || (content[0] === 0xff && (content[1] ?? 0) >= 0x80));
  if (isPadded) throw new DerError('a number is not in its shortest form');
  return BigInt.asIntN(content.length * 8, BigInt(`0x${content.toString('hex')}`));
}

/** In dotted form. */
export function readObjectIdentifier(content: Buffer): string {
  // 32 bytes hold every identifier that is in use; longer arcs would only cost time
  if (content.length === 0 || content.length > 32) throw new DerError('an object identifier has no or too many bytes');
  const arcs: bigint[] = [];
  let arc = 0n;
  let isInside = false;
  for (const byte of content) {
    if (!isInside && byte === 0x80) throw new DerError('an object identifier is not in its shortest form');
    arc = (arc << 7n) | BigInt(byte & 0x7f);
    isInside = byte >= 0x80;
    if (isInside) continue;
    arcs.push(arc);
    arc = 0n;
  }
  if (isInside) throw new DerError('an object identifier is cut off');
  const [first = 0n, ...rest] = arcs;
  const top = first < 80n ? first / 40n : 2n;
  return [top, first - top * 40n, ...rest].join('.');
}

/** The bits of a named bit list, the first being 0; DER ends it with a bit that is set. */
export function readBits(content: Buffer): Set<number> {
  const [unused = 8, ...bytes] = content;
  const last = bytes.at(-1) ?? 0;
  if (unused > 7 || (bytes.length === 0 && unused > 0)) throw new DerError('a bit string is none');
  if ((last & ((1 << unused) - 1)) !== 0) throw new DerError('a bit string has bits that do not count');
  return new Set(
    bytes.flatMap((byte, at) =>
      [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => byte & (0x80 >> bit)).map((bit) => at * 8 + bit),
    ),
  );
}

const twoDigits = '([0-9]{2})';
const utcTime = new RegExp(`^${twoDigits.repeat(6)}Z$`);
const generalizedTime = new RegExp(`^([0-9]{4})${twoDigits.repeat(5)}Z$`);

/** UTCTime or GeneralizedTime, as RFC 5280 writes them: seconds, no fraction, Z. */
export function readTime({ tag: tagByte, content }: Value): Date {
  const pattern = tagByte === tag.utcTime ? utcTime : tagByte === tag.generalizedTime ? generalizedTime : undefined;
  const match = pattern?.exec(content.toString('latin1'));
  if (!match) throw new DerError('a time is none');
  const [written = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  const century = written < 50 ? 2_000 : 1_900;
  const year = tagByte === tag.utcTime ? century + written : written;
  const time = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  const isReal =
    time.getUTCMonth() === month - 1 && time.getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
  if (!isReal) throw new DerError('a time does not exist');
  return time;
}
