// The labels of an axis of time, in the reader's zone. Pure.
import { formatInstant, type Zone } from './time.ts';

const DAY_SECONDS = 86_400;

/**
 * Labels of instants (seconds since 1970, rising) that lie `step` seconds apart: times of the day, with the day below
 * the first and below each one that begins another; days alone where they lie a day or more apart.
 */
export function axisLabels(instants: readonly number[], step: number, zone: Zone): string[] {
  let shownDay = '';
  return instants.map((instant) => {
    const { day, time } = formatInstant(new Date(instant * 1_000).toISOString(), zone);
    const [number = '', month = ''] = day.split(' ');
    const shortDay = `${number} ${month}`;
    if (step >= DAY_SECONDS) return shortDay;
    const shortTime = step < 60 ? time : time.slice(0, 5);
    const isNew = day !== shownDay;
    shownDay = day;
    return isNew ? `${shortTime}\n${shortDay}` : shortTime;
  });
}
