// Days, weeks and months as a calendar has them, in London. A day is '2026-12-01'. Pure.
import { startOfDay } from '@penstock/api/schemas';
import type { Span } from './lanes.ts';
import type { CalendarView } from './search.ts';

const DAY = 86_400_000;
const utc = (day: string) => Date.parse(`${day}T00:00:00Z`);
export const addDays = (day: string, days: number): string =>
  new Date(utc(day) + days * DAY).toISOString().slice(0, 10);

/** Days between two, the second not among them. */
export const countDays = (from: string, before: string): number => Math.round((utc(before) - utc(from)) / DAY);
export const daysFrom = (first: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => addDays(first, index));

/** The Monday of the week of a day. */
export const mondayOf = (day: string): string => addDays(day, -((new Date(utc(day)).getUTCDay() + 6) % 7));

export const firstOfMonth = (day: string): string => `${day.slice(0, 7)}-01`;

/** The same day of another month, the last one where that has none. */
export function addMonths(day: string, months: number): string {
  const first = new Date(utc(firstOfMonth(day)));
  first.setUTCMonth(first.getUTCMonth() + months + 1, 0);
  const last = first.getUTCDate();
  first.setUTCDate(Math.min(last, Number(day.slice(8))));
  return first.toISOString().slice(0, 10);
}

/** The days that a view shows: a month with the whole weeks that it lies in. */
export function daysOf(view: CalendarView, day: string): readonly string[] {
  switch (view) {
    case 'day':
      return [day];
    case 'week':
      return daysFrom(mondayOf(day), 7);
    case 'month': {
      const first = mondayOf(firstOfMonth(day));
      return daysFrom(first, Math.ceil(countDays(first, addMonths(firstOfMonth(day), 1)) / 7) * 7);
    }
    default:
      return daysFrom(firstOfMonth(day), countDays(firstOfMonth(day), addMonths(firstOfMonth(day), 1)));
  }
}

/** The instants at which days begin, and at which the last of them ends: days of 23 and 25 hours are that long. */
export function spanOfDays(days: readonly string[]): Span {
  const [first = '', last = first] = [days[0], days.at(-1)];
  return { from: startOfDay(first), to: startOfDay(addDays(last, 1)) };
}

/** Where one is led by the next and the one before. */
export function moveDay(view: CalendarView, day: string, by: 1 | -1): string {
  if (view === 'day') return addDays(day, by);
  return view === 'week' ? addDays(day, 7 * by) : addMonths(firstOfMonth(day), by);
}

const words = (options: Intl.DateTimeFormatOptions) => {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', ...options });
  return (day: string) => format.format(utc(day));
};
export const longDay = words({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
export const shortDay = words({ weekday: 'short', day: 'numeric', month: 'short' });
export const monthName = words({ month: 'long', year: 'numeric' });

/** What a view shows, as its heading. */
export function nameOfView(view: CalendarView, day: string): string {
  if (view === 'day') return longDay(day);
  if (view !== 'week') return monthName(day);
  const [first = day, last = day] = [mondayOf(day), addDays(mondayOf(day), 6)];
  return `${shortDay(first)} to ${shortDay(last)} ${last.slice(0, 4)}`;
}
