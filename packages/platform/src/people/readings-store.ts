// Who of the Operator, person or machine, read a User's own record, and why; foundation/record-reading.ts writes it.
import type { ReadingPage } from '@penstock/api';
import { requireEui } from '@penstock/duis';
import type pg from 'pg';
import type { Viewer } from '../foundation/viewer.ts';

interface ReadingRow {
  user_id: string;
  reading_id: string;
  read_at: Date;
  email: string;
  role: ReadingPage['items'][number]['role'];
  reason: string;
  what: string;
}

/** Newest first: of the viewer's User IDs, of the Operator's viewers all, or those of one User ID. */
export async function listReadings(
  pool: pg.Pool,
  viewer: Viewer,
  query: { userId?: string | undefined; cursor?: string | undefined; limit: number; find?: string | undefined },
): Promise<ReadingPage> {
  const { userId, cursor, limit, find } = query;
  const [at = 'infinity', id = 'ffffffff-ffff-ffff-ffff-ffffffffffff'] = cursor?.split('~') ?? [];
  const { rows } = await pool.query<ReadingRow>(
    `select user_id, reading_id, read_at, email, role, reason, what from record_reading
     where (read_at, reading_id) < ($1::timestamptz, $2::uuid)
       and ($3::macaddr8[] is null or user_id = any ($3::macaddr8[]))
       and ($4::macaddr8 is null or user_id = $4::macaddr8)
       and is_found($6, email, reason, what, user_words(user_id))
     order by read_at desc, reading_id desc limit $5`,
    [at, id, viewer.kind === 'operator' ? null : viewer.userIds, userId, limit + 1, find],
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map((row) => ({
      readingId: row.reading_id,
      userId: requireEui(row.user_id),
      readAt: row.read_at.toISOString(),
      email: row.email,
      role: row.role,
      reason: row.reason,
      what: row.what,
    })),
    cursor: rows.length > limit && last !== undefined ? `${last.read_at.toISOString()}~${last.reading_id}` : undefined,
  };
}
