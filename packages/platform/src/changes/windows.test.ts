import { changeWindowSchema, MOST_OCCURRENCES } from '@penstock/api';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { HOUR, instantsOf, localTime, writeLocal } from './london.ts';
import { expandWindows, mergeSpans, outsideOf, overlapsOf, type Span } from './windows.ts';

const expand = (...windows: z.input<typeof changeWindowSchema>[]) =>
  expandWindows(windows.map((window) => changeWindowSchema.parse(window)));
const shown = (spans: readonly Span[]) =>
  spans.map(({ from, to }) => `${new Date(from).toISOString().slice(0, 16)} ${(to - from) / HOUR}`);

describe('what windows come to', () => {
  test('are times of London, in winter and in summer, or instants with an offset', () => {
    expect(shown(expand({ from: '2026-12-01T22:00', to: '2026-12-02T06:00' }))).toEqual(['2026-12-01T22:00 8']);
    expect(shown(expand({ from: '2026-07-01T22:00', to: '2026-07-02T06:00' }))).toEqual(['2026-07-01T21:00 8']);
    expect(shown(expand({ from: '2026-07-01T22:00Z', to: '2026-07-02T06:00+02:00' }))).toEqual(['2026-07-01T22:00 6']);
  });

  test('several are put in order; repeating keeps the time of day through both changes of the clocks', () => {
    expect(
      shown(
        expand(
          { from: '2026-12-05T01:00', to: '2026-12-05T02:00' },
          { from: '2026-10-18T20:00', to: '2026-10-19T08:00', repeat: { every: 'week', until: '2026-11-01' } },
        ),
      ),
      // in the night of the 25th to the 26th it is winter already, in that of the 24th the hour came twice
    ).toEqual(['2026-10-18T19:00 12', '2026-10-25T20:00 12', '2026-11-01T20:00 12', '2026-12-05T01:00 1']);
    const nights = {
      from: '2027-03-27T20:00',
      to: '2027-03-28T08:00',
      repeat: { every: 'day', until: '2027-03-28' },
    } as const;
    expect(shown(expand(nights))).toEqual(['2027-03-27T20:00 11', '2027-03-28T19:00 12']);
  });

  test('every second week, the 31st of a month, days left out', () => {
    const days = (window: z.input<typeof changeWindowSchema>) => shown(expand(window)).map((text) => text.slice(5, 10));
    const base = { from: '2026-01-31T22:00', to: '2026-01-31T23:00' };
    expect(days({ ...base, repeat: { every: 'month', until: '2026-06-30' } })).toEqual(['01-31', '03-31', '05-31']);
    expect(days({ ...base, repeat: { every: 'week', interval: 2, until: '2026-03-01' } })).toEqual([
      '01-31',
      '02-14',
      '02-28',
    ]);
    const except = ['2026-02-01', '2026-02-03'];
    expect(days({ ...base, repeat: { every: 'day', until: '2026-02-03', except } })).toEqual(['01-31', '02-02']);
  });

  test.each([
    ['an end before the begin', { from: '2026-12-01T22:00', to: '2026-12-01T21:00' }, 'windows.0.to', /ends before/],
    ['no length', { from: '2026-12-01T22:00', to: '2026-12-01T22:00' }, 'windows.0.to', /ends before/],
    ['a day that is none', { from: '2026-02-30T22:00', to: '2026-03-01T21:00' }, 'windows.0.from', /no 2026-02-30/],
    [
      'the hour that is left out',
      { from: '2027-03-28T01:30', to: '2027-03-28T04:00' },
      'windows.0.from',
      /leave out 2027-03-28T01:30/,
    ],
    [
      'the hour that comes twice',
      { from: '2026-10-25T00:30', to: '2026-10-25T01:30' },
      'windows.0.to',
      /comes twice.*\+01:00 for the first.*\+00:00/,
    ],
    [
      'one of many in the hour that is left out',
      { from: '2027-03-20T01:30', to: '2027-03-20T04:00', repeat: { every: 'day', until: '2027-04-30' } },
      'windows.0.from',
      /2027-03-28/,
    ],
    ['a window of months', { from: '2026-01-01T00:00', to: '2026-06-01T00:00' }, 'windows.0', /92 days/],
    [
      'repeating for years',
      { from: '2026-01-01T00:00', to: '2026-01-01T01:00', repeat: { every: 'week', until: '2028-06-01' } },
      'windows.0.repeat.until',
      /400 days/,
    ],
    [
      'repeating until before it begins',
      { from: '2026-01-02T00:00', to: '2026-01-02T01:00', repeat: { every: 'week', until: '2026-01-01' } },
      'windows.0.repeat.until',
      /before the first/,
    ],
    [
      'repeating into itself',
      { from: '2026-01-01T00:00', to: '2026-01-02T01:00', repeat: { every: 'day', until: '2026-01-03' } },
      'windows',
      /overlap: 1 Jan 2026, 00:00 to 2 Jan 2026, 01:00, and 2 Jan 2026/,
    ],
    [
      'every day left out',
      {
        from: '2026-01-01T00:00',
        to: '2026-01-01T01:00',
        repeat: { every: 'day', until: '2026-01-01', except: ['2026-01-01'] },
      },
      'windows.0.repeat',
      /left out/,
    ],
  ] as const)('refuses %s', (_, window, where, words) => {
    expect(() => expand(structuredClone(window) as never)).toThrow(
      expect.objectContaining({ code: 'changes.window', where, detail: expect.stringMatching(words) }),
    );
  });

  test('refuses more times than may be', () => {
    const everyDay = (hour: string) => ({
      from: `2026-01-01T${hour}:00`,
      to: `2026-01-01T${hour}:30`,
      repeat: { every: 'day' as const, until: '2026-12-31' },
    });
    expect(expand(everyDay('05'))).toHaveLength(365);
    expect(() => expand(everyDay('05'), everyDay('06'))).toThrow(`more than ${MOST_OCCURRENCES}`);
  });

  test('of the hour that comes twice the offset says which, each year', () => {
    const first = { from: '2026-10-25T00:30', to: '2026-10-25T01:30+01:00' };
    expect(shown(expand(first))).toEqual(['2026-10-24T23:30 1']);
    expect(shown(expand({ ...first, to: '2026-10-25T01:30+00:00' }))).toEqual(['2026-10-24T23:30 2']);
    const nights = {
      from: '2026-10-24T01:30+01:00',
      to: '2026-10-24T03:00',
      repeat: { every: 'day' as const, until: '2026-10-26' },
    };
    expect(shown(expand(nights))).toEqual(['2026-10-24T00:30 1.5', '2026-10-25T00:30 2.5', '2026-10-26T01:30 1.5']);
  });

  test('a time of London is the instants at which its clocks show it', () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(2020), max: Date.UTC(2059) }), (minute) => {
        const instant = minute - (minute % 60_000);
        expect(instantsOf(localTime(instant))).toContain(instant);
        expect(instantsOf(Date.parse(`${writeLocal(localTime(instant))}:00Z`))).toContain(instant);
      }),
      { numRuns: 300 },
    );
  });
});

describe('spans', () => {
  const spansOf = fc
    .array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 8 })), { maxLength: 12 })
    .map((list) => list.map(([from, length]) => ({ from, to: from + length })));
  const minutes = (spans: readonly Span[]) =>
    new Set(spans.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, index) => from + index)));

  test('merged, in common, outside: minute by minute', () => {
    fc.assert(
      fc.property(spansOf, spansOf, (some, others) => {
        const [one, other] = [mergeSpans(some), mergeSpans(others)];
        expect(minutes(one)).toEqual(minutes(some));
        const its = [...minutes(one)];
        expect([...minutes(overlapsOf(one, other))]).toEqual(its.filter((minute) => minutes(other).has(minute)));
        expect([...minutes(outsideOf(one, other))]).toEqual(its.filter((minute) => !minutes(other).has(minute)));
      }),
    );
  });
});
