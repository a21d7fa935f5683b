import { expect, test } from 'vitest';
import { linesWords, monthsUntil, shownOf } from './words.ts';

test('a page shows the first lines, without what is the same on each', () => {
  const lines = [
    ['month', 'userId', 'serviceReferenceVariant', 'messages'],
    ['2026-11', 'x', '4.1.1', '3'],
    ['2026-11', 'x', '', '2'],
  ];
  expect(shownOf(lines, 1)).toEqual({ columns: ['SRV', 'Messages'], rows: [['4.1.1', '3']], count: 2 });
  expect(shownOf([], 1)).toEqual({ columns: [], rows: [], count: 0 });
});

test('the months are those of UTC, over the turn of the year', () => {
  const months = monthsUntil(new Date('2026-01-31T23:30:00Z'));
  expect([months[0], months[1], months.at(-1), months.length]).toEqual(['2026-01', '2025-12', '2025-01', 13]);
});

test('lines are counted in words', () => {
  expect([linesWords(1), linesWords(2000)]).toEqual(['1 line', '2,000 lines']);
});
