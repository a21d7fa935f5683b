import { expect, it } from 'vitest';
import { mpanOf, mprnOf } from './metering-points.ts';

// Published examples of valid numbers.
it('makes the check digit of an MPAN', () => expect(mpanOf('131234567890')).toBe('1312345678907'));
it('makes the check digits of an MPRN', () => expect(mprnOf('39384244')).toBe('3938424403'));
it('refuses a core of another length', () => {
  expect(() => mpanOf('1')).toThrow(RangeError);
  expect(() => mprnOf('393842440')).toThrow(RangeError);
});
