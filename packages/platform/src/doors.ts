/**
 * The processes of the gateway. Reading, verifying and recording a message is work for a processor, so a machine with
 * several needs several processes: this one listens on the port and hands connections to them in turns (node:cluster).
 * With one, the door stands in this process.
 *
 * States of a process: starting -> listening -> stopping -> ended. One that ends by itself is a defect: it is told, and
 * another is started. The connections that it held break; what was acknowledged is committed, and what was not is sent
 * again by the sender. Meanwhile the others serve.
 */
import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Registry } from 'prom-client';
import { type DoorParts, openDoor } from './door.ts';
import type { FromDoor, Measured, ToDoor } from './door-messages.ts';
import type { Config } from './foundation/config.ts';
import { PenstockError } from './foundation/errors.ts';
import { relayLine } from './foundation/log.ts';
import { stopInOrder } from './stops.ts';

export interface Doors {
  readonly port: number;
  /** The metrics of each process; of those that answer in time. */
  metrics(): Promise<Measured[]>;
  /** Throws when nobody takes messages in. */
  check(): Promise<void>;
  /** Ends when what was taken in is answered. */
  stop(): Promise<void>;
}

/** Of the machine's processors; a third as many as the gateway's the database needs for the same messages. */
const SHARE_OF_PROCESSORS = 0.75;
/** More processes than this are more than one database keeps busy. */
const MOST_BY_DEFAULT = 8;
/** A process that cannot live is not started over and over at once. */
const RESTART_MILLISECONDS = 1_000;
const METRICS_WITHIN_MILLISECONDS = 2_000;

/** What all processes of the gateway are given. */
type Shared = Omit<DoorParts, 'registry' | 'verifiesBeside'>;

export function openDoors(parts: Shared): Promise<Doors> {
  const processes = processesOf(parts.config);
  return processes === 1 ? openHere(parts) : DoorProcesses.open(parts, processes);
}

function processesOf({ gateway }: Config): number {
  const share = Math.floor(availableParallelism() * SHARE_OF_PROCESSORS);
  return gateway.processes ?? Math.max(1, Math.min(share, MOST_BY_DEFAULT));
}

async function openHere(parts: Shared): Promise<Doors> {
  const registry = new Registry();
  const stops = stopInOrder(parts.log);
  try {
    const port = await openDoor({ ...parts, registry, verifiesBeside: availableParallelism() > 1 }, stops.add);
    return {
      port,
      metrics: async () => [await registry.getMetricsAsJSON()],
      check: async () => undefined,
      stop: stops.stop,
    };
  } catch (error) {
    await stops.stop();
    throw error;
  }
}

class DoorProcesses implements Doors {
  port = 0;
  readonly #parts: Shared;
  readonly #starting = new Set<Worker>();
  readonly #listening = new Set<Worker>();
  readonly #restarts = new Set<NodeJS.Timeout>();
  #isStopping = false;

  private constructor(parts: Shared) {
    this.#parts = parts;
  }

  /** Starts them side by side; the first failure ends all and is thrown. */
  static async open(parts: Shared, processes: number): Promise<Doors> {
    // connections are long and busy alike: in turns, no process gets many more than another
    cluster.schedulingPolicy = cluster.SCHED_RR;
    cluster.setupPrimary({
      exec: fileURLToPath(new URL('door-process.ts', import.meta.url)),
      args: [],
      execArgv: withoutPreloads(process.execArgv),
    });
    const doors = new DoorProcesses(parts);
    const started = await Promise.allSettled(Array.from({ length: processes }, () => doors.#start()));
    const failed = started.find((one) => one.status === 'rejected');
    if (failed === undefined) return doors;
    await doors.stop();
    throw failed.reason;
  }

  async #start(): Promise<void> {
    const { config, databaseUrl, log } = this.#parts;
    const worker = cluster.fork();
    this.#starting.add(worker);
    worker.once('exit', () => this.#starting.delete(worker));
    worker.on('message', (message: FromDoor) => {
      if (message.kind === 'log') relayLine(log, message.line);
    });
    send(worker, { kind: 'open', config, databaseUrl });
    const port = await new Promise<number>((resolve, reject) => {
      worker.on('message', (message: FromDoor) => {
        if (message.kind === 'listening') resolve(message.port);
        if (message.kind === 'failed') {
          const { code, detail, where } = message;
          reject(new PenstockError(code, { ...(detail && { detail }), ...(where && { where }) }));
        }
      });
      worker.once('exit', (code, signal) => {
        reject(new Error(`a process of the gateway ended at its start (${signal ?? code})`));
      });
    }).catch((error: unknown) => {
      worker.kill('SIGKILL');
      throw error;
    });
    this.port = port;
    this.#starting.delete(worker);
    this.#listening.add(worker);
    worker.once('exit', (code, signal) => {
      this.#listening.delete(worker);
      if (this.#isStopping) return;
      log.error({ code, signal, pid: worker.process.pid }, 'a process of the gateway ended; another is started');
      this.#restart();
    });
  }

  #restart(): void {
    const timer = setTimeout(() => {
      this.#restarts.delete(timer);
      this.#start().catch((err: unknown) => {
        if (this.#isStopping) return;
        this.#parts.log.error({ err }, 'a process of the gateway could not be started again; it is tried again');
        this.#restart();
      });
    }, RESTART_MILLISECONDS);
    this.#restarts.add(timer);
  }

  async metrics(): Promise<Measured[]> {
    const measured = await Promise.all([...this.#listening].map(measure));
    return measured.filter((one) => one !== undefined);
  }

  async check(): Promise<void> {
    if (this.#listening.size === 0)
      throw new PenstockError('service.not-ready', { detail: 'no process takes messages' });
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const timer of this.#restarts) clearTimeout(timer);
    for (const worker of this.#starting) worker.kill('SIGKILL');
    await Promise.all(
      [...this.#listening].map(async (worker) => {
        const ended = once(worker, 'exit');
        send(worker, { kind: 'stop' });
        await ended;
      }),
    );
  }
}

/** What is preloaded here watches descriptors of this process (bin/_parent.cjs), which the others have not. */
function withoutPreloads(execArgv: readonly string[]): string[] {
  return execArgv.filter((one, index) => one !== '--require' && execArgv[index - 1] !== '--require');
}

function send(worker: Worker, message: ToDoor): void {
  if (worker.isConnected()) worker.send(message);
}

/** The next metrics that a process tells; undefined when it does not in time. */
function measure(worker: Worker): Promise<Measured | undefined> {
  return new Promise((resolve) => {
    const finish = (measured: Measured | undefined): void => {
      clearTimeout(timer);
      worker.off('message', onMessage);
      resolve(measured);
    };
    const onMessage = (message: FromDoor): void => {
      if (message.kind === 'metrics') finish(message.metrics);
    };
    const timer = setTimeout(() => finish(undefined), METRICS_WITHIN_MILLISECONDS);
    worker.on('message', onMessage);
    send(worker, { kind: 'metrics' });
  });
}
