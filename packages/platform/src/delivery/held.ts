import { MOST_COUNTED_WAITING } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import type { Log } from '../foundation/log.ts';
import type { DeliveryMetrics } from './metrics.ts';

// What a User does not take is held for it (DOMAIN, Traffic: held 2 days, then a service event, released when the
// connection is back). Nothing is dropped and nothing is done to the stream: the event tells people.

interface HeldRow {
  readonly user_id: string;
  readonly since: Date;
  readonly messages: string;
}

/**
 * Raises a service event, once, for each northbound stream whose oldest waiting message was recorded more than
 * `holdDays` before `now` and of which nothing was taken for that long; ends the events of streams whose oldest waiting
 * message is another one by now. `now`: undefined in production, where the database's clock counts.
 */
export async function checkHeld(
  parts: { readonly pool: pg.Pool; readonly log: Log; readonly metrics: DeliveryMetrics },
  options: { readonly holdDays: number; readonly now?: Date },
): Promise<{ raised: Eui[]; ended: Eui[] }> {
  const { pool, log, metrics } = parts;
  const values = [options.now ?? null, options.holdDays, MOST_COUNTED_WAITING];
  const raised = await pool.query<HeldRow>(
    `with clock as (
       select coalesce($1::timestamptz, clock_timestamp()) as now, make_interval(days => $2::integer) as hold
     ), still as (
       select array_agg(c.user_id) as users from stream_cursor c, clock
       where c.direction = 'northbound' and c.moved_at < clock.now - clock.hold
     )
     insert into service_event (user_id, direction, kind, since, messages, raised_at)
     select b.user_id, 'northbound', 'delivery_held', b.oldest_at, b.waiting, clock.now
     from clock, still, stream_backlog('northbound', coalesce(still.users, '{}'), $3) b
     where b.oldest_at < clock.now - clock.hold
     on conflict do nothing
     returning user_id, since, messages::text`,
    values,
  );
  const ended = await pool.query<HeldRow>(
    `with clock as (
       select coalesce($1::timestamptz, clock_timestamp()) as now
     ), open as (
       select array_agg(user_id) as users from service_event
       where direction = 'northbound' and kind = 'delivery_held' and ended_at is null
     )
     update service_event e
     set ended_at = clock.now
     from clock, open, stream_backlog('northbound', coalesce(open.users, '{}'), 1) b
     where e.user_id = b.user_id and e.direction = 'northbound' and e.kind = 'delivery_held' and e.ended_at is null
       and b.oldest_at is distinct from e.since
     returning e.user_id, e.since, e.messages::text`,
    values.slice(0, 1),
  );
  for (const { user_id, since, messages } of raised.rows) {
    log.warn({ userId: requireEui(user_id), since, messages }, 'a User has not taken its messages for days');
  }
  for (const { user_id, since } of ended.rows) {
    log.info({ userId: requireEui(user_id), since }, 'a User takes its messages again');
  }
  const open = await pool.query<{ count: string }>(
    `select count(*)::text as count from service_event where kind = 'delivery_held' and ended_at is null`,
  );
  metrics.held(Number(open.rows[0]?.count ?? 0));
  const users = (rows: readonly HeldRow[]) => rows.map((row) => requireEui(row.user_id));
  return { raised: users(raised.rows), ended: users(ended.rows) };
}
