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
