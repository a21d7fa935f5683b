import { type Eui, requireEui } from '@penstock/duis';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { comparePositions, STREAM_BEGIN, type StreamMessage, type StreamStart } from './stream.ts';
import { type ReadStreams, takeInTurns } from './turns.ts';

const user = (index: number): Eui => requireEui(index.toString(16).padStart(16, '0'));

/** Sizes of the waiting messages, a list a User. */
type Waiting = readonly (readonly number[])[];

function message(index: number, place: number, size: number): StreamMessage {
  return {
    userId: user(index),
    position: { day: '2026-11-22', sequence: BigInt(place + 1) },
    kind: 'response',
    body: Buffer.alloc(size),
  };
}

/** Literally one message after the other by turns, until the next one does not fit. */
function oneByOne(waiting: Waiting, bounds: { messages: number; bytes: number }): string[] {
  const taken: StreamMessage[] = [];
  let bytes = 0;
  const longest = Math.max(0, ...waiting.map((sizes) => sizes.length));
  for (let place = 0; place < longest; place++) {
    for (const [index, sizes] of waiting.entries()) {
      const size = sizes[place];
      if (size === undefined) continue;
      const fits = taken.length < bounds.messages && bytes + size <= bounds.bytes;
      if (!fits && taken.length > 0) return describe(taken);
      taken.push(message(index, place, size));
      bytes += size;
    }
  }
  return describe(taken);
}

function describe(messages: readonly StreamMessage[]): string[] {
  return messages.map(({ userId, position }) => `${userId} ${position.sequence}`).sort();
}

/** What read_streams does, over lists; counts its calls. */
function reader(waiting: Waiting): { read: ReadStreams; calls: () => number } {
  let calls = 0;
  const read: ReadStreams = async (starts, bounds) => {
    calls += 1;
    const reach = starts.flatMap((start, turn) => {
      const index = Number(BigInt(`0x${start.userId.replaceAll('-', '')}`));
      return (waiting[index] ?? [])
        .map((size, place) => message(index, place, size))
        .filter((one) => comparePositions(one.position, start.after) > 0)
        .slice(0, bounds.each)
        .map((one, rank) => ({ one, rank, turn }));
    });
    reach.sort((a, b) => a.rank - b.rank || a.turn - b.turn);
    let bytes = 0;
    const kept = reach.filter(({ one }, place) => {
      bytes += one.body.length;
      return place < bounds.least || (place < bounds.messages && bytes <= bounds.bytes);
    });
    const isCut = kept.length < reach.length;
    kept.sort((a, b) => a.turn - b.turn || a.rank - b.rank);
    return { messages: kept.map(({ one }) => one), isCut };
  };
  return { read, calls: () => calls };
}

const starts = (waiting: Waiting): StreamStart[] =>
  waiting.map((_, index) => ({ userId: user(index), after: STREAM_BEGIN }));

test('taking by turns is the same as one message after the other by turns', async () => {
  const lists = fc.array(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 30 }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(
      lists,
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 1, max: 1_000 }),
      async (all, messages, bytes) => {
        const waiting = all.filter((sizes) => sizes.length > 0);
        const taken = await takeInTurns(starts(waiting), { messages, bytes }, reader(waiting).read);
        expect(describe(taken)).toEqual(oneByOne(waiting, { messages, bytes }));
        for (const [index, one] of taken.entries()) {
          const before = taken[index - 1];
          // each User's messages stand together and in order
          if (before?.userId === one.userId) expect(one.position.sequence).toBe(before.position.sequence + 1n);
          else expect(one.position.sequence).toBe(1n);
        }
      },
    ),
    { numRuns: 500 },
  );
});

test('a User gets all of its few messages, however much waits for another', async () => {
  const few = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 100 });
  await fc.assert(
    fc.asyncProperty(few, async (counts) => {
      const flood = Array.from({ length: 2_000 }, () => 10);
      const waiting = [flood, ...counts.map((count) => Array.from({ length: count }, () => 10))];
      const { read, calls } = reader(waiting);
      const taken = await takeInTurns(starts(waiting), { messages: 500, bytes: 1e9 }, read);
      expect(taken).toHaveLength(500);
      for (const [index, count] of counts.entries()) {
        expect(taken.filter((one) => one.userId === user(index + 1))).toHaveLength(count);
      }
      expect(calls()).toBeLessThanOrEqual(3);
    }),
    { numRuns: 100 },
  );
});

test('a message larger than all that may be taken goes alone', async () => {
  const waiting = [[5_000, 1], [1]];
  const taken = await takeInTurns(starts(waiting), { messages: 10, bytes: 100 }, reader(waiting).read);
  expect(taken.map((one) => one.body.length)).toEqual([5_000]);
});

test('nobody waits', async () => {
  expect(await takeInTurns([], { messages: 10, bytes: 100 }, reader([]).read)).toEqual([]);
});
