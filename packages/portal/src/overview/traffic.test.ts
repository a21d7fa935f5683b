import type { TrafficDocument } from '@penstock/api/schemas';
import { expect, test } from 'vitest';
import { sinceFirst } from './traffic.ts';

function trafficFrom(first: number): TrafficDocument {
  const numbers = Array.from({ length: 288 }, (_, index) => (index >= first ? 1 : 0));
  const none = numbers.map(() => 0);
  return {
    spanSeconds: 300,
    instants: numbers.map((_, index) => new Date(index * 300_000).toISOString()),
    counts: { requests: none, responses: none, alerts: numbers, held: none, refused: none },
  };
}

test.each([
  ['a whole day', 0, 288],
  ['some hours', 200, 89],
  ['a minute ago: an hour is drawn', 287, 12],
  ['never: an hour of nothing', 288, 12],
])('traffic since %s', (_, first, spans) => {
  const { instants, counts } = sinceFirst(trafficFrom(first));
  expect(instants).toHaveLength(spans);
  expect(counts.alerts).toHaveLength(spans);
  expect(instants.at(-1)).toBe(new Date(287 * 300_000).toISOString());
});
