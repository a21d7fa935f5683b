// Exports: files of a User's own record of any size, made in the background (export-worker.ts), kept for some days and
// fetched in as many parts as it takes (export-file.ts).
//
// What always holds: an export has what its User's record had when it was asked for. Who asked on a User's side shares it
// with all who act for that User ID; one of the Operator's people has it alone, and gives a reason again to fetch it.
// Nothing of it is answered while the User is suspended, and for anybody else there is no such export.
import { randomBytes } from 'node:crypto';
import { type ExportDocument, MOST_EXPORTS, type PostExport } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { authorOf, shownAuthor } from '../foundation/author.ts';
import { inTransaction } from '../foundation/database/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import { recordOwner, type Viewer } from '../foundation/viewer.ts';
import { asViewerOf } from '../foundation/viewing.ts';
import { startOf } from './record-lines.ts';
import { planRecord } from './record-plan.ts';

export interface ExportRow {
  user_id: string;
  export: string;
  author: string;
  requested_at: Date;
  format: ExportDocument['format'];
  conditions: ExportDocument['conditions'];
  state: ExportDocument['state'];
  rows: string;
  bytes: string;
  days: number;
  days_done: number;
  ended_at: Date | null;
  expires_at: Date | null;
  failure: string | null;
}

const COLUMNS = `user_id, export, author, requested_at, format, conditions, state, rows::text, bytes::text,
  greatest(last_day - first_day + 1, 0) as days, least(last_day - day, greatest(last_day - first_day + 1, 0)) as days_done,
  ended_at, expires_at, failure`;

function toDocument(viewer: Viewer, row: ExportRow): ExportDocument {
  return {
    userId: requireEui(row.user_id),
    export: row.export,
    format: row.format,
    conditions: row.conditions,
    state: row.state,
    requestedAt: row.requested_at.toISOString(),
    author: shownAuthor(viewer, row.author),
    rows: Number(row.rows),
    bytes: Number(row.bytes),
    days: { done: row.state === 'done' ? row.days : row.days_done, all: row.days },
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at.toISOString() }),
    ...(row.expires_at === null ? {} : { expiresAt: row.expires_at.toISOString() }),
    ...(row.failure === null ? {} : { failure: row.failure }),
  };
}

/** Whose exports a viewer has: those of its side; of the Operator's people each its own. */
export function askedBy(viewer: Viewer): string {
  return viewer.kind === 'user' ? 'user' : (viewer.person?.personId ?? 'operator');
}

/** Whose record the viewer's exports are of. @throws PenstockError of recordOwner, and 'access.denied' for a User that is not active */
export async function exportOwner(pool: pg.Pool, viewer: Viewer, named: string | undefined): Promise<Eui> {
  const userId = recordOwner(viewer, named);
  if (viewer.kind === 'operator' || (await isActive(pool, userId))) return userId;
  throw new PenstockError('access.denied', { detail: 'the User ID is not active', where: 'userId' });
}

/** Whether a User may have its record now. */
export async function isActive(client: pg.Pool | pg.PoolClient, userId: Eui): Promise<boolean> {
  const { rows } = await client.query(
    `select from user_id u join party p on p.party_id = u.party_id
     where u.user_id = $1 and u.status = 'active' and p.status = 'active'`,
    [userId],
  );
  return rows.length > 0;
}

/** @throws PenstockError 'export.too-many' */
export async function createExport(
  pool: pg.Pool,
  viewer: Viewer,
  userId: Eui,
  { question, now, logDays }: { question: PostExport; now: Date; logDays: number },
): Promise<ExportDocument> {
  const { format, ...asked } = question;
  // what is recorded from now on is not in it, however long it takes: so the file is the same whoever goes on with it
  const to = asked.to === undefined || Date.parse(asked.to) > now.getTime() ? now.toISOString() : asked.to;
  const plan = planRecord({ ...asked, to }, { userId, format, now, logDays });
  const place = startOf(plan);
  return inTransaction(pool, async (client) => {
    await client.query(`select pg_advisory_xact_lock(hashtextextended('penstock exports ' || $1, 0))`, [userId]);
    const kept = await client.query(`select from export where user_id = $1 and state <> 'cancelled' limit $2`, [
      userId,
      MOST_EXPORTS,
    ]);
    if (kept.rows.length >= MOST_EXPORTS) {
      throw new PenstockError('export.too-many', { detail: `${MOST_EXPORTS} are kept of ${userId}` });
    }
    const { rows } = await client.query<ExportRow>(
      `insert into export (user_id, export, asked_by, author, requested_at, format, conditions, first_day, last_day, day,
                           sequence, turn_at, changed_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, clock_timestamp(), clock_timestamp())
       returning ${COLUMNS}`,
      [
        ...[userId, randomBytes(16).toString('hex'), askedBy(viewer), authorOf(viewer), now, format],
        ...[JSON.stringify(plan.conditions), plan.firstDay, plan.lastDay, place.day, place.sequence],
      ],
    );
    return toDocument(viewer, first(rows));
  });
}

function first(rows: readonly ExportRow[]): ExportRow {
  const [row] = rows;
  if (row === undefined) throw new PenstockError('request.not-found', { detail: 'there is no such export' });
  return row;
}

/** Newest first. @throws PenstockError 'request.invalid' for a cursor of something else */
export async function listExports(
  pool: pg.Pool,
  viewer: Viewer,
  userId: Eui,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<{ items: ExportDocument[]; cursor: string | undefined }> {
  const [, at, name] = /^(\d{4}-[0-9T:.-]{12,24}Z) ([0-9a-f]{32})$/.exec(cursor ?? '') ?? [];
  if (cursor !== undefined && (at === undefined || Number.isNaN(Date.parse(at)))) {
    throw new PenstockError('request.invalid', { detail: 'this is no cursor of this list', where: 'cursor' });
  }
  const { rows } = await asViewerOf(pool, [userId], (client) =>
    client.query<ExportRow>(
      `select ${COLUMNS} from export
       where user_id = $1 and asked_by = $2 and ($3::timestamptz is null or (requested_at, export) < ($3, $4))
       order by requested_at desc, export desc limit $5`,
      [userId, askedBy(viewer), at, name, limit + 1],
    ),
  );
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    items: shown.map((row) => toDocument(viewer, row)),
    cursor: last && `${last.requested_at.toISOString()} ${last.export}`,
  };
}

/** @throws PenstockError 'request.not-found', alike for another's */
export async function readExport(pool: pg.Pool, viewer: Viewer, userId: Eui, name: string): Promise<ExportDocument> {
  const { rows } = await asViewerOf(pool, [userId], (client) =>
    client.query<ExportRow>(`select ${COLUMNS} from export where user_id = $1 and export = $2 and asked_by = $3`, [
      userId,
      name,
      askedBy(viewer),
    ]),
  );
  return toDocument(viewer, first(rows));
}

/** Ends an export and drops its bytes; one that has ended and has no file stays as it is. @throws as readExport */
export async function cancelExport(pool: pg.Pool, viewer: Viewer, userId: Eui, name: string): Promise<ExportDocument> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<ExportRow>(
      `select ${COLUMNS} from export where user_id = $1 and export = $2 and asked_by = $3 for update`,
      [userId, name, askedBy(viewer)],
    );
    const found = first(rows);
    if (found.state === 'failed' || found.state === 'cancelled') return toDocument(viewer, found);
    const ended = await client.query<ExportRow>(
      `update export set state = 'cancelled', changed_at = clock_timestamp(), stored_bytes = 0,
                         ended_at = coalesce(ended_at, clock_timestamp()),
                         expires_at = clock_timestamp() + interval '1 day'
       where user_id = $1 and export = $2 returning ${COLUMNS}`,
      [userId, name],
    );
    await client.query('delete from export_chunk where user_id = $1 and export = $2', [userId, name]);
    return toDocument(viewer, first(ended.rows));
  });
}

/** Exports that are past their keeping go, with their bytes. Returns how many. */
export async function dropExpiredExports(pool: pg.Pool): Promise<number> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ user_id: string; export: string }>(
      'select user_id, export from export where expires_at < clock_timestamp() order by expires_at limit 100 for update skip locked',
    );
    for (const { user_id, export: name } of rows) {
      await client.query('delete from export_chunk where user_id = $1 and export = $2', [user_id, name]);
      await client.query('delete from export where user_id = $1 and export = $2', [user_id, name]);
    }
    return rows.length;
  });
}
