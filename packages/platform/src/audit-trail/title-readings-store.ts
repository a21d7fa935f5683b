// Who asked for titles, or for devices by them, and when.
import type { TitleReadingPage, TitleReadingQuery } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { utcDay } from '../foundation/clock.ts';
import { readerOf } from '../foundation/record-reading.ts';
import { recordOwner, type Viewer } from '../foundation/viewer.ts';
import { asViewerOf } from '../foundation/viewing.ts';

/** So many devices of which a User ID was refused the titles in a day have a row of their own; the others have one together. */
export const MOST_REFUSED_DEVICES = 200;

interface Reading {
  readonly viewer: Viewer;
  readonly userIds: readonly Eui[];
  /** Undefined: a list of devices. */
  readonly device: Eui | undefined;
  readonly what: string;
  readonly at: Date;
}

/** Writes down that somebody was refused the titles of a device, once for each User ID by which it was asked. */
export async function recordTitleRefusal(pool: pg.Pool, refused: Reading): Promise<void> {
  const { viewer, userIds, device, what, at } = refused;
  const { personId = null, email = null, role = null } = readerOf(viewer);
  await pool.query('select refuse_title_reading(u, $2, $3, $4, $5, $6, $7, $8, $9) from unnest($1::macaddr8[]) u', [
    ...[userIds, at, device, what, viewer.kind, personId, email, role, MOST_REFUSED_DEVICES],
  ]);
}

/** Writes it down, once for each User ID by whose responsibility it is. */
export async function recordTitleReading(pool: pg.Pool, reading: Reading): Promise<void> {
  const { viewer, userIds, device, what, at } = reading;
  const { personId, email, role } = readerOf(viewer);
  await pool.query(
    `insert into title_reading (user_id, day, read_at, device, what, side, person_id, email, role)
     select u, $2, $3, $4, $5, $6, $7, $8, $9 from unnest($1::macaddr8[]) u`,
    [userIds, utcDay(at), at, device ?? null, what, viewer.kind, personId ?? null, email ?? null, role ?? null],
  );
}

interface ReadingRow {
  reading_id: string;
  read_at: Date;
  user_id: string;
  device: string | null;
  what: string;
  side: TitleReadingPage['items'][number]['side'];
  email: string | null;
  role: string | null;
  is_refused: boolean;
  times: number;
}

export const READINGS_SQL = `
  select reading_id, read_at, user_id, device, what, side, email, role, is_refused, times from title_reading
  where (read_at, reading_id) < ($1::timestamptz, $2::uuid)
    and ($3::macaddr8[] is null or user_id = any ($3::macaddr8[]) and side = 'user')
    and ($4::macaddr8 is null or user_id = $4::macaddr8)
    and ($5::macaddr8 is null or device = $5::macaddr8)
    and is_found($7, email, what, eui_text(device), user_words(user_id))
  order by read_at desc, reading_id desc limit $6`;

/**
 * Newest first: of a User's own people and machines, by its User IDs; to the Operator's viewers all, or those by one User ID,
 * the Operator's own among them.
 */
export async function listTitleReadings(
  pool: pg.Pool,
  viewer: Viewer,
  { userId, device, cursor, limit, find }: TitleReadingQuery,
): Promise<TitleReadingPage> {
  const named = userId === undefined ? null : viewer.kind === 'operator' ? userId : recordOwner(viewer, userId);
  const [at = 'infinity', id = 'ffffffff-ffff-ffff-ffff-ffffffffffff'] = cursor?.split('~') ?? [];
  const own = viewer.kind === 'operator' ? null : viewer.userIds;
  const values = [at, id, own, named, device ?? null, limit + 1, find];
  const read = (client: pg.Pool | pg.PoolClient) => client.query<ReadingRow>(READINGS_SQL, values);
  const { rows } = own === null ? await read(pool) : await asViewerOf(pool, own, read);
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    items: shown.map((row) => ({
      readingId: row.reading_id,
      readAt: row.read_at.toISOString(),
      userId: requireEui(row.user_id),
      ...(row.device === null ? {} : { device: requireEui(row.device) }),
      what: row.what,
      side: row.side,
      ...(row.email === null ? {} : { email: row.email }),
      ...(row.role === null ? {} : { role: row.role }),
      ...(row.is_refused ? { refused: row.times } : {}),
    })),
    cursor: last && `${last.read_at.toISOString()}~${last.reading_id}`,
  };
}
