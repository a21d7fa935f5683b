// What people do with an incident: change, move, escalate it, and write of it. Each is an update that is kept.
import { isDeepStrictEqual } from 'node:util';
import type {
  IncidentDocument,
  IncidentUpdate,
  MoveIncident,
  PublishIncident,
  PutIncident,
  postIncidentUpdateSchema,
} from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import type { z } from 'zod';
import { authorOf } from '../foundation/author.ts';
import { inTransaction } from '../foundation/database/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { dueOf, isOver, movesOf, type Side, targetsAt } from './incident.ts';
import {
  type IncidentParts,
  lockIncident,
  readIncident,
  readingIncidents,
  requireIncident,
} from './incidents-store.ts';
import { requireAffected, requireEarlier } from './raise-store.ts';
import { audiencesOf, authorFor, type KeptIncident, reads } from './sight.ts';
import { publishEntry, requireServices, updateEntry } from './status-store.ts';
import { readTargets } from './targets-store.ts';
import { addUpdate, saveIncident, tellReaders } from './write-store.ts';

const words = (state: string) => state.replaceAll('_', ' ');

interface Doing {
  readonly client: pg.PoolClient;
  readonly kept: KeptIncident;
  readonly side: Side;
  readonly by: string;
  readonly now: number;
}

/** Does something with an incident that nobody else changes meanwhile, and answers with it as it is then. */
async function doing(
  parts: IncidentParts,
  viewer: Viewer,
  { incident, version }: { readonly incident: string; readonly version?: number },
  work: (its: Doing) => Promise<unknown>,
): Promise<IncidentDocument> {
  await inTransaction(parts.pool, async (client) => {
    const { kept, side } = await lockIncident(client, viewer, incident);
    if (version !== undefined && kept.version !== version) throw await conflict(client, viewer, kept, version);
    await work({ client, kept, side, by: authorOf(viewer), now: parts.now().getTime() });
  });
  return readIncident(parts, viewer, incident);
}

/** What two people who change it at once are told. */
async function conflict(client: pg.PoolClient, viewer: Viewer, kept: KeptIncident, version: number) {
  const { rows } = await client.query<{ author: string; words: string; at: Date }>(
    `select author, words, at from incident_update
     where user_id = $1 and incident = $2 and kind <> 'written' and audience in ('readers', 'everybody')
     order by number desc limit 1`,
    [kept.owner.userId, kept.incident],
  );
  const last = rows.map((row) => `${authorFor(row.author, viewer, kept)} at ${row.at.toISOString()}: ${row.words}`);
  const detail = `you had version ${version}, it is ${kept.version}; ${last[0] ?? 'it was changed'}`;
  return new PenstockError('incidents.version-conflict', { detail, where: 'version' });
}

const refuse = (where: string, detail: string) => new PenstockError('incidents.content', { where, detail });

/** What only the Operator says of an incident. */
const operatorFields = ['category', 'assigned', 'readers'] as const;

async function requirePerson(client: pg.PoolClient, { team, person }: { team: string; person?: string | undefined }) {
  if (person === undefined) return;
  const { rowCount } = await client.query(
    `select from person p join person_role r using (person_id)
     where r.acting = 'operator' and r.role = $1 and lower(p.email) = lower($2) and p.status = 'active'`,
    [team, person],
  );
  if (rowCount === 0) throw refuse('assigned.person', `nobody of that address is of the ${words(team)}`);
}

async function requireReaders(client: pg.PoolClient, kept: KeptIncident, readers: readonly Eui[]): Promise<void> {
  const { rows } = await client.query<{ user_id: string }>(
    'select user_id from user_id where user_id = any ($1::macaddr8[])',
    [readers],
  );
  const known = new Set(rows.map((row) => requireEui(row.user_id)));
  const unknown = readers.find((reader) => !known.has(reader));
  if (unknown !== undefined) throw refuse('readers', `there is no User ID ${unknown}`);
  if (readers.includes(kept.owner.userId)) throw refuse('readers', 'it is this one’s own');
}

/** Saves what somebody says anew of an incident. @throws PenstockError 'incidents.content', 'incidents.state', 'access.denied' */
export async function editIncident(
  parts: IncidentParts,
  viewer: Viewer,
  edit: PutIncident & { readonly incident: string },
): Promise<IncidentDocument> {
  return doing(parts, viewer, edit, async ({ client, kept, side, by, now }) => {
    const isOperators = side === 'operator';
    if (side === 'interested')
      throw new PenstockError('access.denied', { detail: 'an Interested Party writes updates of it' });
    const denied = operatorFields.find((name) => edit[name] !== undefined);
    if (denied !== undefined && !isOperators) {
      throw new PenstockError('access.denied', { detail: 'the Operator says that', where: denied });
    }
    if (kept.state === 'closed') throw new PenstockError('incidents.state', { detail: 'it is closed: open it again' });
    const { affected, assigned, repeats, category = kept.category } = edit;
    const readers = edit.readers?.map(requireEui);
    const beganAt = edit.beganAt === undefined ? kept.beganAt : Date.parse(edit.beganAt);
    if (beganAt > now) throw refuse('beganAt', 'it lies ahead');
    if (affected !== undefined) {
      await requireAffected(client, affected, { viewer, owner: kept.owner.userId, now: new Date(now) });
    }
    if (assigned != null) await requirePerson(client, assigned);
    if (readers !== undefined) await requireReaders(client, kept, readers);
    await requireEarlier(client, { owner: kept.owner.userId, repeats, incident: kept.incident });
    const due =
      category === kept.category
        ? kept
        : dueOf(kept.countedFrom, category, targetsAt(await readTargets(client), kept.countedFrom).targets);
    const next: KeptIncident = {
      ...kept,
      title: edit.title ?? kept.title,
      words: edit.words ?? kept.words,
      category,
      affected: affected ?? kept.affected,
      beganAt,
      respondBy: due.respondBy,
      resolveBy: due.resolveBy,
      ...(repeats === undefined ? {} : { repeats: repeats ?? undefined }),
      ...(assigned === undefined ? {} : { team: assigned?.team, person: assigned?.person }),
      readers: readers ?? kept.readers,
    };
    const saved = await saveIncident(client, next);
    await recordEdit(parts, { client, before: kept, after: saved, by, now, why: edit.why });
  });
}

const dueWords = (at: number) => new Date(at).toISOString();

/** What was changed is an update; who has it of the Operator's people, and who follows it, is one of the Operator's. */
async function recordEdit(
  parts: IncidentParts,
  its: {
    client: pg.PoolClient;
    before: KeptIncident;
    after: KeptIncident;
    by: string;
    now: number;
    why: string | undefined;
  },
): Promise<void> {
  const { client, before, after, by, now, why } = its;
  const told: string[] = [];
  if (after.title !== before.title) told.push(`title: “${after.title}”`);
  if (after.words !== before.words) told.push('the description');
  if (after.category !== before.category) {
    const due = `respond by ${dueWords(after.respondBy)}, resolve by ${dueWords(after.resolveBy)}`;
    told.push(`category ${before.category} -> ${after.category} (${due})`);
  }
  // the database keeps names of fields in an order of its own
  if (!isDeepStrictEqual(after.affected, before.affected)) told.push('what is affected');
  if (after.beganAt !== before.beganAt) told.push(`began at ${dueWords(after.beganAt)}`);
  if (after.repeats !== before.repeats)
    told.push(after.repeats === undefined ? 'repeats none' : `repeats ${after.repeats}`);
  if (after.team !== before.team)
    told.push(after.team === undefined ? 'assigned to nobody' : `assigned to the ${words(after.team)}`);
  const own: string[] = [];
  if (after.person !== before.person) own.push(after.person === undefined ? 'to no person' : `to ${after.person}`);
  const added = (after.readers ?? []).filter((reader) => !before.readers?.includes(reader));
  const gone = (before.readers ?? []).filter((reader) => !after.readers?.includes(reader));
  if (added.length > 0) own.push(`Interested Parties: ${added.join(', ')}`);
  if (gone.length > 0) own.push(`no Interested Parties any more: ${gone.join(', ')}`);
  const reason = why === undefined ? '' : ` ${why}`;
  let kept = after;
  for (const [list, audience] of [
    [told, 'readers'],
    [own, 'operator'],
  ] as const) {
    if (list.length === 0) continue;
    kept = await addUpdate(parts, client, kept, {
      at: now,
      kind: 'changed',
      by,
      audience,
      words: `${list.join('; ')}.${reason}`,
    });
  }
  // who is added is told that there is one
  const words0 = told.length === 0 ? undefined : `${told.join('; ')}.${reason}`;
  if (words0 !== undefined)
    await tellReaders(parts, client, { ...after, readers: before.readers }, { by, words: words0 });
  const isNewTo = { ...after, readers: added };
  if (added.length > 0)
    await tellReaders(parts, client, isNewTo, { by: `${after.owner.userId} `, words: 'you are an Interested Party.' });
}

/** Brings an incident into another state. @throws PenstockError 'incidents.state', 'incidents.content' */
export async function moveIncident(
  parts: IncidentParts,
  viewer: Viewer,
  move: MoveIncident & { readonly incident: string },
): Promise<IncidentDocument> {
  return doing(parts, viewer, move, async ({ client, kept, side, by, now }) => {
    const closing = move.closing ?? kept.closing;
    const moves = movesOf({ ...kept, isExplained: closing !== undefined }, side);
    const found = moves.find(({ to }) => to === move.to);
    if (found === undefined) {
      const may = moves.map(({ to }) => words(to)).join(', ');
      const standing = kept.isStanding ? 'what opened it is still so; ' : '';
      const detail = `it is ${words(kept.state)}; ${standing}${may === '' ? 'you may not move it' : `it may become ${may}`}`;
      throw new PenstockError('incidents.state', { detail, where: 'to' });
    }
    if (found.needs === 'closing') throw refuse('closing', 'say why it came to be');
    if (found.needs === 'why' && move.why === undefined) throw refuse('why', 'say why it is opened again');
    const after = await movedTo(client, { ...kept, closing }, { to: move.to, now });
    const said = [words(move.to), move.closing && `Cause: ${move.closing}`, move.why].filter(
      (each) => each !== undefined,
    );
    const update = { at: now, kind: 'moved', by, audience: 'readers', words: said.join('. ') } as const;
    await addUpdate(parts, client, after, update);
    await tellReaders(parts, client, after, { by, words: update.words });
  });
}

const publicWords: Readonly<Record<KeptIncident['state'], string>> = {
  open: 'It is open again.',
  in_progress: 'It is being worked on.',
  resolved: 'It is resolved.',
  closed: 'It is resolved.',
};

/** Saved in another state, with all that follows from it, on the status page too. The incident is locked. */
export async function movedTo(
  client: pg.PoolClient,
  kept: KeptIncident,
  { to, now }: { readonly to: KeptIncident['state']; readonly now: number },
): Promise<KeptIncident> {
  const after = await saveIncident(client, { ...kept, ...(await inState(client, kept, { to, now })) });
  // that it is closed after it was resolved is news to nobody
  if (!(isOver(kept.state) && isOver(to))) await updateEntry(client, after, { words: publicWords[to], now });
  return after;
}

async function inState(
  client: pg.PoolClient,
  kept: KeptIncident,
  { to, now }: { readonly to: KeptIncident['state']; readonly now: number },
): Promise<Partial<KeptIncident>> {
  if (to === 'open') {
    const due = dueOf(now, kept.category, targetsAt(await readTargets(client), now).targets);
    const again = { respondedAt: undefined, resolvedAt: undefined, closedAt: undefined, closing: undefined };
    return { ...due, ...again, state: to, countedFrom: now };
  }
  return {
    state: to,
    respondedAt: kept.respondedAt ?? now,
    resolvedAt: isOver(to) ? (kept.resolvedAt ?? now) : undefined,
    closedAt: to === 'closed' ? now : undefined,
  };
}

/** Puts an incident on the status page, or says anew what stands there. @throws PenstockError 'incidents.content', 'access.denied' */
export async function publishIncident(
  parts: IncidentParts,
  viewer: Viewer,
  said: PublishIncident & { readonly incident: string },
): Promise<IncidentDocument> {
  return doing(parts, viewer, said, async ({ client, kept, side, by, now }) => {
    if (side !== 'operator') throw new PenstockError('access.denied', { detail: 'the Operator publishes' });
    await requireServices(client, said.services, new Date(now));
    const entry = await publishEntry(client, kept, { ...said, now });
    const after = await saveIncident(client, { ...kept, entry });
    await addUpdate(parts, client, after, { at: now, kind: 'written', by, audience: 'everybody', words: said.words });
  });
}

/** Once more to whoever decides: the targets will not do. @throws PenstockError 'incidents.state', 'access.denied' */
export async function escalateIncident(
  parts: IncidentParts,
  viewer: Viewer,
  { why, ...asked }: { readonly incident: string; readonly version: number; readonly why: string },
): Promise<IncidentDocument> {
  return doing(parts, viewer, asked, async ({ client, kept, side, by, now }) => {
    if (side === 'interested')
      throw new PenstockError('access.denied', { detail: 'its owner or the Operator escalates it' });
    if (isOver(kept.state)) throw new PenstockError('incidents.state', { detail: `it is ${words(kept.state)}` });
    await escalated(parts, { client, kept, by, now, why });
  });
}

/** The incident is locked. */
export async function escalated(
  parts: IncidentParts,
  { client, kept, by, now, why }: Omit<Doing, 'side'> & { readonly why: string },
): Promise<KeptIncident> {
  const after = await saveIncident(client, { ...kept, escalation: kept.escalation + 1 });
  await tellReaders(parts, client, after, { by, words: `escalated: ${why}` });
  return addUpdate(parts, client, after, { at: now, kind: 'escalated', by, audience: 'readers', words: why });
}

/** Writes an update for an audience. @throws PenstockError 'incidents.content', 'access.denied' */
export async function writeUpdate(
  parts: IncidentParts,
  viewer: Viewer,
  said: z.output<typeof postIncidentUpdateSchema> & { readonly incident: string },
): Promise<IncidentDocument> {
  const { incident, audience } = said;
  return doing(parts, viewer, { incident }, async ({ client, kept, side, by, now }) => {
    const may = audiencesOf(side);
    if (!may.includes(audience)) {
      throw new PenstockError('access.denied', { detail: `you write for ${may.join(', ')}`, where: 'audience' });
    }
    if (audience === 'everybody' && kept.entry === undefined) {
      throw refuse('audience', 'it is not on the status page: publish it first');
    }
    await addUpdate(parts, client, kept, { at: now, kind: 'written', by, audience, words: said.words });
    if (audience === 'everybody') await updateEntry(client, kept, { words: said.words, now });
    if (audience === 'operator') return;
    await tellReaders(parts, client, kept, { by, words: said.words, isForOwnerOnly: audience === 'raiser' });
  });
}

interface UpdateRow {
  readonly number: number;
  readonly at: Date;
  readonly kind: IncidentUpdate['kind'];
  readonly author: string;
  readonly audience: IncidentUpdate['audience'];
  readonly words: string;
}

/** What was done and said, newest first, as far as it is for who asks. @throws PenstockError 'request.not-found', 'request.invalid' */
export async function listUpdates(
  parts: IncidentParts,
  viewer: Viewer,
  {
    incident,
    cursor,
    limit,
  }: { readonly incident: string; readonly cursor?: string | undefined; readonly limit: number },
): Promise<{ items: IncidentUpdate[]; cursor: string | undefined }> {
  if (cursor !== undefined && !/^[1-9]\d{0,5}$/.test(cursor)) {
    throw new PenstockError('request.invalid', { detail: 'this is no cursor of this list', where: 'cursor' });
  }
  const { kept, side } = await requireIncident(parts, viewer, incident);
  const audiences = audiencesOf('operator').filter((audience) => reads(audience, side));
  const rows = await readingIncidents(parts, viewer, async (client) => {
    const found = await client.query<UpdateRow>(
      `select u.number, u.at, u.kind, u.author, u.audience, u.words from incident_update u
       where u.user_id = $1 and u.incident = $2 and u.number < coalesce($3::integer, 2147483647) and u.audience = any ($4)
       order by u.number desc limit $5`,
      [kept.owner.userId, incident, cursor, audiences, limit + 1],
    );
    return found.rows;
  });
  const shown = rows.slice(0, limit);
  return {
    items: shown.map((row) => ({
      number: row.number,
      at: row.at.toISOString(),
      kind: row.kind,
      by: authorFor(row.author, viewer, kept),
      audience: row.audience,
      words: row.words,
    })),
    cursor: rows.length > limit ? String(shown.at(-1)?.number) : undefined,
  };
}
