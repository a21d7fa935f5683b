/**
 * The group commit. Messages that arrive while a batch is being committed wait; the next batch takes all of them.
 * So a lone message is committed at once, and under load batches grow until the database keeps up; there is no timer.
 * (Measured on 2 cores: one message a transaction costs 5 times the CPU of batches of 15.)
 *
 * One batch of a lane is under way at a time in a process; other processes share the lane through its lock.
 *
 * States of a message: waiting -> in a batch -> settled (its promise). A batch that fails
 *   - because the directory moved: is settled 'stale', for its messages to be judged again;
 *   - on a datum: is split, until the bad message is alone and rejected, and the others are recorded;
 *   - otherwise (the database is gone, the disk is full): all of it is rejected, with database.unavailable when trying
 *     again may help. Whether it was committed is then unknown; who sends the same bytes again gets the answer of the
 *     first time.
 */
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { databaseFailure } from '../foundation/database/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import type { Direction, NewMessage, RecordOutcome } from './message.ts';
import { DIRECTORY_MOVED, recordBatch } from './record-store.ts';

/** Above this COPY would be quicker than one call with arrays, and one transaction would hold the lane too long. */
const MOST_MESSAGES = 1_000;
/** Rows of message_device; a firmware update may name 50,000 devices, and the lane is locked while they are written. */
const MOST_DEVICES = 20_000;
/** What an insert says when the day has no partition. */
const MISSING_PARTITION = '23514';
/** Bytes of the bodies of one batch; firmware is up to 13.7 MB a message. */
const MOST_BYTES = 32 * 1024 * 1024;

export type Settled = RecordOutcome | { readonly outcome: 'stale' };

export interface CommitterObserver {
  /** A batch was committed: how many messages, and the seconds that the database took. */
  committed(messages: number, seconds: number, laneTime: Date): void;
  /** A message of a committed batch is on its stream now. */
  streamed(direction: Direction, userId: Eui): void;
  /** A batch was not recorded, or it is not known whether it was. */
  failed(messages: number, failure: PenstockError): void;
}

interface Waiting {
  readonly message: NewMessage;
  readonly directoryVersion: bigint;
  readonly key: string;
  readonly resolve: (outcome: Settled) => void;
  readonly reject: (error: unknown) => void;
}

export class Committer {
  private readonly pool: pg.Pool;
  private readonly mostWaiting: number;
  private readonly observer: CommitterObserver;
  private readonly lanes = new Map<number, { waiting: Waiting[]; busy: boolean }>();
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
      const key = keyOf(message);
      const lane = this.lanes.get(message.lane) ?? { waiting: [], busy: false };
      this.lanes.set(message.lane, lane);
      lane.waiting.push({ message, directoryVersion, key, resolve, reject });
      if (!lane.busy) {
        lane.busy = true;
        // the rest of what this turn of the event loop brings joins the batch
        setImmediate(() => void this.drain(message.lane, lane));
      }
    });
  }

  /** Resolves when nothing waits any more. */
  async drained(): Promise<void> {
    if (this.count > 0) await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  private async drain(laneNumber: number, lane: { waiting: Waiting[]; busy: boolean }): Promise<void> {
    while (lane.waiting.length > 0) {
      const batch = takeBatch(lane);
      await this.commit(laneNumber, batch);
      this.count -= batch.length;
    }
    lane.busy = false;
    if (this.count === 0) for (const resolve of this.idle.splice(0)) resolve();
  }

  private async commit(lane: number, batch: readonly Waiting[]): Promise<void> {
    const started = performance.now();
    try {
      const version = batch[0]?.directoryVersion ?? 0n;
      const result = await recordBatch(
        this.pool,
        lane,
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
        this.observer.failed(batch.length, failure);
        for (const one of batch) one.reject(failure);
      }
    }
  }

  private async split(lane: number, batch: readonly Waiting[], error: unknown): Promise<void> {
    if (batch.length === 1) {
      batch[0]?.reject(new PenstockError('internal.unexpected', { cause: error }));
      return;
    }
    const half = Math.ceil(batch.length / 2);
    await this.commit(lane, batch.slice(0, half));
    await this.commit(lane, batch.slice(half));
  }
}

/** What record_batch takes once a batch: a request by its RequestID, what comes back by its bytes. */
function keyOf({ direction, userId, target, counter, sha256 }: NewMessage): string {
  return direction === 'southbound' ? `${userId}/${target}/${counter}` : sha256.toString('latin1');
}

/**
 * The next batch, within the limits, of one directory version, each key once. What does not fit waits for the next one
 * (the second of a RequestID finds the first recorded there), and so does everything behind it of the same User, whose
 * order is kept.
 */
function takeBatch(lane: { waiting: Waiting[] }): Waiting[] {
  const batch: Waiting[] = [];
  const left: Waiting[] = [];
  const keys = new Set<string>();
  const passedOver = new Set<Eui>();
  const version = lane.waiting[0]?.directoryVersion;
  let bytes = 0;
  let devices = 0;
  for (const one of lane.waiting) {
    const { message } = one;
    const isWithin =
      batch.length === 0 ||
      (batch.length < MOST_MESSAGES &&
        bytes + message.bytes.length <= MOST_BYTES &&
        devices + message.devices.length <= MOST_DEVICES);
    if (isWithin && one.directoryVersion === version && !keys.has(one.key) && !passedOver.has(message.userId)) {
      batch.push(one);
      bytes += message.bytes.length;
      devices += message.devices.length;
      keys.add(one.key);
    } else {
      left.push(one);
      passedOver.add(message.userId);
    }
  }
  lane.waiting = left;
  return batch;
}

/** SQLSTATE classes 22 (data exception) and 23 (integrity), but for a missing partition, which concerns all. */
function isOfOneMessage(code: string): boolean {
  return (code.startsWith('22') || code.startsWith('23')) && code !== MISSING_PARTITION;
}
