// Exports: files of any size of a User's own record or of the titles of a device, made in the background (export-worker.ts),
// kept for some days and fetched in as many parts as it takes (export-file.ts).
//
// What always holds: an export has what there was when it was asked for (export-asked.ts). Titles are made and answered only
// while their User may see of the device what it could see then (export-source.ts). Who asked on a User's side shares it
// with all who act for that User ID; one of the Operator's people has it alone, and gives a reason again to fetch it.
// Nothing of it is answered while the User is suspended, and for anybody else there is no such export.
import { randomBytes } from 'node:crypto';
import { type ExportDocument, MOST_EXPORTS } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { authorOf, shownAuthor } from '../foundation/author.ts';
import { inTransaction } from '../foundation/database/index.ts';
import { type ErrorCode, errorCodes, PenstockError } from '../foundation/errors.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { asViewerOf } from '../foundation/viewing.ts';
import type { ExportOf } from './export-source.ts';
import { type RecordPlan, startOf } from './record-lines.ts';

export interface ExportRow extends ExportOf {
  export: string;
  author: string;
  state: ExportDocument['state'];
  rows: string;
  bytes: string;
  days: number;
  days_done: number;
  ended_at: Date | null;
  expires_at: Date | null;
  failure: ErrorCode | null;
}

const COLUMNS = `user_id, export, author, requested_at, format, conditions, devices::text[], sight, first_day::text,
  last_day::text, state, rows::text, bytes::text,
  greatest(last_day - first_day + 1, 0) as days, least(last_day - day, greatest(last_day - first_day + 1, 0)) as days_done,
  ended_at, expires_at, failure`;

function toDocument(viewer: Viewer, row: ExportRow): ExportDocument {
  return {
    userId: requireEui(row.user_id),
    export: row.export,
    of: row.sight === null ? 'messages' : 'titles',
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
    ...(row.failure === null ? {} : { failure: failureOf(row.failure) }),
  };
}

function failureOf(code: ErrorCode): ExportDocument['failure'] {
  const { title, action } = errorCodes[code];
  return { code, title, action };
}

/** Whose exports a viewer has: those of its side; of the Operator's people each its own. */
export function askedBy(viewer: Viewer): string {
  return viewer.kind === 'user' ? 'user' : (viewer.person?.personId ?? 'operator');
}

/** What is asked for (export-asked.ts). */
export interface ExportAsked extends Omit<RecordPlan, 'conditions'> {
  readonly conditions: ExportDocument['conditions'];
  /** Of titles, of the one device. */
  readonly sight: string | undefined;
  readonly now: Date;
}

/** @throws PenstockError 'export.too-many' */
export async function createExport(
  pool: pg.Pool,
  viewer: Viewer,
  { userId, devices, format, conditions, firstDay, lastDay, sight, now }: ExportAsked,
): Promise<ExportDocument> {
  const place = startOf({ lastDay });
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
      `insert into export (user_id, export, asked_by, author, requested_at, format, conditions, devices, sight, first_day,
                           last_day, day, sequence, turn_at, changed_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, clock_timestamp(), clock_timestamp())
       returning ${COLUMNS}`,
      [
        ...[userId, randomBytes(16).toString('hex'), askedBy(viewer), authorOf(viewer), now, format],
        ...[JSON.stringify(conditions), devices, sight, firstDay, lastDay, place.day, place.sequence],
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
  return toDocument(viewer, await findExport(pool, viewer, userId, name));
}

/** @throws as readExport */
export async function findExport(pool: pg.Pool, viewer: Viewer, userId: Eui, name: string): Promise<ExportRow> {
  const { rows } = await asViewerOf(pool, [userId], (client) =>
    client.query<ExportRow>(`select ${COLUMNS} from export where user_id = $1 and export = $2 and asked_by = $3`, [
      userId,
      name,
      askedBy(viewer),
    ]),
  );
  return first(rows);
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
