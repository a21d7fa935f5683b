import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { poissonSchedule } from './schedule.ts';

describe('the schedule of an open loop', () => {
  test('has the asked rate, in order, within the time', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 100, max: 5000 }), (seed, perSecond) => {
        const times = poissonSchedule({ seed, perSecond, seconds: 4 });
        expect(times.every((time, index) => time >= (times[index - 1] ?? 0) && time < 4000)).toBe(true);
        // six standard deviations of a Poisson count
        expect(Math.abs(times.length - 4 * perSecond)).toBeLessThan(6 * Math.sqrt(4 * perSecond));
      }),
      { numRuns: 50 },
    );
  });

  test('gaps vary as those of independent senders do', () => {
    const times = poissonSchedule({ seed: 'gaps', perSecond: 1000, seconds: 20 });
    const gaps = Array.from(times, (time, index) => time - (times[index - 1] ?? 0));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
    expect(mean).toBeCloseTo(1, 1);
    expect(deviation / mean).toBeCloseTo(1, 1);
  });

  test('the same seed gives the same schedule', () => {
    const options = { seed: 'again', perSecond: 500, seconds: 2 };
    expect(poissonSchedule(options)).toEqual(poissonSchedule(options));
  });
});
