import { describe, expect, test } from 'vitest';
import { formatDuration, formatInstant, fromLocal, toLocal } from './time.ts';

describe('instants as people read them', () => {
  test('London shows its offset, in winter and in summer', () => {
    expect(formatInstant('2026-11-22T08:30:05.123Z', 'Europe/London')).toEqual({
      day: '22 Nov 2026',
      time: '08:30:05',
      offset: '+00:00',
    });
    expect(formatInstant('2026-06-30T23:30:00Z', 'Europe/London')).toEqual({
      day: '1 Jul 2026',
      time: '00:30:00',
      offset: '+01:00',
    });
  });

  test('UTC is named, so that it is not taken for London in winter', () => {
    expect(formatInstant('2026-06-30T23:30:00Z', 'UTC')).toEqual({
      day: '30 Jun 2026',
      time: '23:30:00',
      offset: 'UTC',
    });
  });
});

describe('instants as people write them', () => {
  test.each([
    ['2026-11-22T08:30', 'Europe/London', '2026-11-22T08:30:00.000Z'],
    ['2026-07-01T08:30:15', 'Europe/London', '2026-07-01T07:30:15.000Z'],
    ['2026-07-01T08:30', 'UTC', '2026-07-01T08:30:00.000Z'],
    // the clocks go forward at 01:00 on 29 March: 01:30 is no time of that day
    ['2026-03-29T01:30', 'Europe/London', '2026-03-29T01:30:00.000Z'],
    ['2026-03-29T02:30', 'Europe/London', '2026-03-29T01:30:00.000Z'],
    // and back at 02:00 on 25 October: 01:30 comes twice
    ['2026-10-25T01:30', 'Europe/London', '2026-10-25T00:30:00.000Z'],
    ['2026-10-25T02:30', 'Europe/London', '2026-10-25T02:30:00.000Z'],
  ] as const)('%s in %s is %s', (local, zone, instant) => {
    expect(fromLocal(local, zone)).toBe(instant);
  });

  test.each(['', 'yesterday', '2026-11-22', '2026-13-22T08:30', '2026-11-22T25:00'])('%j is none', (text) => {
    expect(fromLocal(text, 'Europe/London')).toBeUndefined();
  });

  test('what is written reads the same again', () => {
    for (const iso of ['2026-11-22T08:30:00.000Z', '2026-07-01T07:30:15.000Z', '2026-10-25T00:30:00.000Z']) {
      expect(fromLocal(toLocal(iso, 'Europe/London'), 'Europe/London')).toBe(iso);
    }
  });
});

test.each([
  [12.4, '12 ms'],
  [4_250, '4.3 s'],
  [185_000, '3 min'],
  [7_500_000, '2 h 5 min'],
  [4 * 86_400_000 + 3_700_000, '4 d 1 h'],
])('%d ms lasts %s', (milliseconds, words) => {
  expect(formatDuration(milliseconds)).toBe(words);
});
