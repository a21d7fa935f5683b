/** The lanes as a whole: made at the start, and held still while a rule changes that all of them go by. */
import type pg from 'pg';

/** Every lane's row is found by its anchor, a User ID of the lane's shard group; on one server it is all zeros. */
export const ANCHOR = '00:00:00:00:00:00:00:00';

/** Makes the rows of lanes that do not exist yet, one a lane from 0 on. */
export async function createLanes(client: pg.Pool | pg.PoolClient, lanes: number): Promise<void> {
  await client.query(
    `with wanted as (select $1::macaddr8 as anchor, n::smallint as lane from generate_series(0, $2::integer - 1) n),
          horizon as (insert into replay_horizon (user_id, lane) select anchor, lane from wanted on conflict do nothing),
          summed as (insert into sum_cursor (user_id, lane) select anchor, lane from wanted on conflict do nothing)
     insert into lane (user_id, lane) select anchor, lane from wanted on conflict do nothing`,
    [ANCHOR, lanes],
  );
}

/** The sequence of the last message of a lane. */
export interface LaneReach {
  readonly lane: number;
  readonly sequence: string;
}

/** How far each lane is, without stopping it. */
export async function readLanes(client: pg.PoolClient): Promise<LaneReach[]> {
  const { rows } = await client.query<LaneReach>('select lane, sequence from lane where user_id = $1 order by lane', [
    ANCHOR,
  ]);
  return rows;
}

/**
 * Stops all lanes until the transaction ends and returns the instant at which the change is made: later than every
 * message recorded so far, and no later one is recorded before it. `now` is undefined in production. To be called as
 * late as can be: nobody's message is recorded meanwhile. As text, because a Date has no microseconds.
 */
export async function stopLanes(client: pg.PoolClient, now: Date | undefined): Promise<string> {
  await client.query('select from lane where user_id = $1 order by lane for update', [ANCHOR]);
  const { rows } = await client.query<{ instant: string }>(
    `select greatest(coalesce($2, clock_timestamp()), max(time) + interval '1 microsecond')::text as instant
     from lane where user_id = $1`,
    [ANCHOR, now ?? null],
  );
  const instant = rows[0]?.instant ?? '';
  // a lane that was never used has no time yet; its first message sets its horizon too (record_batch)
  await client.query(`update lane set time = $2 where user_id = $1 and time > '-infinity'`, [ANCHOR, instant]);
  return instant;
}
