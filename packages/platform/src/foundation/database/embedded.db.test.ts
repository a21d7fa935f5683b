import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLog } from '../log.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded.ts';
import { isRoot } from './embedded-host.ts';
import { findPostmaster, type ProcessIdentity } from './postmaster.ts';

/** For what takes milliseconds, on a machine that has other things to do. */
const soon = { timeout: 90_000 };

let dataFolder: string;
const running: EmbeddedPostgres[] = [];
const children: ChildProcess[] = [];
beforeEach(() => {
  dataFolder = mkdtempSync(join(tmpdir(), 'penstock-embedded-'));
  chmodSync(dataFolder, 0o755);
});
afterEach(async () => {
  for (const child of children.splice(0)) await end(child);
  for (const server of running.splice(0)) await server.stop();
  rmSync(dataFolder, { recursive: true });
});

const log = createLog({ level: 'silent' });
const settings = { fsync: 'off', shared_buffers: '32MB' };

async function start(folder = dataFolder): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataFolder: folder, log, settings });
  running.push(server);
  return server;
}

/** The same in a process of its own, as another user when one is named. */
async function startChild(user: { uid?: number; gid?: number } = {}): Promise<{ child: ChildProcess; url: string }> {
  const script = join(import.meta.dirname, 'testing-embedded-child.ts');
  const child = spawn(process.execPath, [script, dataFolder], { stdio: ['pipe', 'pipe', 'inherit'], ...user });
  children.push(child);
  const [url] = await once(createInterface({ input: child.stdout }), 'line');
  return { child, url: String(url) };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.stdin?.end();
  await exited;
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

async function ask(url: string, sql: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {}); // the server is killed under some of these connections
  await client.connect();
  try {
    const { rows } = await client.query({ text: sql, rowMode: 'array' });
    return rows.join(' ');
  } finally {
    await client.end();
  }
}

/** Asks until it is answered; longer than a minute means never. */
async function askUntilAnswered(url: string, sql: string): Promise<string> {
  const from = performance.now();
  for (;;) {
    try {
      return await ask(url, sql);
    } catch (error) {
      if (performance.now() - from > 60_000) throw error;
    }
  }
}

function postmaster(): ProcessIdentity {
  const found = findPostmaster(join(dataFolder, 'postgres', 'cluster'));
  if (found === undefined) throw new Error('no server runs');
  return found;
}

test('the owner of the database is no superuser, may create roles, and keeps its address and its memory over a restart', async () => {
  const server = await start();
  const sql = 'select rolsuper, rolcreaterole, current_database() from pg_roles where rolname = current_user';
  expect(await ask(server.url, sql)).toBe('false,true,penstock');
  expect(await ask(server.url, 'show max_wal_size')).toBe('512MB');
  expect(await ask(server.url, 'show listen_addresses')).toBe('');
  await ask(server.url, 'create table kept as select 7 as n');
  const kept = await ask(server.url, `select pg_relation_filenode('kept')`);
  await server.stop();
  const again = await start();
  expect(again.url).toBe(server.url);
  await ask(again.superuserUrl, 'create extension pg_buffercache');
  const inMemory = () => ask(again.superuserUrl, `select count(*) from pg_buffercache where relfilenode = ${kept}`);
  await expect.poll(inMemory, soon).toBe('1');
  expect(await ask(again.url, 'select n from kept')).toBe('7');
});

test('a server that is killed is started again by itself, with all that was committed', async () => {
  const { url } = await start();
  await ask(url, 'create table kept as select generate_series(1, 20000) as n');
  for (let round = 0; round < 3; round++) {
    process.kill(postmaster().pid, 'SIGKILL');
    expect(await askUntilAnswered(url, 'select count(*) from kept')).toBe('20000');
  }
});

test('a killed platform leaves a living server, which the next start adopts and can stop', async () => {
  const first = await startChild();
  await ask(first.url, 'create table kept as select 7 as n');
  const before = postmaster();
  await kill(first.child);
  const server = await start();
  expect(postmaster()).toEqual(before);
  expect(await ask(server.url, 'select n from kept')).toBe('7');
  await server.stop();
  expect(findPostmaster(join(dataFolder, 'postgres', 'cluster'))).toBeUndefined();
});

test('platform and server killed at once: the next start waits for what they left and serves', async () => {
  const first = await startChild();
  await ask(first.url, 'create table kept as select generate_series(1, 20000) as n');
  const client = new pg.Client({ connectionString: first.url });
  client.on('error', () => {});
  await client.connect();
  // a session that is busy when its postmaster dies lives on for a while and holds the shared memory
  const busy = client.query('select count(*) from generate_series(1, 3000000)').catch(() => 'ended');
  const pid = postmaster().pid;
  await kill(first.child);
  process.kill(pid, 'SIGKILL');
  const server = await start();
  expect(await ask(server.url, 'select count(*) from kept')).toBe('20000');
  await busy;
  await client.end();
});

test('lock files whose pid now belongs to another process do not stop the start', async () => {
  const server = await start();
  await server.stop();
  writeFileSync(join(dataFolder, 'postgres', 'run', '.s.PGSQL.5432.lock'), `${process.pid}\n`);
  const file = join(dataFolder, 'postgres', 'cluster', 'postmaster.pid');
  writeFileSync(
    file,
    `${process.pid}\n${realpathSync(join(dataFolder, 'postgres', 'cluster'))}\n1\n5432\n\n\n  1 1\nready\n`,
  );
  expect(await ask((await start()).url, 'select 7')).toBe('7');
});

test('a killed server that nobody waits for, so that its pid stays taken, does not stop the start', async () => {
  const server = await start();
  await server.stop();
  // a shell that starts `cat` and becomes `sleep` never waits for it
  const script = 'cat <&3 & echo $!; exec sleep 60';
  const shell = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit', 'pipe'] });
  const ended = once(shell, 'exit');
  try {
    if (shell.stdout === null) throw new Error('the shell has no output');
    const [pid] = await once(createInterface({ input: shell.stdout }), 'line');
    await vi.waitUntil(() => readFileSync(`/proc/${shell.pid}/comm`, 'utf8') === 'sleep\n', soon);
    shell.stdio[3]?.destroy();
    await vi.waitUntil(() => readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z '), soon);
    const cluster = join(dataFolder, 'postgres', 'cluster');
    writeFileSync(join(cluster, 'postmaster.pid'), `${pid}\n${realpathSync(cluster)}\n1\n5432\n\n\n  1 1\nready\n`);
    expect(await ask((await start()).url, 'select 7')).toBe('7');
  } finally {
    shell.kill();
    await ended;
  }
});

test('an interrupted making of the cluster is cleared away and done again', async () => {
  const leftover = join(dataFolder, 'postgres.new-4194305'); // above the largest pid that Linux gives
  mkdirSync(join(leftover, 'cluster'), { recursive: true });
  writeFileSync(join(leftover, 'cluster', 'PG_VERSION'), '18\n');
  expect(await ask((await start()).url, 'select 7')).toBe('7');
  expect(readdirSync(dataFolder)).toEqual(['postgres']);
});

test('a second process is a guest: it uses the server and leaves it running', async () => {
  const server = await start();
  const before = postmaster();
  const guest = await startChild();
  expect(guest.url).toBe(server.url);
  await end(guest.child);
  expect(postmaster()).toEqual(before);
});

test('a folder whose path is too long for a socket', async () => {
  const server = await start(join(dataFolder, 'a'.repeat(60), 'b'.repeat(60)));
  expect(await ask(server.url, 'select 7')).toBe('7');
  const socketFolder = decodeURIComponent(new URL(server.url).host);
  expect(socketFolder).toMatch(/^\/tmp\/penstock-/);
  await server.stop();
  rmSync(socketFolder, { recursive: true });
});

test('a folder that is not a cluster, or one of another version, is refused and left alone', async () => {
  mkdirSync(join(dataFolder, 'postgres'));
  await expect(start()).rejects.toMatchObject({ code: 'database.not-started' });
  expect(readdirSync(join(dataFolder, 'postgres'))).toEqual([]);
  rmSync(join(dataFolder, 'postgres'), { recursive: true });
  await (await start()).stop();
  writeFileSync(join(dataFolder, 'postgres', 'cluster', 'PG_VERSION'), '12\n');
  await expect(start()).rejects.toThrow(/made by PostgreSQL 12, this is PostgreSQL 18/);
});

test('a server that cannot start says why', async () => {
  const wrong = startEmbeddedPostgres({ dataFolder, log, settings: { shared_buffers: 'much' } });
  await expect(wrong).rejects.toThrow(/PostgreSQL says: .*FATAL: .*configuration file .* contains errors/);
});

test('an ordinary user runs it as itself', async (context) => {
  const nobody = /^nobody:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8'));
  const user = isRoot() ? { uid: Number(nobody?.[1]), gid: Number(nobody?.[2]) } : {};
  if (isRoot()) {
    context.skip(nobody === null, 'the tests run as root and there is no user nobody to run as instead');
    const reachable = spawnSync(process.execPath, ['--version'], { cwd: '/', ...user }).status === 0;
    context.skip(!reachable, `the tests run as root and the user nobody cannot reach ${process.execPath}`);
    chmodSync(dataFolder, 0o777);
  }
  const { url, child } = await startChild(user);
  expect(await ask(url, 'select 7')).toBe('7');
  const server = readFileSync(`/proc/${postmaster().pid}/status`, 'utf8');
  expect(server).toContain(`\nUid:\t${user.uid ?? process.getuid?.()}\t`);
  await end(child);
});
