import { expect, test } from 'vitest';
import { Turns } from './turns.ts';

test('so many run at a time, the others in their order, also when one fails', async () => {
  const turns = new Turns(2);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  let most = 0;
  let underWay = 0;
  const results = [0, 1, 2, 3, 4].map((number) =>
    turns.run(async () => {
      begun.push(number);
      underWay++;
      most = Math.max(most, underWay);
      await new Promise<void>((resolve) => ends.push(resolve));
      underWay--;
      if (number === 1) throw new Error('it failed');
    }),
  );
  const settled = Promise.allSettled(results);
  for (let ended = 0; ended < 5; ended++) {
    await expect.poll(() => ends.length).toBeGreaterThan(ended);
    ends[ended]?.();
  }
  expect((await settled).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    ...Array.from({ length: 3 }, () => 'fulfilled'),
  ]);
  expect([begun, most]).toEqual([[0, 1, 2, 3, 4], 2]);
});
