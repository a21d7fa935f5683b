import type { StreamDocument } from '@penstock/api/schemas';
import { describe, expect, test } from 'vitest';
import { countWords, healthOf } from './health.ts';

const now = Date.parse('2026-11-22T08:00:00Z');
const quiet: StreamDocument = {
  userId: '90-B3-D5-1F-30-01-00-00',
  direction: 'northbound',
  waiting: 0,
  hasMore: false,
  failures: 0,
  expired: 0,
};
const waiting = (oldestRecordedAt: string): StreamDocument => ({ ...quiet, waiting: 3, oldestRecordedAt });
const failing = { ...waiting('2026-11-22T07:00:00Z'), failingSince: '2026-11-22T07:30:00Z', failures: 12 };
const held = { ...failing, heldSince: '2026-11-20T08:00:00Z' };

describe('a stream', () => {
  test.each([
    [quiet, 'well', 'Everything has been taken.'],
    [waiting('2026-11-22T07:59:30Z'), 'well', 'What waits is less than a minute old.'],
    [waiting('2026-11-22T07:00:00Z'), 'waiting', 'The oldest message has waited 1 h for the User.'],
    [failing, 'failing', 'Delivery has failed for 30 min (12 tries).'],
    [held, 'held', 'Nothing was taken for 2 d. It is kept, and the Operator was told.'],
  ] as const)('%j is %s', (stream, state, words) => {
    expect(healthOf(stream, now)).toMatchObject({ state, words });
  });

  test('is counted up to a bound', () => {
    expect([quiet, failing, { ...failing, waiting: 10_000, hasMore: true }].map(countWords)).toEqual([
      'nothing',
      '3',
      'more than 10,000',
    ]);
  });
});
