import { requireEui } from '@penstock/duis';
import type pg from 'pg';
import { addDays, type Day } from '../foundation/clock.ts';
import { dropExpiredPartitions, listPartitions, type Partition } from '../foundation/database/index.ts';
import type { Log } from '../foundation/log.ts';
import type { Direction } from '../messages/message.ts';
import type { DeliveryMetrics } from './metrics.ts';
import { ensureCursors } from './stream-store.ts';

// Days of the streams leave whole. A day that was taken by all is kept for the replay time (messages.stream_days); one
// that somebody still needs is kept as long as the audit record (messages.log_days), and what is lost then is told.

export interface RetentionParts {
  readonly pool: pg.Pool;
  readonly log: Log;
  readonly metrics: DeliveryMetrics;
}

/**
 * Drops the days of the streams that are not needed any more and returns them. Any process may call it, at any time.
 * Throws the database's error when a day cannot be dropped now; the next call goes on from there.
 */
export async function dropTakenDays(
  parts: RetentionParts,
  options: { readonly today: Day; readonly streamDays: number; readonly logDays: number },
): Promise<Partition[]> {
  const { pool } = parts;
  await ensureCursors(pool); // a User without a cursor needs every day
  const replayFrom = addDays(options.today, -options.streamDays);
  const recordFrom = addDays(options.today, -options.logDays);
  const days = (await listPartitions(pool)).filter(({ table, day }) => table === 'stream' && day < replayFrom);
  let firstKept = replayFrom;
  for (const { day } of days) {
    if (day < recordFrom) {
      await tellExpired(parts, day);
    } else if (await isNeeded(pool, day)) {
      firstKept = day;
      break;
    }
  }
  return dropExpiredPartitions(pool, { table: 'stream', firstKept });
}

async function isNeeded(pool: pg.Pool, day: Day): Promise<boolean> {
  const { rows } = await pool.query('select from untaken_of_day($1, 1) limit 1', [day]);
  return rows.length > 0;
}

interface ExpiredRow {
  readonly user_id: string;
  readonly direction: Direction;
  readonly messages: string;
}

/** Once a stream and day, however often dropping it is tried. */
async function tellExpired({ pool, log, metrics }: RetentionParts, day: Day): Promise<void> {
  const { rows } = await pool.query<ExpiredRow>(
    `insert into service_event (user_id, direction, kind, since, messages, raised_at, ended_at)
     select u.user_id, u.direction, 'delivery_expired', $1::date::timestamp at time zone 'UTC', u.messages, t.at, t.at
     from untaken_of_day($1, null) u, (select clock_timestamp() as at) t
     on conflict do nothing
     returning user_id, direction, messages::text`,
    [day],
  );
  for (const { user_id, direction, messages } of rows) {
    log.error({ userId: requireEui(user_id), direction, day, messages }, 'messages that nobody took have expired');
    metrics.expired(direction, Number(messages));
  }
}
