import type { Agent } from 'node:https';
import type pg from 'pg';
import type { Log } from '../foundation/log.ts';
import type { DeliveryMetrics } from './metrics.ts';
import { pushMessage } from './push-call.ts';
import { moveOverPushed, noteFailure } from './push-store.ts';
import { retryPause } from './retry.ts';
import type { StreamMessage } from './stream.ts';
import { freeLeases, type Lease, readStreams } from './stream-store.ts';

/** How long a stream stays ours when we are gone: another process pushes on after it. */
export const PUSH_LEASE_SECONDS = 15;
/** A lease is not relied on in its last seconds: the database's clock and ours do not tick together. */
const leaseMarginMs = 2_000;
/**
 * Read ahead, a stream: memory is bounded by the streams under way times this. A message of 2 kB makes 64 of them
 * 128 kB; a larger one is read alone.
 */
const readAhead = { messages: 64, bytes: 1024 * 1024 };
/** A crash repeats at most what was pushed since the cursor was saved. */
const saveEveryMs = 1_000;

export interface PushStreamParts {
  readonly pool: pg.Pool;
  readonly agent: Agent;
  readonly metrics: DeliveryMetrics;
  readonly log: Log;
  /** Who holds the lease. */
  readonly holder: string;
  readonly timeoutSeconds: number;
  readonly retryWithinSeconds: number;
  /** In [0, 1). */
  readonly random: () => number;
}

export type PushEnd =
  /** Everything that was read was taken; something may have come since. */
  | { readonly outcome: 'empty' }
  | { readonly outcome: 'stopped' }
  /** The stream is held by another, or the cursor was moved by another. */
  | { readonly outcome: 'lost' }
  | { readonly outcome: 'failed'; readonly error: string; readonly pauseSeconds: number };

/**
 * Pushes one User's stream from its cursor on, in order, one message at a time, until nothing waits, a message is not
 * taken, or it is stopped (the message under way is finished first). Whatever was taken is saved before it ends.
 */
export class PushStream {
  readonly #parts: PushStreamParts;
  readonly #lease: Lease & { readonly receiveUrl: string };
  #saved: Lease['after'];
  #pushed: Lease['after'];
  #failures: number;
  #isStopping = false;
  #heldUntil: number;

  /** @param leasedAt performance.now() before the lease was asked for */
  constructor(lease: Lease & { readonly receiveUrl: string }, leasedAt: number, parts: PushStreamParts) {
    this.#lease = lease;
    this.#parts = parts;
    this.#saved = lease.after;
    this.#pushed = lease.after;
    this.#failures = lease.failures;
    this.#heldUntil = 0;
    this.renewed(leasedAt);
  }

  /** The lease was renewed by a statement that began at `at` (performance.now()). */
  renewed(at: number): void {
    this.#heldUntil = at + PUSH_LEASE_SECONDS * 1000 - leaseMarginMs;
  }

  stop(): void {
    this.#isStopping = true;
  }

  /** Rejects with the database's error; what was pushed and not saved is then pushed again. */
  async run(): Promise<PushEnd> {
    const { pool } = this.#parts;
    const { userId } = this.#lease;
    for (;;) {
      const limits = { ...readAhead, each: readAhead.messages, least: 1 };
      const { messages, isCut } = await readStreams(pool, 'northbound', [{ userId, after: this.#pushed }], limits);
      const end = await this.#pushAll(messages);
      if (end !== undefined) return end;
      const mayBeMore = isCut || messages.length === readAhead.messages;
      if (!(await this.#save(mayBeMore))) return { outcome: 'lost' };
      if (!mayBeMore) return { outcome: 'empty' };
    }
  }

  /** Undefined: all were taken. */
  async #pushAll(messages: readonly StreamMessage[]): Promise<PushEnd | undefined> {
    let savedAt = performance.now();
    for (const message of messages) {
      if (this.#isStopping || performance.now() > this.#heldUntil) {
        return { outcome: (await this.#save(false)) && this.#isStopping ? 'stopped' : 'lost' };
      }
      const error = await this.#push(message);
      if (error !== undefined) return this.#fail(error);
      this.#pushed = message.position;
      // the first success after failures is seen at once
      if (this.#failures > 0 || performance.now() - savedAt > saveEveryMs) {
        if (!(await this.#save(true))) return { outcome: 'lost' };
        savedAt = performance.now();
      }
    }
    return undefined;
  }

  /** Undefined: it was taken; else why not. */
  async #push(message: StreamMessage): Promise<string | undefined> {
    const { agent, timeoutSeconds, metrics } = this.#parts;
    const started = performance.now();
    const outcome = await pushMessage(agent, this.#lease.receiveUrl, message, timeoutSeconds * 1000);
    metrics.pushed(outcome.isTaken, (performance.now() - started) / 1000);
    return outcome.isTaken ? undefined : outcome.error;
  }

  /** Saves what was pushed; `keeps` the stream or gives it back. False: it is no longer ours. */
  async #save(keeps: boolean): Promise<boolean> {
    const { pool, holder } = this.#parts;
    const { userId } = this.#lease;
    if (this.#pushed === this.#saved) {
      if (!keeps) await freeLeases(pool, 'northbound', holder, [userId]);
      return true;
    }
    const at = performance.now();
    const leaseSeconds = keeps ? PUSH_LEASE_SECONDS : undefined;
    const span = { userId, holder, from: this.#saved, to: this.#pushed, leaseSeconds };
    const isOurs = await moveOverPushed(pool, span);
    if (isOurs) {
      this.#saved = this.#pushed;
      this.#failures = 0;
      this.renewed(at);
    }
    return isOurs;
  }

  async #fail(error: string): Promise<PushEnd> {
    const { pool, holder, log, retryWithinSeconds, random } = this.#parts;
    const { userId } = this.#lease;
    if (!(await this.#save(true))) return { outcome: 'lost' };
    const pauseSeconds = retryPause(this.#failures + 1, retryWithinSeconds, random());
    await noteFailure(pool, { userId, holder, error, pauseSeconds });
    if (this.#failures === 0) log.warn({ userId, error }, 'a User does not take its messages; they are held for it');
    return { outcome: 'failed', error, pauseSeconds };
  }
}
