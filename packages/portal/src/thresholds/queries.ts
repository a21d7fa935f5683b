// The questions of the pages about thresholds, limits and services.
import {
  contributorsSchema,
  limitListSchema,
  serviceListSchema,
  thresholdPageSchema,
  thresholdUsageSchema,
} from '@penstock/api/schemas';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { ask, type Caller } from '../api/call.ts';

/** Thresholds a page: what the API gives at most. */
const PAGE_THRESHOLDS = 200;
/** Use falls by itself, as messages leave the window; what is asked stays cheap (one row a threshold). */
const AGAIN_MILLISECONDS = 15_000;
const LOOKS_AGAIN_MILLISECONDS = 60_000;

/** `userId` undefined: one's own; of the Operator, those over all Users. */
export const thresholdsQuery = (caller: Caller, userId: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ['thresholds', caller, userId],
    queryFn: ({ pageParam, signal }) =>
      ask(thresholdPageSchema, '/thresholds', {
        caller,
        query: { userId, limit: PAGE_THRESHOLDS, cursor: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.cursor,
    refetchInterval: AGAIN_MILLISECONDS,
    meta: { live: { topics: ['thresholds', 'messages'], userId } },
  });

export const usageQuery = (caller: Caller, thresholdId: string) =>
  queryOptions({
    queryKey: ['threshold-usage', caller, thresholdId],
    queryFn: ({ signal }) => ask(thresholdUsageSchema, `/thresholds/${thresholdId}/usage`, { caller, signal }),
    refetchInterval: LOOKS_AGAIN_MILLISECONDS,
  });

export const contributorsQuery = (caller: Caller, thresholdId: string) =>
  queryOptions({
    queryKey: ['contributors', caller, thresholdId],
    queryFn: ({ signal }) => ask(contributorsSchema, `/thresholds/${thresholdId}/contributors`, { caller, signal }),
    refetchInterval: LOOKS_AGAIN_MILLISECONDS,
  });

export const limitsQuery = (caller: Caller) =>
  queryOptions({
    queryKey: ['limits', caller],
    queryFn: ({ signal }) => ask(limitListSchema, '/limits', { caller, signal }),
    meta: { live: { topics: ['thresholds'] } },
  });

/** What files may name; it changes with the platform alone. */
export const servicesQuery = (caller: Caller) =>
  queryOptions({
    queryKey: ['services', caller],
    queryFn: ({ signal }) => ask(serviceListSchema, '/services', { caller, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
