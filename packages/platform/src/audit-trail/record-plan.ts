// Which days of a User's record a question reaches over. Pure.
import type { MessageExportQuery } from '@penstock/api';
import type { Eui } from '@penstock/duis';
import { addDays, type Day, utcDay } from '../foundation/clock.ts';
import type { LineFormat, RecordPlan } from './record-lines.ts';

/**
 * The plan for what a User's record has by now. Lane time may run ahead of this process's clock by what clocks differ, so
 * the day after today is read too. However wide the question, no day is read that the log does not keep.
 */
export function planRecord(
  { userId: _, ...conditions }: MessageExportQuery,
  { userId, format, now, logDays }: { userId: Eui; format: LineFormat; now: Date; logDays: number },
): RecordPlan {
  const oldest = addDays(utcDay(now), -logDays);
  const newest = addDays(utcDay(now), 1);
  const dayOf = (text: string): Day => {
    const time = Math.min(Math.max(Date.parse(text), Date.parse(oldest)), Date.parse(newest));
    return utcDay(new Date(time));
  };
  const firstDay = conditions.from === undefined ? oldest : dayOf(conditions.from);
  const lastDay = conditions.to === undefined ? newest : dayOf(conditions.to);
  return { userId, format, conditions, firstDay, lastDay };
}
