/** Periods of thresholds: ISO 8601 durations of a fixed length. */

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

export const LONGEST_PERIOD_DAYS = 31;

const weeks = /^P([0-9]{1,12})W$/;
const parts =
  /^P(?=[0-9T])(?:([0-9]{1,12})D)?(?:T(?=[0-9])(?:([0-9]{1,12})H)?(?:([0-9]{1,12})M)?(?:([0-9]{1,12})S)?)?$/;
const calendar = /^P(?:[0-9]+Y|[0-9]+M)/;

export type Period =
  | { readonly period: string; readonly seconds: number; readonly fault?: undefined }
  | { readonly fault: 'none' | 'calendar' | 'short' | 'long' };

/**
 * A period with its length, in one form for one length: PT24H and P1D are both P1D. Why not, when the text is none:
 * of months or years, below a second, above 31 days, or no duration at all.
 */
export function parsePeriod(text: string): Period {
  if (calendar.test(text)) return { fault: 'calendar' };
  const [, w] = weeks.exec(text) ?? [];
  const [match, d = 0, h = 0, m = 0, s = 0] = parts.exec(text) ?? [];
  if (w === undefined && match === undefined) return { fault: 'none' };
  const seconds = Number(w ?? 0) * WEEK + Number(d) * DAY + Number(h) * HOUR + Number(m) * MINUTE + Number(s);
  if (seconds < 1) return { fault: 'short' };
  if (seconds > LONGEST_PERIOD_DAYS * DAY) return { fault: 'long' };
  return { period: writePeriod(seconds), seconds };
}

function writePeriod(seconds: number): string {
  const days = Math.floor(seconds / DAY);
  const time = [
    [Math.floor((seconds % DAY) / HOUR), 'H'],
    [Math.floor((seconds % HOUR) / MINUTE), 'M'],
    [seconds % MINUTE, 'S'],
  ] as const;
  const clock = time.map(([count, unit]) => (count === 0 ? '' : `${count}${unit}`)).join('');
  return `P${days === 0 ? '' : `${days}D`}${clock === '' ? '' : `T${clock}`}`;
}
