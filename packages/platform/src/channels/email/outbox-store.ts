// The SQL of what goes out by e-mail. One row is one mail: what is queued twice is one.
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { inTransaction } from '../../foundation/database/index.ts';
import { asViewerOf } from '../../foundation/viewing.ts';
import { IS_GOOD_RECIPIENT } from '../../parties/email-recipients-store.ts';
import type { SubmissionState } from '../../submissions/submission.ts';

/** Whoever has a mail in hand must be done in this time: then it is another's. */
const LEASE = "interval '10 minutes'";
/** Longer than anything is queued for. */
const KEPT = "interval '92 days'";

/**
 * Each state in which a file that came by e-mail stays, for each address of its User: since it came so first, or the last
 * one where it was there before. That it was received is said by the reply to the mail.
 */
const RECEIPTS_SQL = `
  insert into email_outbox (user_id, kind, about, at, fingerprint)
  select t.user_id, 'receipt', encode(t.sha256, 'hex'), t.at, r.fingerprint
  from (select user_id, sha256, min(received_at) as first_at, max(received_at) as last_at
        from submission_delivery
        where way = 'email' and received_at > clock_timestamp() - interval '30 days'
        group by user_id, sha256) d
  join submission_step t on t.user_id = d.user_id and t.sha256 = d.sha256
  join email_recipient r on r.user_id = d.user_id
  where ${IS_GOOD_RECIPIENT}
    and greatest(t.at, d.last_at) >= r.registered_at
    and t.receipt is not null and t.state <> 'received'
    and (t.at >= d.first_at
         or t.at = (select max(l.at) from submission_step l
                    where l.user_id = t.user_id and l.sha256 = t.sha256 and l.receipt is not null))
  on conflict do nothing`;

/** A report that changed goes again, but not as often as a storm changes it. */
const REPORT_PAUSE = "interval '1 hour'";

/** What a report of an event `q` is made from: another one says that the report is another. */
const STAMP = `concat_ws(' ', q.held, q.deleted, q.last_at,
    (select coalesce(sum(e.decided), 0) from event_decision e where e.user_id = q.user_id and e.event = q.event))`;

/**
 * The report of each event that nobody has decided on yet, however old it is, to each address of its User: once in an
 * outage ($1), and again when it is another.
 */
const REPORTS_SQL = `
  insert into email_outbox (user_id, kind, about, at, fingerprint, outage, stamp)
  select q.user_id, 'report', q.about, clock_timestamp(), r.fingerprint, $1, q.stamp
  from (select q.user_id, lpad(q.event::text, 20, '0') as about, ${STAMP} as stamp
        from quarantine_event q
        where q.state <> 'resolved'
          and q.held > (select coalesce(sum(e.decided), 0) from event_decision e
                        where e.user_id = q.user_id and e.event = q.event)) q
  join email_recipient r on r.user_id = q.user_id
  where ${IS_GOOD_RECIPIENT}
    and not exists (select from email_outbox o
                    where o.user_id = q.user_id and o.kind = 'report' and o.about = q.about
                      and o.fingerprint = r.fingerprint and o.outage is not distinct from $1
                      and (o.state = 'queued' or o.queued_at > clock_timestamp() - ${REPORT_PAUSE}
                           or (o.state = 'sent' and o.stamp = q.stamp)))`;

/** How long after it was given a notice is still news. */
const NEWS = "interval '1 day'";

/**
 * What is told of the ways (an outage, its end, another preferred way), for each address of its User: once, whatever way
 * is open, since who is told by the portal alone does not know that the portal is down.
 */
const NOTICES_SQL = `
  insert into email_outbox (user_id, kind, about, at, fingerprint)
  select n.user_id, 'notice', n.about, n.noticed_at, r.fingerprint
  from notice n join email_recipient r on r.user_id = n.user_id
  where n.kind = 'way' and n.noticed_at > clock_timestamp() - ${NEWS} and n.noticed_at >= r.registered_at
    and ${IS_GOOD_RECIPIENT}
  on conflict do nothing`;

export async function queueNotices(pool: pg.Pool): Promise<void> {
  await pool.query(NOTICES_SQL);
}

export interface WayNotice {
  readonly words: string;
  readonly at: Date;
}

/** The notice that a mail is about; undefined: it is gone, or the outage that it tells of has ended. */
export async function readNoticeOf(pool: pg.Pool, { userId, about, at }: Mail): Promise<WayNotice | undefined> {
  const { rows } = await asViewerOf(pool, [userId], (client) =>
    client.query<WayNotice & { outage: string | null }>(
      `select words, noticed_at as at, begun_outage as outage from notice
       where user_id = $1 and noticed_at = $3::timestamptz and kind = 'way' and about = $2`,
      [userId, about, at],
    ),
  );
  const [notice] = rows;
  if (notice === undefined || notice.outage === null) return notice;
  const ended = await pool.query('select from way_outage where outage = $1 and ended_at is not null', [notice.outage]);
  return ended.rowCount === 0 ? notice : undefined;
}

export async function queueReceipts(pool: pg.Pool): Promise<void> {
  await pool.query(RECEIPTS_SQL);
}

/** @param outage for which the way is open; undefined: it always is */
export async function queueReports(pool: pg.Pool, outage: string | undefined): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ ours: boolean }>(
      `select pg_try_advisory_xact_lock(hashtextextended('penstock reports by e-mail', 0)) as ours`,
    );
    if (rows[0]?.ours === true) await client.query(REPORTS_SQL, [outage]);
  });
}

/** Says that a report is made from what there is now: what comes while it is made is in the next one. */
export async function stampReport(pool: pg.Pool, mail: Mail): Promise<void> {
  await pool.query(
    `update email_outbox o set stamp = ${STAMP}
     from quarantine_event q
     where o.user_id = $1 and o.kind = $2 and o.about = $3 and o.at = $4::timestamptz and o.fingerprint = $5
       and q.user_id = o.user_id and q.event = o.about::numeric`,
    keyOf(mail),
  );
}

export interface Mail {
  readonly userId: Eui;
  readonly kind: 'receipt' | 'report' | 'notice';
  readonly about: string;
  /** As text, to the microsecond, by which the row is found again. */
  readonly at: string;
  readonly fingerprint: Buffer;
  readonly tries: number;
  readonly queuedAt: Date;
}

const KEY = 'user_id = $1 and kind = $2 and about = $3 and at = $4::timestamptz and fingerprint = $5';
const keyOf = ({ userId, kind, about, at, fingerprint }: Mail) => [userId, kind, about, at, fingerprint];

/** Takes a mail that is due for itself; undefined: there is none. */
export async function takeMail(pool: pg.Pool): Promise<Mail | undefined> {
  const { rows } = await pool.query<{
    user_id: string;
    kind: Mail['kind'];
    about: string;
    at: string;
    fingerprint: Buffer;
    tries: number;
    queued_at: Date;
  }>(
    `update email_outbox o set tries = o.tries + 1, next_try_at = clock_timestamp() + ${LEASE}
     from (select user_id, kind, about, at, fingerprint from email_outbox
           where state = 'queued' and next_try_at <= clock_timestamp()
           order by next_try_at limit 1 for update skip locked) d
     where o.user_id = d.user_id and o.kind = d.kind and o.about = d.about and o.at = d.at
       and o.fingerprint = d.fingerprint
     returning o.user_id, o.kind, o.about, to_char(o.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at,
               o.fingerprint, o.tries, o.queued_at`,
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const { user_id, queued_at, ...rest } = row;
  return { ...rest, userId: requireEui(user_id), queuedAt: queued_at };
}

export async function endMail(pool: pg.Pool, mail: Mail, state: 'sent' | 'dropped', failure?: string): Promise<void> {
  await pool.query(
    `update email_outbox set state = $6, ended_at = clock_timestamp(), failure = $7 where ${KEY} and state = 'queued'`,
    [...keyOf(mail), state, failure],
  );
}

export async function retryMail(pool: pg.Pool, mail: Mail, seconds: number, failure: string): Promise<void> {
  await pool.query(
    `update email_outbox set next_try_at = clock_timestamp() + make_interval(secs => $6), failure = $7
     where ${KEY} and state = 'queued'`,
    [...keyOf(mail), seconds, failure],
  );
}

export async function dropOldMails(pool: pg.Pool): Promise<void> {
  await pool.query(`delete from email_outbox where state <> 'queued' and ended_at < clock_timestamp() - ${KEPT}`);
}

export async function countQueued(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(*)::integer as count from email_outbox where state = 'queued'`,
  );
  return rows[0]?.count ?? 0;
}

export interface StateReceipt {
  readonly state: SubmissionState;
  readonly at: Date;
  readonly bytes: Buffer;
}

/** The receipt of the state that a mail is about. */
export function readReceiptOf(pool: pg.Pool, { userId, about, at }: Mail): Promise<StateReceipt | undefined> {
  return asViewerOf(pool, [userId], async (client) => {
    const { rows } = await client.query<StateReceipt>(
      `select state, at, receipt as bytes from submission_step
       where user_id = $1 and sha256 = decode($2, 'hex') and at = $3::timestamptz and receipt is not null`,
      [userId, about, at],
    );
    return rows[0];
  });
}
