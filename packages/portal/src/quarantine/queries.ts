// The questions of the pages about quarantine.
import {
  affectedSchema,
  heldMessagePageSchema,
  quarantineEventPageSchema,
  quarantineLifeSchema,
  releasePageSchema,
} from '@penstock/api/schemas';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { ask, type Caller, type Query } from '../api/call.ts';
import { type EventSearch, type QuarantineSearch, statesOf } from './search.ts';

const PAGE_EVENTS = 50;
/** Messages a page: what the API gives at most. */
const PAGE_HELD = 200;

export const eventsQuery = (caller: Caller, { user, show }: QuarantineSearch) =>
  infiniteQueryOptions({
    queryKey: ['quarantine', caller, user, show],
    queryFn: ({ pageParam, signal }) =>
      ask(quarantineEventPageSchema, '/quarantine/events', {
        caller,
        query: { userId: user, state: statesOf(show), limit: PAGE_EVENTS, cursor: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.cursor,
    meta: { live: { topics: ['quarantine', 'releases'], userId: user } },
  });

export const eventQuery = (caller: Caller, event: string, userId: string | undefined) =>
  queryOptions({
    queryKey: ['quarantine-event', caller, event, userId],
    queryFn: ({ signal }) =>
      ask(quarantineLifeSchema, `/quarantine/events/${event}`, { caller, query: { userId }, signal }),
    meta: { live: { topics: ['quarantine', 'releases'], userId } },
  });

export const affectedQuery = (caller: Caller, event: string, userId: string | undefined) =>
  queryOptions({
    queryKey: ['quarantine-affected', caller, event, userId],
    queryFn: ({ signal }) =>
      ask(affectedSchema, `/quarantine/events/${event}/affected`, { caller, query: { userId }, signal }),
    // a second of the database with 100,000 messages: not for each that comes
    refetchInterval: 60_000,
    staleTime: 30_000,
  });

/** What is asked of an event's messages, as the API wants it. */
export function heldQueryOf({ user, srv, device, held }: EventSearch): Query {
  return { userId: user, serviceReferenceVariant: srv, device, undecided: held === 'all' ? undefined : 'true' };
}

export const heldQuery = (caller: Caller, event: string, search: EventSearch) =>
  infiniteQueryOptions({
    queryKey: ['quarantine-held', caller, event, heldQueryOf(search)],
    queryFn: ({ pageParam, signal }) =>
      ask(heldMessagePageSchema, `/quarantine/events/${event}/held`, {
        caller,
        query: { ...heldQueryOf(search), limit: PAGE_HELD, cursor: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.cursor,
    // a list that one chooses from must not move under the reader
    staleTime: Number.POSITIVE_INFINITY,
  });

/** The releases that decided on an event's messages. */
export const releasesQuery = (caller: Caller, event: string, userId: string | undefined) =>
  queryOptions({
    queryKey: ['releases', caller, event, userId],
    queryFn: ({ signal }) =>
      ask(releasePageSchema, '/releases', { caller, query: { userId, event, limit: 20 }, signal }),
    meta: { live: { topics: ['releases'], userId } },
  });
