import { eventTopicSchema } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { macaddr8Array } from '../foundation/database/binary.ts';
import type { ChangedRow } from './events.ts';

/**
 * A time is stamped before its transaction commits, by at most half a minute (what a statement may take); so each look
 * goes back by this, and what it has seen already is left out (SeenChanges).
 */
export const MARGIN_SECONDS = 60;

interface Row {
  at: Date;
  topic: string | null;
  user_id: string | null;
  key: string;
  mark: string;
}

/**
 * What changed after an instant (undefined: now), less the margin; `at` is the instant from which to ask next. Of these
 * Users, or of all.
 */
export async function changesSince(
  pool: pg.Pool,
  options: { readonly since: Date | undefined; readonly users: readonly Eui[] | 'all'; readonly operatorId: Eui },
): Promise<{ at: Date; rows: ChangedRow[] }> {
  const { since, users, operatorId } = options;
  const { rows } = await pool.query<Row>({
    name: 'changes_since',
    // the time is taken before the snapshot is
    text: `select statement_timestamp() as at, c.*
           from (values (coalesce($1::timestamptz, statement_timestamp()) - make_interval(secs => $4))) as s(since)
           left join lateral changes_since(s.since, $2, $3) c on true`,
    values: [since, users === 'all' ? null : macaddr8Array(users), operatorId, MARGIN_SECONDS],
  });
  return {
    at: rows[0]?.at ?? new Date(),
    rows: rows.flatMap((row) =>
      row.topic === null
        ? []
        : [
            {
              topic: eventTopicSchema.parse(row.topic),
              userId: row.user_id === null ? undefined : requireEui(row.user_id),
              key: row.key,
              mark: row.mark,
            },
          ],
    ),
  };
}
