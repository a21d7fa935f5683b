// Saved views. What always holds: a view is its person's, for whom it was acting then; for anybody else, colleagues and
// administrators included, and for the same person acting for another, there is none.
import { randomUUID } from 'node:crypto';
import { MOST_VIEWS, type PostView, type ViewDocument, viewSchema } from '@penstock/api';
import type pg from 'pg';
import { inTransaction } from '../foundation/database/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import type { Viewer } from '../foundation/viewer.ts';

/** Whose views: a person, acting for one. */
export interface ViewOwner {
  readonly personId: string;
  readonly acting: string;
}

/** @throws PenstockError 'access.denied' for a machine */
export function viewOwner(viewer: Viewer): ViewOwner {
  if (viewer.person === undefined) throw new PenstockError('access.denied', { detail: 'a machine has no saved views' });
  const acting = viewer.kind === 'operator' ? 'operator' : (viewer.userIds[0] ?? '');
  return { personId: viewer.person.personId, acting };
}

interface ViewRow {
  view: string;
  name: string;
  page: string;
  search: object;
  saved_at: Date;
}

/** Undefined: it was saved of a page or field that there is not any more. */
function toDocument({ view, name, page, search, saved_at }: ViewRow): ViewDocument | undefined {
  return viewSchema.safeParse({ view, name, savedAt: saved_at.toISOString(), shown: { page, search } }).data;
}

const COLUMNS = 'view, name, page, search, saved_at';

export async function listViews(
  pool: pg.Pool,
  { personId, acting }: ViewOwner,
  page: string | undefined,
): Promise<ViewDocument[]> {
  const { rows } = await pool.query<ViewRow>(
    `select ${COLUMNS} from saved_view
     where person_id = $1 and acting = $2 and ($3::text is null or page = $3)
     order by lower(name), name, view`,
    [personId, acting, page],
  );
  return rows.map(toDocument).filter((view) => view !== undefined);
}

/** @throws PenstockError 'view.too-many' */
export async function saveView(pool: pg.Pool, owner: ViewOwner, { name, shown }: PostView, now: Date): Promise<string> {
  const { personId, acting } = owner;
  const view = randomUUID();
  await inTransaction(pool, async (client) => {
    await client.query(`select pg_advisory_xact_lock(hashtextextended('penstock views ' || $1, 0))`, [personId]);
    const kept = await client.query('select from saved_view where person_id = $1 and acting = $2 limit $3', [
      personId,
      acting,
      MOST_VIEWS,
    ]);
    if (kept.rows.length >= MOST_VIEWS) throw new PenstockError('view.too-many', { detail: `${MOST_VIEWS} are saved` });
    await client.query(`insert into saved_view (person_id, acting, ${COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7)`, [
      ...[personId, acting, view, name, shown.page, JSON.stringify(shown.search), now],
    ]);
  });
  return view;
}

/** @throws PenstockError 'request.not-found' */
export async function renameView(pool: pg.Pool, owner: ViewOwner, view: string, name: string): Promise<void> {
  const { rowCount } = await pool.query(
    'update saved_view set name = $4 where person_id = $1 and acting = $2 and view = $3',
    [owner.personId, owner.acting, view, name],
  );
  requireOne(rowCount);
}

/** @throws PenstockError 'request.not-found' */
export async function deleteView(pool: pg.Pool, owner: ViewOwner, view: string): Promise<void> {
  const { rowCount } = await pool.query('delete from saved_view where person_id = $1 and acting = $2 and view = $3', [
    owner.personId,
    owner.acting,
    view,
  ]);
  requireOne(rowCount);
}

function requireOne(count: number | null): void {
  if (count !== 1) throw new PenstockError('request.not-found', { detail: 'there is no such view' });
}
