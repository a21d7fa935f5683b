import type pg from 'pg';

/** Wakes who reads the directory earlier than its next poll would; nobody relies on it. */
export const DIRECTORY_CHANNEL = 'penstock_directory';

/** One change of the directory at a time; batches that record messages only read the row and do not wait. */
export async function lockDirectory(client: pg.PoolClient): Promise<void> {
  await client.query('select version from directory_version for update');
}

/** To be called in every transaction that changed the directory, under `lockDirectory`. */
export async function moveDirectory(client: pg.PoolClient): Promise<void> {
  await client.query('update directory_version set version = version + 1, moved_at = clock_timestamp()');
}

/** To be called after the commit. */
export async function announceDirectory(pool: pg.Pool): Promise<void> {
  await pool.query(`notify ${DIRECTORY_CHANNEL}`);
}
