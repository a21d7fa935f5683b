// The questions of the pages about signed files.
import { type SubmissionDocument, submissionLifeSchema, submissionPageSchema } from '@penstock/api/schemas';
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

export const submissionsQuery = (
  caller: Caller,
  { userId, state }: { userId: string | undefined; state: SubmissionDocument['state'] | undefined },
) =>
  infiniteQueryOptions({
    queryKey: ['submissions', caller, userId, state],
    queryFn: ({ pageParam, signal }) =>
      ask(submissionPageSchema, '/submissions', {
        caller,
        query: { userId, state, limit: PAGE_FILES, cursor: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.cursor,
    meta: { live: { topics: ['submissions'], userId } },
  });

export const submissionQuery = (caller: Caller, sha256: string, userId: string | undefined) =>
  queryOptions({
    queryKey: ['submission', caller, sha256, userId],
    queryFn: ({ signal }) => ask(submissionLifeSchema, `/submissions/${sha256}`, { caller, query: { userId }, signal }),
    meta: { live: { topics: ['submissions'], userId } },
  });
