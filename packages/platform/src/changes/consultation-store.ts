// What Users say to a change of the Operator's internal systems: comments with their answers, and who joins testing.
//
// What always holds: a comment that its writer did not show is nothing to others, in no list, page or count; what was said is never
// changed or deleted.
import { randomUUID } from 'node:crypto';
import type { CommentDocument, Consultation } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { authorOf } from '../foundation/author.ts';
import { inTransaction } from '../foundation/database/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import { recordOwner, type Viewer } from '../foundation/viewer.ts';
import { ownersOf, readCursor, reading } from './changes-store.ts';
import { consultationAt, testingAt } from './consultation.ts';
import { tell } from './findings-store.ts';
import type { Asked, ChangeParts } from './parts.ts';
import { requireActive, requireSeenWhole, type SeenWhole } from './seen-store.ts';
import { readerOf } from './sharing.ts';
import { recordUses } from './uses-store.ts';

/** Of one User ID to one change. */
const MOST_COMMENTS = 50;
const MOST_STEPS = 50;

const wrong = (detail: string) => new PenstockError('changes.state', { detail });

/** Who of the readers is consulted. @throws PenstockError 'access.denied' to the Operator, which asks */
function consulted(viewer: Viewer, named: string | undefined, { isOwn }: SeenWhole): Eui {
  if (viewer.kind === 'operator' || isOwn) {
    throw new PenstockError('access.denied', { detail: 'Users are asked, with whom the change is shared' });
  }
  return recordOwner(viewer, named);
}

interface TesterRow {
  readonly tester: string;
  readonly at: Date;
  readonly words: string | null;
  readonly author?: string;
}

/** @throws PenstockError 'request.not-found' */
export async function readConsultation(parts: ChangeParts, viewer: Viewer, change: string): Promise<Consultation> {
  const { kept } = await requireSeenWhole(parts, viewer, change);
  await recordUses(parts, viewer, { changes: [change], purpose: 'consultation' });
  const { rows } = await reading(parts, viewer, (client, isOperator) =>
    client.query<TesterRow>(
      `select * from (
         select distinct on (t.tester) t.tester, t.at, t.joins, t.words ${isOperator ? ', t.author' : ''}
         from change_tester t
         where t.user_id = $1 and t.change = $2 and ($3::macaddr8[] is null or t.tester = any ($3))
         order by t.tester, t.number desc) last
       where joins order by at, tester limit 1000`,
      [kept.owner.userId, change, isOperator ? null : readerOf(viewer).userIds],
    ),
  );
  const names = await ownersOf(
    parts.pool,
    rows.map(({ tester }) => tester),
  );
  return {
    ...consultationAt(kept.content, kept.state, parts.now().getTime()),
    testing: {
      ...testingAt(kept.content, kept.state),
      joining: rows.map(({ tester, at, words, author }) => ({
        ...partyOf(names, tester),
        at: at.toISOString(),
        ...(words === null ? {} : { words }),
        ...(author === undefined ? {} : { by: author }),
      })),
    },
  };
}

const partyOf = (names: Awaited<ReturnType<typeof ownersOf>>, userId: string) => {
  const eui = requireEui(userId);
  return { userId: eui, party: names.get(eui)?.party ?? '' };
};

interface CommentRow {
  readonly comment: string;
  readonly writer: string;
  readonly version: number;
  readonly at: Date;
  readonly author?: string;
  readonly sharing: CommentDocument['sharing'];
  readonly words: string;
  readonly answer: string | null;
  readonly answered_at: Date | null;
  readonly place: string;
}

/** Comments that the viewer may see, the oldest first. @throws PenstockError 'request.not-found', 'request.invalid' */
export async function listComments(
  parts: ChangeParts,
  viewer: Viewer,
  { change, cursor, limit }: { change: string; cursor?: string | undefined; limit: number },
): Promise<{ items: CommentDocument[]; cursor: string | undefined }> {
  const { kept } = await requireSeenWhole(parts, viewer, change);
  const after = readCursor(cursor);
  await recordUses(parts, viewer, { changes: [change], purpose: 'consultation' });
  const { rows } = await reading(parts, viewer, (client, isOperator) =>
    client.query<CommentRow>(
      `select c.comment, c.writer, c.version, c.at, c.sharing, c.words, c.answer, c.answered_at, c.at::text || '~' || c.comment as place
              ${isOperator ? ', c.author' : ''}
       from change_comment c
       where c.user_id = $1 and c.change = $2 and (c.at, c.comment) > ($3::timestamptz, $4::uuid)
         and ($5::macaddr8[] is null or c.writer = any ($5) or c.sharing = 'everybody')
       order by c.at, c.comment limit $6`,
      [kept.owner.userId, change, ...after, isOperator ? null : readerOf(viewer).userIds, limit + 1],
    ),
  );
  const shown = rows.slice(0, limit);
  const names = await ownersOf(
    parts.pool,
    shown.map(({ writer }) => writer),
  );
  return {
    items: shown.map((row) => toComment(row, viewer, partyOf(names, row.writer))),
    cursor: rows.length > limit ? shown.at(-1)?.place : undefined,
  };
}

function toComment(row: CommentRow, viewer: Viewer, writer: CommentDocument['writer']): CommentDocument {
  const { answer, answered_at: answeredAt } = row;
  return {
    comment: row.comment,
    writer,
    isYours: readerOf(viewer).userIds.includes(writer.userId),
    at: row.at.toISOString(),
    ...(row.author === undefined ? {} : { by: row.author }),
    version: row.version,
    sharing: row.sharing,
    words: row.words,
    ...(answer === null || answeredAt === null ? {} : { answer: { words: answer, at: answeredAt.toISOString() } }),
  };
}

async function countOf(client: Asked, sql: string, values: unknown[]): Promise<number> {
  const { rows } = await client.query<{ count: number }>(`select count(*)::integer as count from ${sql}`, values);
  return rows[0]?.count ?? 0;
}

/** @throws PenstockError 'request.not-found', 'access.denied', 'changes.state' when none are taken, 'changes.too-many' */
export async function postComment(
  parts: ChangeParts,
  viewer: Viewer,
  said: { change: string; userId?: string | undefined; words: string; sharing: CommentDocument['sharing'] },
): Promise<string> {
  const comment = randomUUID();
  await inTransaction(parts.pool, async (client) => {
    const seen = await requireSeenWhole(parts, viewer, said.change, { client, isKept: true });
    const writer = consulted(viewer, said.userId, seen);
    const party = await requireActive(client, writer);
    const { kept } = seen;
    const now = parts.now();
    const { state, words } = consultationAt(kept.content, kept.state, now.getTime());
    if (state !== 'open') throw wrong(words);
    const { owner, version } = kept;
    const own = [owner.userId, said.change, writer];
    const count = await countOf(client, 'change_comment where user_id = $1 and change = $2 and writer = $3', own);
    if (count >= MOST_COMMENTS) {
      throw new PenstockError('changes.too-many', { detail: `${writer} has made ${count} comments on it` });
    }
    await client.query(
      `insert into change_comment (user_id, change, comment, writer, version, at, author, sharing, words)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [owner.userId, said.change, comment, writer, version, now, authorOf(viewer), said.sharing, said.words],
    );
    await tell(client, kept, `${party} commented.`);
  });
  return comment;
}

/** @throws PenstockError 'request.not-found', 'changes.state' for one that is answered */
export async function answerComment(
  parts: ChangeParts,
  viewer: Viewer,
  { change, comment, words }: { change: string; comment: string; words: string },
): Promise<void> {
  await inTransaction(parts.pool, async (client) => {
    const { kept, isOwn } = await requireSeenWhole(parts, viewer, change, { client });
    if (!isOwn) throw new PenstockError('access.denied', { detail: 'whose change it is answers' });
    const { rows } = await client.query<{ writer: string; answer: string | null }>(
      'select writer, answer from change_comment where user_id = $1 and change = $2 and comment = $3 for update',
      [kept.owner.userId, change, comment],
    );
    const [found] = rows;
    if (found === undefined) throw new PenstockError('request.not-found', { detail: 'there is no such comment' });
    if (found.answer !== null) throw wrong('this comment is answered already');
    await client.query(
      `update change_comment set answer = $4, answered_at = $5, answered_by = $6
       where user_id = $1 and change = $2 and comment = $3`,
      [kept.owner.userId, change, comment, words, parts.now(), authorOf(viewer)],
    );
    await tell(client, kept, 'The Operator answered your comment.', found.writer);
  });
}

/** Says that a User joins testing, or takes it back. @throws PenstockError 'request.not-found', 'access.denied', 'changes.state' */
export async function joinTesting(
  parts: ChangeParts,
  viewer: Viewer,
  said: { change: string; userId?: string | undefined; joins: boolean; words?: string | undefined },
): Promise<void> {
  await inTransaction(parts.pool, async (client: pg.PoolClient) => {
    const seen = await requireSeenWhole(parts, viewer, said.change, { client, isKept: true });
    const tester = consulted(viewer, said.userId, seen);
    const party = await requireActive(client, tester);
    const { kept } = seen;
    if (!testingAt(kept.content, kept.state).isOffered) throw wrong('no testing that could be joined is offered now');
    const own = [kept.owner.userId, said.change, tester];
    const count = await countOf(client, 'change_tester where user_id = $1 and change = $2 and tester = $3', own);
    if (count >= MOST_STEPS)
      throw new PenstockError('changes.too-many', { detail: `${tester} has said ${count} times` });
    await client.query('insert into change_tester values ($1, $2, $3, $4, $5, $6, $7, $8)', [
      ...own,
      count + 1,
      parts.now(),
      said.joins,
      said.words,
      authorOf(viewer),
    ]);
    const what = said.joins ? 'joins testing.' : 'does not join testing after all.';
    await tell(client, kept, `${party} ${what}`);
  });
}
