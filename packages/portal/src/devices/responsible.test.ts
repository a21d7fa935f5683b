import { expect, test } from 'vitest';
import { inOrder, type Responsibility, spanAt } from './responsible.ts';

const now = Date.parse('2026-11-22T12:00:00Z');
const of = (validFrom?: string, validTo?: string): Responsibility => ({
  role: 'IS',
  userId: '90-B3-D5-1F-30-01-00-00',
  ...(validFrom && { validFrom }),
  ...(validTo && { validTo }),
});
const before = of('2020-01-01T00:00:00Z', '2026-11-22T12:00:00Z');
const current = of('2026-11-22T12:00:00Z', '2027-01-01T00:00:00Z');
const next = of('2027-01-01T00:00:00Z');

test('an end is outside its span, a begin inside', () => {
  expect([before, current, next, of()].map((one) => spanAt(one, now))).toEqual(['past', 'now', 'to come', 'now']);
});

test('who is responsible now comes first', () => {
  expect(inOrder([before, next, current], now)).toEqual([current, next, before]);
});
