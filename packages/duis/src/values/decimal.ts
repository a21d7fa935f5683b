/**
 * Decimal: an exact decimal number, a whole number times a power of ten. No floating point anywhere: 0.1 + 0.2 must not
 * decide whether a tariff is held.
 *
 * What is written is kept: '2.00' stays '2.00', although it equals '2' (`compareDecimals`).
 */

export interface Decimal {
  readonly digits: bigint;
  /** The number is digits * 10^exponent. */
  readonly exponent: number;
}

/** Digits that a number may be written with, leading zeros counted: the schema's largest has 19. */
export const MAXIMUM_DIGITS = 40;

const form = /^([+-]?)(?:([0-9]+)(?:\.([0-9]*))?|\.([0-9]+))$/;

const isWhiteSpace = (code: number): boolean => code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;

/** The white space of XML cut off at both ends. A loop: a pattern that ends in blanks takes quadratic time on blanks. */
function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isWhiteSpace(text.charCodeAt(start))) start++;
  while (end > start && isWhiteSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

/** Reads what xs:decimal and xs:integer allow, with at most 40 digits; undefined for everything else. */
export function parseDecimal(text: string): Decimal | undefined {
  const written = trimmed(text);
  // a sign, a point and the digits
  if (written.length > MAXIMUM_DIGITS + 2) return undefined;
  const match = form.exec(written);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = match[4] ?? ''] = match;
  if (whole.length + fraction.length > MAXIMUM_DIGITS) return undefined;
  const digits = BigInt(whole + fraction);
  // never -0, which would be another exponent of nothing
  return { digits: sign === '-' ? -digits : digits, exponent: 0 - fraction.length };
}

/** Plain digits with a point, never an exponent: what `parseDecimal` and PostgreSQL's numeric read. */
export function formatDecimal({ digits, exponent }: Decimal): string {
  const sign = digits < 0n ? '-' : '';
  const written = (digits < 0n ? -digits : digits).toString();
  if (exponent >= 0) return digits === 0n ? '0' : sign + written + '0'.repeat(exponent);
  const padded = written.padStart(1 - exponent, '0');
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
}

/** Below 0 when a < b, 0 when they are equal, above 0 when a > b. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  const exponent = Math.min(a.exponent, b.exponent);
  const left = aligned(a, exponent);
  const right = aligned(b, exponent);
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

const aligned = ({ digits, exponent }: Decimal, to: number): bigint =>
  exponent === to ? digits : digits * 10n ** BigInt(exponent - to);

/** The number times 10^power. */
export const shiftDecimal = (value: Decimal, power: number): Decimal => ({
  digits: value.digits,
  exponent: value.exponent + power,
});

/** The number times a whole one. */
export const multiplyDecimal = (value: Decimal, factor: bigint): Decimal => ({
  digits: value.digits * factor,
  exponent: value.exponent,
});
