// What of the changes is shown: in the address as text, in the form as people write it, in a call as the API wants it. Pure.
import { londonDay, startOfDay } from '@penstock/api/schemas';
import { z } from 'zod';
import type { Query } from '../api/call.ts';
import { localOrNothing, orNothing, readPeriod, serviceFault } from '../shared/conditions.ts';
import type { Zone } from '../shared/time.ts';

/** Far above anything that means something; a longer one is left out. */
const text = z.string().min(1).max(200).optional().catch(undefined);

/** What changes are narrowed to, in the list and in the calendar alike. */
export const conditionFields = [
  'kind',
  'state',
  'service',
  'srv',
  'interface',
  'deviceModel',
  'region',
  'mine',
  'find',
] as const;
const conditions = {
  kind: text,
  state: text,
  service: text,
  srv: text,
  interface: text,
  deviceModel: text,
  region: text,
  mine: z.literal('true').optional().catch(undefined),
  find: text,
};
export type Conditions = Readonly<Partial<Record<(typeof conditionFields)[number], string | undefined>>>;

/** The fields of the address of the list. Instants are in UTC: a link shows the same to a reader elsewhere. */
export const changesSearchSchema = z.object({
  for: text,
  ...conditions,
  from: text,
  to: text,
  /** Left out: what is not over today. */
  when: z.literal('all').optional().catch(undefined),
});
export type ChangesSearch = z.output<typeof changesSearchSchema>;

export const calendarViews = ['month', 'week', 'day', 'services', 'parties'] as const;
export type CalendarView = (typeof calendarViews)[number];

export const calendarSearchSchema = z.object({
  for: text,
  ...conditions,
  /** Left out: month. */
  by: z.enum(calendarViews).optional().catch(undefined),
  /** The day, in London, whose month, week or day it is; left out: today. */
  day: z
    .string()
    .regex(/^20[2-5]\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/)
    .optional()
    .catch(undefined),
});
export type CalendarSearch = z.output<typeof calendarSearchSchema>;

export function conditionsOf(search: Conditions): Query {
  return Object.fromEntries(conditionFields.map((field) => [field, search[field]]));
}

/** What the list asks for. Days begin in London. */
export function queryOf(search: ChangesSearch, now: number): Query {
  const { from, to, when } = search;
  const today = when === 'all' ? undefined : new Date(startOfDay(londonDay(now))).toISOString();
  return { ...conditionsOf(search), from: from ?? today, to };
}

export function countConditions(search: ChangesSearch): number {
  return [...conditionFields, 'from' as const, 'to' as const].filter((field) => search[field] !== undefined).length;
}

/** The form, as text; '' where nothing is asked. */
export const formFields = ['from', 'to', ...conditionFields] as const;
export type FormField = (typeof formFields)[number];
export type ConditionForm = Readonly<Record<FormField, string>>;

export function formOf(search: Conditions & { from?: string | undefined; to?: string | undefined }, zone: Zone) {
  const local = (instant: string | undefined) => localOrNothing(instant, zone);
  const written = Object.fromEntries(conditionFields.map((field) => [field, search[field] ?? '']));
  return { ...written, from: local(search.from), to: local(search.to) } as ConditionForm;
}

/** What the form asks for, or every field that is wrong with what to do. */
export function readForm(
  form: ConditionForm,
  zone: Zone,
): { readonly faults: Partial<Record<FormField, string>>; readonly search: Partial<ChangesSearch> } {
  const { from, to, faults } = readPeriod(form, zone);
  const wrongService = serviceFault(form.srv);
  const written = Object.fromEntries(conditionFields.map((field) => [field, orNothing(form[field])]));
  return {
    faults: { ...faults, ...(wrongService === undefined ? {} : { srv: wrongService }) },
    search: { ...written, from, to } as Partial<ChangesSearch>,
  };
}
