/** The SQL of moving cursors. */
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { macaddr8Array } from '../foundation/database/binary.ts';
import { inTransaction } from '../foundation/database/index.ts';
import type { Direction, Position } from '../messages/message.ts';
import { type AcknowledgementOutcome, judgeAcknowledgement } from './acknowledgement.ts';

interface CursorRow {
  readonly user_id: string;
  readonly day: string;
  readonly sequence: string;
  readonly held_by: string | null;
  readonly is_of_stream: boolean;
}

/**
 * Moves the cursors of `direction` to `furthest`, frees their leases and records the spans, in one transaction.
 * `holder` is who took the messages; undefined: the User itself. One outcome for each User given. A success ends
 * whatever failure was noted of the stream.
 */
export async function acknowledgeStreams(
  pool: pg.Pool,
  direction: Direction,
  furthest: ReadonlyMap<Eui, Position>,
  holder: string | undefined,
): Promise<Map<Eui, AcknowledgementOutcome>> {
  // sorted, so that two that acknowledge the same streams do not wait for each other in a circle
  const users = [...furthest.keys()].sort();
  const positions = users.map((userId) => furthest.get(userId)).filter((position) => position !== undefined);
  const days = positions.map((position) => position.day);
  const sequences = positions.map((position) => position.sequence.toString());
  const outcomes = new Map<Eui, AcknowledgementOutcome>(users.map((userId) => [userId, 'unknown-position']));
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<CursorRow>({
      name: 'lock_cursors',
      text: `
        select c.user_id, c.day::text, c.sequence::text,
               case when c.leased_until > clock_timestamp() then c.leased_by end as held_by,
               exists (select from stream s where s.user_id = g.user_id and s.direction = $1
                         and s.day = g.day and s.sequence = g.sequence) as is_of_stream
        from unnest($2::macaddr8[], $3::date[], $4::bigint[]) as g(user_id, day, sequence)
        join stream_cursor c on c.user_id = g.user_id and c.direction = $1
        order by c.user_id
        for update of c`,
      values: [direction, macaddr8Array(users), days, sequences],
    });
    for (const row of rows) {
      const userId = requireEui(row.user_id);
      const position = furthest.get(userId);
      if (position === undefined) continue;
      const cursor = { day: row.day, sequence: BigInt(row.sequence) };
      const state = { cursor, heldBy: row.held_by ?? undefined, isOfStream: row.is_of_stream };
      outcomes.set(userId, judgeAcknowledgement(state, position, holder));
    }
    const moved = users.filter((userId) => outcomes.get(userId) === 'moved');
    if (moved.length > 0) await moveCursors(client, direction, moved, furthest);
  });
  return outcomes;
}

/** Under the locks of the cursors. */
async function moveCursors(
  client: pg.PoolClient,
  direction: Direction,
  users: readonly Eui[],
  furthest: ReadonlyMap<Eui, Position>,
): Promise<void> {
  const positions = users.map((userId) => furthest.get(userId)).filter((position) => position !== undefined);
  await client.query({
    name: 'move_cursors',
    text: `
      with given as (
        select * from unnest($2::macaddr8[], $3::date[], $4::bigint[]) as g(user_id, day, sequence)
      ), recorded as (
        insert into delivery (user_id, day, direction, to_day, to_sequence, from_day, from_sequence, delivered_at)
        select g.user_id, (t.at at time zone 'UTC')::date, $1, g.day, g.sequence, c.day, c.sequence, t.at
        from given g join stream_cursor c on c.user_id = g.user_id and c.direction = $1,
             (select clock_timestamp() as at) t
      )
      update stream_cursor c
      set day = g.day, sequence = g.sequence, moved_at = clock_timestamp(), leased_by = null, leased_until = null,
          failing_since = null, failures = 0, retry_at = null, last_error = null
      from given g
      where c.user_id = g.user_id and c.direction = $1`,
    values: [
      direction,
      macaddr8Array(users),
      positions.map((position) => position.day),
      positions.map((position) => position.sequence.toString()),
    ],
  });
}
