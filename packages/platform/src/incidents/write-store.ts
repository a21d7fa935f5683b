// How an incident is written: as it is now, what was done as an update of it, and who is told.
import type { AffectedParts, IncidentAudience, IncidentCategory, IncidentUpdate } from '@penstock/api';
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { PenstockError } from '../foundation/errors.ts';
import { tellWebhooks } from '../webhooks/tell.ts';
import { causeOfKey } from './causes.ts';
import { dueOf, targetsAt } from './incident.ts';
import { type IncidentParts, readRows } from './incidents-store.ts';
import type { KeptIncident } from './sight.ts';
import { readTargets } from './targets-store.ts';

/** Of one owner that are not closed, and updates of one. */
const MOST_INCIDENTS = 5_000;
const MOST_UPDATES = 5_000;

/** What an incident begins with. Times in milliseconds. */
export interface NewIncident {
  readonly owner: Eui;
  readonly readers: readonly Eui[];
  readonly cause: string | undefined;
  readonly isStanding: boolean;
  readonly title: string;
  readonly words: string | undefined;
  readonly category: IncidentCategory;
  readonly affected: AffectedParts;
  readonly beganAt: number;
  readonly openedAt: number;
  readonly by: string;
  readonly repeats: string | undefined;
}

async function requireRoom(client: pg.PoolClient, owner: Eui): Promise<void> {
  const { rows } = await client.query<{ count: number }>(
    `select count(*)::integer as count from incident where user_id = $1 and state <> 'closed'`,
    [owner],
  );
  const count = rows[0]?.count ?? 0;
  if (count >= MOST_INCIDENTS) {
    throw new PenstockError('incidents.too-many', {
      detail: `${count} are not closed, of ${MOST_INCIDENTS} that may be`,
    });
  }
}

/** Opens one; undefined when there is one for its cause already. @throws PenstockError 'incidents.too-many' */
export async function insertIncident(
  parts: Pick<IncidentParts, 'operatorId'>,
  client: pg.PoolClient,
  its: NewIncident,
): Promise<KeptIncident | undefined> {
  await requireRoom(client, its.owner);
  const { targets } = targetsAt(await readTargets(client), its.openedAt);
  const { respondBy, resolveBy } = dueOf(its.openedAt, its.category, targets);
  const cause = its.cause === undefined ? undefined : causeOfKey(its.cause);
  const { rows } = await client.query<{ incident: string }>(
    `insert into incident (user_id, incident, cause, event, is_standing, state, category, title, words, affected, readers, began_at,
                           opened_at, opened_by, counted_from, respond_by, resolve_by, repeats)
     select $1, 'INC-' || nextval('incident_number'), $2, $3, $4, 'open', $5, $6, $7, $8, $9, $10, $11, $12, $11, $13, $14, $15
     on conflict do nothing returning incident`,
    [
      its.owner,
      its.cause,
      cause?.kind === 'quarantine' ? cause.event : undefined,
      its.isStanding,
      its.category,
      its.title,
      its.words,
      JSON.stringify(its.affected),
      its.readers,
      new Date(its.beganAt),
      new Date(its.openedAt),
      its.by,
      new Date(respondBy),
      new Date(resolveBy),
      its.repeats,
    ],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const [kept] = await readRows(client, 'i.incident = $1', [row.incident]);
  if (kept === undefined) throw new Error('what was written is there');
  return addUpdate(parts, client, kept, {
    at: its.openedAt,
    kind: 'opened',
    by: its.by,
    audience: 'readers',
    words: its.title,
  });
}

export interface NewUpdate {
  readonly at: number;
  readonly kind: IncidentUpdate['kind'];
  readonly by: string;
  readonly audience: IncidentAudience;
  readonly words: string;
}

/** Adds to what was done and said, and tells the machines of who reads it. The incident is locked. @throws PenstockError 'incidents.too-many' */
export async function addUpdate(
  { operatorId }: Pick<IncidentParts, 'operatorId'>,
  client: pg.PoolClient,
  kept: KeptIncident,
  update: NewUpdate,
): Promise<KeptIncident> {
  const number = kept.updates + 1;
  if (number > MOST_UPDATES) {
    throw new PenstockError('incidents.too-many', {
      detail: `it has ${MOST_UPDATES} updates: close it, and raise another`,
    });
  }
  const { at, kind, by, audience, words } = update;
  await client.query('insert into incident_update values ($1, $2, $3, $4, $5, $6, $7, $8)', [
    kept.owner.userId,
    kept.incident,
    number,
    new Date(at),
    kind,
    by,
    audience,
    words,
  ]);
  await client.query(
    'update incident set updates = $3, changed_at = clock_timestamp() where user_id = $1 and incident = $2',
    [kept.owner.userId, kept.incident, number],
  );
  const readers = audience === 'operator' ? [] : audience === 'raiser' ? [kept.owner.userId] : readersOf(kept);
  const type = webhookTypeOf(kind, kept);
  await tellWebhooks(client, { type, about: kept.incident, userIds: [operatorId, ...readers] });
  return { ...kept, updates: number };
}

const readersOf = ({ owner, readers = [] }: KeptIncident): Eui[] => [...new Set([owner.userId, ...readers])];

function webhookTypeOf(kind: NewUpdate['kind'], { state }: KeptIncident) {
  if (kind === 'opened') return 'incident.opened';
  return kind === 'moved' && state === 'closed' ? 'incident.closed' : 'incident.updated';
}

const instantOf = (at: number | undefined) => (at === undefined ? undefined : new Date(at));

/** Writes it as it is to be, as its next version. The incident is locked. */
export async function saveIncident(client: pg.PoolClient, next: KeptIncident): Promise<KeptIncident> {
  const after = { ...next, version: next.version + 1 };
  await client.query(
    `update incident
     set is_standing = $3, state = $4, category = $5, title = $6, words = $7, affected = $8, readers = $9, began_at = $10,
         counted_from = $11, respond_by = $12, resolve_by = $13, responded_at = $14, resolved_at = $15, closed_at = $16,
         closing = $17, team = $18, person = $19, escalation = $20, repeats = $21, entry = $22, version = $23,
         response_missed_at = case when respond_by = $12 then response_missed_at end,
         resolution_missed_at = case when resolve_by = $13 then resolution_missed_at end,
         changed_at = clock_timestamp()
     where user_id = $1 and incident = $2`,
    [
      after.owner.userId,
      after.incident,
      after.isStanding,
      after.state,
      after.category,
      after.title,
      after.words,
      JSON.stringify(after.affected),
      after.readers,
      new Date(after.beganAt),
      new Date(after.countedFrom),
      new Date(after.respondBy),
      new Date(after.resolveBy),
      instantOf(after.respondedAt),
      instantOf(after.resolvedAt),
      instantOf(after.closedAt),
      after.closing,
      after.team,
      after.person,
      after.escalation,
      after.repeats,
      after.entry,
      after.version,
    ],
  );
  return after;
}

/** By whom a User's notice is not wanted: who did it knows. */
const isOf = (author: string, userId: Eui) => author === userId || author.startsWith(`${userId} `);

/** Tells whose it is and its Interested Parties, but not the Operator, who sees all of them, and not who did it. */
export async function tellReaders(
  { operatorId }: Pick<IncidentParts, 'operatorId'>,
  client: pg.PoolClient,
  kept: KeptIncident,
  {
    by,
    words,
    isForOwnerOnly = false,
  }: { readonly by: string; readonly words: string; readonly isForOwnerOnly?: boolean },
): Promise<void> {
  const readers = isForOwnerOnly ? [kept.owner.userId] : readersOf(kept);
  const told = readers.filter((userId) => userId !== operatorId && !isOf(by, userId));
  await tellUsers(client, told, { about: kept.incident, words: `${kept.incident}, “${kept.title}”: ${words}` });
}

/** A notice to each of these Users. */
export async function tellUsers(
  client: pg.PoolClient,
  users: readonly Eui[],
  { about, words }: { readonly about: string; readonly words: string },
): Promise<void> {
  if (users.length === 0) return;
  await client.query(
    `insert into notice (user_id, noticed_at, kind, about, words, count)
     select u, clock_timestamp(), 'incident', $2, $3, 0 from unnest($1::macaddr8[]) u
     on conflict do nothing`,
    [users, about, words.slice(0, 1_000)],
  );
}
