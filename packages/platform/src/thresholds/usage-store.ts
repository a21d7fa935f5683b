// How far thresholds were used, looked at now and then, so that a chart of it costs nothing where messages are counted.
// A look says what the window held at its instant: between two looks there may have been more.
import type { ThresholdUsageDocument } from '@penstock/api';
import type pg from 'pg';
import { inTransaction } from '../foundation/database/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { asViewerOf } from '../foundation/viewing.ts';
import { readUserIds } from '../parties/parties-store.ts';
import { ALL_USERS } from './matching.ts';

/**
 * Looks at every threshold that is due at this minute, and drops what is older than it is kept; however many processes
 * do it, there is one look. 4,000 thresholds, each with 288 steps in its window, take 1.3 s on two busy cores.
 */
export async function lookAtUsage(pool: pg.Pool, now: Date): Promise<void> {
  const minute = new Date(Math.floor(now.getTime() / 60_000) * 60_000);
  await inTransaction(pool, async (client) => {
    await client.query(
      `insert into threshold_usage (user_id, threshold_id, at, count, warning, quarantine)
       select c.user_id, c.threshold_id, $1, u.count, u.warning, u.quarantine
       from threshold_count c cross join lateral usage_at(c.user_id, c.threshold_id, $1) as u
       where extract(epoch from $1::timestamptz)::bigint % usage_step(c.period_seconds) = 0
         and not exists (select from threshold_usage l
                         where l.user_id = c.user_id and l.threshold_id = c.threshold_id and l.at = $1)
       on conflict do nothing`,
      [minute],
    );
    await client.query(
      `delete from threshold_usage l using threshold t
       where l.user_id = t.user_id and l.threshold_id = t.threshold_id and l.at < $1::timestamptz - usage_kept(t.period_seconds)`,
      [minute],
    );
  });
}

interface LookRow {
  at: Date;
  count: string;
  warning: string | null;
  quarantine: string | null;
}

/** $1 owner, $2 threshold. */
export const LOOKS_SQL = `
  select at, count::text, warning::text, quarantine::text from threshold_usage
  where user_id = $1 and threshold_id = $2 order by at`;

/**
 * The looks at one threshold that are kept, oldest first. The Operator sees those of everybody.
 * @throws PenstockError 'request.not-found'
 */
export async function readUsage(pool: pg.Pool, viewer: Viewer, thresholdId: string): Promise<ThresholdUsageDocument> {
  const owners = viewer.kind === 'operator' ? [...(await readUserIds(pool)), ALL_USERS] : viewer.userIds;
  return asViewerOf(pool, owners, async (client) => {
    const found = await client.query<{ user_id: string; step: string }>(
      'select user_id, usage_step(period_seconds)::text as step from threshold where threshold_id = $1',
      [thresholdId],
    );
    const [threshold] = found.rows;
    if (threshold === undefined) throw new PenstockError('request.not-found', { detail: 'there is no such threshold' });
    const { rows } = await client.query<LookRow>(LOOKS_SQL, [threshold.user_id, thresholdId]);
    return {
      thresholdId,
      stepSeconds: Number(threshold.step),
      looks: rows.map(({ at, count, warning, quarantine }) => ({
        at: at.toISOString(),
        count: Number(count),
        ...(warning === null ? {} : { warning: Number(warning) }),
        ...(quarantine === null ? {} : { quarantine: Number(quarantine) }),
      })),
    };
  });
}
