// The SQL of the folder `incoming`: bytes in pieces as they come, names, and the files that are whole.
import { randomUUID } from 'node:crypto';
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { inTransaction } from '../../foundation/database/index.ts';
import type { Waiting } from '../../ways/health-store.ts';
import { tellNotTaken } from '../not-taken-store.ts';
import { type Refusal, waitingOf } from '../pairing.ts';
import type { Refused } from '../take-group.ts';

/** Files that lie in one User's folder at a time. */
export const MOST_FILES = 200;
/** What was not taken in lies for so long after that was told. */
const KEPT = "interval '7 days'";

export interface IncomingFile {
  readonly file: string;
  readonly name: string;
  readonly size: number;
  readonly isWhole: boolean;
  readonly changedAt: Date;
  /** Who closed it. */
  readonly by: string | undefined;
  readonly refusal: Refusal | undefined;
}

interface Row {
  file: string;
  name: string;
  size: string;
  is_whole: boolean;
  changed_at: Date;
  given_by: string | null;
  refusal_code: string | null;
  refusal_detail: string | null;
}

const COLUMNS = 'file, name, size::text, is_whole, changed_at, given_by, refusal_code, refusal_detail';

function toFile(row: Row): IncomingFile {
  const { refusal_code: code, refusal_detail: detail } = row;
  return {
    file: row.file,
    name: row.name,
    size: Number(row.size),
    isWhole: row.is_whole,
    changedAt: row.changed_at,
    by: row.given_by ?? undefined,
    refusal: code === null ? undefined : { code, detail: detail ?? '' },
  };
}

/** All files of a User's folder, by name. */
export async function listIncoming(pool: pg.Pool | pg.PoolClient, userId: Eui): Promise<IncomingFile[]> {
  const { rows } = await pool.query<Row>(`select ${COLUMNS} from incoming_file where user_id = $1 order by name`, [
    userId,
  ]);
  return rows.map(toFile);
}

export async function findIncoming(
  pool: pg.Pool | pg.PoolClient,
  userId: Eui,
  name: string,
): Promise<IncomingFile | undefined> {
  const { rows } = await pool.query<Row>(`select ${COLUMNS} from incoming_file where user_id = $1 and name = $2`, [
    userId,
    name,
  ]);
  return rows[0] && toFile(rows[0]);
}

async function remove(client: pg.PoolClient, userId: Eui, name: string): Promise<boolean> {
  const { rows } = await client.query<{ file: string }>(
    'delete from incoming_file where user_id = $1 and name = $2 returning file',
    [userId, name],
  );
  const [gone] = rows;
  if (gone === undefined) return false;
  await client.query('delete from incoming_chunk where user_id = $1 and file = $2', [userId, gone.file]);
  return true;
}

/** A new file of no bytes in the place of one of that name; undefined when the folder is full. */
export async function createIncoming(pool: pg.Pool, userId: Eui, name: string): Promise<IncomingFile | undefined> {
  return inTransaction(pool, async (client) => {
    await remove(client, userId, name);
    const { rows } = await client.query<Row>(
      `insert into incoming_file (user_id, file, name)
       select $1, $2, $3 where (select count(*) from incoming_file where user_id = $1) < $4
       returning ${COLUMNS}`,
      [userId, randomUUID(), name, MOST_FILES],
    );
    return rows[0] && toFile(rows[0]);
  });
}

export interface Piece {
  readonly userId: Eui;
  readonly file: string;
  /** Where it begins: the bytes that the file has. */
  readonly at: number;
  readonly bytes: Buffer;
  /** That all files of the folder may have. */
  readonly mostBytes: number;
}

/** Appends to a file that is still being written. `gone`: it was written anew, removed or taken in meanwhile. */
export async function appendIncoming(
  pool: pg.Pool,
  { userId, file, at, bytes, mostBytes }: Piece,
): Promise<'stored' | 'gone' | 'full'> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ others: string }>(
      `select (select coalesce(sum(size), 0) from incoming_file o where o.user_id = $1)::text as others
       from incoming_file where user_id = $1 and file = $2 and size = $3 for update`,
      [userId, file, at],
    );
    const [found] = rows;
    if (found === undefined) return 'gone';
    if (Number(found.others) + bytes.length > mostBytes) return 'full';
    await client.query(
      `insert into incoming_chunk (user_id, file, number, bytes)
       select $1, $2, coalesce((select max(number) + 1 from incoming_chunk where user_id = $1 and file = $2), 0), $3`,
      [userId, file, bytes],
    );
    await client.query(
      `update incoming_file set size = size + $3, is_whole = false, refusal_code = null, refusal_detail = null,
              changed_at = clock_timestamp()
       where user_id = $1 and file = $2`,
      [userId, file, bytes.length],
    );
    return 'stored';
  });
}

/** Says that a file is whole, and who says it. False when it is gone. */
export async function endIncoming(
  pool: pg.Pool,
  { userId, file, by }: { userId: Eui; file: string; by: string },
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `update incoming_file set is_whole = true, given_by = $3, refusal_code = null, refusal_detail = null,
            changed_at = clock_timestamp()
     where user_id = $1 and file = $2`,
    [userId, file, by],
  );
  return rowCount === 1;
}

export async function removeIncoming(pool: pg.Pool, userId: Eui, name: string): Promise<boolean> {
  return inTransaction(pool, (client) => remove(client, userId, name));
}

/** Gives a file another name, at once. `taken`: there is one of that name, which a rename does not replace. */
export async function renameIncoming(
  pool: pg.Pool,
  { userId, from, to }: { userId: Eui; from: string; to: string },
): Promise<'renamed' | 'gone' | 'taken'> {
  const { rows } = await pool.query<{ found: boolean; renamed: boolean }>(
    `with found as (select file from incoming_file where user_id = $1 and name = $2),
          renamed as (
            update incoming_file f set name = $3, refusal_code = null, refusal_detail = null, changed_at = clock_timestamp()
            from found where f.user_id = $1 and f.file = found.file
              and not exists (select from incoming_file o where o.user_id = $1 and o.name = $3)
            returning f.file)
     select exists (select from found) as found, exists (select from renamed) as renamed`,
    [userId, from, to],
  );
  if (rows[0]?.renamed) return 'renamed';
  return rows[0]?.found ? 'taken' : 'gone';
}

/** Users in whose folder something is whole and was not refused. */
export async function usersWithWhole(pool: pg.Pool): Promise<Eui[]> {
  const { rows } = await pool.query<{ user_id: string }>(
    'select distinct user_id from incoming_file where is_whole and refusal_code is null',
  );
  return rows.map((row) => requireEui(row.user_id));
}

/** Files of all Users that could be taken in, and are not yet. */
export async function countWaiting(pool: pg.Pool): Promise<Waiting> {
  const { rows } = await pool.query<Row & { user_id: string }>(
    `select user_id, ${COLUMNS} from incoming_file
     where user_id in (select user_id from incoming_file where is_whole and refusal_code is null)`,
  );
  return waitingOf(rows.map((row) => ({ userId: row.user_id, file: toFile(row) })));
}

/** Of every User, for what has waited too long. */
export async function listOlder(pool: pg.Pool, milliseconds: number): Promise<Eui[]> {
  const { rows } = await pool.query<{ user_id: string }>(
    `select distinct user_id from incoming_file
     where refusal_code is null and changed_at < clock_timestamp() - make_interval(secs => $1)`,
    [milliseconds / 1_000],
  );
  return rows.map((row) => requireEui(row.user_id));
}

/** The bytes of a file, piece by piece. */
export async function* readIncoming(pool: pg.Pool, userId: Eui, file: string): AsyncGenerator<Buffer> {
  for (let number = -1; ; ) {
    const { rows } = await pool.query<{ number: number; bytes: Buffer }>(
      `select number, bytes from incoming_chunk where user_id = $1 and file = $2 and number > $3
       order by number limit 1`,
      [userId, file, number],
    );
    const [row] = rows;
    if (row === undefined) return;
    number = row.number;
    yield row.bytes;
  }
}

/** Takes away files that became a submission, unless they were written anew meanwhile. */
export async function takeAway(pool: pg.Pool, userId: Eui, files: readonly string[]): Promise<void> {
  await inTransaction(pool, async (client) => {
    for (const table of ['incoming_file', 'incoming_chunk']) {
      await client.query(`delete from ${table} where user_id = $1 and file = any ($2::uuid[])`, [userId, files]);
    }
  });
}

/** Writes down why files were not taken in, and tells their User. What was written anew meanwhile is not refused. */
export async function refuseIncoming(
  pool: pg.Pool,
  { userId, refused }: { userId: Eui; refused: readonly Refused<IncomingFile>[] },
): Promise<void> {
  if (refused.length === 0) return;
  await inTransaction(pool, async (client) => {
    for (const { file, refusal } of refused) {
      await client.query(
        `update incoming_file set refusal_code = $4, refusal_detail = $5, changed_at = clock_timestamp()
         where user_id = $1 and file = $2 and name = $3 and size = $6`,
        [userId, file.file, file.name, refusal.code, refusal.detail, file.size],
      );
    }
    await tellNotTaken(client, { userId, way: 'sftp', refused });
  });
}

/** Drops what was refused a week ago, or is told of for so long. What can be taken in is, however late. */
export async function dropOldIncoming(pool: pg.Pool): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query(
      `delete from incoming_file where refusal_code is not null and changed_at < clock_timestamp() - ${KEPT}`,
    );
    await client.query(
      `delete from incoming_chunk c
       where not exists (select from incoming_file f where f.user_id = c.user_id and f.file = c.file)`,
    );
  });
}
