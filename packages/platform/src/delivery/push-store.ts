/** The SQL of pushing: each statement works only while `holder` has the stream. */
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { macaddr8Array } from '../foundation/database/binary.ts';
import type { Position } from '../messages/message.ts';

export interface PushedSpan {
  readonly userId: Eui;
  readonly holder: string;
  /** Where the cursor stands, exclusive. */
  readonly from: Position;
  readonly to: Position;
  /** For how long to hold on to the stream, in seconds; undefined: give it back. */
  readonly leaseSeconds: number | undefined;
}

/**
 * Moves the cursor over what was pushed, notes that the stream is well, and records the span. False: the stream is no
 * longer the holder's, or the cursor stands elsewhere; nothing was changed.
 */
export async function moveOverPushed(pool: pg.Pool, span: PushedSpan): Promise<boolean> {
  const moved = await pool.query({
    name: 'move_over_pushed',
    text: `
      with moved as (
        update stream_cursor
        set day = $5, sequence = $6, moved_at = clock_timestamp(), failing_since = null, failures = 0,
            retry_at = null, last_error = null,
            leased_by = case when $7::double precision is null then null else leased_by end,
            leased_until = clock_timestamp() + make_interval(secs => $7)
        where user_id = $1 and direction = 'northbound' and leased_by = $2 and day = $3 and sequence = $4
        returning user_id, moved_at
      )
      insert into delivery (user_id, day, direction, to_day, to_sequence, from_day, from_sequence, delivered_at)
      select user_id, (moved_at at time zone 'UTC')::date, 'northbound', $5, $6, $3, $4, moved_at from moved`,
    values: [
      span.userId,
      span.holder,
      span.from.day,
      span.from.sequence.toString(),
      span.to.day,
      span.to.sequence.toString(),
      span.leaseSeconds ?? null,
    ],
  });
  return moved.rowCount === 1;
}

/** Notes that the next message was not taken, when to try again, and gives the stream back. */
export async function noteFailure(
  pool: pg.Pool,
  failure: { readonly userId: Eui; readonly holder: string; readonly error: string; readonly pauseSeconds: number },
): Promise<void> {
  await pool.query({
    name: 'note_failure',
    text: `
      update stream_cursor
      set failing_since = coalesce(failing_since, clock_timestamp()), failures = failures + 1, last_error = $3,
          retry_at = clock_timestamp() + make_interval(secs => $4), leased_by = null, leased_until = null
      where user_id = $1 and direction = 'northbound' and leased_by = $2`,
    values: [failure.userId, failure.holder, failure.error, failure.pauseSeconds],
  });
}

/** Streams whose User's address or mode of delivery was changed are tried at once, whatever pause they had. */
export async function endPauses(pool: pg.Pool, users: readonly Eui[]): Promise<void> {
  await pool.query(
    `update stream_cursor set retry_at = null
     where user_id = any ($1::macaddr8[]) and direction = 'northbound' and retry_at is not null`,
    [macaddr8Array(users)],
  );
}
