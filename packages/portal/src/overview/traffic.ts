// What of the last day's traffic is worth drawing. Pure.
import type { TrafficDocument } from '@penstock/api/schemas';

/** An hour, so that a chart of a service that has just begun is a chart. */
const LEAST_SPANS = 12;

/** Without the time before the first message: of a service that began today it would be most of the chart. */
export function sinceFirst(traffic: TrafficDocument): TrafficDocument {
  const { instants, counts } = traffic;
  const all = Object.entries(counts);
  const first = instants.findIndex((_, index) => all.some(([, numbers]) => (numbers[index] ?? 0) > 0));
  const from = Math.max(0, Math.min((first < 0 ? instants.length : first) - 1, instants.length - LEAST_SPANS));
  return {
    ...traffic,
    instants: instants.slice(from),
    counts: Object.fromEntries(all.map(([kind, numbers]) => [kind, numbers.slice(from)])) as TrafficDocument['counts'],
  };
}
