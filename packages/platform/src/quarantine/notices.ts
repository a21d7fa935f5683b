// What the officers of a User are told, grouped: one notice an event and ten minutes with how many messages it holds, one
// a warning, one a result of a file (written with it, submissions/), one when a release is done. Read by the API.
import type { NoticeDocument } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { inTransaction } from '../foundation/database/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import { asViewerOf } from '../foundation/viewing.ts';
import type { Page } from './events-store.ts';

/**
 * Writes the notices that are due. What was told is known by the notices themselves, so any process may do it at any
 * time; a lock keeps two from telling the same.
 */
export async function writeNotices(pool: pg.Pool): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ ours: boolean }>(
      `select pg_try_advisory_xact_lock(hashtextextended('penstock notices', 0)) as ours`,
    );
    if (rows[0]?.ours !== true) return;
    await client.query(HELD_SQL);
    await client.query(WARNING_SQL);
    await client.query(RELEASE_SQL);
  });
}

/** Events that hold more than was told, when the last notice is ten minutes old; also when they were resolved since. */
const HELD_SQL = `
  insert into notice (user_id, noticed_at, kind, about, words, count)
  select q.user_id, clock_timestamp(), 'held', lpad(q.event::text, 20, '0'),
         format('%s held, %s deleted: %s', q.held, q.deleted, q.words), q.held + q.deleted
  from quarantine_event q
  left join lateral (
    select n.noticed_at, n.count from notice n
    where n.user_id = q.user_id and n.kind = 'held' and n.about = lpad(q.event::text, 20, '0')
    order by n.noticed_at desc limit 1) last on true
  where (q.state <> 'resolved' or q.changed_at > clock_timestamp() - interval '2 days') and q.held + q.deleted > coalesce(last.count, 0)
    and (last.noticed_at is null or last.noticed_at < clock_timestamp() - interval '10 minutes')`;

/** Each warning once; it is the sender's, and of a threshold across all Users nobody's but the Operator's. */
const WARNING_SQL = `
  insert into notice (user_id, noticed_at, kind, about, words, count)
  select w.user_id, w.at, 'warning', w.threshold_id::text,
         format('%s messages are above the warning of %s (threshold %s, version %s)', w.count, w.warning, w.threshold_id,
                w.version), w.count
  from threshold_warning w
  where w.at > clock_timestamp() - interval '2 days'
  on conflict do nothing`;

const RELEASE_SQL = `
  insert into notice (user_id, noticed_at, kind, about, words, count)
  select r.user_id, r.ended_at, 'release', encode(r.submission, 'hex'),
         format('%s sent, %s deleted, %s could not be sent and stay held', r.sent, r.deleted, r.refused), r.decided
  from release r
  where r.state = 'done' and r.ended_at > clock_timestamp() - interval '2 days'
  on conflict do nothing`;

interface NoticeRow {
  user_id: string;
  noticed_at: Date;
  kind: NoticeDocument['kind'];
  about: string;
  words: string;
  count: string;
  at: string;
}

/** A page, newest first. */
export async function listNotices(
  pool: pg.Pool,
  userId: Eui,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<Page<NoticeDocument>> {
  const [, at, kind, about] = /^(\d{4}-[0-9T:.-]{12,24}Z) ([a-z]+) ([0-9a-z]+)$/.exec(cursor ?? '') ?? [];
  if (cursor !== undefined && at === undefined) {
    throw new PenstockError('request.invalid', { detail: 'this is no cursor of this list', where: 'cursor' });
  }
  const { rows } = await asViewerOf(pool, [userId], (client) =>
    client.query<NoticeRow>(
      `select user_id, noticed_at, kind, about, words, count::text,
              to_char(noticed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at
       from notice
       where user_id = $1 and ($2::timestamptz is null or (noticed_at, kind, about) < ($2::timestamptz, $3, $4))
       order by noticed_at desc, kind desc, about desc limit $5`,
      [userId, at, kind, about, limit + 1],
    ),
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map((row) => ({
      userId: requireEui(row.user_id),
      at: row.noticed_at.toISOString(),
      kind: row.kind,
      about: row.about,
      words: row.words,
      count: Number(row.count),
    })),
    cursor: rows.length > limit && last !== undefined ? `${last.at} ${last.kind} ${last.about}` : undefined,
  };
}
