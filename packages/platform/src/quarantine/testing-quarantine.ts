/** Held messages for tests, as screening leaves them, without the gateway. */
import { createHash } from 'node:crypto';
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { utcDay } from '../foundation/clock.ts';
import { ensurePartitions } from '../foundation/database/index.ts';
import { createLanes } from '../messages/lanes.ts';
import { meter, userA, userB } from '../messages/testing-messages.ts';
import type { DecisionLine } from './decisions-store.ts';

export { meter, userA, userB };
/** Past: what is released is released now. */
export const day = '2026-11-20';
export const event = '20261120000000000001';

/** Two Users, a lane in use, and the partitions of the day and of today. */
export async function insertQuarantineWorld(pool: pg.Pool): Promise<void> {
  for (const today of [day, utcDay(new Date())]) await ensurePartitions(pool, { today, ahead: 1 });
  await createLanes(pool, 1);
  await pool.query(`update lane set time = $1, sequence = 1000000`, [`${day}T10:00:00Z`]);
  await pool.query(`insert into party (party_id, name, kind) values ('P', 'P', 'large_supplier')`);
  await pool.query(`insert into user_id (user_id, party_id) values ($1, 'P'), ($2, 'P')`, [userA, userB]);
  await pool.query(`insert into user_role (user_id, role) values ($1, 'IS'), ($2, 'IS')`, [userA, userB]);
}

export interface HeldSettings {
  readonly userId?: Eui;
  readonly event?: string;
  readonly from?: number;
  readonly count: number;
  readonly signer?: bigint;
  readonly direction?: 'southbound' | 'northbound';
  /** Bytes of each message; short ones by default. */
  readonly bytes?: number;
}

/** Holds messages with the counters and sequences from `from` on, in one event. */
export async function hold(pool: pg.Pool, settings: HeldSettings): Promise<void> {
  const { userId = userA, event: reference = event, from = 1, count, signer = 1n, bytes = 40 } = settings;
  const { direction = 'southbound' } = settings;
  await pool.query(
    `insert into quarantine_event as q (user_id, event, detector, threshold_id, threshold_version, direction, words,
                                        first_at, last_at, held, changed_at)
     values ($1, $2, 'user', 1, 1, $3, 'threshold 1 version 1: 10 of 4.1.1 sent in PT1H', $4, $4, $5, $4)
     on conflict (user_id, event) do update set held = q.held + excluded.held`,
    [userId, reference, direction, `${day}T10:00:00Z`, count],
  );
  await pool.query(
    `with made as (
       select n, convert_to(rpad('message ' || n || ' of ' || $1::macaddr8::text || ' ', $7, '.'), 'UTF8') as body
       from generate_series($3::bigint, $3::bigint + $4 - 1) n
     ), logged as (
       insert into message_log (user_id, day, sequence, recorded_at, direction, kind, verdict, originator, target, counter,
                                srv, code, size, sha256, repetition)
       select $1, $5, n, $6, $9, 'service_request', 'held', $1, $10, n, '4.1.1', 'I99', octet_length(body), sha256(body), 0
       from made
     )
     insert into held_message (user_id, day, sequence, event, held_at, direction, kind, command_variant, srv, originator,
                               target, counter, message_id, signer, version, count, bound, size, sha256, body)
     select $1, $5, n, $2, $6, $9, 'service_request', 1, '4.1.1', $1, $10, n,
            messageid.prefix || n, $8, 1, 11, 10, octet_length(body), sha256(body), body
     from made, (select $11::text as prefix) messageid`,
    [
      userId,
      reference,
      from,
      count,
      day,
      `${day}T10:00:00Z`,
      bytes,
      signer.toString(),
      direction,
      meter,
      `${userId}:${meter}:`,
    ],
  );
}

/** Decisions on the messages from `from` on, as lines of a file. */
export function linesOf(settings: {
  readonly userId?: Eui;
  readonly event?: string;
  readonly from?: number;
  readonly count: number;
  readonly action?: 'process' | 'delete';
}): DecisionLine[] {
  const { userId = userA, event: reference = event, from = 1, count, action = 'process' } = settings;
  return Array.from({ length: count }, (_, index) => ({
    line: from + index + 1,
    event: reference,
    messageId: `${userId}:${meter}:${from + index}`,
    sha256: '',
    action,
    reason: 'checked',
  }));
}

export const fileNamed = (name: string): Buffer => createHash('sha256').update(name).digest();
