import { requireEui } from '@penstock/duis';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { furthestPositions, judgeAcknowledgement } from './acknowledgement.ts';
import { comparePositions, STREAM_BEGIN } from './stream.ts';

const at = (day: number, sequence: number) => ({ day: `2026-11-${day}`, sequence: BigInt(sequence) });
const userId = requireEui('90-B3-D5-1F-30-01-00-00');

test('positions are ordered by day, then by number', () => {
  const ordered = [STREAM_BEGIN, at(21, 9), at(21, 10), at(21, 100), at(22, 1), at(22, 99)];
  for (const [index, one] of ordered.entries()) {
    for (const [otherIndex, other] of ordered.entries()) {
      expect(Math.sign(comparePositions(one, other))).toBe(Math.sign(index - otherIndex));
    }
  }
});

test.each([
  ['ahead, held by the one who says it', 5, 'a', true, 'moved'],
  ['ahead, held by nobody any more', 5, undefined, true, 'moved'],
  ['ahead, held by another', 5, 'b', true, 'held-by-other'],
  ['at the cursor', 3, undefined, true, 'unchanged'],
  ['behind the cursor', 2, 'a', true, 'unchanged'],
  ['behind the cursor, held by another', 2, 'b', true, 'unchanged'],
  ['ahead, but no message', 5, 'a', false, 'unknown-position'],
  ['behind, but no message', 2, 'a', false, 'unknown-position'],
] as const)('%s', (_, sequence, heldBy, isOfStream, expected) => {
  const state = { cursor: at(22, 3), heldBy, isOfStream };
  expect(judgeAcknowledgement(state, at(22, sequence), 'a')).toBe(expected);
});

test('a User itself needs no lease, but one who holds the stream is before it', () => {
  const state = { cursor: STREAM_BEGIN, isOfStream: true };
  expect(judgeAcknowledgement({ ...state, heldBy: undefined }, at(22, 1), undefined)).toBe('moved');
  expect(judgeAcknowledgement({ ...state, heldBy: 'push' }, at(22, 1), undefined)).toBe('held-by-other');
});

test('a cursor never moves back, whatever is said', () => {
  const position = fc.record({ day: fc.integer({ min: 10, max: 30 }), sequence: fc.nat(100) });
  fc.assert(
    fc.property(
      position,
      position,
      fc.option(fc.constantFrom('a', 'b')),
      fc.boolean(),
      (cursor, given, heldBy, isOfStream) => {
        const state = { cursor: at(cursor.day, cursor.sequence), heldBy: heldBy ?? undefined, isOfStream };
        const to = at(given.day, given.sequence);
        if (judgeAcknowledgement(state, to, 'a') === 'moved') {
          expect(comparePositions(to, state.cursor)).toBeGreaterThan(0);
          expect(isOfStream && heldBy !== 'b').toBe(true);
        }
      },
    ),
  );
});

test('of several positions of a User the furthest counts', () => {
  const given = [at(21, 7), at(22, 2), at(21, 9)].map((position) => ({ userId, position }));
  expect([...furthestPositions(given)]).toEqual([[userId, at(22, 2)]]);
});
