// What the officers of a User are told, grouped: one notice an event and ten minutes with how many messages it holds, one
// a warning, one a result of a file (written with it, submissions/), one when a release is done. Read by notices-store.ts.
import type pg from 'pg';
import { inTransaction } from '../foundation/database/index.ts';

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
