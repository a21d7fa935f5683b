import { Button, Loader } from '@mantine/core';
import { FailureSummary, wordsOf } from './failure.tsx';

/** What a list that is loaded page by page says of its pages. */
export interface MoreRows {
  readonly error: Error | null;
  readonly isError: boolean;
  readonly isFetching: boolean;
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly isFetchNextPageError: boolean;
  readonly fetchNextPage: () => unknown;
  readonly refetch: () => unknown;
}

/**
 * Whether the next page is to be asked for without a word: not while the list is asked again, which that would break off,
 * and not after it failed, which would ask for ever.
 */
export function mayLoadMore({ hasNextPage, isFetching, isFetchNextPageError }: MoreRows): boolean {
  return hasNextPage && !isFetching && !isFetchNextPageError;
}

/** What stands below the rows that are loaded: that more are coming, or that they did not come. */
export function MoreState({ more }: { more: MoreRows }) {
  if (more.isFetchingNextPage) {
    return (
      <div className="penstock-more" role="status">
        <Loader size="xs" aria-hidden /> Loading more ...
      </div>
    );
  }
  if (!more.isFetchNextPageError) return null;
  const { title, action } = wordsOf(more.error);
  return (
    <div className="penstock-more" role="alert">
      The next rows did not come. {title} {action}{' '}
      <Button variant="default" size="xs" onClick={() => void more.fetchNextPage()}>
        Try again
      </Button>
    </div>
  );
}

/** Why a list is not there, or stands still; what is loaded of it stays. A next page that failed says so below the rows. */
export function ListFailure({ list }: { list: MoreRows }) {
  return list.isError && !list.isFetchNextPageError ? (
    <FailureSummary words={wordsOf(list.error)} onRetry={() => void list.refetch()} />
  ) : null;
}
