// Which days of a User's record a question reaches over. Pure.
import type { MessageExportQuery } from '@penstock/api';
import { addDays, type Day, utcDay } from '../foundation/clock.ts';
import type { RecordPlan } from './record-lines.ts';

/**
 * The plan for what a User's record has by now. Lane time may run ahead of this process's clock by what clocks differ, so
 * the day after today is read too. However wide the question, no day is read that the log does not keep.
 */
export function planRecord(
  { userId: _, ...conditions }: MessageExportQuery,
  {
    userId,
    devices,
    format,
    now,
    logDays,
  }: Pick<RecordPlan, 'userId' | 'devices' | 'format'> & {
    readonly now: Date;
    readonly logDays: number;
  },
): RecordPlan {
  return { userId, devices, format, conditions, ...daysOf(conditions, now, logDays) };
}

/** First and last day of a question. */
export function daysOf(
  { from, to }: Pick<MessageExportQuery, 'from' | 'to'>,
  now: Date,
  logDays: number,
): Pick<RecordPlan, 'firstDay' | 'lastDay'> {
  const oldest = addDays(utcDay(now), -logDays);
  const newest = addDays(utcDay(now), 1);
  const dayOf = (text: string): Day => {
    const time = Math.min(Math.max(Date.parse(text), Date.parse(oldest)), Date.parse(newest));
    return utcDay(new Date(time));
  };
  return { firstDay: from === undefined ? oldest : dayOf(from), lastDay: to === undefined ? newest : dayOf(to) };
}
