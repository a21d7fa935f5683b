// What waits on the streams, for the User whose messages they are and for the Operator. Streams hold bodies, so the
// role of viewers cannot read them at all: here the first wall stands alone, and no body is selected.
import { MOST_COUNTED_WAITING, type StreamDocument } from '@penstock/api';
import { requireEui } from '@penstock/duis';
import type pg from 'pg';
import { inTransaction } from '../foundation/database/database.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { formatPosition } from '../messages/message.ts';

/**
 * $1 the User IDs (null: all), $2 the User ID after which the page begins, $3 how many User IDs, $4 the most to count.
 */
export const STREAMS_SQL = `
  select u.user_id, side.direction, c.day::text as cursor_day, c.sequence::text as cursor_sequence, c.moved_at,
         c.failing_since, coalesce(c.failures, 0) as failures, c.retry_at, c.last_error,
         waiting.count::integer as waiting, oldest.recorded_at as oldest_recorded_at
  from (select user_id from user_id
        where user_id > $2::macaddr8 and ($1::macaddr8[] is null or user_id = any ($1::macaddr8[]))
        order by user_id limit $3) as u
  cross join unnest(enum_range(null::message_direction)) as side(direction)
  left join stream_cursor c on c.user_id = u.user_id and c.direction = side.direction
  cross join lateral (
    select count(*) from (
      select from stream s
      where s.user_id = u.user_id and s.direction = side.direction
        and s.day >= coalesce(c.day, '-infinity')
        and (s.day > coalesce(c.day, '-infinity') or s.sequence > c.sequence)
      limit $4) as counted) as waiting
  left join lateral (
    select l.recorded_at
    from (select s.day, s.sequence, s.message_day, s.message_sequence from stream s
          where s.user_id = u.user_id and s.direction = side.direction
            and s.day >= coalesce(c.day, '-infinity')
            and (s.day > coalesce(c.day, '-infinity') or s.sequence > c.sequence)
          order by s.day, s.sequence limit 1) as first
    join message_log l on l.user_id = u.user_id and l.day = first.message_day and l.sequence = first.message_sequence
  ) as oldest on true
  order by u.user_id, side.direction`;

interface StreamRow {
  user_id: string;
  direction: StreamDocument['direction'];
  cursor_day: string | null;
  cursor_sequence: string | null;
  moved_at: Date | null;
  failing_since: Date | null;
  failures: number;
  retry_at: Date | null;
  last_error: string | null;
  waiting: number;
  oldest_recorded_at: Date | null;
}

function toDocument(row: StreamRow): StreamDocument {
  const hasCursor = row.cursor_day !== null && row.cursor_sequence !== null && row.cursor_day !== '-infinity';
  const times = {
    oldestRecordedAt: row.oldest_recorded_at?.toISOString(),
    movedAt: row.moved_at?.toISOString(),
    failingSince: row.failing_since?.toISOString(),
    retryAt: row.retry_at?.toISOString(),
  };
  return {
    userId: requireEui(row.user_id),
    direction: row.direction,
    waiting: Math.min(row.waiting, MOST_COUNTED_WAITING),
    hasMore: row.waiting > MOST_COUNTED_WAITING,
    ...(hasCursor
      ? { cursor: formatPosition({ day: row.cursor_day ?? '', sequence: row.cursor_sequence ?? '' }) }
      : {}),
    ...Object.fromEntries(Object.entries(times).filter(([, time]) => time !== undefined)),
    failures: row.failures,
    ...(row.last_error === null ? {} : { lastError: row.last_error }),
  };
}

/** Both streams of each of the viewer's User IDs (the Operator: of all), in order of the User IDs. */
export async function listStreams(
  pool: pg.Pool,
  viewer: Viewer,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<{ items: StreamDocument[]; cursor: string | undefined }> {
  const own = viewer.kind === 'operator' ? null : viewer.userIds;
  const after = cursor ?? '00-00-00-00-00-00-00-00';
  const { rows } = await inTransaction(pool, async (client) => {
    // In the order of its key, whatever the statistics say: a sort would read all that waits to find the oldest.
    await client.query(
      'set transaction read only; set local enable_seqscan = off; set local enable_bitmapscan = off; set local enable_hashjoin = off; set local enable_mergejoin = off',
    );
    return client.query<StreamRow>(STREAMS_SQL, [own, after, limit, MOST_COUNTED_WAITING + 1]);
  });
  const last = rows.at(-1);
  const isFull = rows.length === limit * 2;
  return { items: rows.map(toDocument), cursor: isFull && last !== undefined ? requireEui(last.user_id) : undefined };
}
