// Webhooks as they are kept: made, listed, changed, removed; and what they were sent.
//
// What always holds: a secret is shown once, and kept sealed, since what is sent is signed with it. Each is its User's: for
// anybody else there is none.
import { randomUUID } from 'node:crypto';
import type { BlockList } from 'node:net';
import {
  MOST_WEBHOOKS,
  type PostWebhook,
  type PutWebhook,
  WEBHOOK_TEST,
  type WebhookDelivery,
  type WebhookDocument,
  type WebhookSecret,
} from '@penstock/api';
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { type Author, differenceWords, recordChanges } from '../foundation/activity.ts';
import { authorOf, shownAuthor } from '../foundation/author.ts';
import { inTransaction } from '../foundation/database/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import { readSealer } from '../foundation/sealed.ts';
import { actingOfViewer, type Viewer } from '../foundation/viewer.ts';
import { requireAddress } from './address.ts';
import { bindingOf, dropQueued } from './send-store.ts';
import { newSecret } from './signature.ts';

export interface WebhookParts {
  readonly pool: pg.Pool;
  readonly now: () => Date;
  /** Networks inside, to which the Operator lets webhooks go. */
  readonly allowed: BlockList;
}

/** Whose, and which. */
export interface Whose {
  readonly userId: Eui;
  readonly webhook: string;
}

/** How long what is sent is signed by the old secret, too. */
const OLD_SECRET_MS = 24 * 60 * 60 * 1000;
const none = () => new PenstockError('request.not-found', { detail: 'there is no such webhook' });

/** @throws PenstockError 'webhooks.address', 'webhooks.too-many' */
export async function makeWebhook(
  { pool, now, allowed }: WebhookParts,
  viewer: Viewer,
  { userId, made, author }: { readonly userId: Eui; readonly made: PostWebhook; readonly author: Author },
): Promise<WebhookSecret> {
  const { name, url, types, service } = made;
  requireAddress(url, allowed);
  const [webhook, secret, sealer] = [randomUUID(), newSecret(), await readSealer(pool)];
  await inTransaction(pool, async (client) => {
    await client.query(`select pg_advisory_xact_lock(hashtextextended('penstock webhooks ' || $1::text, 0))`, [userId]);
    const { rowCount } = await client.query('select from webhook where user_id = $1 and removed_at is null limit $2', [
      userId,
      MOST_WEBHOOKS,
    ]);
    if (rowCount === MOST_WEBHOOKS) {
      throw new PenstockError('webhooks.too-many', { detail: `${MOST_WEBHOOKS} of a User ID` });
    }
    await client.query(
      `insert into webhook (user_id, webhook, side, name, url, types, service, secret, made_at, made_by)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        ...[userId, webhook, viewer.kind, name, url, types, service],
        ...[sealer.seal(bindingOf(webhook), secret), now(), authorOf(viewer)],
      ],
    );
    const detail = `${name}: ${new URL(url).origin}, ${types.join(', ')}`;
    await recordChanges(client, author, [{ what: 'webhook-made', acting: actingOfViewer(viewer), detail }]);
  });
  return { webhook, secret };
}

interface WebhookRow {
  readonly webhook: string;
  readonly name: string;
  readonly url: string;
  readonly types: WebhookDocument['types'];
  readonly service: string | null;
  readonly is_on: boolean;
  readonly off_why: string | null;
  readonly made_at: Date;
  readonly made_by: string;
  readonly failing_since: Date | null;
  readonly retry_at: Date | null;
  readonly queued: number;
  readonly old_until: Date | null;
}

const given = <Name extends string>(name: Name, value: Date | string | null) =>
  (value === null ? {} : { [name]: value instanceof Date ? value.toISOString() : value }) as Partial<
    Record<Name, string>
  >;

export async function listWebhooks(
  { pool, now }: WebhookParts,
  viewer: Viewer,
  userId: Eui,
): Promise<WebhookDocument[]> {
  const { rows } = await pool.query<WebhookRow>(
    `select w.webhook, w.name, w.url, w.types, w.service, w.is_on, w.off_why, w.made_at, w.made_by, w.failing_since,
            w.retry_at, case when w.old_until > $2 then w.old_until end as old_until,
            (select count(*)::integer from webhook_delivery d
             where d.user_id = w.user_id and d.webhook = w.webhook and d.state = 'queued') as queued
     from webhook w where w.user_id = $1 and w.removed_at is null order by w.made_at, w.webhook`,
    [userId, now()],
  );
  return rows.map((row) => ({
    webhook: row.webhook,
    name: row.name,
    url: row.url,
    types: row.types,
    isOn: row.is_on,
    madeAt: row.made_at.toISOString(),
    madeBy: shownAuthor(viewer, row.made_by),
    queued: row.queued,
    ...given('service', row.service),
    ...given('offWhy', row.off_why),
    ...given('failingSince', row.failing_since),
    ...given('retryAt', row.retry_at),
    ...given('oldSecretUntil', row.old_until),
  }));
}

type Kept = Pick<WebhookRow, 'name' | 'url' | 'types' | 'service' | 'is_on'>;

/** Does something to one, under its row's lock. @throws PenstockError 'request.not-found' */
async function withOne<Result>(
  { pool }: WebhookParts,
  { userId, webhook }: Whose,
  work: (client: pg.PoolClient, before: Kept) => Promise<Result>,
): Promise<Result> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<Kept>(
      `select name, url, types, service, is_on from webhook
       where user_id = $1 and webhook = $2 and removed_at is null for update`,
      [userId, webhook],
    );
    const [before] = rows;
    if (before === undefined) throw none();
    return work(client, before);
  });
}

/** @throws PenstockError 'request.not-found', 'webhooks.address' */
export async function changeWebhook(
  parts: WebhookParts,
  viewer: Viewer,
  { whose, put, author }: { readonly whose: Whose; readonly put: PutWebhook; readonly author: Author },
): Promise<boolean> {
  requireAddress(put.url, parts.allowed);
  return withOne(parts, whose, async (client, before) => {
    const onOff = (isOn: boolean) => (isOn ? 'on' : 'off');
    const detail = differenceWords({
      name: [before.name, put.name],
      address: [before.url, put.url],
      types: [before.types.join(' '), put.types.join(' ')],
      service: [before.service, put.service],
      state: [onOff(before.is_on), onOff(put.isOn)],
    });
    if (detail === '') return false;
    await client.query(
      `update webhook set name = $3, url = $4, types = $5, service = $6, is_on = $7, off_why = null, failures = 0,
         failing_since = null, retry_at = null
       where user_id = $1 and webhook = $2`,
      [whose.userId, whose.webhook, put.name, put.url, put.types, put.service, put.isOn],
    );
    if (!put.isOn) await dropQueued(client, whose, 'the webhook was turned off');
    await recordChanges(client, author, [{ what: 'webhook-changed', acting: actingOfViewer(viewer), detail }]);
    return true;
  });
}

/** A new secret; what is sent within a day is signed by the old one, too. @throws PenstockError 'request.not-found' */
export async function renewSecret(
  parts: WebhookParts,
  viewer: Viewer,
  { whose, author }: { readonly whose: Whose; readonly author: Author },
): Promise<WebhookSecret> {
  const [secret, sealer] = [newSecret(), await readSealer(parts.pool)];
  return withOne(parts, whose, async (client, { name }) => {
    await client.query(
      `update webhook set old_secret = secret, old_until = $3, secret = $4 where user_id = $1 and webhook = $2`,
      [
        whose.userId,
        whose.webhook,
        new Date(parts.now().getTime() + OLD_SECRET_MS),
        sealer.seal(bindingOf(whose.webhook), secret),
      ],
    );
    await recordChanges(client, author, [
      { what: 'webhook-key-renewed', acting: actingOfViewer(viewer), detail: name },
    ]);
    return { webhook: whose.webhook, secret };
  });
}

/** @throws PenstockError 'request.not-found' */
export async function removeWebhook(
  parts: WebhookParts,
  viewer: Viewer,
  { whose, author }: { readonly whose: Whose; readonly author: Author },
): Promise<void> {
  await withOne(parts, whose, async (client, { name, url }) => {
    await client.query(
      `update webhook set removed_at = $3, is_on = false, secret = '', old_secret = null where user_id = $1 and webhook = $2`,
      [whose.userId, whose.webhook, parts.now()],
    );
    await dropQueued(client, whose, 'the webhook was removed');
    const detail = `${name}: ${new URL(url).origin}`;
    await recordChanges(client, author, [{ what: 'webhook-removed', acting: actingOfViewer(viewer), detail }]);
  });
}

/** Queues a message that says nothing. @throws PenstockError 'request.not-found', 'webhooks.off' */
export async function testWebhook(parts: WebhookParts, whose: Whose): Promise<string> {
  return withOne(parts, whose, async (client, { is_on }) => {
    if (!is_on) throw new PenstockError('webhooks.off');
    const message = randomUUID();
    await client.query(
      `insert into webhook_delivery (user_id, webhook, message, type, about, at)
       values ($1, $2, $3, $4, '', clock_timestamp())`,
      [whose.userId, whose.webhook, message, WEBHOOK_TEST],
    );
    return message;
  });
}

const CURSOR = /^(\d{4}-\d\d-\d\dT[\d:.]{8,15}Z)~([0-9a-f-]{36})$/;

interface DeliveryRow {
  readonly message: string;
  readonly type: string;
  readonly about: string;
  readonly at: Date;
  readonly state: WebhookDelivery['state'];
  readonly tries: number;
  readonly tried_at: Date | null;
  readonly status: number | null;
  readonly failure: string | null;
  readonly place: string;
}

/** A page, the newest first. @throws PenstockError 'request.invalid', 'request.not-found' */
export async function listDeliveries(
  { pool }: WebhookParts,
  { userId, webhook }: Whose,
  { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number },
): Promise<{ items: WebhookDelivery[]; cursor: string | undefined }> {
  const [, at, message] = CURSOR.exec(cursor ?? '') ?? [];
  if (cursor !== undefined && at === undefined) {
    throw new PenstockError('request.invalid', { detail: 'this is no cursor of this list', where: 'cursor' });
  }
  const { rowCount } = await pool.query('select from webhook where user_id = $1 and webhook = $2', [userId, webhook]);
  if (rowCount === 0) throw none();
  const { rows } = await pool.query<DeliveryRow>(
    `select message, type, about, at, state, tries, tried_at, status, failure,
            to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '~' || message as place
     from webhook_delivery
     where user_id = $1 and webhook = $2 and ($3::timestamptz is null or (at, message) < ($3::timestamptz, $4::uuid))
     order by at desc, message desc limit $5`,
    [userId, webhook, at, message, limit + 1],
  );
  const shown = rows.slice(0, limit);
  return {
    items: shown.map((row) => ({
      message: row.message,
      type: row.type,
      about: row.about,
      at: row.at.toISOString(),
      state: row.state,
      tries: row.tries,
      ...given('triedAt', row.tried_at),
      ...(row.status === null ? {} : { status: row.status }),
      ...given('failure', row.failure),
    })),
    cursor: rows.length > limit ? shown.at(-1)?.place : undefined,
  };
}
