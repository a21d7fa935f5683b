// Work that is at risk by an incident is postponed: one's own with notice to its readers; the Operator asks a User for its own.
import type { ChangeWindow, SavedChange } from '@penstock/api';
import {
  editChange,
  expandWindows,
  readerOf,
  readNearOne,
  seesOf,
  tellReadersOf,
  wordsOfInstant,
} from '../changes/index.ts';
import { authorOf } from '../foundation/author.ts';
import { inTransaction } from '../foundation/database/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { isOver } from './incident.ts';
import { type IncidentParts, lockIncident, requireIncident } from './incidents-store.ts';
import { addUpdate } from './write-store.ts';

const noChange = () => new PenstockError('request.not-found', { detail: 'there is no such change' });

async function requireGoingOn(parts: IncidentParts, viewer: Viewer, incident: string): Promise<void> {
  const { kept } = await requireIncident(parts, viewer, incident);
  if (isOver(kept.state))
    throw new PenstockError('incidents.state', { detail: 'it is over: nothing is at risk by it' });
}

/**
 * Other windows for a change of one's own, told to all who see it.
 * @throws PenstockError 'request.not-found', 'incidents.state', and what an edit of a change fails by
 */
export async function postponeChange(
  parts: IncidentParts,
  viewer: Viewer,
  asked: {
    readonly incident: string;
    readonly change: string;
    readonly version: number;
    readonly windows: ChangeWindow[];
    readonly why: string;
  },
): Promise<SavedChange> {
  const { incident, change, version, windows, why } = asked;
  await requireGoingOn(parts, viewer, incident);
  const kept = await readNearOne(parts.pool, change);
  if (kept === undefined || seesOf(kept, readerOf(viewer)) !== 'own') throw noChange();
  const content = { ...kept.content, windows };
  return editChange(parts, viewer, { change, version, content, why }, async (client, before) => {
    const [first] = expandWindows(windows);
    const from = first === undefined ? '' : `${wordsOfInstant(first.from)} in London`;
    const { title, affected } = before.content;
    await tellReadersOf(client, before, {
      words: `“${title}” of ${before.owner.party} is postponed, to ${from} at first: ${why}`,
      outline: `A change on ${affected.services.join(', ')} is postponed, to ${from} at first.`,
    });
    const { kept: locked } = await lockIncident(client, viewer, incident);
    const words = `“${title}” was postponed, to ${from}: ${why}`;
    const update = {
      at: parts.now().getTime(),
      kind: 'changed',
      by: authorOf(viewer),
      audience: 'operator',
      words,
    } as const;
    await addUpdate(parts, client, locked, update);
  });
}

/** The Operator asks whose change it is to postpone it. @throws PenstockError 'request.not-found', 'incidents.state', 'access.denied' */
export async function askToPostpone(
  parts: IncidentParts,
  viewer: Viewer,
  { incident, change, why }: { readonly incident: string; readonly change: string; readonly why: string },
): Promise<void> {
  await requireGoingOn(parts, viewer, incident);
  if (viewer.kind !== 'operator') throw new PenstockError('access.denied', { detail: 'the Operator asks that' });
  const kept = await readNearOne(parts.pool, change);
  if (kept === undefined || seesOf(kept, readerOf(viewer)) !== 'whole') throw noChange();
  const { title } = kept.content;
  await inTransaction(parts.pool, async (client) => {
    const { kept: locked } = await lockIncident(client, viewer, incident);
    // of the incident its owner is told what the Operator says, for it may be another's
    await client.query(
      `insert into notice (user_id, noticed_at, kind, about, words, count) values ($1, clock_timestamp(), 'change', $2, $3, 0)`,
      [kept.owner.userId, change, `The Operator asks you to postpone “${title}”: ${why}`],
    );
    const words = `${kept.owner.party} was asked to postpone “${title}”: ${why}`;
    const update = {
      at: parts.now().getTime(),
      kind: 'changed',
      by: authorOf(viewer),
      audience: 'operator',
      words,
    } as const;
    await addUpdate(parts, client, locked, update);
  });
}
