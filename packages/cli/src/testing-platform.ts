import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, createReadStream, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importKinds } from '@penstock/api';
import { consoleAuthor, importFile, openPlatformDatabase } from '@penstock/platform';
import { loadConfig } from '@penstock/platform/config';
import { createLog } from '@penstock/platform/log';
import { OPERATOR_ID, prepareWorld, USERS, type World } from '@penstock/simulator';
import { vi } from 'vitest';

// `penstock` as its users run it, for tests: processes of their own, on free ports, in folders of their own. Each
// process watches the test's and ends with it, even when that is killed.

const root = join(import.meta.dirname, '../../..');

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class Penstock {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Everything that it wrote so far. */
  stdout = '';
  stderr = '';

  /** Only PENSTOCK_* variables that are given reach it. */
  constructor(args: readonly string[], options: { environment?: Environment; folder: string }) {
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('PENSTOCK_'));
    this.child = spawn(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        '--require',
        join(root, 'bin/_parent.cjs'),
        join(root, 'packages/cli/src/main.ts'),
        ...args,
      ],
      {
        cwd: options.folder,
        env: { ...Object.fromEntries(inherited), ...options.environment },
        stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
        detached: true,
      },
    );
    this.child.stdout?.on('data', (chunk: Buffer) => {
      this.stdout += chunk.toString('utf8');
    });
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString('utf8');
    });
    this.ended = once(this.child, 'close').then(([code, signal]) => ({ code, signal }));
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Sends a signal and waits for the end. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    if (!this.hasEnded) this.child.kill(signal);
    return await this.ended;
  }
}

export type Environment = Readonly<Record<string, string>>;

/** A port of the loopback that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (typeof address !== 'object' || address === null) throw new Error('no port was given');
  return address.port;
}

/** A folder that the embedded server's own user may enter too. The caller removes it by `removeFolder`. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-cli-'));
  chmodSync(folder, 0o755);
  return realpathSync(folder);
}

/** The living embedded server of a data folder. */
export function findServer(dataFolder: string): number | undefined {
  const cluster = join(dataFolder, 'postgres/cluster');
  const pid = readPid(join(cluster, 'postmaster.pid'));
  if (pid === undefined || !existsSync(`/proc/${pid}/cwd`)) return undefined;
  return realpathSync(`/proc/${pid}/cwd`) === realpathSync(cluster) ? pid : undefined;
}

/** '' of a file that is not there: a process that ends takes its files along, at any moment. */
export function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ESRCH'].includes(String(error.code))) return '';
    throw error;
  }
}

function readPid(file: string): number | undefined {
  const pid = Number.parseInt(textOf(file), 10);
  return Number.isNaN(pid) ? undefined : pid;
}

/** Ends what a killed platform left and removes the folder. */
export async function removeFolder(folder: string, dataFolder = join(folder, 'data')): Promise<void> {
  const server = findServer(dataFolder);
  if (server !== undefined) {
    process.kill(server, 'SIGQUIT');
    await vi.waitUntil(() => findServer(dataFolder) === undefined, { timeout: 20_000 });
  }
  // a data folder that the server's user cannot reach holds a link to one that it can
  for (const path of [join(dataFolder, 'postgres'), folder]) {
    if (existsSync(path)) rmSync(realpathSync(path), { recursive: true, force: true });
  }
}

export interface TestPlatformOptions {
  readonly folder: string;
  readonly dataFolder?: string;
  /** A PostgreSQL that is there, instead of the platform's own. */
  readonly databaseUrl?: string;
  readonly environment?: Environment;
}

/** A small simulated network, whose Users all pull. */
export function testNetwork(folder: string): Promise<World> {
  const users = USERS.map((user) => ({ ...user, delivery: 'pull' as const }));
  return prepareWorld({
    folder: join(folder, 'world'),
    seed: 'cli',
    homes: 20,
    users,
    receivePort: 0,
    now: new Date(),
  });
}

/** The settings of one platform that serves a world, on ports of its own. */
export async function settingsOf(world: World, options: TestPlatformOptions): Promise<Environment> {
  const { gateway, fileAuthorityFile, revocationListFile, users } = world.pki;
  const operator = users.get(OPERATOR_ID)?.signing;
  if (operator === undefined) throw new Error('the world has no Operator');
  return {
    PENSTOCK_DATA_FOLDER: options.dataFolder ?? join(options.folder, 'data'),
    ...(options.databaseUrl === undefined ? {} : { PENSTOCK_DATABASE_URL: options.databaseUrl }),
    PENSTOCK_HTTP_HOST: '127.0.0.1',
    PENSTOCK_HTTP_PORT: String(await freePort()),
    PENSTOCK_GATEWAY_PORT: String(await freePort()),
    PENSTOCK_GATEWAY_TLS_KEY_FILE: gateway.keyFile,
    PENSTOCK_GATEWAY_TLS_CERTIFICATE_FILE: gateway.certificateFile,
    PENSTOCK_OPERATOR_SIGNING_KEY_FILE: operator.keyFile,
    PENSTOCK_OPERATOR_SIGNING_CERTIFICATE_FILE: operator.certificateFile,
    PENSTOCK_FILES_TRUST_ANCHORS: fileAuthorityFile,
    PENSTOCK_FILES_REVOCATION_LISTS: revocationListFile,
    ...options.environment,
  };
}

/** Makes the database of the settings with the parties and devices of the world in it. */
export async function importWorld(world: World, environment: Environment): Promise<void> {
  const config = loadConfig({ environment, workingFolder: root });
  const database = await openPlatformDatabase(config, createLog({ level: 'warn' }));
  try {
    for (const kind of importKinds) {
      await importFile(database.pool, kind, createReadStream(join(world.importFolder, `${kind}.csv`)), consoleAuthor());
    }
  } finally {
    await database.close();
  }
}

/** `penstock start` with these settings, which may be started again after its end. */
export class TestPlatform {
  readonly #environment: Environment;
  readonly #folder: string;
  process: Penstock | undefined;

  constructor(environment: Environment, folder: string) {
    this.#environment = environment;
    this.#folder = folder;
  }

  get gateway(): string {
    return `https://127.0.0.1:${this.#environment.PENSTOCK_GATEWAY_PORT}`;
  }

  get http(): string {
    return `http://127.0.0.1:${this.#environment.PENSTOCK_HTTP_PORT}`;
  }

  /** Starts it; resolves when it is ready. */
  async start(): Promise<void> {
    const started = new Penstock(['start'], { environment: this.#environment, folder: this.#folder });
    this.process = started;
    await untilReady(this.http, started);
  }
}

/** Resolves when /readyz says so. Rejects with what the process said when that ended, or after a minute: how quick it is, a bench says. */
export async function untilReady(http: string, process: Penstock): Promise<void> {
  const isReady = () =>
    fetch(`${http}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    );
  await vi.waitUntil(async () => process.hasEnded || (await isReady()), { timeout: 60_000, interval: 20 });
  if (process.hasEnded) throw new Error(`it ended at its start: ${process.stderr}${process.stdout}`);
}
