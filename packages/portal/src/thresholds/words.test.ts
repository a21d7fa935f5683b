import { describe, expect, test } from 'vitest';
import { byNeed, standingOf, thresholdTitle } from './words.ts';

test('a title names what is counted', () => {
  const base = { direction: 'sent', period: 'PT1H' } as const;
  expect(thresholdTitle({ ...base, services: ['all'] })).toBe('All messages sent to the network in 1 hour');
  expect(thresholdTitle({ ...base, services: ['4.1.1'] })).toBe('Service 4.1.1 sent to the network in 1 hour');
  const many = Array.from({ length: 9 }, (_, index) => `8.${index}`);
  expect(thresholdTitle({ ...base, services: many })).toMatch(/^Services 8\.0, .*8\.5 and 3 more sent/);
  expect(thresholdTitle({ services: ['alerts'], direction: 'received', period: 'P1D' })).toMatch(/^Alerts received/);
});

describe('how far a threshold is used', () => {
  const usage = { windowFrom: '2026-11-22T08:00:00Z', count: 40, warning: 40, quarantine: 50 };
  test.each([
    [usage, 'well', '10 more messages pass before any is held.'],
    [{ ...usage, count: 41 }, 'warned', 'Above the warning. 9 more messages pass before any is held.'],
    [{ ...usage, count: 49, warning: undefined }, 'well', '1 more message passes before any is held.'],
    [{ ...usage, count: 50 }, 'full', 'Full: the next message is held.'],
    [{ ...usage, count: 0, warning: 0, quarantine: 0 }, 'full', 'Full: the next message is held.'],
    [
      { windowFrom: usage.windowFrom, count: 9 },
      'unbounded',
      'No number is in force now: messages are counted, and none is held.',
    ],
  ] as const)('%j is %s', (given, state, words) => {
    expect(standingOf(given)).toMatchObject({ state, words });
  });

  test('the nearest to its number comes first, what has ended last', () => {
    const threshold = (thresholdId: string, counted?: number) => ({
      thresholdId,
      services: ['all'],
      direction: 'sent' as const,
      period: 'PT1H',
      versions: [],
      ...(counted === undefined ? {} : { usage: { ...usage, count: counted } }),
    });
    const sorted = byNeed([threshold('1'), threshold('2', 10), threshold('3', 30)]);
    expect(sorted.map((one) => one.thresholdId)).toEqual(['3', '2', '1']);
  });
});
