import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { inject } from 'vitest';
import { createLog } from '../log.ts';
import { openDatabase } from './database.ts';
import { withDatabase } from './testing-server.ts';

export interface TestDatabase {
  /** As the owner, who is no superuser. */
  readonly url: string;
  readonly pool: pg.Pool;
  /** Runs a statement as the owner, connected to another database. */
  administer(sql: string): Promise<void>;
  /** Closes the pool and drops the database, whoever is still connected. */
  drop(): Promise<void>;
}

async function administer(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

const INSUFFICIENT_PRIVILEGE = '42501';
const dropWithinMs = 10_000;

/** An autovacuum worker that is in the database just then is the superuser's and not ours to end: it is waited for. */
async function dropDatabase(url: string, name: string): Promise<void> {
  const until = performance.now() + dropWithinMs;
  for (;;) {
    try {
      return await administer(url, `drop database ${name} with (force)`);
    } catch (error) {
      const isBusy = error instanceof pg.DatabaseError && error.code === INSUFFICIENT_PRIVILEGE;
      if (!isBusy || performance.now() > until) throw error;
      await pause(50);
    }
  }
}

/** Until so many transactions wait for locks of others. */
export async function untilBlocked(pool: pg.Pool, count = 1): Promise<void> {
  const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  while (((await pool.query(waiting)).rowCount ?? 0) < count) await pause(10);
}

/** Does all of it while somebody else has the rows of a statement, which are free only when everybody waits. */
export async function allAtOnce(
  pool: pg.Pool,
  locking: string,
  works: readonly (() => Promise<unknown>)[],
): Promise<void> {
  const other = await pool.connect();
  try {
    await other.query('begin');
    await other.query(locking);
    const done = Promise.all(works.map((work) => work()));
    await untilBlocked(pool, works.length);
    await other.query('commit');
    await done;
  } finally {
    other.release();
  }
}

/**
 * A database of its own for a test or a test file, with all migrations and no partitions (ensurePartitions makes the
 * days that the test's clock needs). It is cloned from a template within some 30 ms.
 */
export async function testDatabase(): Promise<TestDatabase> {
  const { templateUrl, prefix } = inject('testServer');
  const template = new URL(templateUrl).pathname.slice(1);
  const name = `${prefix}${randomBytes(6).toString('hex')}`;
  // not through the template's database: cloning wants nobody connected to it
  const administration = withDatabase(templateUrl, 'postgres');
  await administer(administration, `create database ${name} template ${template}`);
  const url = withDatabase(templateUrl, name);
  const log = createLog({ level: 'silent' });
  const { pool, close } = openDatabase({ url, poolSize: 10, applicationName: 'test', log });
  return {
    url,
    pool,
    administer: (sql) => administer(administration, sql),
    drop: async () => {
      await close();
      await dropDatabase(administration, name);
    },
  };
}
