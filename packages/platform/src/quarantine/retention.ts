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
 * many. Each held message of the events that still have something undecided is looked at once, oldest first.
 */
export async function expireHeld(pool: pg.Pool, days: number): Promise<number> {
  const { rows } = await pool.query<{ user_id: string }>(
    `select distinct user_id from quarantine_event where state in ('open', 'investigating')`,
  );
  let expired = 0;
  for (const { user_id } of rows) {
    let after: Place | undefined = { day: '-infinity', sequence: '0' };
    while (after !== undefined) {
      const page: ExpiredPage = await expirePage(pool, { userId: user_id, days, after });
      expired += page.expired;
      after = page.last;
    }
  }
  return expired;
}

interface Place {
  readonly day: string;
  readonly sequence: string;
}

interface ExpiredPage {
  readonly expired: number;
  /** Where the next page begins; undefined: nothing later was held for so long. */
  readonly last: Place | undefined;
}

/** The next held messages of a User after a place, in one transaction. */
function expirePage(
  pool: pg.Pool,
  { userId, days, after }: { readonly userId: string; readonly days: number; readonly after: Place },
): Promise<ExpiredPage> {
  return inTransaction(pool, async (client) => {
    // a young day has no statistics, and must not be read and sorted as a whole for each page
    await client.query(
      'set local enable_seqscan = off; set local enable_bitmapscan = off; set local enable_sort = off',
    );
    const { rows } = await client.query<{ expired: number; day: string; sequence: string; is_due: boolean }>(
      `with page as (
         select h.user_id, h.day, h.sequence, h.event, h.is_deleted,
                h.held_at < clock_timestamp() - make_interval(days => $2) as is_due
         from held_message h
         where h.user_id = $1 and h.day >= $3 and (h.day, h.sequence) > ($3, $4)
         order by h.day, h.sequence limit ${MOST_EXPIRED}
       ), decided as (
         insert into held_decision (user_id, day, sequence, event, action, reason, submission, decided_at)
         select user_id, day, sequence, event, 'delete', 'expired', null, clock_timestamp()
         from page where is_due and not is_deleted
         order by day, sequence
         on conflict do nothing
         returning user_id, event
       ), counted as (
         insert into event_decision as e (user_id, event, submission, decided)
         select user_id, event, '', count(*) from decided group by user_id, event
         on conflict (user_id, event, submission) do update set decided = e.decided + excluded.decided
       )
       select (select count(*) from decided)::integer as expired, day::text, sequence, is_due
       from page order by day desc, sequence desc limit 1`,
      [userId, days, after.day, after.sequence],
    );
    const [last] = rows;
    if (last === undefined) return { expired: 0, last: undefined };
    if (last.expired > 0) {
      await client.query(
        'select from lane where user_id = $2 and lane = (select lane from user_id where user_id = $1) for update',
        [userId, ANCHOR],
      );
      await client.query(MARK_DECIDED_SQL, [userId]);
    }
    return { expired: last.expired, last: last.is_due ? { day: last.day, sequence: last.sequence } : undefined };
  });
}

/** Whether something of a day is undecided, or decided and not carried out. */
async function isNeeded(pool: pg.Pool, day: Day): Promise<boolean> {
  const { rows } = await pool.query(
    `(select from held_message h
      where h.day = $1 and not h.is_deleted
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

/** The decisions last: no message is left without its decision when this is interrupted. */
const tables = ['held_message', 'held_decision'];

/**
 * Drops the days of held messages before `firstKept` of which nothing is needed any more, and their decisions: each by
 * itself. A day stays whatever its age while an officer has not decided on something in it.
 */
export async function dropDecidedDays(pool: pg.Pool, firstKept: Day): Promise<Partition[]> {
  const there = await listPartitions(pool);
  const isOurs = ({ table, day }: Partition) => tables.includes(table) && day < firstKept;
  const days = new Set(there.filter(isOurs).map(({ day }) => day));
  const dropped: Partition[] = [];
  for (const day of days) {
    if (await isNeeded(pool, day)) continue;
    for (const table of tables) {
      dropped.push(...(await dropExpiredPartitions(pool, { table, from: day, firstKept: addDays(day, 1) })));
    }
  }
  return dropped;
}
