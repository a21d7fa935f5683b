// When changes and what is planned around them take place: in the local time of London, which people plan in.
import { z } from 'zod';
import { dayOnlySchema, instantSchema } from './common.ts';

/** Windows that one change or event names, and occurrences that all of them may come to. */
export const MOST_WINDOWS = 50;
export const MOST_OCCURRENCES = 400;
export const LONGEST_WINDOW_DAYS = 92;
/** From the first occurrence of a window to the day until which it repeats. */
export const LONGEST_REPEAT_DAYS = 400;

/**
 * A time in London, `2026-12-01T22:00`; with an offset from UTC behind it, that instant. An hour that the clocks leave out in
 * March is no time; one that comes twice in October needs the offset.
 */
export const londonTimeSchema = z
  .string()
  .regex(
    /^20[2-5]\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)?$/,
    'must be a time to the minute such as 2026-12-01T22:00, with an offset such as +01:00 behind it where an hour comes twice',
  )
  .meta({ example: '2026-12-01T22:00' });

/** By the calendar of London: from and to have the same time of day each time, however the clocks stand. */
export const repeatSchema = z.strictObject({
  every: z.enum(['day', 'week', 'month']),
  /** Every second week: 2. A month without the day of the first is left out. */
  interval: z.int().min(1).max(31).default(1),
  /** The last day on which one may begin. */
  until: dayOnlySchema,
  /** Days on which none begins. */
  except: z.array(dayOnlySchema).max(100).default([]),
});

export const changeWindowSchema = z.strictObject({
  from: londonTimeSchema,
  to: londonTimeSchema,
  repeat: repeatSchema.optional(),
});
export type ChangeWindow = z.output<typeof changeWindowSchema>;

/** One time that a window comes to. */
export const occurrenceSchema = z.object({ from: instantSchema, to: instantSchema });
export type OccurrenceDocument = z.infer<typeof occurrenceSchema>;
