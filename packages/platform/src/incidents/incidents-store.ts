// Incidents as they are kept, and as somebody may see them.
//
// What always holds: whoever is not the Operator reads through row-level security (0023_incidents.sql), and the SQL asks the same
// besides; of what was read only what sight.ts gives goes out.
import type { IncidentDocument, IncidentQuery } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import type { Asked, ChangeParts } from '../changes/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import { recordOwner, type Viewer } from '../foundation/viewer.ts';
import { asViewerOf } from '../foundation/viewing.ts';
import type { Side } from './incident.ts';
import { documentOf, type KeptIncident, sideOf } from './sight.ts';

export type IncidentParts = ChangeParts;

export interface IncidentRow {
  readonly user_id: string;
  readonly incident: string;
  readonly cause: string | null;
  readonly is_standing: boolean;
  readonly state: KeptIncident['state'];
  readonly category: KeptIncident['category'];
  readonly title: string;
  readonly words: string | null;
  readonly affected: KeptIncident['affected'];
  readonly readers: string[];
  readonly began_at: Date;
  readonly opened_at: Date;
  readonly opened_by: string;
  readonly counted_from: Date;
  readonly respond_by: Date;
  readonly resolve_by: Date;
  readonly responded_at: Date | null;
  readonly resolved_at: Date | null;
  readonly closed_at: Date | null;
  readonly closing: string | null;
  readonly team: KeptIncident['team'] | null;
  readonly person: string | null;
  readonly escalation: number;
  readonly repeats: string | null;
  readonly entry: string | null;
  readonly version: number;
  readonly updates: number;
  readonly changed_at: Date;
}
const SHARED_COLUMNS = `i.user_id, i.incident, i.cause, i.is_standing, i.state, i.category, i.title, i.words, i.affected,
  i.readers::text[] as readers, i.began_at, i.opened_at, i.opened_by, i.counted_from, i.respond_by, i.resolve_by, i.responded_at,
  i.resolved_at, i.closed_at, i.closing, i.team, i.escalation, i.repeats, i.entry, i.version, i.updates, i.changed_at`;
/** Of the Operator, and of whoever writes. */
const COLUMNS = `${SHARED_COLUMNS}, i.person`;
/** Of Users: who of the Operator has it they are not told. */
const USER_COLUMNS = `${SHARED_COLUMNS}, null as person`;

async function ownersOf(asked: Asked, rows: readonly IncidentRow[]): Promise<Map<Eui, KeptIncident['owner']>> {
  if (rows.length === 0) return new Map();
  const { rows: found } = await asked.query<{ user_id: string; name: string; kind: string }>(
    `select u.user_id, p.name, p.kind from user_id u join party p using (party_id) where u.user_id = any ($1::macaddr8[])`,
    [[...new Set(rows.map((row) => row.user_id))]],
  );
  return new Map(
    found.map(({ user_id, name, kind }) => {
      const userId = requireEui(user_id);
      return [userId, { userId, party: name, kind }];
    }),
  );
}

/** Rows with whose they are. */
export async function toKept(asked: Asked, rows: readonly IncidentRow[]): Promise<KeptIncident[]> {
  const owners = await ownersOf(asked, rows);
  return rows.map((row) => {
    const userId = requireEui(row.user_id);
    return {
      incident: row.incident,
      owner: owners.get(userId) ?? { userId, party: 'the Operator', kind: 'operator' },
      readers: row.readers.map(requireEui),
      cause: row.cause ?? undefined,
      isStanding: row.is_standing,
      state: row.state,
      category: row.category,
      title: row.title,
      words: row.words ?? undefined,
      affected: row.affected,
      beganAt: row.began_at.getTime(),
      openedAt: row.opened_at.getTime(),
      openedBy: row.opened_by,
      countedFrom: row.counted_from.getTime(),
      respondBy: row.respond_by.getTime(),
      resolveBy: row.resolve_by.getTime(),
      respondedAt: row.responded_at?.getTime(),
      resolvedAt: row.resolved_at?.getTime(),
      closedAt: row.closed_at?.getTime(),
      closing: row.closing ?? undefined,
      team: row.team ?? undefined,
      person: row.person ?? undefined,
      escalation: row.escalation,
      repeats: row.repeats ?? undefined,
      entry: row.entry ?? undefined,
      version: row.version,
      updates: row.updates,
      changedAt: row.changed_at.getTime(),
    };
  });
}

/** As the viewer sees it; undefined when it is nothing to it. */
export function viewOfIncident(
  { now }: Pick<IncidentParts, 'now'>,
  viewer: Viewer,
  kept: KeptIncident,
): IncidentDocument | undefined {
  const side = sideOf(kept, viewer);
  return side && documentOf(kept, viewer, { side, now: now().getTime() });
}

/** Reads as the viewer may: a User behind the second wall. `seen` is a condition on `incident i`, of the User IDs in $1. */
export function readingIncidents<Result>(
  { pool }: Pick<IncidentParts, 'pool'>,
  viewer: Viewer,
  work: (
    client: Asked,
    sql: { readonly columns: string; readonly seen: string; readonly userIds: readonly Eui[] | null },
  ) => Promise<Result>,
): Promise<Result> {
  if (viewer.kind === 'operator') {
    return work(pool, { columns: COLUMNS, seen: '$1::macaddr8[] is null', userIds: null });
  }
  const seen = '(i.user_id = any ($1::macaddr8[]) or i.readers && $1::macaddr8[])';
  return asViewerOf(pool, viewer.userIds, (client) =>
    work(client, { columns: USER_COLUMNS, seen, userIds: viewer.userIds }),
  );
}

const nothing = () => new PenstockError('request.not-found', { detail: 'there is no such incident' });

/** One incident that the viewer sees, and from which side. @throws PenstockError 'request.not-found' */
export async function requireIncident(
  parts: IncidentParts,
  viewer: Viewer,
  incident: string,
): Promise<{ readonly kept: KeptIncident; readonly side: Side }> {
  const rows = await readingIncidents(parts, viewer, async (client, { columns, seen, userIds }) => {
    const sql = `select ${columns} from incident i where ${seen} and i.incident = $2`;
    return (await client.query<IncidentRow>(sql, [userIds, incident])).rows;
  });
  const [kept] = await toKept(parts.pool, rows);
  const side = kept && sideOf(kept, viewer);
  if (kept === undefined || side === undefined) throw nothing();
  return { kept, side };
}

/** One as it stands, which nobody else changes until the transaction ends. @throws PenstockError 'request.not-found' */
export async function lockIncident(
  client: pg.PoolClient,
  viewer: Viewer,
  incident: string,
): Promise<{ readonly kept: KeptIncident; readonly side: Side }> {
  const { rows } = await client.query<IncidentRow>(
    `select ${COLUMNS} from incident i where i.incident = $1 for update`,
    [incident],
  );
  const [kept] = await toKept(client, rows);
  const side = kept && sideOf(kept, viewer);
  if (kept === undefined || side === undefined) throw nothing();
  return { kept, side };
}

/** Those that are known by their numbers, or open for a cause. */
export async function readRows(asked: Asked, where: string, values: readonly unknown[]): Promise<KeptIncident[]> {
  const { rows } = await asked.query<IncidentRow>(`select ${COLUMNS} from incident i where ${where}`, [...values]);
  return toKept(asked, rows);
}

/** One as somebody sees it. @throws PenstockError 'request.not-found' */
export async function readIncident(parts: IncidentParts, viewer: Viewer, incident: string): Promise<IncidentDocument> {
  const { kept } = await requireIncident(parts, viewer, incident);
  const view = viewOfIncident(parts, viewer, kept);
  if (view === undefined) throw nothing();
  return view;
}

const CURSOR = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?[+-]\d\d(?::\d\d)?)~(INC-\d{6,12})$/;

const FILTER = `
  ($2::timestamptz is null or (i.opened_at, i.incident) < ($2::timestamptz, $3::text))
  and ($4::macaddr8 is null or i.user_id = $4)
  and case when $5::text is null then true when $5 = 'active' then i.state in ('open', 'in_progress') else i.state = $5 end
  and ($6::smallint is null or i.category = $6)
  and ($7::text is null or i.affected -> 'services' ? $7)
  and ($8::text is null or i.team = $8)
  and (not $9::boolean or coalesce(i.responded_at, $10) > i.respond_by or coalesce(i.resolved_at, $10) > i.resolve_by)
  and is_found($11, i.incident || ' ' || i.title, i.words)`;

/** A page, newest first. @throws PenstockError 'request.invalid', 'access.denied' */
export async function listIncidents(
  parts: IncidentParts,
  viewer: Viewer,
  query: IncidentQuery,
): Promise<{ items: IncidentDocument[]; cursor: string | undefined }> {
  const { userId, state, category, service, team, missed, find, limit } = query;
  const [, at, last] = CURSOR.exec(query.cursor ?? '') ?? [];
  if (query.cursor !== undefined && at === undefined) {
    throw new PenstockError('request.invalid', { detail: 'this is no cursor of this list', where: 'cursor' });
  }
  const owner = userId === undefined ? null : recordOwner(viewer, userId);
  const rows = await readingIncidents(parts, viewer, async (client, { columns, seen, userIds }) => {
    const found = await client.query<IncidentRow & { place: string }>(
      `select ${columns}, i.opened_at::text || '~' || i.incident as place from incident i
       where ${seen} and ${FILTER} order by i.opened_at desc, i.incident desc limit $12`,
      [userIds, at, last, owner, state, category, service, team, missed !== undefined, parts.now(), find, limit + 1],
    );
    return found.rows;
  });
  const shown = rows.slice(0, limit);
  const items = (await toKept(parts.pool, shown)).flatMap((kept) => viewOfIncident(parts, viewer, kept) ?? []);
  return { items, cursor: rows.length > limit ? shown.at(-1)?.place : undefined };
}
