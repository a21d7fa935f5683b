import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { totalmem } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { PenstockError } from '../errors.ts';
import { type Binaries, reachableFolder, runBinary, type ServerUser } from './embedded-host.ts';
import { identifyProcess } from './postmaster.ts';

// The files of the embedded server: `cluster/` (PostgreSQL's data), `run/` (its socket), `credentials.json`.
// The folder appears whole, by one rename, so a start that was interrupted leaves nothing half made in its place.

export const superuser = 'penstock_superuser';
export const owner = 'penstock';
export const databaseName = 'penstock';

const credentialsSchema = z.object({ superuserPassword: z.string(), ownerPassword: z.string() });
export type Credentials = z.infer<typeof credentialsSchema>;

export const socketName = '.s.PGSQL.5432';
// sun_path of Linux holds 108 bytes, the last one a zero
const longestSocketPath = 107;

/** The server's settings by name, as in postgresql.conf. */
export type ServerSettings = Readonly<Record<string, string | number>>;

const megabyte = 1024 * 1024;

function usualSettings(socketFolder: string): ServerSettings {
  const memory = totalmem() / megabyte;
  return {
    listen_addresses: '',
    unix_socket_directories: socketFolder,
    unix_socket_permissions: '0700',
    password_encryption: 'scram-sha-256',
    max_connections: 200,
    // A sixth of the memory and 4 GB at most, taken as it is used: the newest pages that the intake appends to, and those
    // of three months that questions about devices read, which are ten million rows with their indexes on a machine of 24
    // GB. The rest is the file cache of exports.
    shared_buffers: `${Math.round(Math.min(4096, Math.max(128, memory / 6)))}MB`,
    // what was in its memory is there again after a start: else the first minutes are read from the disk, page by page
    shared_preload_libraries: 'pg_prewarm',
    effective_cache_size: `${Math.round(Math.max(256, memory / 2))}MB`,
    // 512 MB of WAL are replayed within seconds after a crash; 8 GB took 33 s. Kept rather than deleted, a segment
    // is recycled and not written twice.
    max_wal_size: '512MB',
    min_wal_size: '512MB',
    random_page_cost: 1.1,
    // queries are short; compiling one costs more than running it
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    // a week of its own log, one file a weekday
    logging_collector: 'on',
    log_directory: 'log',
    log_filename: 'postgresql-%a.log',
    log_truncate_on_rotation: 'on',
    log_rotation_age: '1d',
    log_rotation_size: 0,
    log_checkpoints: 'off',
  };
}

const configuration = `# The platform writes its settings to penstock.conf at every start. Your own go below that line, and win.
include 'penstock.conf'
`;

function settingsFile(socketFolder: string, settings: ServerSettings): string {
  const quote = (value: string | number) => `'${String(value).replaceAll("'", "''")}'`;
  const lines = Object.entries({ ...usualSettings(socketFolder), ...settings }).map(
    ([name, value]) => `${name} = ${quote(value)}`,
  );
  return `# Written at every start: your own settings go into postgresql.conf.\n${lines.join('\n')}\n`;
}

/** A cluster on disk, whether or not a server runs on it. */
export interface Cluster {
  /** PostgreSQL's data folder. */
  readonly folder: string;
  /** The folder of all of it. */
  readonly home: string;
  readonly credentials: Credentials;
}

function give(path: string, user: ServerUser): void {
  if (user !== undefined) chownSync(path, user.uid, user.gid);
}

/** Removes what interrupted starts left: folders named after a process that is gone. */
function removeLeftovers(parent: string, prefix: string): void {
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(prefix)) continue;
    const pid = Number(name.slice(prefix.length));
    if (pid !== process.pid && identifyProcess(pid) !== undefined) continue;
    rmSync(join(parent, name), { recursive: true, force: true });
  }
}

function create(wanted: string, user: ServerUser, binaries: Binaries): void {
  const home = reachableFolder(user, wanted);
  removeLeftovers(dirname(wanted), `${basename(wanted)}.new-`);
  const building = home === wanted ? `${wanted}.new-${process.pid}` : home;
  const cluster = join(building, 'cluster');
  mkdirSync(cluster, { recursive: true, mode: 0o700 });
  for (const folder of [building, cluster]) {
    chmodSync(folder, 0o700);
    give(folder, user);
  }
  const credentials: Credentials = {
    superuserPassword: randomBytes(24).toString('base64url'),
    ownerPassword: randomBytes(24).toString('base64url'),
  };
  const passwordFile = join(building, 'initdb-password');
  writeFileSync(passwordFile, credentials.superuserPassword, { mode: 0o600 });
  give(passwordFile, user);
  const options = {
    pgdata: cluster,
    username: superuser,
    pwfile: passwordFile,
    auth: 'scram-sha-256',
    encoding: 'UTF8',
    // order by code point, the same on every machine
    locale: 'C',
    ...(Number(binaries.major) >= 17 ? { 'locale-provider': 'builtin', 'builtin-locale': 'C.UTF-8' } : {}),
  };
  const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  runBinary(binaries.initdb, args, user);
  rmSync(passwordFile);
  writeFileSync(join(cluster, 'postgresql.conf'), configuration);
  writeFileSync(join(building, 'credentials.json'), JSON.stringify(credentials), { mode: 0o600 });
  try {
    if (home === wanted) renameSync(building, wanted);
    else symlinkSync(home, wanted);
  } catch (error) {
    rmSync(building, { recursive: true });
    if (!existsSync(join(wanted, 'credentials.json'))) throw error; // otherwise another process was faster
  }
}

function isDanglingLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true && !existsSync(path);
}

/**
 * The cluster at `wanted` (it may be a link, see reachableFolder), made when there is none.
 * Throws `database.not-started` when something else lies there or it belongs to another version or user.
 */
export function openCluster(wanted: string, user: ServerUser, binaries: Binaries): Cluster {
  if (isDanglingLink(wanted)) rmSync(wanted);
  if (!existsSync(wanted)) create(wanted, user, binaries);
  const folder = join(wanted, 'cluster');
  const read = (file: string) => {
    try {
      return readFileSync(file, 'utf8').trim();
    } catch (error) {
      const detail = `${file} cannot be read: ${wanted} is not what the embedded database made, or belongs to another user`;
      throw new PenstockError('database.not-started', { detail, cause: error });
    }
  };
  const credentials = credentialsSchema.parse(JSON.parse(read(join(wanted, 'credentials.json'))));
  const major = read(join(folder, 'PG_VERSION'));
  if (major !== binaries.major) {
    const detail = `${folder} was made by PostgreSQL ${major}, this is PostgreSQL ${binaries.major}: move the data with pg_dump`;
    throw new PenstockError('database.not-started', { detail });
  }
  return { folder, home: wanted, credentials };
}

/**
 * The folder of the server's socket: in the cluster's home, or, where that path is longer than a socket's may be, a
 * folder of that cluster in /tmp that its user alone may enter.
 */
export function prepareSocketFolder(cluster: Cluster, realHome: string, user: ServerUser): string {
  const usual = join(realHome, 'run');
  const place = join(cluster.home, 'socket-folder');
  let folder = usual;
  if (Buffer.byteLength(join(usual, socketName)) > longestSocketPath) {
    folder = existsSync(place) ? readFileSync(place, 'utf8') : `/tmp/penstock-${randomBytes(8).toString('hex')}`;
    writeFileSync(place, folder);
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { uid } = lstatSync(folder);
  const expected = user?.uid ?? process.getuid?.();
  if (uid !== expected && uid !== 0) {
    throw new PenstockError('database.not-started', { detail: `${folder} belongs to another user` });
  }
  give(folder, user);
  return folder;
}

/** Writes the server's settings, ours and over them `settings`. */
export function writeSettings(
  cluster: Cluster,
  socketFolder: string,
  settings: ServerSettings,
  user: ServerUser,
): void {
  const file = join(cluster.folder, 'penstock.conf');
  writeFileSync(file, settingsFile(socketFolder, settings), { mode: 0o600 });
  give(file, user);
}

/** The address of the database for a role; the socket's folder is the host. */
export function databaseUrl(socketFolder: string, role: string, password: string, database: string): string {
  return `postgres://${role}:${password}@${encodeURIComponent(socketFolder)}/${database}`;
}
