import { setTimeout as pause } from 'node:timers/promises';
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import type { Position } from '../messages/message.ts';
import { type AcknowledgementOutcome, furthestPositions } from './acknowledgement.ts';
import { acknowledgeStreams } from './acknowledgement-store.ts';
import type { StreamMessage } from './stream.ts';
import { freeLeases, type Lease, leaseStreams, readStreams } from './stream-store.ts';
import { type Bounds, takeInTurns } from './turns.ts';
import type { Wakeups } from './wakeups.ts';

// The network takes the southbound streams. A taker names itself; what it took is leased to it until it acknowledges,
// so two takers never have messages of one User at once, and its order is kept. A taker that is gone costs its Users
// the rest of its lease, or nothing when it comes back and says so.

/** How long a taker may keep what it took before it is given to others. */
const leaseSeconds = 30;
/** Nobody relies on being woken. */
const lookAgainMs = 1_000;
/**
 * A taker that waited gets what comes in this time after the first message too. Taking costs about as much for one
 * message as for thirty, and messages come every 0.4 ms at 2,600/s.
 */
const gatherMs = 10;

export interface TakeRequest extends Bounds {
  readonly consumer: string;
  /** Longest time to wait for something. */
  readonly waitSeconds: number;
  readonly signal: AbortSignal;
}

export class NetworkSide {
  readonly #pool: pg.Pool;
  readonly #wakeups: Wakeups;

  constructor(pool: pg.Pool, wakeups: Wakeups) {
    this.#pool = pool;
    this.#wakeups = wakeups;
  }

  /**
   * What the network is to do next, in fair turns over the Users that have something; empty when nothing came in time.
   * At most one stream a message of the bound is leased: with more Users waiting, those served longest ago go first.
   */
  async take({ consumer, waitSeconds, signal, ...bounds }: TakeRequest): Promise<StreamMessage[]> {
    const until = performance.now() + waitSeconds * 1000;
    const watch = this.#wakeups.watch('southbound');
    try {
      for (;;) {
        watch.reset();
        const taken = await this.#takeNow(consumer, bounds, signal);
        const left = until - performance.now();
        if (taken.length > 0 || left <= 0 || signal.aborted) return taken;
        const isWoken = await watch.wait(Math.min(left, lookAgainMs), signal);
        if (isWoken) await pause(gatherMs);
      }
    } finally {
      watch.end();
    }
  }

  /** Ends the leases of a taker that does not have what it took: an answer was lost, or it was started again. */
  async letGo(consumer: string): Promise<void> {
    await freeLeases(this.#pool, 'southbound', consumer, undefined);
  }

  async #takeNow(consumer: string, bounds: Bounds, signal: AbortSignal): Promise<StreamMessage[]> {
    if (signal.aborted) return [];
    const leases = await leaseStreams(this.#pool, {
      direction: 'southbound',
      holder: consumer,
      seconds: leaseSeconds,
      most: bounds.messages,
    });
    if (leases.length === 0) return [];
    const taken = await takeInTurns(leases, bounds, (starts, limits) =>
      readStreams(this.#pool, 'southbound', starts, limits),
    );
    // a taker that went away meanwhile will not acknowledge
    const served = new Set(signal.aborted ? [] : taken.map((message) => message.userId));
    await this.#free(consumer, leases, served);
    return signal.aborted ? [] : taken;
  }

  /** Leases of which nothing was taken, because the bounds were reached, must not keep others away. */
  async #free(consumer: string, leases: readonly Lease[], served: ReadonlySet<Eui>): Promise<void> {
    const unused = leases.map((lease) => lease.userId).filter((userId) => !served.has(userId));
    if (unused.length > 0) await freeLeases(this.#pool, 'southbound', consumer, unused);
  }

  /** Up to these positions everything was taken; of several for one User the furthest counts. */
  acknowledge(
    consumer: string,
    given: readonly { readonly userId: Eui; readonly position: Position }[],
  ): Promise<Map<Eui, AcknowledgementOutcome>> {
    return acknowledgeStreams(this.#pool, 'southbound', furthestPositions(given), consumer);
  }
}
