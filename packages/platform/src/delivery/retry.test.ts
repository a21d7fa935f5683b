import fc from 'fast-check';
import { expect, test } from 'vitest';
import { retryPause } from './retry.ts';

test('the pause doubles from one second to the longest', () => {
  const pauses = [1, 2, 3, 4, 9, 10, 11, 1_000_000].map((failures) => retryPause(failures, 300, 0));
  expect(pauses).toEqual([1, 2, 4, 8, 256, 300, 300, 300]);
});

test('it is never longer, never less than half, and never shorter after more failures', () => {
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e9 }),
      fc.double({ min: 0.1, max: 86_400, noNaN: true }),
      random,
      (failures, longest, r) => {
        const pause = retryPause(failures, longest, r);
        const full = retryPause(failures, longest, 0);
        expect(pause).toBeLessThanOrEqual(longest);
        expect(pause).toBeGreaterThanOrEqual(full / 2);
        expect(pause).toBeGreaterThan(0);
        expect(retryPause(failures + 1, longest, r)).toBeGreaterThanOrEqual(pause);
      },
    ),
  );
});
