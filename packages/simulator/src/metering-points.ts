/**
 * Numbers of metering points with valid check digits, so that they stand up in any system that checks them.
 */
const MPAN_WEIGHTS = [3, 5, 7, 13, 17, 19, 23, 29, 31, 37, 41, 43]; // the primes from 3 without 11

/** The MPAN (13 digits) of its first 12: the check digit is the weighted sum modulo 11, modulo 10. */
export function mpanOf(core: string): string {
  if (!/^\d{12}$/.test(core)) throw new RangeError('the core of an MPAN has 12 digits');
  const sum = MPAN_WEIGHTS.reduce((total, weight, index) => total + weight * Number(core[index]), 0);
  return `${core}${(sum % 11) % 10}`;
}

/** The MPRN (10 digits) of its first 8: two check digits, the sum of digit x distance from the end, modulo 11. */
export function mprnOf(core: string): string {
  if (!/^\d{8}$/.test(core)) throw new RangeError('the core of an MPRN has 8 digits');
  let sum = 0;
  for (let index = 0; index < 8; index += 1) sum += (8 - index) * Number(core[index]);
  return `${core}${String(sum % 11).padStart(2, '0')}`;
}
