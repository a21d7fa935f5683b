import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type DayCount,
  FEWEST_MESSAGES,
  judge,
  judgementWords,
  levelOfKind,
  USUAL_DAYS,
  usualLevel,
  WINDOW_DAYS,
} from './erratic.ts';

const days = (usual: DayCount, yesterday: DayCount, today: DayCount): DayCount[] => [
  ...Array<DayCount>(USUAL_DAYS).fill(usual),
  yesterday,
  today,
];

const count = fc.oneof({ weight: 6, arbitrary: fc.nat(5) }, { weight: 2, arbitrary: fc.nat(500) });
const someDays = fc.array(fc.option(count, { nil: undefined, freq: 9 }), {
  minLength: WINDOW_DAYS,
  maxLength: WINDOW_DAYS,
});
const kind = fc.option(fc.nat(60), { nil: undefined });

test('412 alerts where 3 are usual are erratic, with the words for it', () => {
  const found = judge(days(3, 4, 412), 2);
  expect(found).toEqual({ basis: 'rise', day: 29, count: 412, usual: 3, ofKind: 2, since: 29, score: 204.5 });
  expect(found && judgementWords('alerts', found)).toBe(
    '412 alerts today; usual 3 a day; nine in ten devices of its kind 2 or fewer.',
  );
});

test('yesterday counts as long as it was worse, and since when is told', () => {
  const given = [...days(0, 60, 20)].with(27, 50).with(26, 40).with(24, 80).with(1, 1);
  const found = judge(given, undefined);
  expect(found).toMatchObject({ basis: 'rise', day: 28, count: 60, usual: 0, since: 26, score: 60 });
  expect(found && judgementWords('titles', found)).toBe('60 requests and responses yesterday; usual 0 a day.');
});

test('a device that is as busy as its kind is not erratic, and one that always is far busier is', () => {
  expect(judge(days(2, 2, 48), 48)).toBeUndefined();
  expect(judge(days(300, 300, 310), undefined)).toBeUndefined();
  expect(judge(days(300, 300, 310), 2)).toMatchObject({ basis: 'above_kind', usual: 300, since: 0 });
});

test('a new device is held against its kind only, and against nothing where that is not known', () => {
  const isNew = [...Array<DayCount>(25).fill(0), 30, 1, 0, 0, 120];
  expect(usualLevel(isNew)).toBeUndefined();
  expect(judge(isNew, undefined)).toBeUndefined();
  const found = judge(isNew, 0);
  expect(found).toMatchObject({ basis: 'above_kind', usual: undefined, since: 29 });
  expect(found && judgementWords('titles', found)).toBe(
    '120 requests and responses today; no usual level yet; nine in ten devices of its kind none.',
  );
  expect(judge(Array<DayCount>(WINDOW_DAYS).fill(undefined), 0)).toBeUndefined();
});

test('a device that was there and sent nothing has a usual level of nothing', () => {
  const first = days(0, 0, 90);
  expect(judge(first, undefined)).toBeUndefined();
  expect(judge(first, undefined, 3)).toMatchObject({ basis: 'rise', usual: 0, count: 90 });
  // there since too few days
  expect(judge(first, undefined, 23)).toBeUndefined();
});

test('the level of a kind needs twenty devices that have one', () => {
  const silent = Array<number>(19).fill(0);
  expect(levelOfKind(silent)).toBeUndefined();
  expect(levelOfKind([...silent, undefined])).toBeUndefined();
  expect(levelOfKind([...silent, 40])).toBe(0);
  expect(levelOfKind([...silent.slice(2), 40, 40, 40])).toBe(40);
});

test('more messages today are never less erratic, and more on the days before never more', () => {
  fc.assert(
    fc.property(someDays, kind, fc.nat(300), (given, ofKind, more) => {
      const score = (of: DayCount[]): number => judge(of, ofKind)?.score ?? 0;
      const today = given.at(-1);
      if (today !== undefined) expect(score(given.with(-1, today + more))).toBeGreaterThanOrEqual(score(given));
      const risen = given.map((one, day) => (day < USUAL_DAYS && one ? one + more : one));
      if (judge(risen, undefined) !== undefined) {
        expect(judge(given, undefined)?.score).toBeGreaterThanOrEqual(judge(risen, undefined)?.score ?? 0);
      }
    }),
  );
});

test('what is judged follows from the days that may be seen, is never few, and never what a device does each day', () => {
  fc.assert(
    fc.property(someDays, kind, (given, ofKind) => {
      const found = judge(given, ofKind);
      if (found !== undefined) {
        expect(found.count).toBe(given[found.day]);
        expect(found.day).toBeGreaterThanOrEqual(USUAL_DAYS);
        expect(found.count).toBeGreaterThanOrEqual(FEWEST_MESSAGES);
        expect(found.score).toBeGreaterThan(0);
        expect(found.since).toBeLessThanOrEqual(found.day);
        for (const day of given.slice(found.since, found.day)) expect(day).toBeGreaterThanOrEqual(FEWEST_MESSAGES);
      }
      const each = given.find((one) => one !== undefined) ?? 0;
      expect(judge(Array(WINDOW_DAYS).fill(each), undefined)).toBeUndefined();
      // the order of the days says nothing, once the device is there
      const base = [1, ...given.slice(1, USUAL_DAYS)];
      expect(usualLevel([1, ...base.slice(1).toReversed()])).toBe(usualLevel(base));
    }),
  );
});
