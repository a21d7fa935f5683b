/** The SQL of leasing and reading streams; the functions are in migrations/0003_delivery.sql. */
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { macaddr8Array } from '../foundation/database/binary.ts';
import type { Direction, MessageKind, Position } from '../messages/message.ts';
import type { StreamMessage, StreamStart } from './stream.ts';
import type { Bounds, Reading } from './turns.ts';

/** Makes the cursors of Users that have none yet; true when there were any. */
export async function ensureCursors(pool: pg.Pool): Promise<boolean> {
  const made = await pool.query(
    `insert into stream_cursor (user_id, direction)
     select u.user_id, d.direction
     from user_id u cross join unnest(enum_range(null::message_direction)) as d(direction)
     where not exists (select from stream_cursor c where c.user_id = u.user_id and c.direction = d.direction)
     on conflict do nothing`,
  );
  return (made.rowCount ?? 0) > 0;
}

export interface LeaseRequest {
  readonly direction: Direction;
  /** Only Users with this mode of delivery. */
  readonly delivery?: 'push' | 'pull';
  /** Only these Users; undefined: all. */
  readonly users?: readonly Eui[] | undefined;
  readonly holder: string;
  readonly seconds: number;
  /** Most streams. */
  readonly most: number;
}

export interface Lease extends StreamStart {
  readonly receiveUrl: string | undefined;
  /** Failures in a row so far. */
  readonly failures: number;
}

interface LeaseRow {
  readonly user_id: string;
  readonly day: string;
  readonly sequence: string;
  readonly receive_url: string | null;
  readonly failures: number;
}

/** Leases streams that have something waiting and that nobody holds, the least recently served first. */
export async function leaseStreams(pool: pg.Pool, request: LeaseRequest): Promise<Lease[]> {
  const { rows } = await pool.query<LeaseRow>({
    name: 'lease_streams',
    text: `select user_id, day::text, sequence::text, receive_url, failures
           from lease_streams($1, $2, $3, $4, $5, $6)`,
    values: [
      request.direction,
      request.delivery ?? null,
      request.users === undefined ? null : macaddr8Array(request.users),
      request.holder,
      request.seconds,
      request.most,
    ],
  });
  return rows.map((row) => ({
    userId: requireEui(row.user_id),
    after: { day: row.day, sequence: BigInt(row.sequence) },
    receiveUrl: row.receive_url ?? undefined,
    failures: row.failures,
  }));
}

/** Gives streams back that `holder` leased and does not have; undefined: all of them. */
export async function freeLeases(
  pool: pg.Pool,
  direction: Direction,
  holder: string,
  users: readonly Eui[] | undefined,
): Promise<void> {
  await pool.query(
    `update stream_cursor set leased_by = null, leased_until = null
     where ($1::macaddr8[] is null or user_id = any ($1)) and direction = $2 and leased_by = $3`,
    [users === undefined ? null : macaddr8Array(users), direction, holder],
  );
}

/** Holds on to streams that `holder` has; returns those that it still had. */
export async function renewLeases(
  pool: pg.Pool,
  direction: Direction,
  holder: string,
  users: readonly Eui[],
  seconds: number,
): Promise<Eui[]> {
  const { rows } = await pool.query<{ user_id: string }>(
    `update stream_cursor set leased_until = clock_timestamp() + make_interval(secs => $4)
     where user_id = any ($1::macaddr8[]) and direction = $2 and leased_by = $3
     returning user_id`,
    [macaddr8Array(users), direction, holder, seconds],
  );
  return rows.map((row) => requireEui(row.user_id));
}

interface MessageRow {
  readonly user_id: string;
  readonly day: string;
  readonly sequence: string;
  readonly kind: MessageKind;
  readonly body: Buffer;
  readonly is_cut: boolean;
}

/** What comes next on several streams, by turns: at most `each` a User and `bounds` in all, but always `least`. */
export async function readStreams(
  pool: pg.Pool,
  direction: Direction,
  starts: readonly StreamStart[],
  bounds: Bounds & { readonly each: number; readonly least: number },
): Promise<Reading> {
  const { rows } = await pool.query<MessageRow>({
    name: 'read_streams',
    text: `select user_id, day::text, sequence::text, kind, body, is_cut
           from read_streams($1, $2, $3::date[], $4::bigint[], $5, $6, $7, $8)`,
    values: [
      direction,
      macaddr8Array(starts.map((start) => start.userId)),
      starts.map((start) => start.after.day),
      starts.map((start) => start.after.sequence.toString()),
      bounds.each,
      bounds.messages,
      bounds.bytes,
      bounds.least,
    ],
  });
  return {
    messages: rows.map(
      (row): StreamMessage => ({
        userId: requireEui(row.user_id),
        position: { day: row.day, sequence: BigInt(row.sequence) },
        kind: row.kind,
        body: row.body,
      }),
    ),
    isCut: rows[0]?.is_cut ?? false,
  };
}

/** How a User gets its messages, and how far it has; undefined when there is no such User. */
export async function findReceiver(
  pool: pg.Pool,
  userId: Eui,
): Promise<{ delivery: 'pull' | 'push'; cursor: Position } | undefined> {
  const { rows } = await pool.query<{ delivery: 'pull' | 'push'; day: string; sequence: string }>({
    name: 'find_receiver',
    text: `select u.delivery, coalesce(c.day, '-infinity')::text as day, coalesce(c.sequence, 0)::text as sequence
           from user_id u left join stream_cursor c on c.user_id = u.user_id and c.direction = 'northbound'
           where u.user_id = $1`,
    values: [userId],
  });
  const [row] = rows;
  if (row === undefined) return undefined;
  return { delivery: row.delivery, cursor: { day: row.day, sequence: BigInt(row.sequence) } };
}
