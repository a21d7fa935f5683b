import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { messageOf, PenstockError } from '../errors.ts';
import { schemaName, searchPath } from './database.ts';

// Migrations are numbered plain SQL files, `0001_spine.sql`, run in order, each in a transaction of its own that also
// records its SHA-256. A file that was run is never changed again: a database whose history differs is refused.

const migrationsFolder = join(import.meta.dirname, '..', '..', '..', 'migrations');

export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  /** In hexadecimal, of the bytes of the file. */
  readonly sha256: string;
}

// any number, the same in every version; it keeps two processes from migrating at once
const advisoryLock = 7_061_993;
const lowestServerVersion = 150_000;

/** The migrations of a folder in order. Throws when a number is missing or doubled. */
export function readMigrations(folder: string = migrationsFolder): Migration[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.sql'));
  return names.sort().map((name, index) => {
    const number = Number(/^(\d{4})_[a-z0-9_]+\.sql$/.exec(name)?.[1]);
    if (number !== index + 1) {
      throw new Error(`migration ${name} should have the number ${String(index + 1).padStart(4, '0')}`);
    }
    const bytes = readFileSync(join(folder, name));
    return { number, name, sql: bytes.toString('utf8'), sha256: createHash('sha256').update(bytes).digest('hex') };
  });
}

function unsupported(detail: string, cause?: unknown): PenstockError {
  return new PenstockError('database.unsupported', { detail, cause });
}

/** What the server says of what the role may not do. */
const insufficientPrivilege = '42501';

async function prepare(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ version: number; is_unbound: boolean }>(
    `select current_setting('server_version_num')::integer as version,
            (select rolsuper or rolbypassrls from pg_roles where rolname = current_user) as is_unbound`,
  );
  const version = rows[0]?.version ?? 0;
  if (version < lowestServerVersion) throw unsupported(`the server is PostgreSQL ${Math.floor(version / 10_000)}`);
  // the second wall between Users, row-level security, does not hold for such a role
  if (rows[0]?.is_unbound === true) throw unsupported('its role is a superuser or bypasses row-level security');
  await client.query(`create schema if not exists ${schemaName}`);
  await client.query(`
    create table if not exists ${schemaName}.migration (
      number integer primary key,
      name text not null,
      sha256 text not null,
      applied_at timestamptz not null default clock_timestamp()
    )`);
}

type Applied = Pick<Migration, 'number' | 'name' | 'sha256'>;

function refuseChangedHistory(applied: readonly Applied[], migrations: readonly Migration[]): void {
  for (const done of applied) {
    const known = migrations[done.number - 1];
    if (known?.sha256 === done.sha256 && known.name === done.name) continue;
    const why = known === undefined ? 'this version does not have it' : 'its file was changed since';
    throw new PenstockError('database.history-changed', { detail: `migration ${done.name}: ${why}` });
  }
}

async function apply(client: pg.Client, migration: Migration): Promise<void> {
  await client.query('begin');
  try {
    await client.query(migration.sql);
    await client.query(`insert into ${schemaName}.migration (number, name, sha256) values ($1, $2, $3)`, [
      migration.number,
      migration.name,
      migration.sha256,
    ]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

/**
 * Brings the database at `url` up to date and returns the names of the migrations that it ran. The role of the address
 * must own the database and be allowed to create roles; it needs no superuser. Several processes may call it at once.
 * Throws `database.unavailable`, `database.unsupported` or `database.history-changed`, in which cases nothing was
 * changed, or the database's own error, in which case the migrations before the failing one stand.
 */
export async function migrate(url: string, migrations: readonly Migration[] = readMigrations()): Promise<string[]> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'penstock migrate',
    options: `-c search_path=${searchPath} -c client_min_messages=warning`,
  });
  try {
    await client.connect();
  } catch (cause) {
    throw new PenstockError('database.unavailable', { detail: messageOf(cause), cause });
  }
  try {
    await client.query('select pg_advisory_lock($1)', [advisoryLock]);
    await prepare(client);
    const { rows: applied } = await client.query<Applied>(
      `select number, name, sha256 from ${schemaName}.migration order by number`,
    );
    refuseChangedHistory(applied, migrations);
    const missing = migrations.slice(applied.length);
    for (const migration of missing) await apply(client, migration);
    return missing.map((migration) => migration.name);
  } catch (error) {
    const isForbidden = error instanceof pg.DatabaseError && error.code === insufficientPrivilege;
    throw isForbidden ? unsupported(`its role may not do what is needed (${error.message})`, error) : error;
  } finally {
    await client.end(); // gives the advisory lock back
  }
}
