import { MOST_COUNTED_WAITING, STREAM_LATE_SECONDS } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { macaddr8Array } from '../foundation/database/binary.ts';
import type { Direction, Position } from '../messages/message.ts';
import type { StreamName } from './stream.ts';

// How streams stand, for those who may see them: the caller names the User IDs that its viewer may see.

export interface StreamState extends StreamName {
  /** Counted to 10,000. */
  readonly waiting: number;
  /** There are more than that. */
  readonly hasMore: boolean;
  /** When the oldest waiting message was recorded. */
  readonly oldestAt: Date | undefined;
  /** The last position taken; undefined: none yet. */
  readonly cursor: Position | undefined;
  /** When the cursor last moved, or was made; undefined for a User who is so new that there is none yet. */
  readonly movedAt: Date | undefined;
  /** The first failure since the last success, how many there were, when it is tried again, and why the last failed. */
  readonly failingSince: Date | undefined;
  readonly failures: number;
  readonly retryAt: Date | undefined;
  readonly lastError: string | undefined;
  /** The service event that stands: nothing has been taken for days. */
  readonly heldSince: Date | undefined;
  /** Messages that were dropped because nobody took them as long as the audit record is kept. */
  readonly expired: number;
}

export interface StreamPage {
  /** Only these Users; 'all' is for the Operator. */
  readonly users: readonly Eui[] | 'all';
  /** The last one of the page before. */
  readonly after?: Eui;
  /** Most Users; each has two streams. */
  readonly limit: number;
  /** Only Users whose User ID, Party or Party's name contains it. */
  readonly find?: string | undefined;
  /** Only the streams that need somebody, and Users that have one. */
  readonly inNeed?: boolean;
}

interface StateRow {
  readonly user_id: string;
  readonly direction: Direction;
  readonly waiting: string;
  readonly oldest_at: Date | null;
  readonly day: string | null;
  readonly sequence: string | null;
  readonly moved_at: Date | null;
  readonly failing_since: Date | null;
  readonly failures: number;
  readonly retry_at: Date | null;
  readonly last_error: string | null;
  readonly held_since: Date | null;
  readonly expired: string;
}

function cursorOf({ day, sequence }: StateRow): Position | undefined {
  return day === null || sequence === null || day === '-infinity' ? undefined : { day, sequence: BigInt(sequence) };
}

/**
 * $1 the User IDs, or null for all; $2 the last User ID of the page before; $3 most Users; $4 how far waiting messages are
 * counted; $5 only streams in need; $6 seconds after which what waits is late; $7 what User IDs or Parties contain.
 */
const STATES_SQL = `
  with need as (
    select n.user_id, n.direction from streams_in_need($1, make_interval(secs => $6)) n where $5
  ), page as (
    select array_agg(user_id) as users from (
      select u.user_id from user_id u
      where ($1::macaddr8[] is null or u.user_id = any ($1)) and ($2::macaddr8 is null or u.user_id > $2)
        and (not $5 or u.user_id in (select n.user_id from need n))
        and is_found($7, user_words(u.user_id))
      order by u.user_id
      limit $3
    ) p
  ), backlog as (
    select d.direction, b.*
    from page, unnest(enum_range(null::message_direction)) as d(direction),
         stream_backlog(d.direction, coalesce(page.users, '{}'), $4) b
  )
  select u.user_id, d.direction, coalesce(b.waiting, 0)::text as waiting, b.oldest_at,
         c.day::text, c.sequence::text, c.moved_at,
         c.failing_since, coalesce(c.failures, 0) as failures, c.retry_at, c.last_error,
         (select min(e.since) from service_event e where e.user_id = u.user_id and e.direction = d.direction
            and e.kind = 'delivery_held' and e.ended_at is null) as held_since,
         (select coalesce(sum(e.messages), 0) from service_event e where e.user_id = u.user_id
            and e.direction = d.direction and e.kind = 'delivery_expired')::text as expired
  from page
  cross join unnest(page.users) as u(user_id)
  cross join unnest(enum_range(null::message_direction)) as d(direction)
  left join backlog b on b.user_id = u.user_id and b.direction = d.direction
  left join stream_cursor c on c.user_id = u.user_id and c.direction = d.direction
  where not $5 or (u.user_id, d.direction) in (select n.user_id, n.direction from need n)
  order by u.user_id, d.direction`;

/** The streams of a page of Users, by User ID and direction (southbound first). */
export async function readStreamStates(pool: pg.Pool, page: StreamPage): Promise<StreamState[]> {
  const { rows } = await pool.query<StateRow>(STATES_SQL, [
    page.users === 'all' ? null : macaddr8Array(page.users),
    page.after ?? null,
    page.limit,
    MOST_COUNTED_WAITING + 1,
    page.inNeed ?? false,
    STREAM_LATE_SECONDS,
    page.find,
  ]);
  return rows.map((row) => ({
    userId: requireEui(row.user_id),
    direction: row.direction,
    waiting: Math.min(Number(row.waiting), MOST_COUNTED_WAITING),
    hasMore: Number(row.waiting) > MOST_COUNTED_WAITING,
    oldestAt: row.oldest_at ?? undefined,
    cursor: cursorOf(row),
    movedAt: row.moved_at ?? undefined,
    failingSince: row.failing_since ?? undefined,
    failures: row.failures,
    retryAt: row.retry_at ?? undefined,
    lastError: row.last_error ?? undefined,
    heldSince: row.held_since ?? undefined,
    expired: Number(row.expired),
  }));
}
