import { type Eui, parseEui } from '@penstock/duis';
import type pg from 'pg';
import type { Log } from '../foundation/log.ts';
import type { Direction } from '../messages/message.ts';

// Says early that something was put on a stream, to those who wait for it: in this process at the next turn of the
// event loop, in others by NOTIFY. Nobody relies on it: whoever waits also looks by itself once a second.
//
// NOTIFY stands outside every batch (inside, it would serialise all commits), comes from one connection, and at most
// once in `remotePauseMs`: what is announced meanwhile goes together.

const channel = 'penstock_stream';
const remotePauseMs = 20;
const reconnectMs = 1_000;
/** A payload holds 8,000 bytes, and a User ID takes 26 of them. */
const mostNamed = 200;

/** The Users that got something; 'any': look at all of them. */
export type Woken = ReadonlySet<Eui> | 'any';
export type WakeListener = (users: Woken) => void;

const directions: readonly Direction[] = ['southbound', 'northbound'];

/** One who looks at streams, and waits when there was nothing. */
export class Watch {
  #isWoken = false;
  #finish: (() => void) | undefined;
  readonly #end: () => void;

  constructor(listen: (wake: () => void) => () => void) {
    this.#end = listen(() => {
      this.#isWoken = true;
      this.#finish?.();
    });
  }

  /** To be called before looking: what is announced from now on ends the next `wait`. */
  reset(): void {
    this.#isWoken = false;
  }

  /** Waits until something was announced since `reset` (true), or for the time, or for `signal` (false). */
  async wait(milliseconds: number, signal: AbortSignal): Promise<boolean> {
    if (!this.#isWoken && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const finish = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', finish);
          this.#finish = undefined;
          resolve();
        };
        const timer = setTimeout(finish, milliseconds);
        signal.addEventListener('abort', finish);
        this.#finish = finish;
      });
    }
    return this.#isWoken;
  }

  end(): void {
    this.#end();
  }
}

function merge(known: Woken | undefined, users: Woken): Woken {
  if (known === undefined) return users;
  return known === 'any' || users === 'any' ? 'any' : new Set([...known, ...users]);
}

export class Wakeups {
  readonly #pool: pg.Pool;
  readonly #log: Log;
  readonly #listeners: Record<Direction, Set<WakeListener>> = { southbound: new Set(), northbound: new Set() };
  #local = new Map<Direction, Set<Eui>>();
  #remote = new Map<Direction, Woken>();
  #remoteTimer: NodeJS.Timeout | undefined;
  #isNotifying = false;
  #client: pg.PoolClient | undefined;
  #connecting: Promise<void> | undefined;
  #reconnect: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(pool: pg.Pool, log: Log) {
    this.#pool = pool;
    this.#log = log;
  }

  /** Listens to other processes from now on. When the connection breaks it is made again. */
  async start(): Promise<void> {
    this.#connecting = this.#tryToConnect();
    await this.#connecting;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#reconnect);
    clearTimeout(this.#remoteTimer);
    // a connection that is being made now would be given back by nobody, and the end of the pool waits for it
    await this.#connecting;
    this.#client?.release(true);
    this.#client = undefined;
  }

  /** To be called after the commit that put a message on the stream. Costs next to nothing. */
  announce(direction: Direction, userId: Eui): void {
    if (this.#local.size === 0) setImmediate(() => this.#announceNow());
    const users = this.#local.get(direction) ?? new Set();
    this.#local.set(direction, users.add(userId));
  }

  /** Calls `listener` after each announcement, of this process or another. Returns how to end it. */
  listen(direction: Direction, listener: WakeListener): () => void {
    this.#listeners[direction].add(listener);
    return () => this.#listeners[direction].delete(listener);
  }

  /** Watches for announcements of a direction, or of one User's stream. */
  watch(direction: Direction, userId?: Eui): Watch {
    return new Watch((wake) =>
      this.listen(direction, (users) => {
        if (userId === undefined || users === 'any' || users.has(userId)) wake();
      }),
    );
  }

  /** Watches for whatever is announced, of any stream. */
  watchAny(): Watch {
    return new Watch((wake) => {
      const ends = directions.map((direction) => this.listen(direction, wake));
      return () => {
        for (const end of ends) end();
      };
    });
  }

  #announceNow(): void {
    const announced = this.#local;
    this.#local = new Map();
    for (const [direction, users] of announced) {
      this.#wake(direction, users);
      this.#remote.set(direction, merge(this.#remote.get(direction), users));
    }
    if (this.#remoteTimer === undefined && !this.#isNotifying && !this.#isStopped) void this.#notify();
  }

  #wake(direction: Direction, users: Woken): void {
    for (const listener of [...this.#listeners[direction]]) listener(users);
  }

  /** One at a time, however long the database takes; the pause begins when it has answered. */
  async #notify(): Promise<void> {
    const announced = this.#remote;
    this.#remote = new Map();
    this.#isNotifying = true;
    await this.#tell(announced);
    this.#isNotifying = false;
    if (this.#isStopped) return;
    this.#remoteTimer = setTimeout(() => {
      this.#remoteTimer = undefined;
      if (this.#remote.size > 0) void this.#notify();
    }, remotePauseMs);
  }

  async #tell(announced: ReadonlyMap<Direction, Woken>): Promise<void> {
    const client = this.#client;
    if (client === undefined) return; // the others look by themselves
    try {
      for (const [direction, users] of announced) {
        const named = users === 'any' || users.size > mostNamed ? [] : [...users];
        await client.query('select pg_notify($1, $2)', [channel, [direction, ...named].join(' ')]);
      }
    } catch (err) {
      this.#lose(client, err);
    }
  }

  async #tryToConnect(): Promise<void> {
    try {
      await this.#connect();
    } catch (err) {
      this.#log.warn({ err }, 'wake-ups of other processes are not heard for now');
      this.#connectLater();
    }
  }

  async #connect(): Promise<void> {
    const client = await this.#pool.connect();
    if (this.#isStopped) {
      client.release();
      return;
    }
    client.on('error', (err) => this.#lose(client, err));
    try {
      const { rows } = await client.query<{ own: number }>('select pg_backend_pid() as own');
      const own = rows[0]?.own;
      client.on('notification', (message) => {
        if (message.processId !== own) this.#hear(message.payload ?? '');
      });
      await client.query(`listen ${channel}`);
    } catch (error) {
      client.release(true);
      throw error;
    }
    this.#client = client;
    // what was announced while nobody listened
    for (const direction of directions) this.#wake(direction, 'any');
  }

  #hear(payload: string): void {
    const [name, ...named] = payload.split(' ');
    const direction = directions.find((known) => known === name);
    if (direction === undefined) return;
    const users = named.map(parseEui).filter((user) => user !== undefined);
    this.#wake(direction, users.length === 0 ? 'any' : new Set(users));
  }

  #lose(client: pg.PoolClient, err: unknown): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    client.release(true);
    if (this.#isStopped) return;
    this.#log.warn({ err }, 'wake-ups of other processes are not heard for now');
    this.#connectLater();
  }

  #connectLater(): void {
    if (this.#isStopped) return;
    this.#reconnect = setTimeout(() => void this.start(), reconnectMs);
  }
}
