// Changes are made, edited, moved and copied here: each time a version that is kept, and all that speaks against it.
import { randomUUID } from 'node:crypto';
import type { ChangeContent, ChangeState, SavedChange, WholeChange } from '@penstock/api';
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { authorOf, shownAuthor } from '../foundation/author.ts';
import { inTransaction } from '../foundation/database/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import { recordOwner, type Viewer } from '../foundation/viewer.ts';
import { takeTurn } from './calendar-store.ts';
import { type Kept, requireOwn, requireWhole, toKept, toView } from './changes-store.ts';
import { tellConsultedAgain } from './consulted-notices.ts';
import { findingsOf, tellClashes } from './findings-store.ts';
import type { ChangeParts } from './parts.ts';
import { readerOf, seesOf } from './sharing.ts';
import { differencesOf, isOver, isPrivate, lacksOf, movesOf } from './states.ts';
import { expandWindows } from './windows.ts';
import { requireContent, requireRoom, write } from './write-store.ts';

/** Versions of a change. */
const MOST_VERSIONS = 1_000;

export function ownerOf({ operatorId }: ChangeParts, viewer: Viewer, named: string | undefined): Eui {
  if (viewer.kind === 'user') return recordOwner(viewer, named);
  if (named === undefined || named === operatorId) return operatorId;
  throw new PenstockError('access.denied', { detail: 'a change of a User is its own', where: 'userId' });
}

/** Drafts, or templates, all or none. @throws PenstockError 'changes.content', 'changes.window', 'changes.too-many' */
export async function createDrafts(
  parts: ChangeParts,
  viewer: Viewer,
  {
    owner,
    contents,
    isTemplate,
    client,
  }: {
    readonly owner: Eui;
    readonly contents: readonly ChangeContent[];
    readonly isTemplate: boolean;
    readonly client: pg.PoolClient;
  },
): Promise<Kept[]> {
  const now = parts.now();
  await takeTurn(client);
  await requireRoom(client, owner, contents.length);
  const made: Kept[] = [];
  for (const content of contents) {
    await requireContent(client, content, { viewer, owner, now });
    const row = {
      user_id: owner,
      change: randomUUID(),
      state: isTemplate ? ('template' as const) : ('draft' as const),
      version: 1,
      content,
      spans: expandWindows(content.windows).map(({ from, to }) => [from, to] as const),
      told_at: null,
      changed_at: now,
      changed_by: authorOf(viewer),
    };
    const [kept] = await toKept(client, [row]);
    if (kept === undefined) continue;
    await write(client, kept, { author: row.changed_by, why: undefined, at: now });
    made.push(kept);
  }
  return made;
}

export async function createChange(
  parts: ChangeParts,
  viewer: Viewer,
  {
    userId,
    content,
    isTemplate,
  }: { userId?: string | undefined; content: ChangeContent; isTemplate?: true | undefined },
): Promise<SavedChange> {
  const owner = ownerOf(parts, viewer, userId);
  return inTransaction(parts.pool, async (client) => {
    const wanted = { owner, contents: [content], isTemplate: isTemplate === true, client };
    const [kept] = await createDrafts(parts, viewer, wanted);
    return answerOf(parts, viewer, kept, client);
  });
}

/** A draft with all that a change of one's own says, but its windows' past. @throws PenstockError 'request.not-found' */
export async function copyChange(parts: ChangeParts, viewer: Viewer, change: string): Promise<SavedChange> {
  const { content, owner } = await requireOwn(parts, viewer, change, { isOwnerOnly: true });
  return createChange(parts, viewer, { userId: owner.userId, content });
}

async function answerOf(
  parts: ChangeParts,
  viewer: Viewer,
  kept: Kept | undefined,
  client: pg.PoolClient,
): Promise<SavedChange> {
  if (kept === undefined) throw new PenstockError('request.not-found');
  const whole: WholeChange = requireWhole(toView(kept, viewer));
  return { change: whole, ...(await findingsOf(parts, viewer, kept, client)) };
}

/** What two people who edit at once are told. */
async function requireVersion(
  client: pg.PoolClient,
  viewer: Viewer,
  kept: Kept,
  edited: { readonly version: number; readonly content?: ChangeContent },
): Promise<void> {
  if (kept.version === edited.version) return;
  const { rows } = await client.query<{ content: ChangeContent }>(
    'select content from change_version where user_id = $1 and change = $2 and version = $3',
    [kept.owner.userId, kept.change, edited.version],
  );
  const before = rows[0]?.content;
  const differs = before === undefined ? [] : differencesOf(before, kept.content);
  const by = `${shownAuthor(viewer, kept.changedBy)} saved version ${kept.version} at ${kept.changedAt}`;
  const what = differs.length === 0 ? 'and moved it' : `and changed ${differs.join(', ')}`;
  const detail = `you edited version ${edited.version}; ${by}, ${what}`;
  throw new PenstockError('changes.version-conflict', { detail, where: 'version' });
}

/** Saves `next` as the version after `before`, with all that follows from it. */
async function save(
  parts: ChangeParts,
  viewer: Viewer,
  client: pg.PoolClient,
  {
    before,
    next,
    why,
  }: { before: Kept; next: { state: ChangeState; content: ChangeContent }; why: string | undefined },
): Promise<SavedChange> {
  const now = parts.now();
  if (before.version >= MOST_VERSIONS) {
    throw new PenstockError('changes.too-many', {
      detail: `it has ${MOST_VERSIONS} versions: copy it, and go on with the copy`,
    });
  }
  const isTold = !isPrivate(next.state) && next.state !== 'cancelled';
  const after: Kept = {
    ...before,
    ...next,
    version: before.version + 1,
    spans: expandWindows(next.content.windows),
    changedAt: now.toISOString(),
    changedBy: authorOf(viewer),
    toldAt: before.toldAt ?? (isTold ? now.toISOString() : undefined),
  };
  await write(client, after, { author: after.changedBy, why, at: now });
  await tellClashes(parts, client, { before, after });
  return answerOf(parts, viewer, after, client);
}

/**
 * Saves an edit of one's own.
 * @throws PenstockError 'request.not-found', 'changes.version-conflict', 'changes.state', 'changes.content', 'changes.window'
 */
export async function editChange(
  parts: ChangeParts,
  viewer: Viewer,
  edit: { change: string; version: number; content: ChangeContent; why?: string | undefined },
  /** Called in its transaction, with the change as it was; tells its readers of what is another. */
  saved?: (client: pg.PoolClient, before: Kept) => Promise<void>,
): Promise<SavedChange> {
  return inTransaction(parts.pool, async (client) => {
    await takeTurn(client);
    const before = await requireOwn(parts, viewer, edit.change, { client, isOwnerOnly: true });
    await requireVersion(client, viewer, before, edit);
    if (isOver(before.state))
      throw new PenstockError('changes.state', { detail: `it is ${wordsOf(before.state)}: copy it` });
    const isOtherKind = before.content.statement.kind !== edit.content.statement.kind;
    if (isOtherKind && !isPrivate(before.state)) {
      throw new PenstockError('changes.state', { detail: 'it is told as what it is: cancel it, and make another' });
    }
    const { content } = edit;
    await requireContent(client, content, {
      viewer,
      owner: ownerOf(parts, viewer, before.owner.userId),
      now: parts.now(),
    });
    const lacks = lacksOf(content, before.state);
    if (lacks.length > 0) throw wanting(lacks, before.state);
    const answer = await save(parts, viewer, client, { before, next: { state: before.state, content }, why: edit.why });
    const after: Kept = { ...before, content, spans: expandWindows(content.windows) };
    if (saved === undefined) await tellConsultedAgain(client, { before, after, now: parts.now() });
    else await saved(client, before);
    return answer;
  });
}

const wordsOf = (state: ChangeState) => state.replaceAll('_', ' ');
const wanting = (lacks: readonly string[], state: ChangeState) =>
  new PenstockError('changes.state', { detail: `to be ${wordsOf(state)} it must say ${lacks.join(', ')}` });

/**
 * Brings a change into another state: its owner, or of a suspended owner the Operator.
 * @throws PenstockError 'request.not-found', 'changes.version-conflict', 'changes.state'
 */
export async function moveChange(
  parts: ChangeParts,
  viewer: Viewer,
  move: { change: string; version: number; to: ChangeState; why?: string | undefined },
): Promise<SavedChange> {
  return inTransaction(parts.pool, async (client) => {
    await takeTurn(client);
    const before = await requireOwn(parts, viewer, move.change, { client });
    await requireVersion(client, viewer, before, move);
    const side = seesOf(before, readerOf(viewer)) === 'own' ? 'owner' : 'operator';
    const { statement } = before.content;
    const moves = movesOf(statement, before.state, { side, isSuspended: before.isSuspended });
    if (!moves.includes(move.to)) {
      const may = moves.length === 0 ? 'it may not be moved by you' : `it may become ${moves.map(wordsOf).join(', ')}`;
      throw new PenstockError('changes.state', { detail: `it is ${wordsOf(before.state)}; ${may}`, where: 'to' });
    }
    const lacks = lacksOf(before.content, move.to);
    if (lacks.length > 0) throw wanting(lacks, move.to);
    return save(parts, viewer, client, { before, next: { state: move.to, content: before.content }, why: move.why });
  });
}
