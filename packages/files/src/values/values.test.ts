import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareDecimals, parseDecimal } from './decimal.ts';
import { compareDigits, isRewrittenNumber, parseEui, parseEvent, parseMessageId, parseSha256 } from './identifiers.ts';
import { parseInstant } from './instant.ts';
import { parsePeriod } from './period.ts';
import { parseServices } from './services.ts';
import { isFreeText, isReference, parseNumber } from './text.ts';

const eui = '90-B3-D5-1F-30-01-00-00';

describe('identifiers', () => {
  test.each([
    [eui, eui],
    [eui.toLowerCase(), eui],
    ['90B3D51F30010000', undefined],
    [`${eui} `, undefined],
    [`${eui}-00`, undefined],
    ['', undefined],
  ])('the EUI-64 %j is %j', (text, value) => expect(parseEui(text)).toBe(value));

  test.each([
    [`${eui}:${eui}:0`, `${eui}:${eui}:0`],
    [`${eui.toLowerCase()}:${eui}:18446744073709551615`, `${eui}:${eui}:18446744073709551615`],
    [`${eui}:${eui}:18446744073709551616`, undefined],
    [`${eui}:${eui}:99999999999999999999`, undefined],
    [`${eui}:${eui}:01`, undefined],
    [`${eui}:${eui}:`, undefined],
    [`${eui}:${eui}`, undefined],
    [` ${eui}:${eui}:1`, undefined],
  ])('the message %j is %j', (text, value) => expect(parseMessageId(text)).toBe(value));

  test.each([
    ['7', '7'],
    ['007', '7'],
    ['0', '0'],
    ['99999999999999999999', '99999999999999999999'],
    ['100000000000000000000', undefined],
    ['1.2E+19', undefined],
    ['-1', undefined],
    ['', undefined],
  ])('the event %j is %j', (text, value) => expect(parseEvent(text)).toBe(value));

  test('numbers that a spreadsheet rewrote are known', () => {
    expect(['1.23457E+19', '1E+19', '-1E-05', '1,000', '1.000.000'].filter((text) => !isRewrittenNumber(text))).toEqual(
      [],
    );
    expect(['123', 'E', '1x', ''].filter(isRewrittenNumber)).toEqual([]);
  });

  test('a SHA-256 is 64 hex digits', () => {
    expect(parseSha256('AB'.repeat(32))).toBe('ab'.repeat(32));
    for (const text of ['ab'.repeat(31), `${'ab'.repeat(32)}0`, 'xy'.repeat(32)])
      expect(parseSha256(text)).toBeUndefined();
  });

  test('digits compare by value', () => {
    expect(['10', '9', '100', '1'].sort(compareDigits)).toEqual(['1', '9', '10', '100']);
  });
});

test.each([
  ['PT1S', 'PT1S', 1],
  ['PT15M', 'PT15M', 900],
  ['PT24H', 'P1D', 86_400],
  ['P1D', 'P1D', 86_400],
  ['P1W', 'P7D', 604_800],
  ['P1DT12H30M5S', 'P1DT12H30M5S', 131_405],
  ['PT90M', 'PT1H30M', 5_400],
  ['P31D', 'P31D', 2_678_400],
  ['PT2678400S', 'P31D', 2_678_400],
])('the period %s is %s', (text, period, seconds) => {
  expect(parsePeriod(text)).toEqual({ period, seconds });
});

test.each([
  ['P1M', 'calendar'],
  ['P1Y', 'calendar'],
  ['P1Y2M3D', 'calendar'],
  ['PT0S', 'short'],
  ['P0D', 'short'],
  ['P32D', 'long'],
  ['PT2678401S', 'long'],
  ['P36525D', 'long'],
  ['PT999999999999S', 'long'],
  ['P100Y', 'calendar'],
  ['P', 'none'],
  ['PT', 'none'],
  ['P1DT', 'none'],
  ['PT1.5H', 'none'],
  ['P1W1D', 'none'],
  ['-P1D', 'none'],
  ['24h', 'none'],
  ['', 'none'],
  ['86400', 'none'],
])('the period %j is refused: %s', (text, fault) => {
  expect(parsePeriod(text)).toEqual({ fault });
});

test.each([
  ['2026-12-24T18:00:00Z', '2026-12-24T18:00:00.000Z'],
  ['2026-12-24T18:00:00.5+01:30', '2026-12-24T16:30:00.500Z'],
  ['2024-02-29T00:00:00-00:00', '2024-02-29T00:00:00.000Z'],
  ['2026-02-29T00:00:00Z', undefined],
  ['2026-12-24T18:00:00', undefined],
  ['2026-12-24', undefined],
  ['2026-12-24 18:00:00Z', undefined],
  ['2026-12-24T24:00:00Z', undefined],
  ['2026-12-24T23:59:60Z', undefined],
  ['2026-13-01T00:00:00Z', undefined],
  ['2026-12-24T18:00:00.1234Z', undefined],
  ['2026-12-24T18:00:00+24:00', undefined],
  ['1999-12-24T18:00:00Z', undefined],
  ['9999-12-31T23:59:59-01:00', undefined],
  ['24/12/2026 18:00', undefined],
])('the instant %j is %j', (text, value) => expect(parseInstant(text)).toBe(value));

test.each([
  ['all', 'all'],
  ['alerts', 'alerts'],
  ['4.1.1', '4.1.1'],
  ['4.10 4.2 1.1.1 4.2', '1.1.1 4.2 4.10'],
  ['ALL', undefined],
  ['', undefined],
  ['4.1.1,4.1.2', undefined],
  ['4.1.1  4.1.2', undefined],
  ['4', undefined],
  ['4.0', undefined],
  ['4.1.1 all', undefined],
])('the services %j are %j', (text, value) => {
  const services = parseServices(text, () => true);
  expect(services?.unknown).toBeUndefined();
  expect(services && 'services' in services ? services.services : undefined).toBe(value);
});

test('a service that is not in the catalogue is named', () => {
  expect(parseServices('4.1.1 99.9', (srv) => srv === '4.1.1')).toEqual({ unknown: '99.9' });
});

test.each([
  ['0', 0],
  ['1000000000000000', 1e15],
  ['1000000000000001', undefined],
  ['9999999999999999', undefined],
  ['01', undefined],
  ['1.0', undefined],
  ['1e3', undefined],
  ['-1', undefined],
  [' 1', undefined],
  ['', undefined],
])('the number %j is %j', (text, value) => expect(parseNumber(text)).toBe(value));

test('free text has no character that hides what it says', () => {
  expect(isFreeText('agreed with the desk – “ok” 𝄞', 500)).toBe(true);
  expect(isFreeText('𝄞'.repeat(500), 500)).toBe(true);
  expect(isFreeText('x'.repeat(501), 500)).toBe(false);
  for (const hidden of ['\t', '\0', '\u202e', '\u2028', '\u0085', '\ud800'])
    expect(isFreeText(`a${hidden}`, 500)).toBe(false);
});

test('a reference is visible', () => {
  expect(['', 'SR-2026/0042', 'é'].filter((text) => !isReference(text))).toEqual([]);
  expect(['a b', '\u200b', 'x'.repeat(65), '\u00a0'].filter(isReference)).toEqual([]);
});

describe('decimals', () => {
  test.each([
    ['0', '0'],
    ['-0.00', '0'],
    ['+5', '5'],
    ['-007.50', '-7.5'],
    ['0.02121', '0.02121'],
    ['100', '100'],
    ['9'.repeat(40), '9'.repeat(40)],
    [`0.${'1'.repeat(39)}`, `0.${'1'.repeat(39)}`],
    ['9'.repeat(41), undefined],
    [`0.${'1'.repeat(40)}`, undefined],
    ['', undefined],
    ['-', undefined],
    ['.5', undefined],
    ['5.', undefined],
    ['1e3', undefined],
    ['1,5', undefined],
    ['--1', undefined],
    [' 1', undefined],
    ['1\n', undefined],
    ['NaN', undefined],
    ['Infinity', undefined],
    ['0x10', undefined],
    ['\u0661', undefined],
  ])('the decimal %j is %j', (text, value) => expect(parseDecimal(text)).toBe(value));

  test('have one form for one number, and compare by value', () => {
    // cents of whole numbers, written with zeros that say nothing
    const number = fc.tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.nat(3), fc.nat(3));
    const write = ([cents, before, after]: [bigint, number, number]): string => {
      const digits = (cents < 0n ? -cents : cents).toString().padStart(3, '0');
      return `${cents < 0n ? '-' : ''}${'0'.repeat(before)}${digits.slice(0, -2)}.${digits.slice(-2)}${'0'.repeat(after)}`;
    };
    const near = fc
      .tuple(number, fc.bigInt({ min: -2n, max: 2n }))
      .map(([one, by]): [typeof one, typeof one] => [one, [one[0] + by, one[2], one[1]]]);
    fc.assert(
      fc.property(fc.oneof(near, fc.tuple(number, number)), ([one, other]) => {
        const [left = '', right = ''] = [parseDecimal(write(one)), parseDecimal(write(other))];
        expect(compareDecimals(left, right)).toBe(one[0] < other[0] ? -1 : one[0] > other[0] ? 1 : 0);
        expect(left === right).toBe(one[0] === other[0]);
        expect(parseDecimal(left)).toBe(left);
      }),
      { numRuns: 1_000 },
    );
  });
});
