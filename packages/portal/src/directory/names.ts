// The names of the Parties of User IDs, as the directory has them: those that a page shows are asked for together.
import { userIdPageSchema } from '@penstock/api/schemas';
import { queryOptions } from '@tanstack/react-query';
import { ask } from '../api/call.ts';

/** What the API gives at most. */
const MOST_ASKED = 200;

interface Waiting {
  readonly userId: string;
  readonly resolve: (name: string | null) => void;
  readonly reject: (error: unknown) => void;
}
/** By whom one acts for. */
const waiting = new Map<string | undefined, Waiting[]>();

async function askFor(acting: string | undefined, asked: readonly Waiting[]): Promise<void> {
  try {
    const userIds = [...new Set(asked.map(({ userId }) => userId))].join();
    const query = { userIds, limit: MOST_ASKED };
    const { items } = await ask(userIdPageSchema, '/user-ids', { caller: { acting }, query });
    const names = new Map(items.map(({ userId, partyName }) => [userId, partyName]));
    for (const { userId, resolve } of asked) resolve(names.get(userId) ?? null);
  } catch (error) {
    for (const { reject } of asked) reject(error);
  }
}

function flush(acting: string | undefined): void {
  const all = waiting.get(acting) ?? [];
  waiting.delete(acting);
  for (let from = 0; from < all.length; from += MOST_ASKED) void askFor(acting, all.slice(from, from + MOST_ASKED));
}

/** The name of a User ID's Party; null: the directory has none for the one who acts. */
export const partyNameQuery = (acting: string | undefined, userId: string) =>
  queryOptions({
    queryKey: ['party-name', acting, userId],
    queryFn: () =>
      new Promise<string | null>((resolve, reject) => {
        const others = waiting.get(acting);
        if (others === undefined) {
          waiting.set(acting, [{ userId, resolve, reject }]);
          // what the page shows with it asks in the same turn
          setTimeout(() => flush(acting));
        } else others.push({ userId, resolve, reject });
      }),
    staleTime: Number.POSITIVE_INFINITY,
    meta: { live: { topics: ['directory'] } },
  });
