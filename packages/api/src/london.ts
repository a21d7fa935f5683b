// The clock of London: its local times, and the instants that they are, alike for the platform and its pages. What the rules
// of the clock are is the own table of Node, or of the browser. Pure.

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

// One formatter: making one takes 100 times what a look at it does, and a look some 5 us.
const fields = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', timeZoneName: 'longOffset' });

/** Whole minutes that London is ahead of UTC, as the table says it. */
function readOffset(instant: number): number {
  const text = fields.formatToParts(instant).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours = '0', minutes = '0'] = /^GMT(?:([+-])(\d\d):(\d\d))?$/.exec(text) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

interface Offset {
  readonly from: number;
  readonly milliseconds: number;
}
const byYear = new Map<number, readonly Offset[]>();

/** The offsets of a year of UTC, each from the full hour on at which it begins. */
function offsetsOf(year: number): readonly Offset[] {
  const known = byYear.get(year);
  if (known !== undefined) return known;
  const [begin, end] = [Date.UTC(year), Date.UTC(year + 1)];
  const found: Offset[] = [{ from: begin, milliseconds: readOffset(begin) * 60_000 }];
  for (let day = begin; day < end; day += DAY) {
    if (readOffset(day + DAY) * 60_000 === found.at(-1)?.milliseconds) continue;
    for (let from = day; from <= day + DAY && from < end; from += HOUR) {
      const milliseconds = readOffset(from) * 60_000;
      if (milliseconds !== found.at(-1)?.milliseconds) found.push({ from, milliseconds });
    }
  }
  byYear.set(year, found);
  return found;
}

function offsetAt(instant: number): number {
  const offsets = offsetsOf(new Date(instant).getUTCFullYear());
  return offsets.findLast(({ from }) => from <= instant)?.milliseconds ?? 0;
}

/** A local time, as milliseconds that a clock without offset would have: Date.UTC of what it shows. */
export type LocalTime = number;

/** What the clocks of London show at an instant. */
export function localTime(instant: number): LocalTime {
  return instant + offsetAt(instant);
}

/** The instants at which the clocks of London show this: none in an hour that is left out, two in one that comes twice. */
export function instantsOf(local: LocalTime): readonly number[] {
  // the offset a day before and after, one of which is in force
  const offsets = new Set([offsetAt(local - DAY), offsetAt(local + DAY)]);
  return [...offsets]
    .map((offset) => local - offset)
    .filter((instant) => localTime(instant) === local)
    .toSorted((one, other) => one - other);
}

/** '2026-12-01T22:00' */
export function writeLocal(local: LocalTime): string {
  return new Date(local).toISOString().slice(0, 16);
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A day in words: '2026-12-01' is '1 Dec 2026'. */
export function wordsOfDay(day: string): string {
  const [year, month, date] = day.split('-').map(Number);
  return `${date} ${months[(month ?? 0) - 1]} ${year}`;
}

/** An instant by London's clocks, in words: '1 Dec 2026, 22:00'. */
export function wordsOfInstant(instant: number): string {
  const [day = '', time] = writeLocal(localTime(instant)).split('T');
  return `${wordsOfDay(day)}, ${time}`;
}

/** A time of London in words; both ends, with the day of the end where it is another. */
export function wordsOfSpan({ from, to }: { readonly from: number; readonly to: number }): string {
  const [begins, ends] = [wordsOfInstant(from), wordsOfInstant(to)];
  const [day, time] = ends.split(', ');
  return `${begins} to ${begins.startsWith(`${day}, `) ? time : ends}`;
}

/** The day in London that an instant falls in, '2026-12-01'. */
export function londonDay(instant: number): string {
  return new Date(localTime(instant)).toISOString().slice(0, 10);
}

/** The instant at which a day begins in London; no change of the clocks there is at midnight. */
export function startOfDay(day: string): number {
  const [start] = instantsOf(Date.parse(`${day}T00:00:00Z`));
  if (start === undefined) throw new RangeError(`${day} does not begin`);
  return start;
}

/** '2026-12' -> the instants at which the month begins and ends in London. */
export function spanOfMonth(month: string): { readonly from: number; readonly to: number } {
  return { from: startOfDay(`${month}-01`), to: startOfDay(`${nextMonth(month)}-01`) };
}

export function nextMonth(month: string): string {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number, 1)).toISOString().slice(0, 7);
}
