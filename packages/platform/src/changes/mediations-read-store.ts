// Mediations as each of the three reads them: a side its own rows behind the second wall, the Operator all.
import type { MediationDocument, MediationMessage, MediationQuery, MediationThread } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import { shownAuthor } from '../foundation/author.ts';
import { PenstockError } from '../foundation/errors.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { asViewerOf } from '../foundation/viewing.ts';
import { type ChangeRow, COLUMNS, type Kept, toKept } from './changes-store.ts';
import type { Reason } from './clashes.ts';
import { parties } from './mediation.ts';
import { sidesOf } from './mediations-store.ts';
import type { Asked, ChangeParts } from './parts.ts';
import { readerOf, viewOf } from './sharing.ts';
import { recordUses } from './uses-store.ts';

interface Row {
  readonly user_id: string;
  /** Of a side its thread; of the Operator the mediation. */
  readonly thread: string;
  readonly opened_at: Date;
  readonly closed_at: Date | null;
  readonly outcome: string | null;
  readonly place: string;
  /** Of a side. */
  readonly change?: string;
  readonly reasons?: readonly Reason[];
  /** Of the Operator. */
  readonly opened_by?: string;
  readonly closed_by?: string | null;
}

const MOST_NAMED = 1_000;
const SHARED = 'm.user_id, m.opened_at, m.closed_at, m.outcome';

const sideSql = (where: string) =>
  `select ${SHARED}, m.thread, m.change, m.reasons, m.opened_at::text || '~' || m.thread as place
   from change_mediation_side m where m.user_id = any ($1::macaddr8[]) and ${where}`;
const operatorSql = (where: string) =>
  `select ${SHARED}, m.mediation as thread, m.opened_by, m.closed_by, m.opened_at::text || '~' || m.mediation as place
   from change_mediation m where m.user_id = any ($1::macaddr8[]) and ${where}`;

function readRows(
  parts: ChangeParts,
  viewer: Viewer,
  where: (id: string) => string,
  values: unknown[],
): Promise<Row[]> {
  const all = [readerOf(viewer).userIds, ...values];
  const ask = async (client: Asked, sql: string) => (await client.query<Row>(sql, all)).rows;
  if (viewer.kind === 'operator') return ask(parts.pool, operatorSql(where('mediation')));
  return asViewerOf(parts.pool, viewer.userIds, (client) => ask(client, sideSql(where('thread'))));
}

const CURSOR = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?[+-]\d\d(?::\d\d)?~[0-9a-f-]{36}$/;

/** The newest first. @throws PenstockError 'request.invalid' */
export async function listMediations(
  parts: ChangeParts,
  viewer: Viewer,
  { change, state, cursor, limit }: MediationQuery,
): Promise<{ items: MediationDocument[]; cursor: string | undefined }> {
  if (cursor !== undefined && !CURSOR.test(cursor)) {
    throw new PenstockError('request.invalid', { detail: 'this is no cursor of this list', where: 'cursor' });
  }
  const [at, id] = (cursor ?? 'infinity~ffffffff-ffff-ffff-ffff-ffffffffffff').split('~');
  const isOperator = viewer.kind === 'operator';
  // the Operator's row names no change
  const named = change === undefined ? null : isOperator ? await mediationsOf(parts, change) : [change];
  const own = isOperator ? 'm.mediation' : 'm.change';
  const rows = await readRows(
    parts,
    viewer,
    (key) => `(m.opened_at, m.${key}) < ($2::timestamptz, $3::uuid)
              and ($4::text is null or (m.closed_at is null) = ($4 = 'open'))
              and ($6::uuid[] is null or ${own} = any ($6)) order by m.opened_at desc, m.${key} desc limit $5`,
    [at, id, state, limit + 1, named],
  );
  const shown = rows.slice(0, limit);
  return {
    items: await toDocuments(parts, viewer, shown),
    cursor: rows.length > limit ? shown.at(-1)?.place : undefined,
  };
}

async function mediationsOf({ pool }: ChangeParts, change: string): Promise<string[]> {
  const { rows } = await pool.query<{ mediation: string }>(
    `select s.mediation from change c join change_mediation_side s on s.user_id = c.user_id and s.change = c.change
     where c.change = $1 order by s.opened_at desc limit ${MOST_NAMED}`,
    [change],
  );
  return rows.map(({ mediation }) => mediation);
}

async function keptOf({ pool }: ChangeParts, changes: readonly string[]): Promise<ReadonlyMap<string, Kept>> {
  const { rows } = await pool.query<ChangeRow>(`select ${COLUMNS} from change c where c.change = any ($1::uuid[])`, [
    changes,
  ]);
  return new Map((await toKept(pool, rows)).map((kept) => [kept.change, kept]));
}

async function toDocuments(parts: ChangeParts, viewer: Viewer, rows: readonly Row[]): Promise<MediationDocument[]> {
  const documents: MediationDocument[] = [];
  for (const row of rows) {
    const document = row.change === undefined ? await toOperators(parts, row) : await toSides(parts, viewer, row);
    if (document !== undefined) documents.push(document);
  }
  return documents;
}

const common = (row: Row) => ({
  mediation: row.thread,
  state: row.closed_at === null ? ('open' as const) : ('closed' as const),
  openedAt: row.opened_at.toISOString(),
  ...(row.closed_at === null ? {} : { closedAt: row.closed_at.toISOString() }),
  ...(row.outcome === null ? {} : { outcome: row.outcome }),
});

/** As the Operator has it, which sees both changes. */
async function toOperators(parts: ChangeParts, row: Row): Promise<MediationDocument> {
  const sides = await sidesOf(parts.pool, row.thread);
  const both = parties.map((each) => sides[each]);
  const kept = await keptOf(
    parts,
    both.map(({ change }) => change),
  );
  return {
    side: 'operator',
    ...common(row),
    openedBy: row.opened_by ?? '',
    ...(row.closed_by == null ? {} : { closedBy: row.closed_by }),
    changes: both.flatMap(({ change }) => {
      const its = kept.get(change);
      if (its === undefined) return [];
      const { userId, party } = its.owner;
      return [{ change, title: its.content.title, owner: { userId, party }, isSuspended: its.isSuspended }];
    }),
    reasons: [...sides.first.reasons],
  };
}

/** As a side has it: of the other change what it shares now, and nothing that stands in a row of the other side. */
async function toSides(parts: ChangeParts, viewer: Viewer, row: Row): Promise<MediationDocument | undefined> {
  const { rows } = await parts.pool.query<{ change: string }>(
    `select o.change from change_mediation_side o
     where o.mediation = (select m.mediation from change_mediation_side m where m.user_id = $1 and m.thread = $2)`,
    [row.user_id, row.thread],
  );
  const kept = await keptOf(
    parts,
    rows.map(({ change }) => change),
  );
  const mine = kept.get(row.change ?? '');
  const others = [...kept.values()].filter(({ change }) => change !== row.change);
  const other = others.map((each) => viewOf(each, readerOf(viewer)))[0];
  if (mine === undefined) return undefined;
  // as a clash: that somebody's change was shown beside another is told, whose it was is not
  if (other !== undefined) await recordUses(parts, viewer, { changes: [other.change], purpose: 'clashes' });
  return {
    side: 'party',
    ...common(row),
    change: mine.change,
    title: mine.content.title,
    reasons: [...(row.reasons ?? [])],
    ...(other === undefined ? {} : { other }),
  };
}

interface MessageRow {
  readonly number: number;
  readonly at: Date;
  readonly sender: MediationMessage['from'];
  readonly party: string | null;
  readonly author: string | null;
  readonly words: string;
  readonly shown_to: NonNullable<MediationMessage['shownTo']> | null;
  readonly is_named: boolean | null;
}

const toMessage = (viewer: Viewer, row: MessageRow): MediationMessage => ({
  number: row.number,
  at: row.at.toISOString(),
  from: row.sender,
  ...(row.party === null ? {} : { party: row.party }),
  ...(row.author === null ? {} : { by: shownAuthor(viewer, row.author) }),
  words: row.words,
  ...(row.shown_to === null ? {} : { shownTo: row.shown_to }),
  ...(row.is_named === null ? {} : { isNamed: row.is_named }),
});

/** One with its messages. @throws PenstockError 'request.not-found' */
export async function readMediation(parts: ChangeParts, viewer: Viewer, mediation: string): Promise<MediationThread> {
  const rows = await readRows(parts, viewer, (key) => `m.${key} = $2`, [mediation]);
  const [document] = await toDocuments(parts, viewer, rows);
  const [row] = rows;
  if (row === undefined || document === undefined) {
    throw new PenstockError('request.not-found', { detail: 'there is no such mediation' });
  }
  // the Operator's look is told to both; that the other side looks is told to neither
  if (document.side === 'operator') {
    const changes = document.changes.map(({ change }) => change);
    await recordUses(parts, viewer, { changes, purpose: 'mediation' });
  }
  const owner: Eui = requireEui(row.user_id);
  const sql = `select number, at, sender, party, author, words, shown_to, is_named from change_mediation_message
               where user_id = $1 and thread = $2 order by number`;
  const found = await (viewer.kind === 'operator'
    ? parts.pool.query<MessageRow>(sql, [owner, mediation])
    : asViewerOf(parts.pool, [owner], (client) => client.query<MessageRow>(sql, [owner, mediation])));
  return { mediation: document, messages: found.rows.map((each) => toMessage(viewer, each)) };
}
