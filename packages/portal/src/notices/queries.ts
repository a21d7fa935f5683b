// The questions of the page of notices, and of the mark beside its name.
import { noticePageSchema } from '@penstock/api/schemas';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { ask, type Caller } from '../api/call.ts';
import type { NoticeSearch } from './search.ts';

const PAGE_NOTICES = 50;

export const noticesQuery = (caller: Caller, { user, show, kind }: NoticeSearch) =>
  infiniteQueryOptions({
    queryKey: ['notices', caller, user, show, kind],
    queryFn: ({ pageParam, signal }) =>
      ask(noticePageSchema, '/notices', {
        caller,
        query: {
          userId: user,
          kind,
          unread: show === 'all' ? undefined : 'true',
          limit: PAGE_NOTICES,
          cursor: pageParam,
        },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.cursor,
    meta: { live: { topics: ['notices'], userId: user } },
  });

/** How many a person has not read of the User ID for which it acts. */
export const unreadQuery = (caller: Caller) =>
  queryOptions({
    queryKey: ['notices', 'unread', caller],
    queryFn: async ({ signal }) => {
      const { unread } = await ask(noticePageSchema, '/notices', { caller, query: { limit: 1 }, signal });
      return unread;
    },
    meta: { live: { topics: ['notices'] } },
  });
