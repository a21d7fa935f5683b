import type pg from 'pg';
import type { Day } from '../clock.ts';
import { schemaName } from './database.ts';
import { listPartitions, type Partition, partitionName } from './partitions.ts';

// Days that nobody writes any more are packed: their B-trees are built anew with full pages. While a day is written, keys
// of many Users and devices come in between one another, and pages are left half full (measured at 10 million messages:
// 71 bytes a message for the primary key, 36 once packed; all indexes 187 and 127). It stops nobody: REINDEX CONCURRENTLY.

/** The comment on a partition that is packed: the catalogue remembers it. */
const PACKED = 'packed';
const lockTimeout = '2s';

interface IndexRow {
  name: string;
  is_valid: boolean;
}

/**
 * Packs the partitions of `table` whose day is before `before` and that are not packed yet, oldest first, and returns those
 * it packed; none when another process is at it. Throws the database's error when somebody holds one for too long; the next
 * call goes on from there, and takes away what an interrupted one left.
 */
export async function packClosedPartitions(
  pool: pg.Pool,
  { table, before }: { table: string; before: Day },
): Promise<Partition[]> {
  const packed: Partition[] = [];
  const client = await pool.connect();
  try {
    // a day of a country takes minutes, and nobody waits for it
    await client.query(`set statement_timeout = 0; set lock_timeout = '${lockTimeout}'`);
    const lock = await client.query<{ is_ours: boolean }>(
      `select pg_try_advisory_lock(hashtextextended($1, 0)) as is_ours`,
      [`penstock packing ${table}`],
    );
    if (lock.rows[0]?.is_ours !== true) return [];
    for (const partition of await listPartitions(pool)) {
      if (partition.table !== table || partition.day >= before) continue;
      if (await pack(client, partitionName(partition))) packed.push(partition);
    }
    return packed;
  } finally {
    client.release(true); // with its settings and its lock
  }
}

async function pack(client: pg.PoolClient, name: string): Promise<boolean> {
  const marked = await client.query(`select from pg_class where oid = $1::regclass and obj_description(oid) = $2`, [
    `${schemaName}.${name}`,
    PACKED,
  ]);
  if (marked.rowCount !== 0) return false;
  const { rows } = await client.query<IndexRow>(
    `select quote_ident(c.relname) as name, x.indisvalid as is_valid
     from pg_index x join pg_class c on c.oid = x.indexrelid join pg_am a on a.oid = c.relam
     where x.indrelid = $1::regclass and a.amname = 'btree' order by c.relname`,
    [`${schemaName}.${name}`],
  );
  for (const index of rows) {
    // what a REINDEX that was interrupted left
    if (!index.is_valid) {
      await client.query(`drop index concurrently ${schemaName}.${index.name}`);
      continue;
    }
    await client.query(`alter index ${schemaName}.${index.name} set (fillfactor = 100)`);
    await client.query(`reindex index concurrently ${schemaName}.${index.name}`);
  }
  await client.query(`comment on table ${schemaName}.${name} is '${PACKED}'`);
  return true;
}
