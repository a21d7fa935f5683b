// What devices do a day, summed up from the log: it follows the log by a cursor a lane, never in the transaction that
// records. Each piece is one transaction with its cursor's move, so that a stop in the middle leaves it done or not begun.
import type pg from 'pg';
import { addDays, utcDay } from '../foundation/clock.ts';
import { atOnce, type Between, inPieces } from '../foundation/pieces.ts';
import { ANCHOR } from '../messages/lanes.ts';
import { FEWEST_MESSAGES, WINDOW_DAYS } from './erratic.ts';

/** Sequences at a time. */
const MOST_AT_ONCE = 5_000;
const DROPPED_AT_ONCE = 10_000;

/** Sums up what the log has gained; any process may do it at any time. */
export async function sumUpActivity(
  pool: pg.Pool,
  { mostAtOnce = MOST_AT_ONCE, between = atOnce }: { mostAtOnce?: number; between?: Between } = {},
): Promise<void> {
  const { rows } = await pool.query<{ lane: number }>('select lane from lane where user_id = $1', [ANCHOR]);
  await pool.query(
    `insert into activity_cursor (user_id, lane) select user_id, lane from lane where user_id = $1 on conflict do nothing`,
    [ANCHOR],
  );
  for (const { lane } of rows) {
    await inPieces(async () => ((await sumUpNext(pool, lane, mostAtOnce)) === mostAtOnce ? 'more' : 'done'), between);
  }
}

async function sumUpNext(pool: pg.Pool, lane: number, most: number): Promise<number> {
  const { rows } = await pool.query<{ summed: string }>('select sum_up_activity($1, $2, $3, $4)::text as summed', [
    ANCHOR,
    lane,
    most,
    FEWEST_MESSAGES,
  ]);
  return Number(rows[0]?.summed);
}

/** Drops what is kept of devices that had nothing on any day that is still counted. */
export async function dropOldActivity(pool: pg.Pool, now: Date): Promise<void> {
  const firstKept = addDays(utcDay(now), -WINDOW_DAYS);
  for (;;) {
    const { rowCount } = await pool.query(
      `delete from device_activity where (device, user_id) in
         (select device, user_id from device_activity where day < $1 limit ${DROPPED_AT_ONCE})`,
      [firstKept],
    );
    if (rowCount !== DROPPED_AT_ONCE) return;
  }
}
