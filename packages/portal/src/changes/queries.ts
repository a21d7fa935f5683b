// The questions of the pages about changes.
import { changeFindingsSchema, changeSlotsSchema, changeViewSchema, limitsListSchema } from '@penstock/api/schemas';
import { queryOptions } from '@tanstack/react-query';
import { ask, type Caller } from '../api/call.ts';

const live = { live: { topics: ['changes'] } } as const;

export const changeQuery = (caller: Caller, change: string) =>
  queryOptions({
    queryKey: ['change', caller, change],
    queryFn: ({ signal }) => ask(changeViewSchema, `/changes/${change}`, { caller, signal }),
    meta: live,
  });

export const findingsQuery = (caller: Caller, change: string) =>
  queryOptions({
    queryKey: ['change-findings', caller, change],
    queryFn: ({ signal }) => ask(changeFindingsSchema, `/changes/${change}/clashes`, { caller, signal }),
    meta: live,
  });

/** Looked for when they are wanted: each look is written down for those whose changes it takes. */
export const slotsQuery = (caller: Caller, change: string) =>
  queryOptions({
    queryKey: ['change-slots', caller, change],
    queryFn: ({ signal }) => ask(changeSlotsSchema, `/changes/${change}/slots`, { caller, signal }),
  });

export const changeLimitsQuery = (caller: Caller) =>
  queryOptions({
    queryKey: ['change-limits', caller],
    queryFn: ({ signal }) => ask(limitsListSchema, '/changes/limits', { caller, signal }),
    meta: live,
    staleTime: 60_000,
  });

/** What a save of a change has asked again. */
export const touchedBySave = [
  'change',
  'changes',
  'change-findings',
  'change-slots',
  'change-history',
  'change-uses',
  'change-traffic',
];
