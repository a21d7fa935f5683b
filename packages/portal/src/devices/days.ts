// The days of an erratic device, as bars and in words. Pure.
import type { ErraticDevice } from '@penstock/api/schemas';

export interface Days {
  readonly name: 'Alerts' | 'Requests and responses';
  /** Null: a day that may not be seen. */
  readonly counts: readonly (number | null)[];
}

/** What the device is listed for first. */
export function daysOf({ days, measures }: ErraticDevice): Days {
  return measures[0]?.what === 'alerts'
    ? { name: 'Alerts', counts: days.alerts }
    : { name: 'Requests and responses', counts: days.titles };
}

/** What the bars show, for whoever does not see them. The last two days are those that are judged. */
export function daysInWords({ name, counts }: Days): string {
  const known = counts.slice(0, -2).filter((count) => count !== null);
  const [yesterday, today] = counts.slice(-2).map((count) => (count === null ? 'not shown' : count));
  const before =
    known.length === 0 ? 'none of the days before is shown' : `at most ${Math.max(...known)} on a day before`;
  return `${name} a day: ${today} today, ${yesterday} yesterday, ${before}`;
}

/** The height of each bar, of 1; at least a line where there was anything. */
export function heightsOf(counts: readonly (number | null)[]): (number | null)[] {
  const most = Math.max(1, ...counts.map((count) => count ?? 0));
  return counts.map((count) => (count === null ? null : count === 0 ? 0 : Math.max(0.04, count / most)));
}

/** The day since which a device has been erratic, at its noon: the same day in London and in UTC. */
export const noonOf = (day: string): string => `${day}T12:00:00Z`;
