// What is checked before a change is written, and how it is written: as it is now, as a version, and as an outline.
import { randomUUID } from 'node:crypto';
import type { ChangeContent } from '@penstock/api';
import { catalogue, type Eui } from '@penstock/duis';
import type pg from 'pg';
import { PenstockError } from '../foundation/errors.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { readLimits } from './calendar-store.ts';
import type { Kept } from './changes-store.ts';
import { limitsAt } from './limits.ts';
import { ownerKindOf, seesOf } from './sharing.ts';
import { isOperatorLed, isPrivate } from './states.ts';

/** Of a User ID that are not over. */
const MOST_CHANGES = 5_000;

const srvs = new Set([...catalogue.values()].map(({ srv }) => srv));

/** @throws PenstockError 'changes.content' for what the schema cannot know */
export async function requireContent(
  client: pg.PoolClient,
  content: ChangeContent,
  { viewer, owner, now }: { viewer: Viewer; owner: Eui; now: Date },
): Promise<void> {
  const { affected, statement } = content;
  const refuse = (where: string, detail: string) =>
    new PenstockError('changes.content', { where: `content.${where}`, detail });
  if (isOperatorLed(statement.kind) !== (viewer.kind === 'operator')) {
    const whose = isOperatorLed(statement.kind) ? "the Operator's" : "a User's";
    throw refuse('statement.kind', `a change of this kind is ${whose}`);
  }
  const { services } = limitsAt(await readLimits(client), now.getTime()).limits;
  const unknown = affected.services.find((name) => services.every((service) => service.name !== name));
  if (unknown !== undefined) {
    const names = services.map(({ name }) => name).join(', ');
    throw refuse('affected.services', `there is no service “${unknown}”; there are ${names}`);
  }
  const noSrv = affected.srvs.find((srv) => !srvs.has(srv));
  if (noSrv !== undefined) throw refuse('affected.srvs', `there is no SRV ${noSrv}`);
  const undeclared = content.traffic?.find(({ srv }) => !srvs.has(srv));
  if (undeclared !== undefined) throw refuse('traffic', `there is no SRV ${undeclared.srv}`);
  // whoever could name others would find out by clashes what they plan
  const other = viewer.kind === 'user' && affected.userIds.find((userId) => userId !== owner);
  if (other) throw refuse('affected.userIds', `${other} is not the User ID whose change it is`);
}

/** Writes a change as it is now, the version, and its outline where it has one. */
export async function write(
  client: pg.PoolClient,
  kept: Kept,
  { author, why, at }: { author: string; why: string | undefined; at: Date },
): Promise<void> {
  const { change, owner, state, version, content } = kept;
  const spans = JSON.stringify(kept.spans.map(({ from, to }) => [from, to]));
  const at0 = kept.spans[0]?.from;
  const first = at0 === undefined ? 'infinity' : new Date(at0);
  const last = at0 === undefined ? 'infinity' : new Date(kept.spans.at(-1)?.to ?? at0);
  const text = JSON.stringify(content);
  await client.query(
    `insert into change (user_id, change, state, version, sharing, kind, content, spans, first_at, last_at, told_at, changed_at,
                         changed_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
     on conflict (user_id, change) do update
     set state = excluded.state, version = excluded.version, sharing = excluded.sharing, kind = excluded.kind,
         content = excluded.content, spans = excluded.spans, first_at = excluded.first_at, last_at = excluded.last_at,
         told_at = excluded.told_at, changed_at = excluded.changed_at, changed_by = excluded.changed_by`,
    [
      owner.userId,
      change,
      state,
      version,
      content.sharing,
      content.statement.kind,
      text,
      spans,
      first,
      last,
      kept.toldAt,
      at,
      author,
    ],
  );
  await client.query('insert into change_version values ($1, $2, $3, $4, $5, $6, $7, $8)', [
    owner.userId,
    change,
    version,
    state,
    at,
    author,
    why,
    text,
  ]);
  if (!isPrivate(state)) await recordEvent(client, kept, 'saved');
  await client.query('delete from change_outline where user_id = $1 and change = $2', [owner.userId, change]);
  if (seesOf(kept, { kind: 'user', userIds: [] }) === 'outline') {
    const kind = ownerKindOf(owner.partyKind);
    await client.query('insert into change_outline values ($1, $2, $3, $4, $5, $6, $7, $8)', [
      owner.userId,
      change,
      kind,
      content.size,
      content.affected.services,
      spans,
      first,
      last,
    ]);
  }
}

/** Leaves word for whoever tells of it. */
export async function recordEvent(
  client: pg.PoolClient,
  { owner, change, version }: Kept,
  kind: 'saved' | 'clash',
): Promise<void> {
  await client.query('insert into change_event (user_id, event, change, kind, version) values ($1, $2, $3, $4, $5)', [
    owner.userId,
    randomUUID(),
    change,
    kind,
    version,
  ]);
}

export async function requireRoom(client: pg.PoolClient, owner: Eui, more: number): Promise<void> {
  const { rows } = await client.query<{ count: number }>(
    `select count(*)::integer as count from change
     where user_id = $1 and state not in ('done', 'backed_out', 'cancelled')`,
    [owner],
  );
  const count = rows[0]?.count ?? 0;
  if (count + more > MOST_CHANGES) {
    throw new PenstockError('changes.too-many', { detail: `${count} are not over, of ${MOST_CHANGES} that may be` });
  }
}
