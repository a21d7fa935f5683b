import type { ChangeWindow } from '@penstock/api';
import { expect, test } from 'vitest';
import { startOfDay } from './london.ts';
import { findSlots } from './slots.ts';
import { expandWindows } from './windows.ts';

const one: ChangeWindow = { from: '2026-10-20T22:00', to: '2026-10-21T00:00' };
const busy = expandWindows([{ from: '2026-10-20T20:00', to: '2026-10-24T23:30' }]);
const after = startOfDay('2026-10-20');

test('the next times that are free, on the half hour, and none in an hour that comes twice', () => {
  const found = findSlots([one], { busy, after, most: 4, isGood: () => true });
  // 23:30 to 01:30 and the next three would end or begin in it
  expect(found.map(({ windows }) => windows[0]?.from)).toEqual([
    '2026-10-20T00:00',
    '2026-10-20T00:30',
    '2026-10-20T01:00',
    '2026-10-20T01:30',
  ]);
  const later = findSlots([one], {
    busy,
    after: startOfDay('2026-10-20') + 20 * 3_600_000,
    most: 3,
    isGood: () => true,
  });
  expect(later.map(({ windows }) => windows[0])).toEqual([
    { from: '2026-10-25T00:00', to: '2026-10-25T02:00' },
    { from: '2026-10-25T00:30', to: '2026-10-25T02:30' },
    { from: '2026-10-25T02:00', to: '2026-10-25T04:00' },
  ]);
});

test('only such as are good; several windows move together, by days', () => {
  const nights = [one, { ...one, from: '2026-10-21T22:00', to: '2026-10-22T00:00' }];
  const found = findSlots(nights, {
    busy,
    after,
    most: 1,
    isGood: (spans) => (spans[0]?.from ?? 0) > startOfDay('2026-10-27'),
  });
  expect(found.map(({ windows }) => windows.map(({ from }) => from))).toEqual([
    ['2026-10-27T22:00', '2026-10-28T22:00'],
  ]);
  expect(findSlots([one], { busy, after, most: 1, isGood: () => false })).toEqual([]);
  expect(findSlots([], { busy, after, most: 1, isGood: () => true })).toEqual([]);
});
