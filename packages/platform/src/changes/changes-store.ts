// Changes as they are kept, and as somebody may see them.
//
// What always holds: whoever is no owner reads through row-level security (0019_changes.sql): rows of the own User IDs and what
// is everybody's, outlines from a table that does not say whose they are; and of what was read only what sharing.ts gives goes out.
import type { ChangeContent, ChangeQuery, ChangeState, ChangeView, OutlineChange, WholeChange } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { shownAuthor } from '../foundation/author.ts';
import { PenstockError } from '../foundation/errors.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { asViewerOf } from '../foundation/viewing.ts';
import type { Asked, ChangeParts } from './parts.ts';
import { type KeptChange, occurrencesOf, readerOf, seesOf, viewOf } from './sharing.ts';
import { lacksOf, movesOf } from './states.ts';
import { type Purpose, recordUses } from './uses-store.ts';
import type { Span } from './windows.ts';

export interface ChangeRow {
  readonly user_id: string;
  readonly change: string;
  readonly state: ChangeState;
  readonly version: number;
  readonly content: ChangeContent;
  readonly spans: readonly (readonly [number, number])[];
  readonly told_at: Date | null;
  readonly changed_at: Date;
  readonly changed_by: string;
}
export const COLUMNS =
  'c.user_id, c.change, c.state, c.version, c.content, c.spans, c.told_at, c.changed_at, c.changed_by';

export const readSpans = (spans: ChangeRow['spans']): Span[] => spans.map(([from, to]) => ({ from, to }));

interface Owner {
  readonly party: string;
  readonly partyKind: string;
  readonly isSuspended: boolean;
}
const UNKNOWN: Owner = { party: '', partyKind: 'other', isSuspended: false };

export async function ownersOf(asked: Asked, userIds: readonly string[]): Promise<ReadonlyMap<Eui, Owner>> {
  const { rows } = await asked.query<{ user_id: string; name: string; kind: string; is_suspended: boolean }>(
    `select u.user_id, p.name, p.kind, u.status = 'suspended' or p.status = 'suspended' as is_suspended
     from user_id u join party p using (party_id) where u.user_id = any ($1::macaddr8[])`,
    [[...new Set(userIds)]],
  );
  return new Map(
    rows.map((row) => [
      requireEui(row.user_id),
      { party: row.name, partyKind: row.kind, isSuspended: row.is_suspended },
    ]),
  );
}

export interface Kept extends KeptChange {
  readonly isSuspended: boolean;
}

/** Rows with their owners. */
export async function toKept(asked: Asked, rows: readonly ChangeRow[]): Promise<Kept[]> {
  const owners =
    rows.length === 0
      ? new Map<Eui, Owner>()
      : await ownersOf(
          asked,
          rows.map((row) => row.user_id),
        );
  return rows.map((row) => {
    const { isSuspended, ...owner } = owners.get(requireEui(row.user_id)) ?? UNKNOWN;
    return {
      change: row.change,
      owner: { userId: requireEui(row.user_id), ...owner },
      isSuspended,
      state: row.state,
      version: row.version,
      content: row.content,
      spans: readSpans(row.spans),
      changedAt: row.changed_at.toISOString(),
      changedBy: row.changed_by,
      toldAt: row.told_at?.toISOString(),
    };
  });
}

/** With where the reader may bring it. */
export function toView(kept: Kept, viewer: Viewer): ChangeView | undefined {
  const reader = readerOf(viewer);
  const view = viewOf(kept, reader);
  if (view?.see !== 'whole') return view;
  const side = seesOf(kept, reader) === 'own' ? 'owner' : reader.kind === 'operator' ? 'operator' : undefined;
  if (side === undefined) return view;
  const moves = movesOf(kept.content.statement, kept.state, { side, isSuspended: kept.isSuspended });
  const by = view.changedBy === undefined ? {} : { changedBy: shownAuthor(viewer, view.changedBy) };
  return { ...view, ...by, next: moves.map((to) => ({ to, lacks: lacksOf(kept.content, to) })) };
}

/** Reads as the viewer may: a User behind the second wall, the Operator whatever is no draft of somebody else. */
export function reading<Result>(
  { pool }: Pick<ChangeParts, 'pool'>,
  viewer: Viewer,
  work: (client: Asked, isOperator: boolean) => Promise<Result>,
): Promise<Result> {
  if (viewer.kind === 'operator') return work(pool, true);
  return asViewerOf(pool, viewer.userIds, (client) => work(client, false));
}

const OPERATOR_MAY = `($1::macaddr8 is null or c.user_id = $1 or c.state <> 'draft' and c.state <> 'template')`;

interface OutlineRow {
  readonly change: string;
  readonly owner_kind: string;
  readonly size: OutlineChange['size'];
  readonly services: string[];
  readonly spans: ChangeRow['spans'];
}
const toOutline = (row: OutlineRow): OutlineChange => ({
  see: 'outline',
  change: row.change,
  owner: row.owner_kind,
  size: row.size,
  services: row.services,
  occurrences: occurrencesOf(readSpans(row.spans)),
});

const nothing = () => new PenstockError('request.not-found', { detail: 'there is no such change' });

/** One change as the viewer may see it. @throws PenstockError 'request.not-found' */
export async function readChange(
  parts: ChangeParts,
  viewer: Viewer,
  change: string,
  purpose: Purpose = 'read',
): Promise<ChangeView> {
  const { rows, outlines } = await reading(parts, viewer, async (client, isOperator) => ({
    rows: (
      await client.query<ChangeRow>(`select ${COLUMNS} from change c where c.change = $2 and ${OPERATOR_MAY}`, [
        isOperator ? parts.operatorId : null,
        change,
      ])
    ).rows,
    outlines: isOperator
      ? []
      : (
          await client.query<OutlineRow>(
            'select change, owner_kind, size, services, spans from change_outline where change = $1',
            [change],
          )
        ).rows,
  }));
  const [kept] = await toKept(parts.pool, rows);
  const view = (kept && toView(kept, viewer)) ?? outlines.map(toOutline)[0];
  if (view === undefined) throw nothing();
  await recordUses(parts, viewer, { changes: [change], purpose });
  return view;
}

/**
 * One change whose owner, or the Operator, asks for what only they see: its history, clashes, uses.
 * @throws PenstockError 'request.not-found', also to whoever else sees it
 */
export async function requireOwn(
  parts: ChangeParts,
  viewer: Viewer,
  change: string,
  options: { readonly client?: pg.PoolClient; readonly isOwnerOnly?: boolean } = {},
): Promise<Kept> {
  const { client = parts.pool, isOwnerOnly = false } = options;
  const { rows } = await client.query<ChangeRow>(`select ${COLUMNS} from change c where c.change = $1`, [change]);
  const [kept] = await toKept(client, rows);
  const sees = kept === undefined ? 'nothing' : seesOf(kept, readerOf(viewer));
  if (kept === undefined || (sees !== 'own' && (isOwnerOnly || viewer.kind !== 'operator' || sees !== 'whole'))) {
    throw nothing();
  }
  return kept;
}

const CURSOR = /^(?:infinity|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?[+-]\d\d(?::\d\d)?)~[0-9a-f-]{36}$/;
export function readCursor(cursor: string | undefined): readonly [string, string] {
  if (cursor === undefined) return ['-infinity', '00000000-0000-0000-0000-000000000000'];
  if (!CURSOR.test(cursor)) {
    throw new PenstockError('request.invalid', { detail: 'this is no cursor of this list', where: 'cursor' });
  }
  const [at = '', id = ''] = cursor.split('~');
  return [at, id];
}

/** What a list is asked by; nulls ask for nothing. Templates are only in a list that asks for them. */
const FILTER = `
  (c.first_at, c.change) > ($2::timestamptz, $3::uuid)
  and ($4::timestamptz is null or c.last_at > $4) and ($5::timestamptz is null or c.first_at < $5)
  and ($6::text is null or c.kind = $6) and case when $7::text is null then c.state <> 'template' else c.state = $7 end
  and ($8::text is null or c.content @> jsonb_build_object('affected', jsonb_build_object('services', jsonb_build_array($8))))
  and ($9::text is null or c.content @> jsonb_build_object('affected', jsonb_build_object('srvs', jsonb_build_array($9))))
  and ($10::text is null or c.content @> jsonb_build_object('affected', jsonb_build_object('interfaces', jsonb_build_array($10))))
  and ($11::text is null or c.content @> jsonb_build_object('affected', jsonb_build_object('deviceModels', jsonb_build_array($11))))
  and ($12::text is null or c.content @> jsonb_build_object('affected', jsonb_build_object('regions', jsonb_build_array($12))))
  and ($13::macaddr8[] is null or c.user_id = any ($13))
  and is_found($14, c.content ->> 'title', c.content ->> 'description')`;

const OUTLINE_FILTER = `
  (o.first_at, o.change) > ($1::timestamptz, $2::uuid)
  and ($3::timestamptz is null or o.last_at > $3) and ($4::timestamptz is null or o.first_at < $4)
  and ($5::text is null or $5 = any (o.services))
  and not exists (select from change c where c.change = o.change)`;

type Placed<Row> = Row & { readonly place: string; readonly at: Date | number };

/** A page, in the order in which they begin. @throws PenstockError 'request.invalid' */
export async function listChanges(
  parts: ChangeParts,
  viewer: Viewer,
  query: ChangeQuery,
  purpose: Purpose = 'read',
): Promise<{ items: ChangeView[]; cursor: string | undefined }> {
  const [at, id] = readCursor(query.cursor);
  const { from, to, kind, state, service, srv, interface: named, deviceModel, region, find, limit } = query;
  const mine = query.mine === undefined ? null : readerOf(viewer).userIds;
  const asked = [kind, state, srv, named, deviceModel, region, find, query.mine];
  const hasOutlines = viewer.kind === 'user' && asked.every((each) => each === undefined);
  const { rows, outlines } = await reading(parts, viewer, async (client, isOperator) => {
    const found = await client.query<Placed<ChangeRow>>(
      `select ${COLUMNS}, c.first_at as at, c.first_at::text || '~' || c.change as place
       from change c where ${OPERATOR_MAY} and ${FILTER} order by c.first_at, c.change limit $15`,
      [
        isOperator ? parts.operatorId : null,
        at,
        id,
        from,
        to,
        kind,
        state,
        service,
        srv,
        named,
        deviceModel,
        region,
        mine,
        find,
        limit + 1,
      ],
    );
    if (!hasOutlines) return { rows: found.rows, outlines: [] };
    const others = await client.query<Placed<OutlineRow>>(
      `select o.change, o.owner_kind, o.size, o.services, o.spans, o.first_at as at, o.first_at::text || '~' || o.change as place
       from change_outline o where ${OUTLINE_FILTER} order by o.first_at, o.change limit $6`,
      [at, id, from, to, service, limit + 1],
    );
    return { rows: found.rows, outlines: others.rows };
  });
  const kept = await toKept(parts.pool, rows);
  const views = [
    ...rows.flatMap(({ place, at: begins }, index) => {
      const its = kept[index];
      const view = its && toView(its, viewer);
      return view === undefined ? [] : [{ view, place, begins: Number(begins) }];
    }),
    ...outlines.map((row) => ({ view: toOutline(row), place: row.place, begins: Number(row.at) })),
  ].sort((one, other) => one.begins - other.begins || (one.view.change < other.view.change ? -1 : 1));
  const shown = views.slice(0, limit);
  await recordUses(parts, viewer, { changes: shown.map(({ view }) => view.change), purpose });
  return { items: shown.map(({ view }) => view), cursor: views.length > limit ? shown.at(-1)?.place : undefined };
}

/** Of a whole change. */
export function requireWhole(view: ChangeView | undefined): WholeChange {
  if (view?.see !== 'whole') throw nothing();
  return view;
}
