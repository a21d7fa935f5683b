/** Percentiles and medians of what was measured. */

/**
 * The value that `share` of the values do not exceed (nearest rank); NaN when there are none.
 * @param sorted ascending
 */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  return sorted[rank - 1] ?? Number.NaN;
}

/** The middle value, or the mean of the two middle ones; NaN when there are none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Milliseconds; all of them NaN when nothing was measured. */
export interface Latencies {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly most: number;
}

/** @param milliseconds in any order; it is sorted in place */
export function latencies(milliseconds: Float64Array): Latencies {
  milliseconds.sort();
  return {
    p50: percentile(milliseconds, 0.5),
    p99: percentile(milliseconds, 0.99),
    p999: percentile(milliseconds, 0.999),
    most: percentile(milliseconds, 1),
  };
}

/** Rounded to so many significant digits, for people and for JSON. */
export function rounded(value: number, digits = 3): number {
  return Number.isFinite(value) ? Number(value.toPrecision(digits)) : value;
}
