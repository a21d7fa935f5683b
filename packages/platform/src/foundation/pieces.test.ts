import { expect, test } from 'vitest';
import { atOnce, inPieces, restingUntil } from './pieces.ts';

const pieces = (count: number) => {
  const done = { count: 0 };
  const piece = () => Promise.resolve(++done.count < count ? ('more' as const) : ('done' as const));
  return { done, piece };
};

test('all pieces are done, with what is between them, and nothing after the last', async () => {
  const { done, piece } = pieces(5);
  const worked: number[] = [];
  await inPieces(piece, async (milliseconds) => {
    worked.push(milliseconds);
    return true;
  });
  expect(done.count).toBe(5);
  expect(worked).toHaveLength(4);
  expect(Math.min(...worked)).toBeGreaterThanOrEqual(0);
});

test('without a rest they follow each other; a stop ends a rest and the work', async () => {
  const all = pieces(100);
  await inPieces(all.piece, atOnce);
  expect(all.done.count).toBe(100);

  const stop = new AbortController();
  const endless = pieces(Number.POSITIVE_INFINITY);
  const rests = restingUntil(stop.signal);
  await inPieces(endless.piece, (worked) => {
    if (endless.done.count < 10) return rests(worked);
    // a rest of an hour, which the stop ends
    queueMicrotask(() => stop.abort());
    return rests(1_200_000);
  });
  expect(endless.done.count).toBe(10);
});

test('a piece that fails ends the work with its error', async () => {
  await expect(inPieces(() => Promise.reject(new Error('no')), atOnce)).rejects.toThrow('no');
});
