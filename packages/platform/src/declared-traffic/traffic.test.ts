import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HOUR } from '../changes/london.ts';
import { mergeSpans, overlapsOf } from '../changes/windows.ts';
import { compareWindow, holdAgainst, mostWithin, type ThresholdFacts } from './traffic.ts';

const at = Date.parse('2026-12-01T20:00:00Z');
const hours = (from: number, to: number) => ({ from: at + from * HOUR, to: at + to * HOUR });
const open = { from: -1e15, to: 1e15 };

const ofDay: ThresholdFacts = {
  thresholdId: '1',
  isOverAll: false,
  services: ['4.1.1', '4.8.1'],
  direction: 'sent',
  period: 'P1D',
  periodSeconds: 86_400,
  bounds: [{ kind: 'threshold', warning: 8_000, quarantine: 10_000, ...open }],
  usual: 1_200,
};
const traffic = [
  { srv: '4.1.1', perHour: 2_000 },
  { srv: '4.8.1', perHour: 500 },
  { srv: '11.1', perHour: 9_999 },
];

test('what lies within an interval is the most of all intervals', () => {
  const spans = fc.array(fc.tuple(fc.integer({ max: 60, min: 0 }), fc.integer({ max: 9, min: 1 })), { maxLength: 8 });
  fc.assert(
    fc.property(spans, fc.integer({ min: 1, max: 70 }), (drawn, length) => {
      const list = mergeSpans(drawn.map(([from, time]) => ({ from, to: from + time })));
      const timeFrom = (from: number) =>
        overlapsOf(list, [{ from, to: from + length }]).reduce((sum, span) => sum + span.to - span.from, 0);
      const all = Array.from({ length: 150 }, (_, index) => timeFrom(index - 75));
      expect(mostWithin(list, length)).toBe(Math.max(0, ...all));
    }),
    { endOnFailure: true },
  );
});

test('what is declared for a day is held against what a day may have, with the arithmetic', () => {
  const held = holdAgainst(ofDay, traffic, [hours(0, 3), hours(24, 27)]);
  expect(held).toMatchObject({ declared: 7_500, usual: 1_200, exceeds: 'warning' });
  expect(held?.words).toBe(
    '2,000 of 4.1.1 and 500 of 4.8.1 an hour for 3 h within P1D come to 7,500. With the 1,200 that it held at most before, ' +
      'that makes 8,700: 1,300 fewer than the 10,000 after which messages are held, and more than the 8,000 that are warned of.',
  );
  const longer = holdAgainst(ofDay, traffic, [hours(0, 4), hours(23, 27)]);
  expect(longer).toMatchObject({ declared: 12_500, exceeds: 'quarantine' });
  expect(longer?.words).toContain('that makes 13,700: 3,700 more than the 10,000');
});

test('a threshold that counts none of it says nothing; one of an hour counts an hour', () => {
  expect(holdAgainst({ ...ofDay, services: ['alerts'] }, traffic, [hours(0, 3)])).toBeUndefined();
  const ofHour = { ...ofDay, services: ['all'], period: 'PT1H', periodSeconds: 3_600, usual: 0 };
  expect(holdAgainst(ofHour, traffic, [hours(0, 3)])).toMatchObject({ declared: 12_499, exceeds: 'quarantine' });
});

test('an exception wins while it is in force, and the fullest bound is told', () => {
  const raised = { kind: 'exception', warning: undefined, quarantine: 50_000, ...hours(0, 24) } as const;
  const bounds = [...ofDay.bounds, raised];
  expect(holdAgainst({ ...ofDay, bounds }, traffic, [hours(0, 6)])).toMatchObject({
    quarantine: 50_000,
    declared: 15_000,
  });
  expect(holdAgainst({ ...ofDay, bounds }, traffic, [hours(0, 6), hours(25, 29)])).toMatchObject({
    quarantine: 10_000,
    exceeds: 'quarantine',
  });
});

test('a window is compared with what came beyond the week before', () => {
  const came = new Map([['4.1.1', 7_412]]);
  const { counts } = compareWindow(hours(0, 3), traffic.slice(0, 2), { came, weekBefore: new Map([['4.1.1', 412]]) });
  expect(counts.map(({ words }) => words)).toEqual([
    '4.1.1: 7,412 came, 412 in the same hours a week before. The difference is 7,000, of 6,000 that were declared: ' +
      '1,000 more than declared.',
    '4.8.1: 0 came, 0 in the same hours a week before. The difference is 0, of 1,500 that were declared: ' +
      '1,500 fewer than declared.',
  ]);
});
