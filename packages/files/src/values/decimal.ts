/** Exact decimal numbers as texts, in one form for one number. No floating point: 0.1 + 0.2 must not hold a tariff. */

/** Digits that a number may be written with, leading zeros counted; those of the screened values too. */
export const MOST_DIGITS = 40;

const form = /^([+-]?)([0-9]{1,40})(?:\.([0-9]{1,40}))?$/;

/**
 * The number without what says nothing: no plus, no leading zeros, no zeros at the end of a fraction, no minus before
 * nothing. So equal numbers are equal texts. Undefined when the text is no plain decimal of at most 40 digits.
 */
export function parseDecimal(text: string): string | undefined {
  const match = form.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = ''] = match;
  if (whole.length + fraction.length > MOST_DIGITS) return undefined;
  const left = whole.replace(/^0+(?=[0-9])/, '');
  const right = fraction.replace(/0+$/, '');
  const number = right === '' ? left : `${left}.${right}`;
  return sign === '-' && number !== '0' ? `-${number}` : number;
}

/** Compares by value what `parseDecimal` gave: below 0, 0, above 0. */
export function compareDecimals(one: string, other: string): number {
  const difference = unitsOf(one) - unitsOf(other);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** The number in units of 10^-40, which is whole. */
function unitsOf(decimal: string): bigint {
  const [whole = '', fraction = ''] = decimal.split('.');
  return BigInt(whole + fraction.padEnd(MOST_DIGITS, '0'));
}
