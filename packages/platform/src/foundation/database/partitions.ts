import type pg from 'pg';
import { addDays, type Day } from '../clock.ts';
import { PenstockError } from '../errors.ts';
import { inTransaction, schemaName } from './database.ts';

// Tables partitioned by UTC day. The list comes from the catalogue: every table of the schema that is partitioned by
// range over `day`. A partition is `<table>_<yyyymmdd>`; it is made on its own and then attached, because CREATE TABLE
// ... PARTITION OF locks the parent against everybody, and one long export would then stop the intake. For the same
// reason it leaves by DETACH CONCURRENTLY. There is no default partition: a day that is missing fails loudly.

/** Storage parameters that a partition of a table gets; a partitioned table itself can hold none. */
const storageParameters: Readonly<Record<string, string>> = {
  // most bodies fit a page and stay in line: one row, one page, no second table
  stream: 'toast_tuple_target = 8160',
  held_message: 'toast_tuple_target = 8160',
};

// A lock that is not had within this time is given up and tried again later, so that nobody queues behind it.
const lockTimeout = '2s';

export interface Partition {
  readonly table: string;
  readonly day: Day;
}

export function partitionName({ table, day }: Partition): string {
  return `${table}_${day.replaceAll('-', '')}`;
}

/** The tables that are partitioned by day, by name. */
export async function listPartitionedTables(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ table: string }>(
    `select class.relname as table
       from pg_partitioned_table part
       join pg_class class on class.oid = part.partrelid
       join pg_attribute attribute on attribute.attrelid = class.oid and attribute.attnum = part.partattrs[0]
      where class.relnamespace = $1::regnamespace and part.partstrat = 'r' and attribute.attname = 'day'
      order by class.relname`,
    [schemaName],
  );
  return rows.map((row) => row.table);
}

type State = 'attached' | 'detaching' | 'detached';

interface CatalogueRow {
  table: string;
  name: string;
  state: State;
}

/** With those that a drop which was interrupted left half detached, or detached and not dropped. */
async function readPartitions(pool: pg.Pool): Promise<(Partition & { state: State })[]> {
  const { rows } = await pool.query<CatalogueRow>(
    `select parent.relname as table, child.relname as name,
            case when inherits.inhrelid is null then 'detached'
                 when inherits.inhdetachpending then 'detaching'
                 else 'attached' end as state
       from pg_class parent
       -- by the name without its day, so that they are joined by hash: a pattern of each table against the names of all
       -- took 100 ms with the tables of a few days
       join pg_class child
         on child.relnamespace = parent.relnamespace and child.relkind = 'r'
        and child.relname ~ '_[0-9]{8}$' and left(child.relname, -9) = parent.relname::text
       left join pg_inherits inherits on inherits.inhrelid = child.oid and inherits.inhparent = parent.oid
      where parent.relnamespace = $1::regnamespace and parent.relkind = 'p'
      order by child.relname`,
    [schemaName],
  );
  return rows.map(({ table, name, state }) => {
    const digits = name.slice(-8);
    return { table, day: `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`, state };
  });
}

/** The day partitions there are, in order of table and day. */
export async function listPartitions(pool: pg.Pool): Promise<Partition[]> {
  return (await readPartitions(pool))
    .filter((found) => found.state === 'attached')
    .map(({ table, day }) => ({ table, day }));
}

function quoted(name: string): string {
  return `${schemaName}."${name.replaceAll('"', '""')}"`;
}

async function makePartition(pool: pg.Pool, partition: Partition): Promise<void> {
  const name = quoted(partitionName(partition));
  const bounds = `from ('${partition.day}') to ('${addDays(partition.day, 1)}')`;
  const parameters = storageParameters[partition.table];
  await inTransaction(pool, async (client) => {
    await client.query(`set local lock_timeout = '${lockTimeout}'`);
    // two processes that make the same day: the second one waits here, and finds it made
    await client.query('select pg_advisory_xact_lock(hashtext($1))', [name]);
    const made = await client.query(
      'select from pg_inherits where inhrelid = to_regclass($1) and inhparent = to_regclass($2)',
      [name, quoted(partition.table)],
    );
    if (made.rowCount !== 0) return;
    // indexes and keys come with ATTACH, defaults and checks must be there before it
    await client.query(
      `create table ${name} (like ${quoted(partition.table)} including defaults including constraints including generated including storage)` +
        (parameters === undefined ? '' : ` with (${parameters})`),
    );
    await client.query(`alter table ${quoted(partition.table)} attach partition ${name} for values ${bounds}`);
  });
}

/**
 * Makes the partitions of `today` and of the `ahead` days after it that are missing, and returns those it made.
 * Several processes may call it at once. Throws the database's error when one cannot be made now; the ones made before
 * stand, and the next call makes the rest.
 */
export async function ensurePartitions(
  pool: pg.Pool,
  { today, ahead }: { today: Day; ahead: number },
): Promise<Partition[]> {
  const tables = await listPartitionedTables(pool);
  const there = new Set((await listPartitions(pool)).map(partitionName));
  const made: Partition[] = [];
  // by day, so that tomorrow is whole before the days after it are begun
  for (let offset = 0; offset <= ahead; offset++) {
    for (const table of tables) {
      const partition = { table, day: addDays(today, offset) };
      if (there.has(partitionName(partition))) continue;
      await makePartition(pool, partition);
      made.push(partition);
    }
  }
  return made;
}

/** Throws `database.partition-missing` unless every partitioned table has the partitions of `today` and tomorrow. */
export async function requirePartitions(pool: pg.Pool, today: Day): Promise<void> {
  const there = new Set((await listPartitions(pool)).map(partitionName));
  const needed = (await listPartitionedTables(pool)).flatMap((table) => [
    partitionName({ table, day: today }),
    partitionName({ table, day: addDays(today, 1) }),
  ]);
  const missing = needed.filter((name) => !there.has(name));
  if (missing.length > 0) throw new PenstockError('database.partition-missing', { detail: missing.join(', ') });
}

/** Takes a partition out of its table without stopping anybody, then drops it. */
async function dropPartition(pool: pg.Pool, partition: Partition & { state: State }): Promise<void> {
  const parent = quoted(partition.table);
  const name = quoted(partitionName(partition));
  // DETACH CONCURRENTLY waits for readers of the parent without standing in anybody's way, and is no part of a
  // transaction; one that was interrupted is finished by FINALIZE
  const client = await pool.connect();
  try {
    await client.query(`set lock_timeout = '${lockTimeout}'`);
    if (partition.state !== 'detached') {
      const how = partition.state === 'detaching' ? 'finalize' : 'concurrently';
      await client.query(`alter table ${parent} detach partition ${name} ${how}`);
    }
    await client.query(`drop table ${name}`);
  } finally {
    client.release(true); // with its settings
  }
}

/**
 * Drops every partition of `table` whose day is before `firstKept`, and not before `from`, oldest first, and returns those it dropped. The
 * caller has made sure that nothing in them is still needed (a cursor, a counter). Throws the database's error when a
 * reader holds one for too long; the next call goes on from there.
 */
export async function dropExpiredPartitions(
  pool: pg.Pool,
  { table, from, firstKept }: { table: string; from?: Day; firstKept: Day },
): Promise<Partition[]> {
  const dropped: Partition[] = [];
  for (const partition of await readPartitions(pool)) {
    if (partition.table !== table || partition.day >= firstKept || partition.day < (from ?? '')) continue;
    await dropPartition(pool, partition);
    dropped.push({ table, day: partition.day });
  }
  return dropped;
}
