// Which questions a change asks again. A question says so itself, in its `meta`. Pure.
import type { EventTopic } from '@penstock/api/schemas';
import type { LiveChange } from './live-client.ts';

/** What an answer is about. */
export interface LiveMeta {
  readonly topics: readonly EventTopic[];
  /** Of which User, where the Operator looks; undefined: of all. */
  readonly userId?: string | undefined;
}

declare module '@tanstack/react-query' {
  interface Register {
    queryMeta: { readonly live?: LiveMeta };
  }
}

/** Rows of a list that is asked again by itself; of 100,000 it would be 500 questions, every second and a half. */
const MOST_LIVE_ROWS = 1_000;

/** Whether an answer is a list of pages of which so many are loaded that it stands still. */
export function isLong(data: unknown): boolean {
  const pages = typeof data === 'object' && data !== null && 'pages' in data ? data.pages : undefined;
  if (!Array.isArray(pages) || pages.length < 2) return false;
  return (
    pages.reduce((sum: number, page: { items?: unknown[] }) => sum + (page.items?.length ?? 0), 0) > MOST_LIVE_ROWS
  );
}

export function isAffected(live: LiveMeta | undefined, changes: readonly LiveChange[] | 'everything'): boolean {
  if (live === undefined) return false;
  if (changes === 'everything') return true;
  const { topics, userId } = live;
  return changes.some(
    (change) =>
      topics.includes(change.topic) &&
      (userId === undefined || change.userIds === undefined || change.userIds.includes(userId)),
  );
}
