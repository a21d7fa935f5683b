/**
 * The amount in a UTRN, the 20 digits by which a meter is topped up.
 *
 * GBCS section 14, as the Operator's published tools implement it: the last digit checks the others; what they hold is
 * a constant and 64 bits, of which the upper half is 7 zeros, 10 bits of the counter, 2 of the value class (0 pence,
 * 1 pounds) and 13 of the value, and the lower half authenticates. The meter proves the authentication and the check
 * digit; here the amount alone is read. Tokens of another make (SMETS1 meters have their own) are not read.
 */
import { type Decimal, shiftDecimal } from './decimal.ts';

const BASE = 0x669d529b714a0000n;
const AUTHENTICATION_BITS = 32n;
const VALUE_BITS = 13n;
/** The highest 7 of the 64 bits are zeros. */
const HELD_BITS = 57n;

/** Pence and pounds as powers of ten of a pound. */
const exponents: readonly (number | undefined)[] = [-2, 0];

/** In pounds; undefined when these are not 20 digits, or not those of such a token. */
export function topUpAmount(token: string): Decimal | undefined {
  if (!/^[0-9]{20}$/.test(token)) return undefined;
  const held = BigInt(token.slice(0, 19)) - BASE;
  if (held < 0n || held >> HELD_BITS !== 0n) return undefined;
  const classAndValue = held >> AUTHENTICATION_BITS;
  const exponent = exponents[Number((classAndValue >> VALUE_BITS) & 3n)];
  if (exponent === undefined) return undefined;
  return shiftDecimal({ digits: classAndValue & 0x1fffn, exponent: 0 }, exponent);
}
