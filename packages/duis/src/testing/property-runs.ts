/**
 * For tests only: how long properties are tried. So that a run of the tests can be repeated, the seed is that of
 * scripts/seeded-properties.ts; with PENSTOCK_TEST_FUZZ_SECONDS (at most 120) each property is tried that long from a
 * seed of the day, which fast-check names when it fails, and PENSTOCK_TEST_SEED gives it back.
 */
import type { Parameters } from 'fast-check';

const seconds = Math.min(Number(process.env.PENSTOCK_TEST_FUZZ_SECONDS ?? 0), 120);

/** The time that one test with a property may take, in ms: much longer than it does, on a machine that others use too. */
export const PROPERTY_TIMEOUT = seconds * 1000 + 180_000;

export function runs<Input>(numRuns: number): Parameters<Input> {
  if (seconds === 0) return { numRuns };
  const seed = Number(process.env.PENSTOCK_TEST_SEED ?? Date.now() % 0x7fffffff);
  return { numRuns: 1_000_000_000, seed, interruptAfterTimeLimit: seconds * 1000, markInterruptAsFailure: false };
}
