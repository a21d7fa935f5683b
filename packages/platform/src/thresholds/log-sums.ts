/**
 * Counts over a window of the log, exact to the microsecond and whatever its size: whole minutes are read from what was
 * summed up (sum_up_log, which follows the log), and the log itself only where the window begins and ends.
 */
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { atOnce, type Between, inPieces } from '../foundation/pieces.ts';
import { ANCHOR } from '../messages/lanes.ts';

/** Summed up at a time. */
const MOST_AT_ONCE = 20_000;

/** Sums up what the log has gained; any process may do it at any time. */
export async function sumUpLog(pool: pg.Pool, between: Between = atOnce): Promise<void> {
  const { rows } = await pool.query<{ lane: number }>('select lane from sum_cursor where user_id = $1', [ANCHOR]);
  for (const { lane } of rows) {
    await inPieces(async () => ((await sumUpNext(pool, lane)) === MOST_AT_ONCE ? 'more' : 'done'), between);
  }
}

async function sumUpNext(pool: pg.Pool, lane: number): Promise<number> {
  const { rows } = await pool.query<{ summed: string }>('select sum_up_log($1, $2, $3)::text as summed', [
    ANCHOR,
    lane,
    MOST_AT_ONCE,
  ]);
  return Number(rows[0]?.summed);
}

export interface Sender {
  readonly userId: Eui;
  readonly lane: number;
}

export interface LogWindow {
  /** Times with their microseconds, which a Date would cut off. */
  readonly from: string;
  readonly to: string;
  /** Of the messages of the last instant those up to this sequence; undefined: all. */
  readonly lastSequence: bigint | undefined;
}

export interface SenderCount {
  readonly userId: Eui;
  readonly count: number;
}

/**
 * $1 threshold, $2 begin of the window, $3 end, $4 sequence up to which messages of the end's own instant count, $5 the
 * User IDs to look at, $6 their lanes, $7 the lanes' anchor.
 *
 * Of each lane the minutes [first, last), and of these the hours [first_hour, last_hour), are whole and summed up; minutes
 * and hours are numbers since 1970. Before and after them the log is read, day by day, so that each day is found by its key
 * from one sequence to the other and not read as a whole.
 */
export const COUNT_SQL = `
  with span as materialized (
    select c.user_id as anchor, c.lane, b.*, w.last,
           (b.first + 59) / 60 as first_hour, greatest((b.first + 59) / 60, w.last / 60) as last_hour
    from sum_cursor c
    cross join lateral (
      select floor(extract(epoch from $2::timestamptz) / 60)::integer as from_minute,
             ceil(extract(epoch from $2::timestamptz) / 60)::integer as first,
             floor(extract(epoch from $3::timestamptz) / 60)::integer as to_minute,
             case when isfinite(c.time) then floor(extract(epoch from c.time) / 60)::integer else 0 end as summed_to
    ) as b
    cross join lateral (select greatest(b.first, least(b.to_minute, b.summed_to)) as last) as w
    where c.user_id = $7
  ), logged as materialized (
    select s.lane, d.day::date as day, coalesce(e.after, 0) as after, coalesce(e.until, 9223372036854775807) as until,
           e.since, e.before
    from span s
    cross join lateral (values
      (sequence_before(s.anchor, s.lane, s.from_minute),
       case when s.first <= s.summed_to then sequence_before(s.anchor, s.lane, s.first) end,
       $2::timestamptz, least(to_timestamp(s.first * 60.0), $3::timestamptz + interval '1 microsecond')),
      (sequence_before(s.anchor, s.lane, s.last),
       case when s.to_minute < s.summed_to then sequence_before(s.anchor, s.lane, s.to_minute + 1) end,
       to_timestamp(s.last * 60.0), $3::timestamptz + interval '1 microsecond')
    ) as e(after, until, since, before)
    cross join generate_series((e.since at time zone 'UTC')::date, (e.before at time zone 'UTC')::date,
                               interval '1 day') as d(day)
    where e.since < e.before
  ), begun_hour as materialized (
    select s.lane, date 'epoch' + m.first / 1440 as day, m.first / 60 % 24 as hour,
           m.first % 60 + 1 as first_minute, m.first % 60 + m.last - m.first as last_minute
    from span s
    cross join lateral (values (s.first, least(s.first_hour * 60, s.last)), (s.last_hour * 60, s.last)) as m(first, last)
    where m.first < m.last
  )
  select u.user_id, sum(m.count)::bigint as count
  from threshold t
  cross join unnest($5::macaddr8[], $6::smallint[]) as u(user_id, lane)
  cross join lateral (
    select c.count
    from logged p
    cross join lateral (
      -- in the order that only this key gives: without statistics the planner would take another that begins like it
      select count(*) as count from (
        select from message_log l
        where l.user_id = u.user_id and l.day = p.day and l.sequence > p.after and l.sequence <= p.until
          and l.recorded_at >= p.since and l.recorded_at < p.before and (l.recorded_at < $3 or l.sequence <= $4)
          and is_counted(t.services, t.direction, l.direction, l.kind, l.verdict, l.command_variant, l.srv, l.reason)
        order by l.sequence offset 0
      ) as counted
    ) as c
    where p.lane = u.lane
    union all
    select c.count
    from begun_hour p
    cross join lateral (
      select sum((select sum(n) from unnest(h.minutes[p.first_minute : p.last_minute]) as n)) as count
      from hour_count h
      where h.user_id = u.user_id and h.day = p.day and h.hour = p.hour
        and is_counted(t.services, t.direction, h.direction, h.kind, 'passed', null, nullif(h.srv, ''), null)
    ) as c
    where p.lane = u.lane
    union all
    select c.count
    from span s
    cross join lateral (
      select sum((select sum(n)
                  from unnest(d.hours[1 + greatest(0, s.first_hour - 24 * (d.day - date 'epoch'))
                                      : least(24, s.last_hour - 24 * (d.day - date 'epoch'))]) as n)) as count
      from day_count d
      where d.user_id = u.user_id and d.day >= date 'epoch' + s.first_hour / 24 and d.day <= date 'epoch' + s.last_hour / 24
        and is_counted(t.services, t.direction, d.direction, d.kind, 'passed', null, nullif(d.srv, ''), null)
    ) as c
    where s.lane = u.lane and s.first_hour < s.last_hour
  ) as m
  where t.threshold_id = $1
  group by u.user_id having sum(m.count) > 0
  order by 2 desc, u.user_id`;

/**
 * To the end of the transaction: look-ups by keys. A day that was analysed while it was empty would else be read as a
 * whole, once for each User.
 */
const KEYS_ONLY_SQL = `
  select set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true),
         set_config('enable_sort', 'off', true), set_config('jit', 'off', true)`;

const LAST_SEQUENCE = 9_223_372_036_854_775_807n;

/** How many messages of each sender count for a threshold in a window, those with most first; nobody who has none. */
export async function countWindow(
  client: pg.PoolClient,
  thresholdId: string,
  { from, to, lastSequence = LAST_SEQUENCE }: LogWindow,
  senders: readonly Sender[],
): Promise<SenderCount[]> {
  await client.query(KEYS_ONLY_SQL);
  const { rows } = await client.query<{ user_id: string; count: string }>(COUNT_SQL, [
    thresholdId,
    from,
    to,
    lastSequence.toString(),
    senders.map(({ userId }) => userId),
    senders.map(({ lane }) => lane),
    ANCHOR,
  ]);
  return rows.map(({ user_id, count }) => ({ userId: requireEui(user_id), count: Number(count) }));
}
