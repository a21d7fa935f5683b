// The SQL of sending to webhooks: whoever has one in hand has it for a minute.
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { inTransaction } from '../foundation/database/index.ts';
import type { Viewer } from '../foundation/viewer.ts';

/** Longer than a call may take: then the webhook is another process's. */
const LEASE = "interval '1 minute'";
const KEPT = "interval '31 days'";

/** For what and whom a secret is sealed. */
export const bindingOf = (webhook: string): string => `webhook ${webhook}`;

export interface DueMessage {
  readonly userId: Eui;
  readonly webhook: string;
  readonly side: Viewer['kind'];
  readonly url: string;
  /** Sealed; the newest first. */
  readonly secrets: readonly string[];
  readonly failures: number;
  readonly failingSince: Date | undefined;
  readonly message: string;
  readonly type: string;
  readonly about: string;
  readonly at: Date;
  /** With this one. */
  readonly tries: number;
}

// of a User that is suspended, or whose Party is, nothing is sent
const TAKE_SQL = `
  with taken as (
    select w.user_id, w.webhook from webhook w
    where w.is_on and w.removed_at is null and (w.retry_at is null or w.retry_at <= clock_timestamp())
      and (w.leased_until is null or w.leased_until <= clock_timestamp())
      and exists (select from webhook_delivery d
                  where d.user_id = w.user_id and d.webhook = w.webhook and d.state = 'queued')
      and (w.side = 'operator' or exists (
             select from user_id u join party p on p.party_id = u.party_id
             where u.user_id = w.user_id and u.status = 'active' and p.status = 'active'))
    order by w.tried_at nulls first limit 1 for update skip locked),
  leased as (
    update webhook w set leased_until = clock_timestamp() + ${LEASE}, tried_at = clock_timestamp()
    from taken t where w.user_id = t.user_id and w.webhook = t.webhook
    returning w.user_id, w.webhook, w.side, w.url, w.failures, w.failing_since,
              array_remove(array[w.secret, case when w.old_until > clock_timestamp() then w.old_secret end], null) as secrets)
  update webhook_delivery d set tries = d.tries + 1, tried_at = clock_timestamp()
  from leased l
  where d.user_id = l.user_id and d.webhook = l.webhook
    and d.message = (select q.message from webhook_delivery q
                     where q.user_id = l.user_id and q.webhook = l.webhook and q.state = 'queued'
                     order by q.at, q.message limit 1)
  returning l.*, d.message, d.type, d.about, d.at, d.tries`;

/** Takes the oldest message of a webhook that nobody else has in hand; undefined: there is none. */
export async function takeMessage(pool: pg.Pool): Promise<DueMessage | undefined> {
  const { rows } = await pool.query<
    Omit<DueMessage, 'userId' | 'failingSince'> & { user_id: string; failing_since: Date | null }
  >(TAKE_SQL);
  const [row] = rows;
  if (row === undefined) return undefined;
  const { user_id, failing_since, ...rest } = row;
  return { ...rest, userId: requireEui(user_id), failingSince: failing_since ?? undefined };
}

interface Ended {
  readonly state: 'sent' | 'dropped';
  readonly status?: number | undefined;
  readonly failure?: string;
}
const MESSAGE = `user_id = $1 and webhook = $2 and message = $3 and state = 'queued'`;
const keyOf = ({ userId, webhook, message }: DueMessage) => [userId, webhook, message];

export async function endMessage(pool: pg.Pool, due: DueMessage, { state, status, failure }: Ended): Promise<void> {
  await pool.query(
    `update webhook_delivery set state = $4, ended_at = clock_timestamp(), status = $5, failure = $6 where ${MESSAGE}`,
    [...keyOf(due), state, status, failure],
  );
}

export async function noteFailure(
  pool: pg.Pool,
  due: DueMessage,
  { status, failure }: { readonly status: number | undefined; readonly failure: string },
): Promise<void> {
  await pool.query(`update webhook_delivery set status = $4, failure = $5 where ${MESSAGE}`, [
    ...keyOf(due),
    status,
    failure,
  ]);
}

/** Lets others have it, as it was. */
export async function giveBack(pool: pg.Pool, { userId, webhook }: DueMessage): Promise<void> {
  await pool.query('update webhook set leased_until = null where user_id = $1 and webhook = $2', [userId, webhook]);
}

/** It took a message. */
export async function giveBackWell(pool: pg.Pool, { userId, webhook }: DueMessage): Promise<void> {
  await pool.query(
    `update webhook set leased_until = null, failures = 0, failing_since = null, retry_at = null
     where user_id = $1 and webhook = $2`,
    [userId, webhook],
  );
}

/** It took none, and rests. */
export async function giveBackFailing(
  pool: pg.Pool,
  { userId, webhook }: DueMessage,
  pauseSeconds: number,
): Promise<void> {
  await pool.query(
    `update webhook set leased_until = null, failures = failures + 1,
       failing_since = coalesce(failing_since, clock_timestamp()),
       retry_at = clock_timestamp() + make_interval(secs => $3)
     where user_id = $1 and webhook = $2`,
    [userId, webhook, pauseSeconds],
  );
}

/** Turns it off, with all that waits for it, and tells its User. */
export async function turnOff(pool: pg.Pool, { userId, webhook }: DueMessage, why: string): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `update webhook set is_on = false, off_why = $3, leased_until = null
       where user_id = $1 and webhook = $2 and is_on returning name`,
      [userId, webhook, why],
    );
    await dropQueued(client, { userId, webhook }, 'the webhook was turned off');
    const [row] = rows;
    if (row === undefined) return;
    await client.query(
      `insert into notice (user_id, noticed_at, kind, about, words, count)
       values ($1, clock_timestamp(), 'webhook', $2, $3, 0)`,
      [userId, webhook, `The webhook “${row.name}” was turned off: ${why}.`],
    );
  });
}

export async function dropQueued(
  client: pg.PoolClient,
  { userId, webhook }: { readonly userId: Eui; readonly webhook: string },
  failure: string,
): Promise<void> {
  await client.query(
    `update webhook_delivery set state = 'dropped', ended_at = clock_timestamp(), failure = $3
     where user_id = $1 and webhook = $2 and state = 'queued'`,
    [userId, webhook, failure],
  );
}

export async function dropOldDeliveries(pool: pg.Pool): Promise<void> {
  await pool.query(`delete from webhook_delivery where state <> 'queued' and ended_at < clock_timestamp() - ${KEPT}`);
}
