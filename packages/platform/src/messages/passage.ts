/**
 * What became of a message after it was recorded: when it was taken from its stream, and of one that was held what was
 * decided, and when and where it was put on the stream. Read as the viewer, by keys.
 */
import type { MessageDocument, PassageDocument } from '@penstock/api';
import type pg from 'pg';
import type { Day } from '../foundation/clock.ts';
import { formatPosition } from './message.ts';

/**
 * $1 User ID, $2 direction, $3 day, $4 sequence, $5 last day: the first span that reached the message. A stream keeps
 * a message for some days only, so later spans cannot be its own and are not read.
 */
export const TAKEN_SQL = `
  select found.delivered_at
  from generate_series($3::date, $5::date, interval '1 day') as reached(day)
  cross join lateral (
    select d.delivered_at, d.from_day, d.from_sequence from delivery d
    where d.user_id = $1 and d.to_day = reached.day::date
      and d.to_sequence >= case reached.day::date when $3::date then $4::bigint else 0 end
      and d.direction = $2::message_direction and d.day >= $3::date and d.day <= $5::date
    order by d.to_sequence limit 1
  ) as found
  where found.from_day < $3::date or (found.from_day = $3::date and found.from_sequence < $4::bigint)
  order by reached.day limit 1`;

/**
 * $1 User ID, $2 day, $3 sequence: the decision on a held message. Its position on the stream is counted from the first
 * of its chunk: those of one file and day that were sent lie one after another.
 */
export const DECIDED_SQL = `
  select d.action, d.decided_at, encode(d.submission, 'hex') as submission, s.released_at,
         s.stream_day::text as day,
         (s.stream_sequence + (
           select count(*) from held_decision p
           where p.user_id = $1 and p.submission = d.submission and p.action = 'process'
             and p.day = $2::date and p.sequence > s.from_sequence and p.sequence < $3::bigint))::text as sequence
  from held_decision d
  left join lateral (
    select r.released_at, r.stream_day, r.stream_sequence, r.from_sequence from release_span r
    where r.user_id = $1 and r.submission = d.submission and d.action = 'process'
      and r.day = $2::date and r.to_sequence >= $3::bigint and r.from_sequence < $3::bigint
    order by r.to_sequence limit 1
  ) as s on true
  where d.user_id = $1 and d.day = $2::date and d.sequence = $3::bigint`;

interface DecidedRow {
  action: 'process' | 'delete';
  decided_at: Date;
  submission: string | null;
  released_at: Date | null;
  day: string | null;
  sequence: string | null;
}

/** A message of the log, as the database has it. */
export interface Recorded {
  readonly user_id: string;
  readonly direction: MessageDocument['direction'];
  readonly verdict: MessageDocument['verdict'];
  readonly day: string;
  readonly sequence: string;
}

/** `lastDay`: no delivery is later. */
export async function readPassage(client: pg.PoolClient, row: Recorded, lastDay: Day): Promise<PassageDocument> {
  const { user_id, direction, day, sequence } = row;
  const takenAt = async (position: { day: string; sequence: string }): Promise<PassageDocument> => {
    const values = [user_id, direction, position.day, position.sequence, lastDay];
    const { rows } = await client.query<{ delivered_at: Date }>(TAKEN_SQL, values);
    return rows[0] === undefined ? {} : { takenAt: rows[0].delivered_at.toISOString() };
  };
  if (row.verdict === 'passed' || row.verdict === 'warned') return takenAt({ day, sequence });
  if (row.verdict !== 'held') return {};
  const [decided] = (await client.query<DecidedRow>(DECIDED_SQL, [user_id, day, sequence])).rows;
  if (decided === undefined) return {};
  const { action, submission, released_at } = decided;
  const decision = {
    action,
    decidedAt: decided.decided_at.toISOString(),
    ...(submission === null ? {} : { submission }),
  };
  if (released_at === null || decided.day === null || decided.sequence === null) return { decision };
  const position = { day: decided.day, sequence: decided.sequence };
  const released = { releasedAt: released_at.toISOString(), streamPosition: formatPosition(position) };
  return { decision: { ...decision, ...released }, ...(await takenAt(position)) };
}
