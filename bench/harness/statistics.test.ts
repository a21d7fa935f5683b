import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { latencies, median, percentile, rounded } from './statistics.ts';

describe('statistics', () => {
  test('a percentile is the least value that so many values do not exceed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 200 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, share) => {
          const value = percentile(
            values.toSorted((a, b) => a - b),
            share,
          );
          const notAbove = values.filter((each) => each <= value).length;
          const below = values.filter((each) => each < value).length;
          expect(notAbove / values.length).toBeGreaterThanOrEqual(share - 1e-12);
          expect(below === 0 || below < share * values.length).toBe(true);
        },
      ),
    );
  });

  test('of a thousand different values', () => {
    const values = Float64Array.from({ length: 1000 }, (_each, index) => 1000 - index);
    expect(latencies(values)).toEqual({ p50: 500, p99: 990, p999: 999, most: 1000 });
  });

  test('nothing measured is not zero', () => {
    expect(percentile([], 0.99)).toBeNaN();
    expect(median([])).toBeNaN();
  });

  test('the median of an even number of values lies between the two in the middle', () => {
    expect(median([9, 1, 3, 5])).toBe(4);
    expect(median([9, 1, 3])).toBe(3);
  });

  test('rounds to digits that mean something', () => {
    expect(rounded(2345.678)).toBe(2350);
    expect(rounded(0.0123456, 2)).toBe(0.012);
  });
});
