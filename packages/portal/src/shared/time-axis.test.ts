import { expect, test } from 'vitest';
import { axisLabels } from './time-axis.ts';

const instants = (first: string, step: number, count: number) =>
  Array.from({ length: count }, (_, index) => Date.parse(first) / 1_000 + index * step);

test('times of a day, the day below the first and each that begins another', () => {
  const evening = instants('2026-11-22T22:00:00Z', 3_600, 4);
  expect(axisLabels(evening, 3_600, 'UTC')).toEqual(['22:00\n22 Nov', '23:00', '00:00\n23 Nov', '01:00']);
});

test('London is an hour ahead in summer, and stays so on the axis through the night in which clocks go back', () => {
  const night = instants('2026-10-24T23:00:00Z', 3_600, 4);
  expect(axisLabels(night, 3_600, 'Europe/London')).toEqual(['00:00\n25 Oct', '01:00', '01:00', '02:00']);
});

test('seconds where they tell instants apart; days alone where nothing else does', () => {
  expect(axisLabels(instants('2026-11-22T08:00:00Z', 30, 2), 30, 'UTC')).toEqual(['08:00:00\n22 Nov', '08:00:30']);
  expect(axisLabels(instants('2026-11-22T00:00:00Z', 86_400, 2), 86_400, 'UTC')).toEqual(['22 Nov', '23 Nov']);
});
