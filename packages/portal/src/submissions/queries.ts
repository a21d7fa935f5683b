// The questions of the pages about signed files.
import {
  type SubmissionDocument,
  stoppedPageSchema,
  submissionLifeSchema,
  submissionPageSchema,
} from '@penstock/api/schemas';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { ask, type Caller } from '../api/call.ts';

const PAGE_FILES = 50;

/** Whether a file is being worked on now: what becomes of it is seconds away. */
export function isUnderWay({ state }: Pick<SubmissionDocument, 'state'>): boolean {
  return state === 'received' || state === 'verified' || state === 'checked';
}

/** Whether its User can still take it back. */
export function isWithdrawable(file: Pick<SubmissionDocument, 'state'>): boolean {
  return isUnderWay(file) || file.state === 'awaiting_second_officer' || file.state === 'needs_operator';
}

/** The lists of the page; undefined: all files. */
export type FileList = 'mine' | 'others' | 'stopped' | undefined;

const conditions: Readonly<Record<NonNullable<FileList>, { state?: SubmissionDocument['state']; waitsFor?: string }>> =
  {
    mine: { waitsFor: 'me' },
    others: { waitsFor: 'others' },
    stopped: { state: 'needs_operator' },
  };

/** What a list is narrowed to, as the API wants it. */
export const submissionQueryOf = ({ userId, list }: { userId: string | undefined; list: FileList }) => ({
  userId,
  ...(list && conditions[list]),
});

export const submissionsQuery = (caller: Caller, shown: Parameters<typeof submissionQueryOf>[0]) =>
  infiniteQueryOptions({
    queryKey: ['submissions', caller, shown.userId, shown.list],
    queryFn: ({ pageParam, signal }) =>
      ask(submissionPageSchema, '/submissions', {
        caller,
        query: { ...submissionQueryOf(shown), limit: PAGE_FILES, cursor: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.cursor,
    meta: { live: { topics: ['submissions'], userId: shown.userId } },
  });

/** Of all Users, what waits for the Operator. */
export const stoppedQuery = (caller: Caller) =>
  infiniteQueryOptions({
    queryKey: ['submissions', 'stopped', caller],
    queryFn: ({ pageParam, signal }) =>
      ask(stoppedPageSchema, '/submissions/needing-operator', {
        caller,
        query: { limit: PAGE_FILES, cursor: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.cursor,
    meta: { live: { topics: ['submissions'] } },
  });

export const submissionQuery = (caller: Caller, sha256: string, userId: string | undefined) =>
  queryOptions({
    queryKey: ['submission', caller, sha256, userId],
    queryFn: ({ signal }) => ask(submissionLifeSchema, `/submissions/${sha256}`, { caller, query: { userId }, signal }),
    meta: { live: { topics: ['submissions'], userId } },
  });
