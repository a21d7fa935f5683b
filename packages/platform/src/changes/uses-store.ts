// Who of others than its owner used a change, and for what: a row for each reader, day and purpose.
//
// A page asks what speaks against a change while it is written, each time that typing pauses. So a use is five minutes in which
// a change was used, however often: what is counted is what people did, and a second look writes nothing.
import type { changePurposes } from '@penstock/api';
import { OPERATOR_AUTHOR } from '../foundation/author.ts';
import type { Viewer } from '../foundation/viewer.ts';
import type { Asked, ChangeParts } from './parts.ts';

export type Purpose = (typeof changePurposes)[number];

/** Writes down what is about to be given away; what is the reader's own is not. */
export async function recordUses(
  { pool, now }: Pick<ChangeParts, 'pool' | 'now'>,
  viewer: Viewer,
  use: { readonly changes: readonly string[]; readonly purpose: Purpose; readonly client?: Asked },
): Promise<void> {
  if (use.changes.length === 0) return;
  const userIds = viewer.kind === 'operator' ? [viewer.userId] : viewer.userIds;
  // that somebody's change was held against others is told; whose it was may be that one's secret
  const isComputed = use.purpose === 'clashes' || use.purpose === 'slots';
  const reader = viewer.kind === 'operator' ? OPERATOR_AUTHOR : isComputed ? '' : userIds.join(' ');
  await (use.client ?? pool).query(
    `insert into change_use as u (user_id, change, day, purpose, reader, first_at, last_at, times)
     select c.user_id, c.change, ($1::timestamptz at time zone 'UTC')::date, $2, $3, $1, $1, 1
     from change c where c.change = any ($4::uuid[]) and c.user_id <> all ($5::macaddr8[])
     on conflict (user_id, change, day, purpose, reader) do update set times = u.times + 1, last_at = excluded.last_at
     where u.last_at <= excluded.last_at - interval '5 minutes'`,
    [now(), use.purpose, reader, use.changes, userIds],
  );
}
