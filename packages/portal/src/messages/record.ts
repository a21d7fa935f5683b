// Whose record is read, with which caller, and the questions asked of it.
import { explanationSchema, messageLifeSchema, messagePageSchema } from '@penstock/api/schemas';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { ask, type Caller } from '../api/call.ts';
import { type MessageSearch, queryOf } from './search.ts';

/** Messages a page: what the API gives at most, and some six screens. */
const PAGE_ROWS = 200;

export const messagesQuery = (caller: Caller, search: MessageSearch) =>
  infiniteQueryOptions({
    queryKey: ['messages', caller, queryOf(search)],
    queryFn: ({ pageParam, signal }) =>
      ask(messagePageSchema, '/messages', {
        caller,
        query: { ...queryOf(search), limit: PAGE_ROWS, cursor: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.cursor,
    // a record that is read on must not move under the reader: "Show new messages" asks again
    staleTime: Number.POSITIVE_INFINITY,
  });

/** New messages are counted so far. */
export const MOST_NEW = 100;

/** How many messages came after the newest that is shown: of one's own record, as it grows. */
export const newMessagesQuery = (caller: Caller, search: MessageSearch, newest: string | undefined) =>
  queryOptions({
    queryKey: ['new-messages', caller, queryOf(search), newest],
    queryFn: async ({ signal }) => {
      const query = { ...queryOf(search), limit: MOST_NEW };
      const { items } = await ask(messagePageSchema, '/messages', { caller, query, signal });
      const known = items.findIndex(({ position }) => position === newest);
      return known < 0 ? items.length : known;
    },
    initialData: 0,
    staleTime: Number.POSITIVE_INFINITY,
    meta: { live: { topics: ['messages'] } },
  });

/** Each reading of a User's record by the Operator is recorded: such a page asks when a person does, never by itself. */
const liveUnlessRecorded = (caller: Caller) =>
  caller.reason === undefined ? ({ live: { topics: ['messages', 'streams', 'releases'] } } as const) : {};

export const lifeQuery = (caller: Caller, position: string, userId: string | undefined) =>
  queryOptions({
    queryKey: ['message', caller, position, userId],
    queryFn: ({ signal }) => ask(messageLifeSchema, `/messages/${position}`, { caller, query: { userId }, signal }),
    meta: liveUnlessRecorded(caller),
  });

/** Why a message passed, was held or was deleted. */
export const verdictQuery = (caller: Caller, position: string, userId: string | undefined) =>
  queryOptions({
    queryKey: ['verdict', caller, position, userId],
    queryFn: ({ signal }) =>
      ask(explanationSchema, `/messages/${position}/verdict`, { caller, query: { userId }, signal }),
  });
