import { titlePageSchema } from '@penstock/api/schemas';
import { infiniteQueryOptions } from '@tanstack/react-query';
import { ask, type Caller } from '../api/call.ts';
import { type TitleSearch, titleQueryOf } from './title-search.ts';

/** Titles a page: what the API gives at most, and some ten screens. */
const PAGE_ROWS = 200;

/** The titles of a device. Each page that is asked for is recorded: nothing asks again by itself but a change of access. */
export const titlesQuery = (caller: Caller, device: string, search: TitleSearch) =>
  infiniteQueryOptions({
    queryKey: ['titles', caller, device, titleQueryOf(search)],
    queryFn: ({ pageParam, signal }) =>
      ask(titlePageSchema, `/devices/${device}/titles`, {
        caller,
        query: { ...titleQueryOf(search), limit: PAGE_ROWS, cursor: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.cursor,
    staleTime: Number.POSITIVE_INFINITY,
    // of everybody's titles nobody is told, of one's own roles one is
    meta: caller.reason === undefined ? { live: { topics: ['directory', 'switches'] } } : {},
  });
