// What changes are measured against: limits that count from an instant on, and what is planned around changes (freezes,
// maintenance windows, rehearsals of disaster recovery).
import { z } from 'zod';
import { changeWindowSchema, MOST_WINDOWS } from './change-windows.ts';
import { changeKindSchema } from './changes.ts';
import { dayOnlySchema, lineSchema } from './common.ts';

/** A time of day in London. */
export const timeOfDaySchema = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 20:00');

/** What goes beyond a limit is told, and stopped by nothing. */
export const changeLimitsSchema = z.strictObject({
  /** Whole Working Days between telling and doing: of Planned Maintenance to the first of the month, of others to their begin. */
  noticeWorkingDays: z.partialRecord(changeKindSchema, z.int().min(0).max(260)),
  /** Of Planned Maintenance in a month; what overlaps counts once. */
  monthlyHours: z.number().min(0).max(744),
  /** Planned Maintenance lies between these, of one day and the next. */
  allowedFrom: timeOfDaySchema,
  allowedTo: timeOfDaySchema,
  /** Changes that may be under way at a time. */
  mostAtOnce: z.int().min(1).max(10_000),
  /** The services that changes may name, each with those that it needs. */
  services: z
    .array(z.strictObject({ name: lineSchema(100), dependsOn: z.array(lineSchema(100)).max(50) }))
    .max(200)
    .refine((services) => new Set(services.map(({ name }) => name)).size === services.length, {
      error: 'must name each service once',
    })
    .refine(
      (services) => {
        const names = new Set(services.map(({ name }) => name));
        return services.every(({ dependsOn }) => dependsOn.every((name) => names.has(name)));
      },
      { error: 'must name the services that others depend on, too' },
    ),
});
export type ChangeLimits = z.output<typeof changeLimitsSchema>;

export const calendarKinds = ['freeze', 'maintenance', 'rehearsal'] as const;
export const calendarKindSchema = z.enum(calendarKinds);
export type CalendarKind = z.infer<typeof calendarKindSchema>;

export const calendarContentSchema = z.strictObject({
  kind: calendarKindSchema,
  name: lineSchema(120),
  /** Of which services; of all when none is named. */
  services: z.array(lineSchema(100)).max(50).default([]),
  windows: z.array(changeWindowSchema).min(1).max(MOST_WINDOWS),
});
export type CalendarContent = z.output<typeof calendarContentSchema>;

export const holidayParametersSchema = z.strictObject({
  year: z.string().regex(/^20[2-5]\d$/, 'must be a year such as 2026'),
});
/** GET /changes/bank-holidays/{year}: of England and Wales, which are no Working Days. */
export const bankHolidaysSchema = z.object({ days: z.array(dayOnlySchema) });
