import { expect, test } from 'vitest';
import { activityOf, isSeen, stepsOf } from './activity.ts';

const at = (text: string) => Date.parse(text);
const DAY = 86_400_000;
const whole = (counts: readonly number[]) => counts.map((count) => ({ count, isWhole: true }));

test('a short span is counted by the hour, a longer one by the day, with the days before by which it is judged', () => {
  const short = stepsOf({ from: at('2026-11-21T10:30:00Z'), to: at('2026-11-22T10:10:00Z') });
  expect([short.step, short.starts.length - short.shown]).toEqual(['hour', 25]);
  expect(short.starts[short.shown]).toBe(at('2026-11-21T10:00:00Z'));
  expect(short.starts[0]).toBe(at('2026-11-21T10:00:00Z') - 29 * DAY);
  const long = stepsOf({ from: at('2026-11-15T10:30:00Z'), to: at('2026-11-22T10:10:00Z') });
  expect([long.step, long.starts.length - long.shown]).toEqual(['day', 8]);
  expect(long.starts[long.shown]).toBe(at('2026-11-15T00:00:00Z'));
});

test('a day is held against the 28 before the day before it, an hour against the same hour of those', () => {
  const steps = stepsOf({ from: at('2026-11-20T00:00:00Z'), to: at('2026-11-25T12:00:00Z') });
  const quiet = steps.starts.map(() => 3);
  const activity = activityOf(steps, {
    messages: whole(quiet.with(-1, 40).with(-2, 9)),
    alerts: whole(quiet.fill(0, 0, 29)),
  });
  expect(activity.step).toBe('day');
  expect(activity.items.at(-1)).toEqual({
    from: '2026-11-25T00:00:00.000Z',
    messages: { count: 40, usual: 3, isErratic: true },
    alerts: { count: 3, isErratic: false },
  });
  expect(activity.items.map(({ messages }) => messages.isErratic)).toEqual([false, false, false, false, false, true]);

  const hours = stepsOf({ from: at('2026-11-22T00:00:00Z'), to: at('2026-11-23T00:00:00Z') });
  const atSix = hours.starts.map((start) => (new Date(start).getUTCHours() === 6 ? 12 : 0));
  const items = activityOf(hours, { messages: whole(atSix), alerts: whole(atSix.map(() => 0)) }).items;
  expect(items.map(({ messages }) => messages.usual)).toEqual(items.map((_, hour) => (hour === 6 ? 12 : undefined)));
});

test('what may not be seen is not taken for silence', () => {
  const steps = stepsOf({ from: at('2026-11-20T00:00:00Z'), to: at('2026-11-25T00:00:00Z') });
  const known = (from: number) =>
    steps.starts.map((_, index) => ({
      count: index < from ? 0 : 4,
      isWhole: index >= from,
    }));
  const usual = (from: number) =>
    activityOf(steps, { messages: known(from), alerts: known(from) }).items.map(({ messages }) => messages.usual);
  expect(usual(20)).toEqual([4, 4, 4, 4, 4]);
  expect(usual(25)).toEqual([undefined, undefined, undefined, undefined, 4]);
  const spans = [
    { validFrom: at('2026-11-22T00:00:00Z'), validTo: Number.POSITIVE_INFINITY },
    { validFrom: Number.NEGATIVE_INFINITY, validTo: at('2026-11-21T12:00:00Z') },
  ];
  const day = (text: string) => isSeen(spans, at(text), at(text) + DAY);
  expect(['2026-11-20', '2026-11-21', '2026-11-22'].map(day)).toEqual([true, false, true]);
  expect(isSeen([], 0, 1)).toBe(false);
});

test('a day of which a part may be seen is counted, and says nothing of what is usual', () => {
  const steps = stepsOf({ from: at('2026-11-20T00:00:00Z'), to: at('2026-11-25T00:00:00Z') });
  // three that were seen whole, each between two that were not: with those, there were seven days
  const counts = steps.starts.map((_, index) =>
    index < 20 || index > 26 ? { count: 0, isWhole: false } : { count: 4, isWhole: index % 2 === 1 },
  );
  const { items } = activityOf(steps, { messages: counts.with(-1, { count: 5, isWhole: false }), alerts: [] });
  expect(items.map(({ messages }) => messages.usual)).toEqual(items.map(() => undefined));
  expect(items.at(-1)?.messages.count).toBe(5);
});
