import { describe, expect, it } from 'vitest';
import { formatDecimal } from './decimal.ts';
import { topUpAmount } from './top-up-token.ts';

const amount = (token: string): string | undefined => {
  const read = topUpAmount(token);
  return read && formatDecimal(read);
};

const BASE = 7394156990786306048n;
/** A token of these bits, with an authentication and a check digit that no meter takes. */
const token = (counter: bigint, valueClass: bigint, value: bigint): string =>
  `${BASE + (((counter << 15n) | (valueClass << 13n) | value) << 32n) + 0xffffffffn}0`;

describe('the amount in a top-up token', () => {
  it.each([
    ['73943333457189043313', '100'],
    ['73947252416745201637', '12.34'],
    ['73946144332040217315', '10'],
  ])('%s, made by the Operator’s public tools, is %s GBP', (digits, gbp) => {
    expect(amount(digits)).toBe(gbp);
  });

  it('is in pence or in pounds, to the largest of both, whatever the counter', () => {
    expect(amount(token(0n, 0n, 0n))).toBe('0.00');
    expect(amount(token(1023n, 0n, 8191n))).toBe('81.91');
    expect(amount(token(512n, 1n, 8191n))).toBe('8191');
  });

  it.each([
    ['a value class without a meaning', token(1n, 2n, 5n)],
    ['the other value class without a meaning', token(1n, 3n, 5n)],
    ['below all tokens', `${BASE - 1n}0`],
    ['above all tokens', `${BASE + (1n << 57n)}0`],
    ['19 digits', '7394333345718904331'],
    ['21 digits', '739433334571890433130'],
    ['a sign', '-7394333345718904331'],
    ['white space', '73943333457189043313 '],
    ['nothing', ''],
  ])('is not read of %s', (_, digits) => {
    expect(amount(digits)).toBeUndefined();
  });
});
