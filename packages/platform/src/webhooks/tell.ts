// What webhooks are to be told is written down by the transaction that does it: whoever is killed has told of all that is there,
// and of nothing that is not.
import { randomUUID } from 'node:crypto';
import type { WebhookType } from '@penstock/api';
import type { Eui } from '@penstock/duis';
import type pg from 'pg';

export interface Told {
  readonly type: WebhookType;
  /** The change, the month, the incident. */
  readonly about: string;
}

/** A webhook, and what it is told. */
export type Telling = Told & { readonly userId: string; readonly webhook: string };

/** In this order. */
export async function queueTellings(client: pg.PoolClient, tellings: readonly Telling[]): Promise<void> {
  if (tellings.length === 0) return;
  await client.query(
    `insert into webhook_delivery (user_id, webhook, message, type, about, at)
     select u, w, m, t, a, clock_timestamp() + n * interval '1 microsecond'
     from unnest($1::macaddr8[], $2::uuid[], $3::uuid[], $4::text[], $5::text[]) with ordinality x (u, w, m, t, a, n)`,
    [
      tellings.map(({ userId }) => userId),
      tellings.map(({ webhook }) => webhook),
      tellings.map(() => randomUUID()),
      tellings.map(({ type }) => type),
      tellings.map(({ about }) => about),
    ],
  );
}

/** An incident, for those who may see it: to be called in the transaction that opens, updates or closes it. */
export interface IncidentTold extends Told {
  readonly type: Extract<WebhookType, `incident.${string}`>;
  /** Whose webhooks are told; the Operator by its own User ID. */
  readonly userIds: readonly Eui[];
}

/**
 * Tells the webhooks of these User IDs of an incident. What goes out is its id: whoever is told asks the API, which says what
 * it may see then.
 */
export async function tellWebhooks(client: pg.PoolClient, told: IncidentTold): Promise<void> {
  const { type, about, userIds } = told;
  const { rows } = await client.query<{ userId: string; webhook: string }>(
    `select user_id as "userId", webhook from webhook
     where user_id = any ($1::macaddr8[]) and is_on and removed_at is null and $2 = any (types)`,
    [userIds, type],
  );
  await queueTellings(
    client,
    rows.map((row) => ({ ...row, type, about })),
  );
}
