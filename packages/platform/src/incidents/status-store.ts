// The status page as it is kept: what is published of incidents, and who wants to be told of it.
//
// What always holds: an entry says what the Operator wrote for all Users, and nothing that was written for anybody else.
import { randomUUID } from 'node:crypto';
import type { PublishIncident, StatusEntry, StatusSubscription } from '@penstock/api';
import type pg from 'pg';
import { type Asked, limitsAt, readLimits } from '../changes/index.ts';
import { authorOf } from '../foundation/author.ts';
import { inTransaction } from '../foundation/database/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import { recordOwner, type Viewer } from '../foundation/viewer.ts';
import { asViewerOf } from '../foundation/viewing.ts';
import { isOver } from './incident.ts';
import type { IncidentParts } from './incidents-store.ts';
import type { KeptIncident } from './sight.ts';

const stateOf = ({ state }: Pick<KeptIncident, 'state'>) => (isOver(state) ? 'resolved' : state);

/** @throws PenstockError 'incidents.content' for a service that there is not */
export async function requireServices(asked: Asked, services: readonly string[], now: Date): Promise<void> {
  const known = limitsAt(await readLimits(asked), now.getTime()).limits.services.map(({ name }) => name);
  const unknown = services.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const detail = `there is no service “${unknown}”; there are ${known.join(', ')}`;
  throw new PenstockError('incidents.content', { where: 'services', detail });
}

/** Writes what all Users are told, under the incident's lock; the entry's id. */
export async function publishEntry(
  client: pg.PoolClient,
  kept: KeptIncident,
  { title, impact, services, words, now }: Omit<PublishIncident, 'version'> & { readonly now: number },
): Promise<string> {
  const entry = kept.entry ?? randomUUID();
  await client.query(
    `insert into status_entry (entry, title, impact, services, state, began_at, resolved_at, changed_at)
     values ($1, $2, $3, $4, $5, $6, $7, clock_timestamp())
     on conflict (entry) do update
     set title = excluded.title, impact = excluded.impact, services = excluded.services, changed_at = excluded.changed_at`,
    [
      entry,
      title,
      impact,
      services,
      stateOf(kept),
      new Date(kept.beganAt),
      kept.resolvedAt && new Date(kept.resolvedAt),
    ],
  );
  await updateEntry(client, { ...kept, entry }, { words, now });
  return entry;
}

/** An update of what is published, with the state of its incident; told to who subscribed. */
export async function updateEntry(
  client: pg.PoolClient,
  kept: KeptIncident,
  { words, now }: { readonly words: string; readonly now: number },
): Promise<void> {
  if (kept.entry === undefined) return;
  const state = stateOf(kept);
  const resolvedAt = isOver(kept.state) ? new Date(kept.resolvedAt ?? now) : undefined;
  await client.query(
    `update status_entry set state = $2, resolved_at = $3, changed_at = clock_timestamp() where entry = $1`,
    [kept.entry, state, resolvedAt],
  );
  await client.query(
    `insert into status_update select $1, coalesce(max(number), 0) + 1, $2, $3, $4 from status_update where entry = $1`,
    [kept.entry, new Date(now), state, words],
  );
  await client.query(
    `insert into notice (user_id, noticed_at, kind, about, words, count)
     select s.user_id, clock_timestamp(), 'incident', e.entry::text, 'Status page, “' || e.title || '”: ' || $2::text, 0
     from status_entry e, status_subscription s
     join user_id u on u.user_id = s.user_id
     where e.entry = $1 and u.status = 'active' and (s.services = '{}' or s.services && e.services)`,
    [kept.entry, words.slice(0, 1_000)],
  );
}

interface EntryRow {
  readonly entry: string;
  readonly title: string;
  readonly impact: StatusEntry['impact'];
  readonly services: string[];
  readonly state: StatusEntry['state'];
  readonly began_at: Date;
  readonly resolved_at: Date | null;
  readonly updates: { number: number; at: string; state: StatusEntry['state']; words: string }[];
}
const COLUMNS = `e.entry, e.title, e.impact, e.services, e.state, e.began_at, e.resolved_at,
  (select coalesce(json_agg(json_build_object('number', u.number, 'at', u.at, 'state', u.state, 'words', u.words)
                            order by u.number desc), '[]')
   from status_update u where u.entry = e.entry) as updates`;

const toEntry = (row: EntryRow): StatusEntry => ({
  entry: row.entry,
  title: row.title,
  impact: row.impact,
  services: row.services,
  state: row.state,
  beganAt: row.began_at.toISOString(),
  ...(row.resolved_at === null ? {} : { resolvedAt: row.resolved_at.toISOString() }),
  updates: row.updates.map(({ at, ...update }) => ({ ...update, at: new Date(at).toISOString() })),
});

/** More at once is read by nobody. */
const MOST_CURRENT = 100;

export async function readCurrent(asked: Asked): Promise<StatusEntry[]> {
  const { rows } = await asked.query<EntryRow>(
    `select ${COLUMNS} from status_entry e where e.resolved_at is null order by e.began_at desc, e.entry limit $1`,
    [MOST_CURRENT],
  );
  return rows.map(toEntry);
}

const CURSOR = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?[+-]\d\d(?::\d\d)?)~([0-9a-f-]{36})$/;

/** What is resolved, the newest first. @throws PenstockError 'request.invalid' */
export async function readHistory(
  asked: Asked,
  { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number },
): Promise<{ items: StatusEntry[]; cursor: string | undefined }> {
  const [, at, last] = CURSOR.exec(cursor ?? '') ?? [];
  if (cursor !== undefined && at === undefined) {
    throw new PenstockError('request.invalid', { detail: 'this is no cursor of this list', where: 'cursor' });
  }
  const { rows } = await asked.query<EntryRow & { place: string }>(
    `select ${COLUMNS}, e.resolved_at::text || '~' || e.entry as place from status_entry e
     where e.resolved_at is not null and ($1::timestamptz is null or (e.resolved_at, e.entry) < ($1::timestamptz, $2::uuid))
     order by e.resolved_at desc, e.entry desc limit $3`,
    [at, last, limit + 1],
  );
  const shown = rows.slice(0, limit);
  return { items: shown.map(toEntry), cursor: rows.length > limit ? shown.at(-1)?.place : undefined };
}

/** @throws PenstockError 'access.denied', 'request.invalid' */
export async function readSubscription(
  { pool }: Pick<IncidentParts, 'pool'>,
  viewer: Viewer,
  named: string | undefined,
): Promise<StatusSubscription> {
  const userId = recordOwner(viewer, named);
  const rows = await asViewerOf(pool, [userId], async (client) => {
    const sql = 'select services from status_subscription where user_id = $1';
    return (await client.query<{ services: string[] }>(sql, [userId])).rows;
  });
  return { isSubscribed: rows.length > 0, services: rows[0]?.services ?? [] };
}

/** @throws PenstockError 'access.denied', 'request.invalid', 'incidents.content' */
export async function putSubscription(
  { pool, now }: IncidentParts,
  viewer: Viewer,
  wanted: {
    readonly userId?: string | undefined;
    readonly isSubscribed: boolean;
    readonly services: readonly string[];
  },
): Promise<StatusSubscription> {
  const userId = recordOwner(viewer, wanted.userId);
  await inTransaction(pool, async (client) => {
    if (!wanted.isSubscribed) {
      await client.query('delete from status_subscription where user_id = $1', [userId]);
      return;
    }
    await requireServices(client, wanted.services, now());
    await client.query(
      `insert into status_subscription values ($1, $2, $3, $4)
       on conflict (user_id) do update set services = excluded.services, set_at = excluded.set_at, set_by = excluded.set_by`,
      [userId, wanted.services, now(), authorOf(viewer)],
    );
  });
  return readSubscription({ pool }, viewer, userId);
}
