// What quarantine needs done by the clock: held messages that expire, where the Operator says that they do, and days of
// held messages that leave.
import type pg from 'pg';
import { addDays, type Day } from '../foundation/clock.ts';
import { dropExpiredPartitions, inTransaction, listPartitions, type Partition } from '../foundation/database/index.ts';
import { ANCHOR } from '../messages/lanes.ts';
import { MARK_DECIDED_SQL } from './decisions-store.ts';

/** A User's messages at a time: each transaction holds its lane's lock for some milliseconds. */
const MOST_EXPIRED = 5_000;

/**
 * Decides to delete what was held for more than `days` and nobody decided on; it is never released by that. Returns how
 * many.
 */
export async function expireHeld(pool: pg.Pool, days: number): Promise<number> {
  let expired = 0;
  for (;;) {
    const count = await inTransaction(pool, async (client) => {
      const { rows } = await client.query<{ user_id: string; count: string }>(
        `with due as (
           select h.user_id, h.day, h.sequence, h.event from held_message h
           where h.body is not null and h.held_at < clock_timestamp() - make_interval(days => $1)
             and not exists (select from held_decision d
                             where d.user_id = h.user_id and d.day = h.day and d.sequence = h.sequence)
           order by h.day, h.sequence limit ${MOST_EXPIRED}
         ), decided as (
           insert into held_decision (user_id, day, sequence, event, action, reason, submission, decided_at)
           select user_id, day, sequence, event, 'delete', 'expired', null, clock_timestamp() from due
           on conflict do nothing
           returning user_id, event
         ), counted as (
           insert into event_decision as e (user_id, event, submission, decided)
           select user_id, event, '', count(*) from decided group by user_id, event
           on conflict (user_id, event, submission) do update set decided = e.decided + excluded.decided
         )
         select user_id, count(*)::text as count from decided group by user_id`,
        [days],
      );
      if (rows.length === 0) return 0;
      await client.query('select from lane where user_id = $1 order by lane for update', [ANCHOR]);
      for (const { user_id } of rows) await client.query(MARK_DECIDED_SQL, [user_id]);
      return rows.reduce((sum, row) => sum + Number(row.count), 0);
    });
    if (count === 0) return expired;
    expired += count;
  }
}

/** Whether something of a day is undecided, or decided and not carried out. */
async function isNeeded(pool: pg.Pool, day: Day): Promise<boolean> {
  const { rows } = await pool.query(
    `(select from held_message h
      where h.day = $1 and h.body is not null
        and not exists (select from held_decision d
                        where d.user_id = h.user_id and d.day = h.day and d.sequence = h.sequence)
      limit 1)
     union all
     (select from held_decision d join release r on r.user_id = d.user_id and r.submission = d.submission
      where d.day = $1 and r.state <> 'done' and (d.day, d.sequence) > (r.day, r.sequence)
      limit 1)`,
    [day],
  );
  return rows.length > 0;
}

/**
 * Drops the days of held messages before `firstKept` of which nothing is needed any more, and their decisions. A day
 * stays whatever its age while an officer has not decided on something in it.
 */
export async function dropDecidedDays(pool: pg.Pool, firstKept: Day): Promise<Partition[]> {
  const days = (await listPartitions(pool)).filter(({ table, day }) => table === 'held_message' && day < firstKept);
  const dropped: Partition[] = [];
  for (const { day } of days) {
    if (await isNeeded(pool, day)) break;
    for (const table of ['held_message', 'held_decision']) {
      dropped.push(...(await dropExpiredPartitions(pool, { table, firstKept: addDays(day, 1) })));
    }
  }
  return dropped;
}
