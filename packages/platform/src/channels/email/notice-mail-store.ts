// The SQL of telling people by e-mail that there are notices: each once, all of one person and User ID that wait in one mail.
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';

/** Whoever has a mail in hand must be done in this time: then it is another's. */
const LEASE = "interval '10 minutes'";
/** A person is told this seldom of one User ID, however many notices there are. */
const PAUSE = "interval '10 minutes'";
/** How long after it was given a notice is still news. */
const NEWS = "interval '1 day'";
const KEPT = "interval '31 days'";

/** Queues what came since each person chose to be told so. `operatorId`: whose notices are the Operator's. */
export async function queueNoticeMails(pool: pg.Pool, operatorId: Eui): Promise<void> {
  await pool.query(
    `insert into notice_mail (user_id, person_id, kind, about, at)
     select n.user_id, c.person_id, n.kind, n.about, n.noticed_at
     from notice n
     join notice_choice c on c.kind = n.kind and c.by_email
       and c.acting = case when n.user_id = $1 then 'operator' else eui_text(n.user_id) end
     where n.noticed_at > clock_timestamp() - ${NEWS} and n.noticed_at >= c.set_at
     on conflict do nothing`,
    [operatorId],
  );
}

export interface NoticeMail {
  readonly userId: Eui;
  readonly personId: string;
  /** Notices that it tells of. */
  readonly count: number;
  /** Of the first of them, to the microsecond: the same mail again has the same. */
  readonly first: string;
  readonly tries: number;
  readonly queuedAt: Date;
}

/** Takes all that one person is to be told of one User ID; undefined: nothing is due. */
export async function takeNoticeMail(pool: pg.Pool): Promise<NoticeMail | undefined> {
  const { rows } = await pool.query<{
    user_id: string;
    person_id: string;
    count: number;
    first: string;
    tries: number;
    queued_at: Date;
  }>(
    `with due as (
       select m.user_id, m.person_id from notice_mail m
       where m.state = 'queued' and m.next_try_at <= clock_timestamp()
         and not exists (select from notice_mail s
                         where s.user_id = m.user_id and s.person_id = m.person_id and s.state = 'sent'
                           and s.ended_at > clock_timestamp() - ${PAUSE})
       order by m.next_try_at limit 1),
     taken as (
       update notice_mail m set tries = m.tries + 1, next_try_at = clock_timestamp() + ${LEASE}
       from due d
       where m.user_id = d.user_id and m.person_id = d.person_id and m.state = 'queued'
         and m.next_try_at <= clock_timestamp()
       returning m.user_id, m.person_id, m.at, m.tries, m.queued_at)
     select user_id, person_id, count(*)::integer as count, min(at)::text as first, max(tries) as tries,
            min(queued_at) as queued_at
     from taken group by user_id, person_id`,
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const { user_id, person_id, queued_at, ...rest } = row;
  return { ...rest, userId: requireEui(user_id), personId: person_id, queuedAt: queued_at };
}

// what was taken is leased; what was queued meanwhile is due at once
const TAKEN = `user_id = $1 and person_id = $2 and state = 'queued' and next_try_at > clock_timestamp() and tries > 0`;

export async function endNoticeMail(
  pool: pg.Pool,
  { userId, personId }: NoticeMail,
  state: 'sent' | 'dropped',
  failure?: string,
): Promise<void> {
  await pool.query(`update notice_mail set state = $3, ended_at = clock_timestamp(), failure = $4 where ${TAKEN}`, [
    userId,
    personId,
    state,
    failure,
  ]);
}

export async function retryNoticeMail(
  pool: pg.Pool,
  { userId, personId }: NoticeMail,
  seconds: number,
  failure: string,
): Promise<void> {
  await pool.query(
    `update notice_mail set next_try_at = clock_timestamp() + make_interval(secs => $3), failure = $4 where ${TAKEN}`,
    [userId, personId, seconds, failure],
  );
}

export async function dropOldNoticeMails(pool: pg.Pool): Promise<void> {
  await pool.query(`delete from notice_mail where state <> 'queued' and ended_at < clock_timestamp() - ${KEPT}`);
}
