import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { importKinds } from '@penstock/api';
import { OPERATOR_ID, type World } from '@penstock/simulator';
import { hasEnded, killChild, startChild, stopChild } from './child.ts';
import { atEnd, onFailure } from './cleanup.ts';
import { type CpuTimes, cpuTimes, threadTimes } from './cpu.ts';
import { type Metrics, readMetrics } from './metrics.ts';

/**
 * The platform as an operator runs it: `penstock start` with its settings in the environment, a PostgreSQL of its own
 * in its data folder, on free ports of the loopback. Variables PENSTOCK_* of the bench's own environment go through to
 * it, so that other settings can be measured.
 */

export interface PlatformOptions {
  /** Holds the data folder, logs and profiles. */
  readonly folder: string;
  readonly world: World;
  /** Where each of its processes writes a CPU profile when it stops; undefined: none does. */
  readonly profileFolder: string | undefined;
}

const COMMAND = 'packages/cli/src/main.ts';
const READY_WITHIN = 120_000;
const LAST_LINES = 8;

export class Platform {
  readonly dataFolder: string;
  readonly gatewayPort: number;
  readonly httpOrigin: string;
  readonly logFile: string;
  readonly #environment: Record<string, string>;
  readonly #nodeOptions: readonly string[];
  #child: ChildProcess | undefined;

  private constructor(options: PlatformOptions, gatewayPort: number, httpPort: number) {
    const { folder, world } = options;
    const { gateway, authorityFile, fileAuthorityFile, revocationListFile } = world.pki;
    const operator = world.pki.users.get(OPERATOR_ID);
    if (operator === undefined) throw new Error('the world has no Operator');
    this.dataFolder = join(folder, 'data');
    this.logFile = join(folder, 'platform.log');
    this.gatewayPort = gatewayPort;
    this.httpOrigin = `http://127.0.0.1:${httpPort}`;
    this.#nodeOptions =
      options.profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${options.profileFolder}`];
    this.#environment = {
      PENSTOCK_DATA_FOLDER: this.dataFolder,
      PENSTOCK_LOG_LEVEL: 'warn',
      PENSTOCK_HTTP_HOST: '127.0.0.1',
      PENSTOCK_HTTP_PORT: String(httpPort),
      PENSTOCK_GATEWAY_PORT: String(gatewayPort),
      PENSTOCK_GATEWAY_TLS_KEY_FILE: gateway.keyFile,
      PENSTOCK_GATEWAY_TLS_CERTIFICATE_FILE: gateway.certificateFile,
      PENSTOCK_OPERATOR_USER_ID: OPERATOR_ID,
      PENSTOCK_OPERATOR_SIGNING_KEY_FILE: operator.signing.keyFile,
      PENSTOCK_OPERATOR_SIGNING_CERTIFICATE_FILE: operator.signing.certificateFile,
      PENSTOCK_FILES_TRUST_ANCHORS: fileAuthorityFile,
      PENSTOCK_FILES_REVOCATION_LISTS: revocationListFile,
      // towards the Users' receive services it shows the certificate that it shows to everybody
      PENSTOCK_DELIVERY_PUSH_AUTHORITIES_FILE: authorityFile,
      PENSTOCK_DELIVERY_PUSH_KEY_FILE: gateway.keyFile,
      PENSTOCK_DELIVERY_PUSH_CERTIFICATE_FILE: gateway.certificateFile,
    };
    // the bench's own variables win
    for (const [name, value] of Object.entries(process.env)) {
      if (name.startsWith('PENSTOCK_') && value !== undefined) this.#environment[name] = value;
    }
    mkdirSync(this.dataFolder, { recursive: true });
    onFailure(() => this.#lastLines());
    atEnd(`ending the database of ${this.dataFolder}`, () => this.#endDatabase());
  }

  /** A platform that is not running yet. */
  static async prepare(options: PlatformOptions): Promise<Platform> {
    return new Platform(options, await freePort(), await freePort());
  }

  /** Starts it and waits until it says that it is ready. */
  async start(): Promise<void> {
    this.#child = startChild({
      script: COMMAND,
      args: ['start'],
      nodeOptions: this.#nodeOptions,
      environment: this.#environment,
      logFile: this.logFile,
    });
    const deadline = Date.now() + READY_WITHIN;
    while (!(await this.isReady())) {
      if (hasEnded(this.#child)) throw new Error(`the platform ended at its start`);
      if (Date.now() > deadline) throw new Error(`the platform was not ready in time`);
      await pause(20);
    }
  }

  async isReady(): Promise<boolean> {
    return await fetch(`${this.httpOrigin}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    );
  }

  /** Brings in what the world's import files say, by the command, as an operator would. */
  async import(world: World): Promise<void> {
    for (const kind of importKinds) {
      const child = startChild({
        script: COMMAND,
        args: ['import', kind, join(world.importFolder, `${kind}.csv`)],
        environment: this.#environment,
        logFile: this.logFile,
      });
      const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
      if (code !== 0) throw new Error(`penstock import ${kind} failed`);
    }
  }

  async stop(): Promise<void> {
    if (this.#child !== undefined) await stopChild(this.#child);
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    if (this.#child !== undefined) await killChild(this.#child);
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  get hasEnded(): boolean {
    return this.#child === undefined || hasEnded(this.#child);
  }

  /** The embedded server's first process; undefined when none runs. */
  get postmaster(): number | undefined {
    return findPostmaster(this.dataFolder);
  }

  /** CPU times so far of the platform, of PostgreSQL, and of others by their pids. */
  cpuTimes(others: Readonly<Record<string, number>>): CpuTimes {
    const { postmaster } = this;
    return cpuTimes({ platform: this.pid, ...(postmaster === undefined ? {} : { postgresql: postmaster }), ...others });
  }

  /** CPU times so far of the platform's threads, by what they do. */
  threadTimes(): CpuTimes {
    const { postmaster } = this;
    return threadTimes(this.pid, postmaster === undefined ? [] : [postmaster]);
  }

  metrics(): Promise<Metrics> {
    return readMetrics(this.httpOrigin);
  }

  #lastLines(): string {
    if (!existsSync(this.logFile)) return '';
    const lines = readFileSync(this.logFile, 'utf8').trim().split('\n');
    return `${this.logFile} ended with\n${lines.slice(-LAST_LINES).join('\n')}`;
  }

  /** A database whose platform was killed is ended here; its data may lie beside the folder, behind a link. */
  async #endDatabase(): Promise<void> {
    const { postmaster } = this;
    if (postmaster !== undefined) {
      process.kill(postmaster, 'SIGQUIT');
      while (this.postmaster === postmaster) await pause(20);
    }
    const home = join(this.dataFolder, 'postgres');
    try {
      rmSync(realpathSync(home), { recursive: true, force: true });
    } catch {
      // it was never made
    }
  }
}

/** The first process of the embedded server of a data folder; undefined when none runs. */
export function findPostmaster(dataFolder: string): number | undefined {
  const cluster = join(dataFolder, 'postgres/cluster');
  try {
    const pid = Number.parseInt(readFileSync(join(cluster, 'postmaster.pid'), 'utf8'), 10);
    return realpathSync(`/proc/${pid}/cwd`) === realpathSync(cluster) ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** A port of the loopback that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (typeof address !== 'object' || address === null) throw new Error('no port was given');
  return address.port;
}
