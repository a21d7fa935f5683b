import { timelineSchema } from '@penstock/api/schemas';
import { infiniteQueryOptions } from '@tanstack/react-query';
import { ask, type Caller } from '../api/call.ts';
import { type DeviceSearch, timelineQueryOf } from './timeline-search.ts';

/** Entries a page: some five screens. */
const PAGE_ENTRIES = 50;

/** The timeline of a device. Each page that is asked for is recorded: nothing asks again by itself but a change of access. */
export const timelineQuery = (caller: Caller, device: string, search: DeviceSearch) => {
  const { user, from, to, span } = search;
  return infiniteQueryOptions({
    // among the titles, since who loses those loses this
    queryKey: ['titles', 'timeline', caller, device, { user, from, to, span }],
    queryFn: ({ pageParam, signal }) =>
      ask(timelineSchema, `/devices/${device}/timeline`, {
        caller,
        query:
          pageParam === undefined
            ? { ...timelineQueryOf(search, Date.now()), limit: PAGE_ENTRIES }
            : // it knows of which span it is
              { userId: user, limit: PAGE_ENTRIES, cursor: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.cursor,
    staleTime: Number.POSITIVE_INFINITY,
    // of everybody's titles nobody is told, of one's own roles one is
    meta: caller.reason === undefined ? { live: { topics: ['directory', 'switches'] } } : {},
  });
};
