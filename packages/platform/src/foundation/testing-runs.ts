/**
 * How many examples a property of ours is tried on: PENSTOCK_TEST_RUNS, or so many. Then it looks further than every run
 * does, so its seed is another one each time (scripts/seeded-properties.ts); a failure names it.
 */
export function testRuns(usual: number): { readonly numRuns: number; readonly endOnFailure: true } {
  return { numRuns: Number(process.env.PENSTOCK_TEST_RUNS ?? usual), endOnFailure: true };
}
