import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PROPERTY_TIMEOUT, runs } from '../testing/property-runs.ts';
import {
  compareDecimals,
  type Decimal,
  formatDecimal,
  MAXIMUM_DIGITS,
  multiplyDecimal,
  parseDecimal,
  shiftDecimal,
} from './decimal.ts';

/** Large enough that every decimal of the properties below is a whole number of 10^-400. */
const FINE = 400;
const exact = ({ digits, exponent }: Decimal): bigint => digits * 10n ** BigInt(FINE + exponent);

const decimals = fc.record({
  digits: fc.bigInt({ min: -(10n ** 40n) + 1n, max: 10n ** 40n - 1n }),
  exponent: fc.integer({ min: -168, max: 127 }),
});
const digit = fc.constantFrom(...'0123456789');

describe('reading a number', () => {
  it.each([
    ['0', 0n, 0],
    ['-0', 0n, 0],
    ['+17', 17n, 0],
    ['-32768', -32768n, 0],
    ['40.0', 400n, -1],
    ['1.', 1n, 0],
    ['.5', 5n, -1],
    ['-.50', -50n, -2],
    ['007', 7n, 0],
    [' \n\t12.34\r ', 1234n, -2],
    ['9'.repeat(MAXIMUM_DIGITS), 10n ** 40n - 1n, 0],
    [`-${'9'.repeat(20)}.${'9'.repeat(20)}`, 1n - 10n ** 40n, -20],
  ])('takes "%s"', (text, digits, exponent) => {
    expect(parseDecimal(text)).toEqual({ digits, exponent });
  });

  it.each([
    ...[
      '',
      ' ',
      '.',
      '-',
      '+.',
      '1 2',
      '1,5',
      '1e5',
      '0x10',
      'NaN',
      'INF',
      '--1',
      '1.2.3',
      '12-',
      '\u00a01',
      '１',
      '٣',
    ],
    '9'.repeat(MAXIMUM_DIGITS + 1),
    `0.${'0'.repeat(MAXIMUM_DIGITS)}`,
    '0'.repeat(1_000_000),
  ])('refuses "%s"', (text) => {
    expect(parseDecimal(text)).toBeUndefined();
  });

  it('is quick with a megabyte of blanks inside', () => {
    expect(parseDecimal(`1${' '.repeat(2_000_000)}1`)).toBeUndefined();
  });

  it('reads exactly what BigInt reads of the digits', { timeout: PROPERTY_TIMEOUT }, () => {
    const digits = fc.array(digit, { minLength: 1, maxLength: 20 }).map((all) => all.join(''));
    fc.assert(
      fc.property(fc.constantFrom('', '-', '+'), digits, digits, (sign, whole, fraction) => {
        const magnitude = BigInt(whole + fraction) * 10n ** BigInt(FINE - fraction.length);
        const read = parseDecimal(`${sign}${whole}.${fraction}`);
        expect(read && exact(read)).toBe(sign === '-' ? -magnitude : magnitude);
      }),
      runs(300),
    );
  });
});

describe('a decimal', () => {
  it.each([
    [0n, 5, '0'],
    [0n, -2, '0.00'],
    [200n, -2, '2.00'],
    [-5n, -3, '-0.005'],
    [12n, 3, '12000'],
    [-32768n, 0, '-32768'],
  ])('%s * 10^%s is written %s', (digits, exponent, text) => {
    expect(formatDecimal({ digits, exponent })).toBe(text);
  });

  it('is written so that it reads back as the same number', { timeout: PROPERTY_TIMEOUT }, () => {
    fc.assert(
      fc.property(decimals, (value) => {
        const text = formatDecimal(value);
        expect(text).toMatch(/^-?[0-9]+(?:\.[0-9]+)?$/);
        const [whole = '', fraction = ''] = text.split('.');
        const magnitude = BigInt((whole + fraction).replace('-', '')) * 10n ** BigInt(FINE - fraction.length);
        expect(text.startsWith('-') ? -magnitude : magnitude).toBe(exact(value));
        const read = parseDecimal(text);
        if (read !== undefined) expect(compareDecimals(read, value)).toBe(0);
      }),
      runs(300),
    );
  });

  it('compares, shifts and multiplies as whole numbers do', { timeout: PROPERTY_TIMEOUT }, () => {
    fc.assert(
      fc.property(decimals, decimals, fc.integer({ min: -128, max: 127 }), fc.bigInt(), (a, b, power, factor) => {
        const difference = exact(a) - exact(b);
        expect(compareDecimals(a, b)).toBe(difference === 0n ? 0 : difference < 0n ? -1 : 1);
        expect(exact(shiftDecimal(a, power)) * 10n ** 128n).toBe(exact(a) * 10n ** BigInt(128 + power));
        expect(exact(multiplyDecimal(a, factor))).toBe(exact(a) * factor);
      }),
      runs(300),
    );
  });

  it('equals itself however it is written', { timeout: PROPERTY_TIMEOUT }, () => {
    fc.assert(
      fc.property(decimals, fc.integer({ min: 0, max: 100 }), ({ digits, exponent }, zeros) => {
        const same = { digits: digits * 10n ** BigInt(zeros), exponent: exponent - zeros };
        expect(compareDecimals({ digits, exponent }, same)).toBe(0);
      }),
      runs(100),
    );
  });
});
