/**
 * The group commit. Messages that arrive while a batch is being committed wait; the next batch takes all of them.
 * So a lone message is committed at once, and under load batches grow until the database keeps up; there is no timer.
 * (Measured on 2 cores: one message a transaction costs 5 times the CPU of batches of 15.)
 *
 * A lane has one connection while anything of it is under way, and two batches on it at most: while the database
 * commits the first, the second is already in its socket, so it does not wait for this process to come round. They
 * are recorded in the order in which they were sent. Other processes share the lane through its lock.
 *
 * States of a message: waiting -> in a batch -> settled (its promise). A batch that fails
 *   - because the directory moved: is settled 'stale', for its messages to be judged again;
 *   - on a datum: is split, until the bad message is alone and rejected, and the others are recorded;
 *   - otherwise (the database is gone, the disk is full): all of it is rejected, with database.unavailable when trying
 *     again may help. Whether it was committed is then unknown; who sends the same bytes again gets the answer of the
 *     first time.
 * A failure may so bring a message behind one that came later. Who sends both before the first is acknowledged has
 * asked for no order; what the network delivers comes in an order, so a User of whom such messages are under way is
 * passed over by the second batch.
 */
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { databaseFailure } from '../foundation/database/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import type { Direction, NewMessage, RecordOutcome } from './message.ts';
import { type Judged, takeBatch } from './next-batch.ts';
import { DIRECTORY_MOVED, recordBatch } from './record-store.ts';

/** What an insert says when the day has no partition. */
const MISSING_PARTITION = '23514';
const MOST_UNDER_WAY = 2;
/** A batch costs the database the same whatever is in it, so the second is worth it when there is enough to go. */
const ENOUGH_FOR_SECOND = 16;

export type Settled = RecordOutcome | { readonly outcome: 'stale' };

export interface CommitterObserver {
  /** A batch was committed: how many messages, and the seconds that the database took. */
  committed(messages: number, seconds: number, laneTime: Date): void;
  /** A message of a committed batch is on its stream now. */
  streamed(direction: Direction, userId: Eui): void;
  /** A batch was not recorded, or it is not known whether it was. */
  failed(messages: number, failure: PenstockError): void;
}

interface Waiting extends Judged {
  readonly resolve: (outcome: Settled) => void;
  readonly reject: (error: unknown) => void;
}

interface Lane {
  readonly number: number;
  waiting: Waiting[];
  readonly underWay: Set<readonly Waiting[]>;
  /** Of all batches that are under way; undefined while there is none. */
  connection: Promise<pg.PoolClient> | undefined;
  isWoken: boolean;
}

export class Committer {
  private readonly pool: pg.Pool;
  private readonly mostWaiting: number;
  private readonly observer: CommitterObserver;
  private readonly lanes = new Map<number, Lane>();
  private count = 0;
  private idle: (() => void)[] = [];

  constructor(pool: pg.Pool, options: { mostWaiting: number; observer: CommitterObserver }) {
    this.pool = pool;
    this.mostWaiting = options.mostWaiting;
    this.observer = options.observer;
  }

  /** Messages waiting or in a batch. */
  get waiting(): number {
    return this.count;
  }

  get isFull(): boolean {
    return this.count >= this.mostWaiting;
  }

  /**
   * Resolves after the commit. `directoryVersion` is what the message was judged by; 'stale' means judge it again.
   * Rejects with PenstockError service.not-ready (too many wait), database.* or internal.unexpected. Only what Users
   * send is turned away one by one: what the network delivers comes many in a call, which asks `isFull` once. A call
   * of which some were turned away each time would never be taken whole.
   */
  record(message: NewMessage, directoryVersion: bigint): Promise<Settled> {
    if (this.isFull && message.direction === 'southbound') {
      return Promise.reject(
        new PenstockError('service.not-ready', { detail: 'too many messages wait to be recorded' }),
      );
    }
    this.count++;
    return new Promise((resolve, reject) => {
      const lane = this.lane(message.lane);
      lane.waiting.push({ message, directoryVersion, resolve, reject });
      if (lane.isWoken || !wantsBatch(lane)) return;
      lane.isWoken = true;
      // the rest of what this turn of the event loop brings joins the batch
      setImmediate(() => {
        lane.isWoken = false;
        this.send(lane);
      });
    });
  }

  /** Resolves when nothing waits any more. */
  async drained(): Promise<void> {
    if (this.count > 0) await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  private lane(number: number): Lane {
    const known = this.lanes.get(number);
    if (known !== undefined) return known;
    const made: Lane = { number, waiting: [], underWay: new Set(), connection: undefined, isWoken: false };
    this.lanes.set(number, made);
    return made;
  }

  /** Sends what may go now; called again by the end of each batch. */
  private send(lane: Lane): void {
    while (wantsBatch(lane)) {
      const { batch, left } = takeBatch(lane.waiting, inOrderUnderWay(lane));
      if (batch.length === 0) return;
      lane.waiting = left;
      lane.underWay.add(batch);
      void this.commit(lane, batch).then(() => this.finish(lane, batch));
    }
  }

  private finish(lane: Lane, batch: readonly Waiting[]): void {
    lane.underWay.delete(batch);
    this.count -= batch.length;
    this.send(lane);
    if (lane.underWay.size === 0) giveBack(lane);
    if (this.count === 0) for (const resolve of this.idle.splice(0)) resolve();
  }

  private async commit(lane: Lane, batch: readonly Waiting[]): Promise<void> {
    const started = performance.now();
    lane.connection ??= this.pool.connect();
    const { connection } = lane;
    try {
      const version = batch[0]?.directoryVersion ?? 0n;
      const result = await recordBatch(
        await connection,
        lane.number,
        version,
        batch.map((one) => one.message),
      );
      this.observer.committed(batch.length, (performance.now() - started) / 1000, result.laneTime);
      batch.forEach((one, index) => {
        const outcome = result.outcomes[index];
        if (outcome === undefined) return;
        if (outcome.outcome === 'recorded' && (outcome.verdict === 'passed' || outcome.verdict === 'warned')) {
          this.observer.streamed(one.message.direction, one.message.userId);
        }
        one.resolve(outcome);
      });
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      if (code === DIRECTORY_MOVED) for (const one of batch) one.resolve({ outcome: 'stale' });
      else if (isOfOneMessage(code)) await this.split(lane, batch, error);
      else {
        const failure =
          code === MISSING_PARTITION
            ? new PenstockError('database.partition-missing', { cause: error })
            : databaseFailure(error);
        if (lane.connection === connection) giveBack(lane, true);
        this.observer.failed(batch.length, failure);
        for (const one of batch) one.reject(failure);
      }
    }
  }

  private async split(lane: Lane, batch: readonly Waiting[], error: unknown): Promise<void> {
    if (batch.length === 1) {
      batch[0]?.reject(new PenstockError('internal.unexpected', { cause: error }));
      return;
    }
    const half = Math.ceil(batch.length / 2);
    await this.commit(lane, batch.slice(0, half));
    await this.commit(lane, batch.slice(half));
  }
}

/** The next batch takes another connection; one that may be broken is closed, when what is on its way is answered. */
function giveBack(lane: Lane, isBroken = false): void {
  const { connection } = lane;
  lane.connection = undefined;
  // a connection that was not made has told so to the batch that waited for it
  void connection?.then(
    (client) => client.release(isBroken),
    () => undefined,
  );
}

function wantsBatch({ waiting, underWay }: Lane): boolean {
  if (underWay.size === 0) return waiting.length > 0;
  return underWay.size < MOST_UNDER_WAY && waiting.length >= ENOUGH_FOR_SECOND;
}

/** The Users of whom messages are under way that must not be overtaken. */
function inOrderUnderWay({ underWay }: Lane): Set<Eui> {
  const users = new Set<Eui>();
  for (const batch of underWay) {
    for (const { message } of batch) if (message.direction === 'northbound') users.add(message.userId);
  }
  return users;
}

/** SQLSTATE classes 22 (data exception) and 23 (integrity), but for a missing partition, which concerns all. */
function isOfOneMessage(code: string): boolean {
  return (code.startsWith('22') || code.startsWith('23')) && code !== MISSING_PARTITION;
}
