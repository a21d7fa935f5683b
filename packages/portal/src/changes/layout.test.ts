import { HOUR, londonDay, startOfDay } from '@penstock/api/schemas';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDays, addMonths, daysOf, mondayOf, moveDay, nameOfView, spanOfDays } from './calendar-days.ts';
import type { Laned, Span } from './lanes.ts';
import { axisOf, layOutDay, layOutTimeline, layOutWeeks, rowOf, rowsWithout, type Timed } from './layout.ts';

// around both changes of the clocks of 2026
const START = Date.parse('2026-03-01T00:00Z');
const span = fc
  .tuple(fc.integer({ min: 0, max: 24 * 300 * 2 }), fc.integer({ min: 1, max: 200 }))
  .map(([half, halves]): Span => ({ from: START + half * 1_800_000, to: START + (half + halves) * 1_800_000 }));
/** In order and without overlaps, as the platform has them. */
const spans = fc.array(span, { minLength: 1, maxLength: 6 }).map((all) => {
  const kept: Span[] = [];
  for (const one of all.toSorted((a, b) => a.from - b.from)) {
    if (one.from >= (kept.at(-1)?.to ?? 0)) kept.push(one);
  }
  return kept;
});
const items = fc
  .array(spans, { maxLength: 40 })
  .map((all) => all.map((each, index): Timed => ({ key: String(index), spans: each })));
const month = fc.constantFrom('2026-03-15', '2026-04-01', '2026-10-25', '2026-10-31', '2026-12-24');
const runs = { endOnFailure: true, numRuns: 150 } as const;

/** The days of London on which it has a time, asked hour by hour. */
function daysByHour({ spans: all }: Timed): Set<string> {
  const days = new Set<string>();
  for (const { from, to } of all) {
    for (let at = from; at < to; at += 1_800_000) days.add(londonDay(at));
  }
  return days;
}

function expectNoOverlap(bars: readonly Laned<Span>[]): void {
  const lanes = new Map<number, Span[]>();
  for (const { item, lane } of bars) lanes.set(lane, [...(lanes.get(lane) ?? []), item]);
  for (const lane of lanes.values()) {
    const sorted = lane.toSorted((one, other) => one.from - other.from);
    for (const [index, bar] of sorted.entries()) {
      expect(sorted[index + 1]?.from ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(bar.to);
    }
  }
}

describe('a month', () => {
  test('each stands on each of its days, once; no two in one lane overlap; what is not shown is counted', () => {
    fc.assert(
      fc.property(items, month, fc.constantFrom(2, 1_000), (all, day, lanes) => {
        const days = daysOf('month', day);
        for (const week of layOutWeeks(all, days, lanes)) {
          expectNoOverlap(week.bars);
          for (const [index, shown] of week.days.entries()) {
            const here = week.bars.filter(({ item }) => item.from <= index && index < item.to);
            const keys = here.map(({ item }) => item.item.key);
            const wanted = all.filter((item) => daysByHour(item).has(shown)).map(({ key }) => key);
            expect(new Set(keys).size).toBe(keys.length);
            expect(week.counts[index]).toEqual({ all: wanted.length, hidden: wanted.length - keys.length });
            if (lanes === 1_000) expect(keys.toSorted()).toEqual(wanted.toSorted());
            else expect(keys.length).toBeLessThanOrEqual(lanes);
          }
        }
      }),
      runs,
    );
  });

  test('has whole weeks from Monday on, and leads to the others', () => {
    expect([daysOf('month', '2026-12-24').at(0), daysOf('month', '2026-12-24').at(-1)]).toEqual([
      '2026-11-30',
      '2027-01-03',
    ]);
    expect(daysOf('month', '2027-02-10')).toHaveLength(28);
    expect(mondayOf('2026-11-22')).toBe('2026-11-16');
    expect(addMonths('2026-01-31', 1)).toBe('2026-02-28');
    expect([moveDay('month', '2026-12-24', 1), moveDay('week', '2026-12-24', -1)]).toEqual([
      '2027-01-01',
      '2026-12-17',
    ]);
    expect(nameOfView('week', '2026-12-31')).toBe('Mon 28 Dec to Sun 3 Jan 2027');
  });

  test('what ends at midnight does not stand on the day that begins then', () => {
    const night = { key: 'a', spans: [{ from: Date.parse('2026-12-10T22:00Z'), to: Date.parse('2026-12-11T00:00Z') }] };
    const [, week] = layOutWeeks([night], daysOf('month', '2026-12-01'), 3);
    expect(week?.counts.map(({ all }) => all)).toEqual([0, 0, 0, 1, 0, 0, 0]);
  });
});

describe('hours', () => {
  test('days of 23 and 25 hours have theirs', () => {
    const [forward, back] = ['2026-03-29', '2026-10-25'];
    expect([forward, back].map((day) => (spanOfDays([day]).to - spanOfDays([day]).from) / HOUR)).toEqual([23, 25]);
    expect(rowsWithout(axisOf([forward]), forward)).toEqual([1]);
    expect(axisOf([back]).names).toHaveLength(25);
    const axis = axisOf(daysOf('week', back));
    expect([rowsWithout(axis, back), rowsWithout(axis, '2026-10-24')]).toEqual([[], [2]]);
    // the hours of the night, one after the other
    const rows = [0, 1, 2, 3, 24].map((hour) => rowOf(axis, back, startOfDay(back) + hour * HOUR));
    expect(rows).toEqual([0, 1, 2, 3, 24]);
    expect([0, 1, 2, 23].map((hour) => rowOf(axisOf([forward]), forward, startOfDay(forward) + hour * HOUR))).toEqual([
      0, 2, 3, 24,
    ]);
  });

  test('no two in one lane overlap, and what is not shown is counted', () => {
    fc.assert(
      fc.property(items, month, fc.constantFrom(3, 1_000), (all, day, lanes) => {
        const week = daysOf('week', day);
        const axis = axisOf(week);
        for (const shown of week) {
          const { bars, all: count, hidden } = layOutDay(all, shown, axis, lanes);
          expectNoOverlap(bars);
          const wanted = all.filter((item) => daysByHour(item).has(shown)).map(({ key }) => key);
          expect([count, hidden]).toEqual([
            wanted.length,
            wanted.length - new Set(bars.map(({ item }) => item.item.key)).size,
          ]);
          if (lanes === 1_000) expect(hidden).toBe(0);
          for (const { item, lane, lanes: wide } of bars) {
            expect(lane).toBeLessThan(wide);
            expect(item.to).toBeGreaterThan(item.from);
            expect(item.to).toBeLessThanOrEqual(axis.names.length);
          }
        }
      }),
      runs,
    );
  });
});

test('a timeline has each in each of its rows, in lanes without overlaps', () => {
  fc.assert(
    fc.property(items, month, (all, day) => {
      const whole = spanOfDays(daysOf('services', day));
      const namesOf = ({ key }: Timed) => (Number(key) % 3 === 0 ? ['A', 'B'] : ['B']);
      const rows = layOutTimeline(all, whole, { namesOf, lanes: 1_000, least: 0.01 });
      const within = all.filter((item) => item.spans.some(({ from, to }) => to > whole.from && from < whole.to));
      for (const { name, bars, hidden } of rows) {
        expectNoOverlap(bars);
        expect(hidden).toBe(0);
        const wanted = within.filter((item) => namesOf(item).includes(name)).map(({ key }) => key);
        expect([...new Set(bars.map(({ item }) => item.item.key))].toSorted()).toEqual(wanted.toSorted());
      }
    }),
    runs,
  );
});

test('days go on through both changes of the clocks', () => {
  expect(addDays('2026-03-28', 2)).toBe('2026-03-30');
  expect(addDays('2026-10-24', 2)).toBe('2026-10-26');
});
