/**
 * Seconds to pause after the `failures`-th failure in a row (from 1): 1 s, doubling, at most `longest`, and of that
 * between half and all, so that Users that failed together do not come back together. `random` is in [0, 1).
 */
export function retryPause(failures: number, longest: number, random: number): number {
  // 2^16 s is 18 h; the exponent is bounded so that it stays a number after months of failures
  const full = Math.min(longest, 2 ** Math.min(failures - 1, 16));
  return full * (1 - random / 2);
}
