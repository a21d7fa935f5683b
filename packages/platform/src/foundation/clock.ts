/** Where time comes from. Whatever decides by time takes a clock, so that tests can pass their own. */
export interface Clock {
  now(): Date;
}

/** The machine's clock. Windows, days and sequences of messages use lane time instead, which is the database's. */
export const systemClock: Clock = { now: () => new Date() };

/** A UTC day in the form that PostgreSQL's `date` reads and writes, e.g. '2026-11-22'. */
export type Day = string;

/** The UTC day that an instant falls in. */
export function utcDay(instant: Date): Day {
  return instant.toISOString().slice(0, 10);
}

/** The day that lies `days` after `day` (before it, when negative). Throws a RangeError for what is no day. */
export function addDays(day: Day, days: number): Day {
  const start = new Date(`${day}T00:00:00Z`);
  start.setUTCDate(start.getUTCDate() + days);
  return utcDay(start);
}
