// The questions of the page of notices, and of the mark beside its name.
import { noticePageSchema } from '@penstock/api/schemas';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { ask, type Caller } from '../api/call.ts';
import type { NoticeSearch } from './search.ts';

const PAGE_NOTICES = 50;

/** What the list is narrowed to, as the API wants it. */
export const noticeQueryOf = ({ user, show, kind }: NoticeSearch) => ({
  userId: user,
  kind,
  unread: show === 'all' ? undefined : 'true',
});

export const noticesQuery = (caller: Caller, search: NoticeSearch) =>
  infiniteQueryOptions({
    queryKey: ['notices', caller, search.user, search.show, search.kind],
    queryFn: ({ pageParam, signal }) =>
      ask(noticePageSchema, '/notices', {
        caller,
        query: { ...noticeQueryOf(search), limit: PAGE_NOTICES, cursor: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.cursor,
    meta: { live: { topics: ['notices'], userId: search.user } },
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
