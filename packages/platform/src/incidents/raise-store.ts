// People raise incidents here. Of what the platform sees there is one, whoever opens it: who comes second follows the first.
import type { IncidentCause, PostIncident, RaisedIncident } from '@penstock/api';
import { catalogue, type Eui } from '@penstock/duis';
import type pg from 'pg';
import { limitsAt, readLimits } from '../changes/index.ts';
import { authorOf } from '../foundation/author.ts';
import { inTransaction } from '../foundation/database/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import { recordOwner, type Viewer } from '../foundation/viewer.ts';
import { keyOfCause } from './causes.ts';
import { type IncidentParts, readIncident, readRows } from './incidents-store.ts';
import type { KeptIncident } from './sight.ts';
import { addUpdate, insertIncident, saveIncident, tellReaders } from './write-store.ts';

const srvs = new Set([...catalogue.values()].map(({ srv }) => srv));

const refuse = (where: string, detail: string) => new PenstockError('incidents.content', { where, detail });

/** @throws PenstockError 'incidents.content' for what the schema cannot know */
export async function requireAffected(
  client: pg.PoolClient,
  affected: PostIncident['affected'],
  { viewer, owner, now }: { readonly viewer: Viewer; readonly owner: Eui; readonly now: Date },
): Promise<void> {
  const { services } = limitsAt(await readLimits(client), now.getTime()).limits;
  const unknown = affected.services.find((name) => services.every((service) => service.name !== name));
  if (unknown !== undefined) {
    const names = services.map(({ name }) => name).join(', ');
    throw refuse('affected.services', `there is no service “${unknown}”; there are ${names}`);
  }
  const noSrv = affected.srvs.find((srv) => !srvs.has(srv));
  if (noSrv !== undefined) throw refuse('affected.srvs', `there is no SRV ${noSrv}`);
  // by others' User IDs it would be found out which changes they share in part
  const other = viewer.kind === 'user' && affected.userIds.find((userId) => userId !== owner);
  if (other) throw refuse('affected.userIds', `${other} is not the User ID whose incident it is`);
}

/** Who raises it, and whose matter it is: what concerns all Users is the Operator's, and who raises it follows it. */
async function ownerOf(
  { operatorId }: IncidentParts,
  viewer: Viewer,
  client: pg.PoolClient,
  { userId, cause }: Pick<PostIncident, 'userId' | 'cause'>,
): Promise<{ readonly owner: Eui; readonly raiser: Eui }> {
  const raiser = viewer.kind === 'operator' && userId === undefined ? operatorId : recordOwner(viewer, userId);
  const { rowCount } = await client.query('select from user_id where user_id = $1', [raiser]);
  if (rowCount === 0 && raiser !== operatorId) throw refuse('userId', 'there is no such User ID');
  const isForAll = cause?.kind === 'way' || (cause?.kind === 'stream' && cause.direction === 'southbound');
  return { owner: isForAll ? operatorId : raiser, raiser };
}

async function requireEvent(client: pg.PoolClient, owner: Eui, cause: IncidentCause | undefined): Promise<void> {
  if (cause?.kind !== 'quarantine') return;
  const { rowCount } = await client.query('select from quarantine_event where user_id = $1 and event = $2', [
    owner,
    cause.event,
  ]);
  if (rowCount === 0) throw refuse('cause.event', 'there is no such quarantine event');
}

/** An earlier one that it is again: of the same owner, or of whoever may see all. @throws PenstockError 'incidents.content' */
export async function requireEarlier(
  asked: pg.PoolClient,
  {
    owner,
    repeats,
    incident,
  }: { readonly owner: Eui; readonly repeats: string | null | undefined; readonly incident?: string },
): Promise<void> {
  if (repeats == null) return;
  const { rowCount } = await asked.query('select from incident where user_id = $1 and incident = $2', [owner, repeats]);
  if (rowCount === 0 || repeats === incident) throw refuse('repeats', 'there is no such incident before it');
}

/** Who comes second follows the one that is there, and what it says is an update of it. */
async function follow(
  parts: IncidentParts,
  client: pg.PoolClient,
  found: KeptIncident,
  { raiser, by, words }: { readonly raiser: Eui; readonly by: string; readonly words: string },
): Promise<KeptIncident> {
  const at = parts.now().getTime();
  const isKnown = raiser === found.owner.userId || found.readers?.includes(raiser) === true;
  const joined = isKnown
    ? found
    : await saveIncident(client, { ...found, readers: [...(found.readers ?? []), raiser] });
  return addUpdate(parts, client, joined, { at, kind: 'written', by, audience: 'readers', words });
}

/** @throws PenstockError 'incidents.content', 'incidents.too-many', 'access.denied', 'request.invalid' */
export async function raiseIncident(
  parts: IncidentParts,
  viewer: Viewer,
  asked: PostIncident,
): Promise<RaisedIncident> {
  const by = authorOf(viewer);
  const { isNew, incident } = await inTransaction(parts.pool, async (client) => {
    const now = parts.now();
    const { owner, raiser } = await ownerOf(parts, viewer, client, asked);
    const { cause, title, words, category, affected, repeats } = asked;
    const beganAt = asked.beganAt === undefined ? now.getTime() : Date.parse(asked.beganAt);
    if (beganAt > now.getTime()) throw refuse('beganAt', 'it lies ahead');
    await requireAffected(client, affected, { viewer, owner: raiser, now });
    await requireEvent(client, owner, cause);
    await requireEarlier(client, { owner: raiser, repeats });
    const key = cause && keyOfCause(cause);
    const made = await insertIncident(parts, client, {
      owner,
      readers: owner === raiser ? [] : [raiser],
      cause: key,
      isStanding: false,
      title,
      words,
      category,
      affected,
      beganAt,
      openedAt: now.getTime(),
      by,
      repeats,
    });
    if (made !== undefined) {
      await tellReaders(parts, client, made, { by, words: 'it was raised.' });
      return { isNew: true, incident: made.incident };
    }
    const [found] = await readRows(
      client,
      `i.user_id = $1 and i.cause = $2 and (i.state <> 'closed' or i.event is not null) for update`,
      [owner, key],
    );
    if (found === undefined)
      throw new PenstockError('incidents.state', { detail: 'it was closed just now: raise it again' });
    const said = words === undefined ? title : `${title}\n${words}`;
    await follow(parts, client, found, { raiser, by, words: said });
    return { isNew: false, incident: found.incident };
  });
  return { isNew, incident: await readIncident(parts, viewer, incident) };
}
