// The SQL of the files that lie in the folder `incoming` of a User.
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { inTransaction } from '../../foundation/database/index.ts';
import type { Waiting } from '../../ways/health-store.ts';
import { isFileName } from '../file-names.ts';
import { tellNotTaken } from '../not-taken-store.ts';
import { type Refusal, waitingOf } from '../pairing.ts';
import type { Refused } from '../take-group.ts';

export interface Seen {
  readonly item: string;
  readonly name: string;
  readonly version: string;
}

export interface LibraryFile extends Seen {
  /** Two looks found the same. */
  readonly isWhole: boolean;
  readonly isTaken: boolean;
  readonly changedAt: Date;
  readonly refusal: Refusal | undefined;
}

interface Row {
  item: string;
  name: string;
  version: string;
  is_settled: boolean;
  is_taken: boolean;
  changed_at: Date;
  refusal_code: string | null;
  refusal_detail: string | null;
}

function toFile(row: Row): LibraryFile {
  const { refusal_code: code, refusal_detail: detail } = row;
  return {
    item: row.item,
    name: row.name,
    version: row.version,
    isWhole: row.is_settled,
    isTaken: row.is_taken,
    changedAt: row.changed_at,
    refusal: code === null ? undefined : { code, detail: detail ?? '' },
  };
}

const COLUMNS = 'item, name, version, is_settled, is_taken, changed_at, refusal_code, refusal_detail';

export async function listFiles(pool: pg.Pool | pg.PoolClient, userId: Eui): Promise<LibraryFile[]> {
  const { rows } = await pool.query<Row>(
    `select ${COLUMNS} from sharepoint_file where user_id = $1 order by name, item`,
    [userId],
  );
  return rows.map(toFile);
}

/**
 * Writes down what a look found, and returns it: a file that is as it was at the look before is settled; one that is
 * another begins anew.
 * @param isAll the look went through the whole folder: what it did not find is gone
 */
export async function storeLook(
  pool: pg.Pool,
  { userId, seen, isAll }: { userId: Eui; seen: readonly Seen[]; isAll: boolean },
): Promise<LibraryFile[]> {
  const columns = [userId, seen.map((one) => one.item), seen.map((one) => one.name), seen.map((one) => one.version)];
  return inTransaction(pool, async (client) => {
    if (isAll)
      await client.query('delete from sharepoint_file where user_id = $1 and item <> all ($2)', [userId, columns[1]]);
    await client.query(
      `insert into sharepoint_file as f (user_id, item, name, version)
       select $1, s.item, s.name, s.version from unnest($2::text[], $3::text[], $4::text[]) as s (item, name, version)
       on conflict (user_id, item) do update set
         name = excluded.name, version = excluded.version,
         is_settled = f.version = excluded.version and f.name = excluded.name,
         is_taken = f.is_taken and f.version = excluded.version,
         refusal_code = case when f.version = excluded.version and f.name = excluded.name then f.refusal_code end,
         refusal_detail = case when f.version = excluded.version and f.name = excluded.name then f.refusal_detail end,
         unfit = case when f.version = excluded.version then f.unfit else 0 end,
         changed_at = case when f.version = excluded.version and f.name = excluded.name then f.changed_at
                           else clock_timestamp() end`,
      columns,
    );
    return listFiles(client, userId);
  });
}

export async function markTaken(pool: pg.Pool, userId: Eui, items: readonly string[]): Promise<void> {
  await pool.query(
    `update sharepoint_file set is_taken = true, refusal_code = null, refusal_detail = null
     where user_id = $1 and item = any ($2)`,
    [userId, items],
  );
}

export async function forgetFile(pool: pg.Pool, userId: Eui, item: string): Promise<void> {
  await pool.query('delete from sharepoint_file where user_id = $1 and item = $2', [userId, item]);
}

/** One more time the bytes were not what the library says of them. Returns how often, of this version. */
export async function countUnfit(pool: pg.Pool, userId: Eui, { item, version }: LibraryFile): Promise<number> {
  const { rows } = await pool.query<{ unfit: number }>(
    `update sharepoint_file set unfit = unfit + 1 where user_id = $1 and item = $2 and version = $3 returning unfit`,
    [userId, item, version],
  );
  return rows[0]?.unfit ?? 0;
}

/** Writes down why files were not taken in, and tells their User. */
export async function refuseFiles(
  pool: pg.Pool,
  { userId, refused }: { userId: Eui; refused: readonly Refused<LibraryFile>[] },
): Promise<void> {
  if (refused.length === 0) return;
  await inTransaction(pool, async (client) => {
    for (const { file, refusal } of refused) {
      await client.query(
        `update sharepoint_file set refusal_code = $4, refusal_detail = $5, changed_at = clock_timestamp()
         where user_id = $1 and item = $2 and version = $3`,
        [userId, file.item, file.version, refusal.code, refusal.detail],
      );
    }
    await tellNotTaken(client, { userId, way: 'sharepoint', refused });
  });
}

/** What may be taken in: what has a name that a file may be given, and is no submission yet. */
export function lyingOf(files: readonly LibraryFile[]): LibraryFile[] {
  return files.filter(({ name, isTaken }) => !isTaken && isFileName(name));
}

/** Files of all Users that could be taken in, and are not yet. */
export async function countWaiting(pool: pg.Pool): Promise<Waiting> {
  const { rows } = await pool.query<Row & { user_id: string }>(
    `select user_id, ${COLUMNS} from sharepoint_file
     where user_id in (select user_id from sharepoint_file where not is_taken and refusal_code is null)`,
  );
  return waitingOf(rows.flatMap((row) => lyingOf([toFile(row)]).map((file) => ({ userId: row.user_id, file }))));
}
