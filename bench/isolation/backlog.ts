import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { say } from '../harness/progress.ts';

/**
 * Puts a backlog on a User's northbound stream, by SQL: sent through the gateway it would take an hour. The rows are
 * those that the platform writes (log, device, stream; sequences taken from the lane); the short cuts are that bodies
 * repeat after some hundred, and that a transaction holds 50,000 messages.
 */

const AT_ONCE = 50_000;

export interface Backlog {
  readonly userId: Eui;
  readonly device: Eui;
  readonly messages: number;
  /** Signed alerts. */
  readonly bodies: readonly Buffer[];
}

export async function fillBacklog(pool: pg.Pool, backlog: Backlog): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('set statement_timeout = 0');
    await client.query(
      'create temporary table prepared (number integer primary key, body bytea not null, sha256 bytea not null)',
    );
    await client.query(
      `insert into prepared
       select n - 1, body, sha256(body) from unnest($1::bytea[]) with ordinality as b(body, n)`,
      [backlog.bodies],
    );
    await client.query('analyze prepared');
    // what the first batch of a lane does
    await client.query(
      `update replay_horizon set folded_to = (clock_timestamp() at time zone 'UTC')::date - 1 where folded_to = '-infinity'`,
    );
    for (let filled = 0; filled < backlog.messages; ) {
      const count = Math.min(AT_ONCE, backlog.messages - filled);
      await client.query(fillQuery, [backlog.userId, backlog.device, count, backlog.bodies.length]);
      filled += count;
      if (filled % 250_000 === 0) say(`${filled} messages wait`);
    }
    // what autovacuum would have done while they came in over days
    for (const table of ['message_log', 'named_device', 'stream']) await client.query(`vacuum (analyze) ${table}`);
  } finally {
    client.release(true);
  }
}

const fillQuery = `
  with locked as (
    update lane set sequence = sequence + $3::integer, time = greatest(time, clock_timestamp())
    where lane = 0
    returning sequence - $3::integer as before, time, (time at time zone 'UTC')::date as day
  ), message as (
    select l.day, l.before + n as sequence, l.time, p.body, p.sha256
    from locked l cross join generate_series(1, $3::integer) n join prepared p on p.number = n % $4::integer
  ), logged as (
    insert into message_log (user_id, day, sequence, recorded_at, direction, kind, verdict, command_variant,
                             originator, target, counter, srv, code, reason, size, sha256, repetition)
    select $1::macaddr8, day, sequence, time, 'northbound', 'device_alert', 'passed', null,
           null, $2::macaddr8, sequence, null, '8F3F', null, octet_length(body), sha256, sequence
    from message
  ), concerned as (
    insert into named_device (user_id, day, sequence, device) select $1::macaddr8, day, sequence, $2::macaddr8 from message
  )
  insert into stream (user_id, direction, day, sequence, message_day, message_sequence, kind, body)
  select $1::macaddr8, 'northbound', day, sequence, day, sequence, 'device_alert', body from message
  order by sequence`;
