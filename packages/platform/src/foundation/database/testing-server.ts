import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { createLog } from '../log.ts';
import { isOwned, startEmbeddedPostgres } from './embedded.ts';
import { migrate } from './migrate.ts';
import { findPostmaster, isRunning } from './postmaster.ts';

// vitest's globalSetup of the database tests: one server for the run, with one migrated database that testDatabase()
// clones. The server is
//   PENSTOCK_TEST_DATABASE_URL      a server that is there, by a role that may create databases and roles and is no
//                                   superuser; else
//   PENSTOCK_TEST_POSTGRESQL_BIN    one of these binaries (Debian's /usr/lib/postgresql/15/bin), else the embedded one,
// in a folder of its own that is removed afterwards.

export interface TestServer {
  /** The migrated database that is cloned, as its owner. */
  readonly templateUrl: string;
  /** What the names of the run's databases begin with. */
  readonly prefix: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    testServer: TestServer;
  }
}

// Nothing of it need outlive the machine, so nothing waits for the disk.
const settings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  shared_buffers: '128MB',
  max_connections: 200,
};

/** The address of another database on the same server. */
export function withDatabase(url: string, database: string): string {
  const parsed = new URL(url);
  parsed.pathname = `/${database}`;
  return parsed.href;
}

const folders = /^penstock-(test|embedded|cli)-/;

const abandonedAfterMs = 3_600_000;

/**
 * Stops and removes the servers of earlier runs that were killed or told to stop: vitest ends then without tearing down.
 * A folder that has no owner yet may just be being made, and some tests kill the owner themselves: these are left alone
 * for an hour.
 */
async function removeAbandoned(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((candidate) => folders.test(candidate))) {
    const folder = join(tmpdir(), name);
    const home = join(folder, 'postgres');
    const isYoung = Date.now() - statSync(folder).mtimeMs < abandonedAfterMs;
    const isOfRun = name.startsWith('penstock-test-') && existsSync(join(home, 'owner.json'));
    if (isOwned(home) || (isYoung && !isOfRun)) continue;
    const postmaster = findPostmaster(join(home, 'cluster'));
    if (postmaster !== undefined) process.kill(postmaster.pid, 'SIGQUIT');
    while (postmaster !== undefined && isRunning(postmaster)) await pause(20);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function startOwnServer(): Promise<{ url: string; stop(): Promise<void> }> {
  await removeAbandoned();
  const folder = mkdtempSync(join(tmpdir(), 'penstock-test-'));
  chmodSync(folder, 0o755);
  const bin = process.env.PENSTOCK_TEST_POSTGRESQL_BIN;
  const remove = () => rmSync(folder, { recursive: true });
  const server = await startEmbeddedPostgres({
    dataFolder: folder,
    log: createLog({ level: 'warn' }),
    settings,
    ...(bin === undefined
      ? {}
      : { binaries: { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres'), major: basename(dirname(bin)) } }),
  }).catch((error: unknown) => {
    remove();
    throw error;
  });
  const stop = async () => {
    await server.stop();
    remove();
  };
  return { url: server.url, stop };
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.PENSTOCK_TEST_DATABASE_URL;
  const server = given === undefined ? await startOwnServer() : { url: given, stop: async () => {} };
  const prefix = `penstock_test_${process.pid}_`;
  const template = `${prefix}template`;
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  const { rows } = await client.query<{ version: string }>(`select current_setting('server_version') as version`);
  process.stdout.write(`database tests run on PostgreSQL ${rows[0]?.version}\n`);
  await client.query(`create database ${template}`);
  const templateUrl = withDatabase(server.url, template);
  await migrate(templateUrl);
  project.provide('testServer', { templateUrl, prefix });

  return async () => {
    const left = await client.query<{ name: string }>(
      'select datname as name from pg_database where starts_with(datname, $1)',
      [prefix],
    );
    for (const { name } of left.rows) await client.query(`drop database ${name} with (force)`);
    await client.end();
    await server.stop();
  };
}
