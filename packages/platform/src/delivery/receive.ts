import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { PenstockError } from '../foundation/errors.ts';
import { formatPosition, type Position } from '../messages/message.ts';
import { acknowledgeStreams } from './acknowledgement-store.ts';
import type { StreamMessage } from './stream.ts';
import { findReceiver, readStreams } from './stream-store.ts';
import type { Bounds } from './turns.ts';
import type { Wakeups } from './wakeups.ts';

// A User pulls its northbound stream. Nothing moves until it acknowledges: a call whose answer was lost is asked again.

/** Calls of one User that wait in one process. A User needs one; a system that has lost count must not fill the door. */
const mostCalls = 8;
/** Nobody relies on being woken. */
const lookAgainMs = 1_000;

export interface PullRequest extends Bounds {
  readonly userId: Eui;
  readonly waitSeconds: number;
  readonly signal: AbortSignal;
}

export class PullSide {
  readonly #pool: pg.Pool;
  readonly #wakeups: Wakeups;
  readonly #calls = new Map<Eui, number>();

  constructor(pool: pg.Pool, wakeups: Wakeups) {
    this.#pool = pool;
    this.#wakeups = wakeups;
  }

  /**
   * What comes after the cursor; empty when nothing came in time.
   * @throws PenstockError delivery.not-pulled when messages are pushed to this User; delivery.too-many-calls
   */
  async pull(request: PullRequest): Promise<readonly StreamMessage[]> {
    const { userId } = request;
    const calls = this.#calls.get(userId) ?? 0;
    if (calls >= mostCalls) {
      throw new PenstockError('delivery.too-many-calls', { detail: `${calls} calls of ${userId} wait already` });
    }
    this.#calls.set(userId, calls + 1);
    try {
      return await this.#wait(request);
    } finally {
      const left = (this.#calls.get(userId) ?? 1) - 1;
      if (left === 0) this.#calls.delete(userId);
      else this.#calls.set(userId, left);
    }
  }

  async #wait({ userId, waitSeconds, signal, ...bounds }: PullRequest): Promise<readonly StreamMessage[]> {
    const until = performance.now() + waitSeconds * 1000;
    const watch = this.#wakeups.watch('northbound', userId);
    try {
      for (;;) {
        watch.reset();
        const after = await this.#requireCursor(userId);
        const limits = { ...bounds, each: bounds.messages, least: 1 };
        const { messages } = await readStreams(this.#pool, 'northbound', [{ userId, after }], limits);
        const left = until - performance.now();
        if (messages.length > 0 || left <= 0 || signal.aborted) return messages;
        await watch.wait(Math.min(left, lookAgainMs), signal);
      }
    } finally {
      watch.end();
    }
  }

  /**
   * Everything up to `position` was received.
   * @throws PenstockError delivery.not-pulled, delivery.position-unknown, or delivery.held-by-other while the last push
   *   of a User that has just changed to pulling is under way
   */
  async acknowledge(userId: Eui, position: Position): Promise<'moved' | 'unchanged'> {
    await this.#requireCursor(userId);
    const outcomes = await acknowledgeStreams(this.#pool, 'northbound', new Map([[userId, position]]), undefined);
    const outcome = outcomes.get(userId);
    if (outcome === 'moved' || outcome === 'unchanged') return outcome;
    if (outcome === 'held-by-other') throw new PenstockError('delivery.held-by-other', { where: userId });
    throw new PenstockError('delivery.position-unknown', {
      detail: `${formatPosition(position)} is no position of the stream`,
      where: 'position',
    });
  }

  async #requireCursor(userId: Eui): Promise<Position> {
    const receiver = await findReceiver(this.#pool, userId);
    if (receiver === undefined) throw new PenstockError('access.denied', { detail: `there is no User ID ${userId}` });
    if (receiver.delivery !== 'pull') throw new PenstockError('delivery.not-pulled', { where: userId });
    return receiver.cursor;
  }
}
