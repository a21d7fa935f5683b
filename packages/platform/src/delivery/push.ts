import { randomUUID } from 'node:crypto';
import type { Agent } from 'node:https';
import { hostname } from 'node:os';
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import type { Log } from '../foundation/log.ts';
import type { User } from '../parties/parties.ts';
import type { DeliveryMetrics } from './metrics.ts';
import { type PushCredentials, pushAgent } from './push-call.ts';
import { endPauses } from './push-store.ts';
import { PUSH_LEASE_SECONDS, PushStream } from './push-stream.ts';
import { freeLeases, type Lease, leaseStreams, renewLeases } from './stream-store.ts';
import type { Wakeups, Woken } from './wakeups.ts';

// Pushes messages to the receive services of the Users that want it so. Any number of processes may do it: a stream
// that has something waiting is leased by one of them and pushed by a loop of its own (push-stream.ts) until nothing
// waits or a message is not taken. So there is no queue in which one User could stand in another's way, and a User that
// does not answer costs one socket and at most 1 MiB until its time is over.
//
// A stream: idle -> leased and pushed -> idle, or failed until retry_at (in the database, so that it outlives the
// process) -> leased again. Streams are looked for when something was announced, when a pause of ours is over, and
// once a second in any case.

const lookEveryMs = 1_000;
const renewEveryMs = 5_000;
/** Streams that one process pushes at once. */
const mostStreams = 500;

export interface PushOptions extends PushCredentials {
  readonly timeoutSeconds: number;
  readonly retryWithinSeconds: number;
  /** In [0, 1); spreads the pauses. */
  readonly random: () => number;
}

export interface PushParts {
  readonly pool: pg.Pool;
  readonly wakeups: Wakeups;
  readonly metrics: DeliveryMetrics;
  readonly log: Log;
}

interface UnderWay {
  readonly stream: PushStream;
  readonly ended: Promise<void>;
}

export class PushSide {
  readonly #parts: PushParts;
  readonly #options: PushOptions;
  readonly #agent: Agent;
  /** Of this process, and of no other before or after it. */
  readonly #holder = `push ${hostname()} ${process.pid} ${randomUUID()}`;
  readonly #underWay = new Map<Eui, UnderWay>();
  /** Users that got something while their stream was under way: its last reading may have missed it. */
  readonly #again = new Set<Eui>();
  /** Streams that may still be leased to us though nothing pushes them: their loop could not give them back. */
  readonly #orphans = new Set<Eui>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #wanted: Woken | undefined;
  #looking: Promise<void> | undefined;
  #lookTimer: NodeJS.Timeout | undefined;
  #renewTimer: NodeJS.Timeout | undefined;
  #endListening: (() => void) | undefined;
  #urls: ReadonlyMap<Eui, string> | undefined;
  #isStopping = false;

  constructor(parts: PushParts, options: PushOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#agent = pushAgent(options);
  }

  start(): void {
    this.#endListening = this.#parts.wakeups.listen('northbound', (users) => this.#look(users));
    this.#lookTimer = setInterval(() => this.#look('any'), lookEveryMs);
    this.#renewTimer = setInterval(() => void this.#renew(), renewEveryMs);
    this.#look('any');
  }

  /** Finishes the messages under way, saves how far each stream was taken, and gives the streams back. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#endListening?.();
    clearInterval(this.#lookTimer);
    for (const timer of this.#timers) clearTimeout(timer);
    await this.#looking;
    for (const { stream } of this.#underWay.values()) stream.stop();
    await Promise.all([...this.#underWay.values()].map(({ ended }) => ended));
    clearInterval(this.#renewTimer);
    this.#agent.destroy();
  }

  /** To be called with all Users when any was changed: one whose address is new is tried at once. */
  async directoryMoved(users: Iterable<User>): Promise<void> {
    const urls = new Map<Eui, string>();
    for (const { userId, delivery, receiveUrl } of users) {
      if (delivery === 'push' && receiveUrl !== undefined) urls.set(userId, receiveUrl);
    }
    const known = this.#urls;
    this.#urls = urls;
    if (known === undefined) return;
    const changed = [...urls.keys()].filter((userId) => known.get(userId) !== urls.get(userId));
    if (changed.length === 0) return;
    await endPauses(this.#parts.pool, changed);
    this.#look(new Set(changed));
  }

  /** One look at a time; what is asked for meanwhile is looked for after it. */
  #look(users: Woken): void {
    if (this.#isStopping) return;
    if (users === 'any' || this.#wanted === 'any') this.#wanted = 'any';
    else this.#wanted = new Set([...(this.#wanted ?? []), ...users]);
    this.#looking ??= this.#lookNow();
  }

  async #lookNow(): Promise<void> {
    while (this.#wanted !== undefined && !this.#isStopping) {
      const wanted = this.#wanted;
      this.#wanted = undefined;
      try {
        await this.#leaseAndPush(wanted);
      } catch (err) {
        // the database is away: the next look is in a second
        this.#parts.log.warn({ err }, 'streams to be pushed were not looked for');
      }
    }
    this.#looking = undefined;
  }

  async #leaseAndPush(wanted: Woken): Promise<void> {
    await this.#freeOrphans();
    let users: Eui[] | undefined;
    if (wanted !== 'any') {
      users = [];
      for (const user of wanted) {
        if (this.#underWay.has(user)) this.#again.add(user);
        else users.push(user);
      }
      if (users.length === 0) return;
    }
    const most = mostStreams - this.#underWay.size;
    if (most <= 0) return;
    const leasedAt = performance.now();
    const leases = await leaseStreams(this.#parts.pool, {
      direction: 'northbound',
      delivery: 'push',
      users,
      holder: this.#holder,
      seconds: PUSH_LEASE_SECONDS,
      most,
    });
    for (const lease of leases) this.#begin(lease, leasedAt);
  }

  async #freeOrphans(): Promise<void> {
    const users = [...this.#orphans].filter((userId) => !this.#underWay.has(userId));
    if (users.length === 0) return;
    await freeLeases(this.#parts.pool, 'northbound', this.#holder, users);
    for (const userId of users) this.#orphans.delete(userId);
  }

  #begin(lease: Lease, leasedAt: number): void {
    const { userId, receiveUrl } = lease;
    const underWay = this.#underWay.get(userId);
    // a lease of ours that ran out while its loop still waits for an answer: the loop goes on with it
    underWay?.stream.renewed(leasedAt);
    if (receiveUrl === undefined || underWay !== undefined) return;
    const stream = new PushStream({ ...lease, receiveUrl }, leasedAt, {
      ...this.#parts,
      agent: this.#agent,
      holder: this.#holder,
      timeoutSeconds: this.#options.timeoutSeconds,
      retryWithinSeconds: this.#options.retryWithinSeconds,
      random: this.#options.random,
    });
    this.#underWay.set(userId, { stream, ended: this.#run(userId, stream) });
  }

  async #run(userId: Eui, stream: PushStream): Promise<void> {
    try {
      const end = await stream.run();
      if (end.outcome === 'failed') this.#lookAfter(userId, end.pauseSeconds);
      if (end.outcome === 'lost') this.#orphans.add(userId);
    } catch (err) {
      this.#orphans.add(userId);
      this.#parts.log.warn({ err, userId }, 'a stream is not pushed for now; it will be tried again');
    } finally {
      this.#underWay.delete(userId);
      if (this.#again.delete(userId)) this.#look(new Set([userId]));
    }
  }

  #lookAfter(userId: Eui, seconds: number): void {
    if (this.#isStopping) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#look(new Set([userId]));
    }, seconds * 1000);
    this.#timers.add(timer);
  }

  async #renew(): Promise<void> {
    const users = [...this.#underWay.keys()];
    if (users.length === 0) return;
    const at = performance.now();
    try {
      const { pool } = this.#parts;
      const held = await renewLeases(pool, 'northbound', this.#holder, users, PUSH_LEASE_SECONDS);
      for (const userId of held) this.#underWay.get(userId)?.stream.renewed(at);
    } catch (err) {
      // each loop ends by itself before its lease does
      this.#parts.log.warn({ err }, 'leases of streams were not renewed');
    }
  }
}
