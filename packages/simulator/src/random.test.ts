import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random, WeightedChoice } from './random.ts';

const draw = (random: Random, count: number): number[] => Array.from({ length: count }, () => random.uint32());

describe('random', () => {
  it('gives the numbers of xoshiro128** for a seed, as another implementation gave them', () => {
    expect(draw(new Random('penstock'), 4)).toEqual([2797739619, 28692485, 2867201523, 3458890697]);
  });

  it('lets a child draw without changing its parent or its siblings', () => {
    const parent = new Random('a');
    const before = draw(new Random('a'), 3);
    draw(parent.child('x'), 10);
    expect(draw(parent, 3)).toEqual(before);
    expect(draw(parent.child('x'), 3)).not.toEqual(draw(parent.child('y'), 3));
  });

  it('keeps every draw in its range', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 2 ** 32 }), (seed, bound) => {
        const random = new Random(seed);
        const drawn = random.below(bound);
        return Number.isInteger(drawn) && drawn >= 0 && drawn < bound && random.exponential(5) >= 0;
      }),
      { seed: 1 },
    );
  });

  it('chooses by weight, and never what weighs nothing', () => {
    const choice = new WeightedChoice([
      ['never', 0],
      ['seldom', 1],
      ['often', 9],
    ]);
    const random = new Random('weights');
    const counts = { never: 0, seldom: 0, often: 0 };
    for (let index = 0; index < 10_000; index += 1) counts[choice.pick(random) as keyof typeof counts] += 1;
    expect(counts.never).toBe(0);
    expect(counts.seldom).toBeGreaterThan(850);
    expect(counts.seldom).toBeLessThan(1150);
  });
});
