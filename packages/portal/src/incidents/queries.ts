// The questions of the pages about incidents.
import {
  changeIncidentsSchema,
  incidentChangesSchema,
  incidentSchema,
  incidentTargetsListSchema,
  limitsListSchema,
  statusSchema,
  statusSubscriptionSchema,
} from '@penstock/api/schemas';
import { queryOptions } from '@tanstack/react-query';
import { ask, type Caller } from '../api/call.ts';

export const incidentQuery = (caller: Caller, incident: string) =>
  queryOptions({
    queryKey: ['incident', caller, incident],
    queryFn: ({ signal }) => ask(incidentSchema, `/incidents/${incident}`, { caller, signal }),
    meta: { live: { topics: ['incidents'] } },
  });

export const incidentChangesQuery = (caller: Caller, incident: string) =>
  queryOptions({
    queryKey: ['incident-changes', caller, incident],
    queryFn: ({ signal }) => ask(incidentChangesSchema, `/incidents/${incident}/changes`, { caller, signal }),
    meta: { live: { topics: ['incidents', 'changes'] } },
  });

export const changeIncidentsQuery = (caller: Caller, change: string) =>
  queryOptions({
    queryKey: ['change-incidents', caller, change],
    queryFn: ({ signal }) => ask(changeIncidentsSchema, `/changes/${change}/incidents`, { caller, signal }),
    meta: { live: { topics: ['incidents', 'changes'] } },
  });

export const statusQuery = (caller: Caller) =>
  queryOptions({
    queryKey: ['status', caller],
    queryFn: ({ signal }) => ask(statusSchema, '/status', { caller, signal }),
    meta: { live: { topics: ['status', 'changes'] } },
  });

export const subscriptionQuery = (caller: Caller) =>
  queryOptions({
    queryKey: ['status-subscription', caller],
    queryFn: ({ signal }) => ask(statusSubscriptionSchema, '/status/subscription', { caller, signal }),
  });

export const targetsQuery = (caller: Caller) =>
  queryOptions({
    queryKey: ['incident-targets', caller],
    queryFn: ({ signal }) => ask(incidentTargetsListSchema, '/incidents/targets', { caller, signal }),
    meta: { live: { topics: ['incidents'] } },
  });

/** The names that services have. */
export const servicesQuery = (caller: Caller) =>
  queryOptions({
    queryKey: ['change-limits', caller],
    queryFn: ({ signal }) => ask(limitsListSchema, '/changes/limits', { caller, signal }),
    meta: { live: { topics: ['changes'] } },
    staleTime: 60_000,
    select: ({ inForce, items }) =>
      items.find(({ version }) => version === inForce)?.limits.services.map(({ name }) => name) ?? [],
  });

/** What a deed has asked again. */
export const touchedByDeed = ['incident', 'incidents', 'incident-changes', 'incident-updates', 'overview', 'status'];
