/**
 * The release of held messages: it carries out what officers decided, in order of position, a chunk at a time.
 *
 * A chunk is one transaction: the release's row is locked, so that of several processes one does it; the rights of its
 * messages are judged as they are now; release_batch puts them on their streams under the lane's lock and moves the
 * cursor. So whatever is killed, each message is released once. A release that is paced waits until its next chunk is
 * due; of several the one that has waited longest is next.
 *
 * What was released is recorded as sent and not counted: it does not pass screening again.
 */
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import type { KnownDevice } from '../devices/devices.ts';
import type { Clock } from '../foundation/clock.ts';
import { inTransaction } from '../foundation/database/index.ts';
import type { Log } from '../foundation/log.ts';
import { LOOK_EVERY_MS, Worker } from '../foundation/worker.ts';
import { DIRECTORY_MOVED } from '../messages/record-store.ts';
import type { Directory } from '../parties/directory.ts';
import type { DirectoryReader } from '../parties/directory-reader.ts';
import type { HeldRights, RightsRefusal } from './quarantine.ts';
import {
  type Decision,
  lockNextRelease,
  nextReleaseIn,
  type RefusedDecision,
  type ReleasedChunk,
  type RunningRelease,
  readNextDecisions,
  releaseBatch,
} from './release-store.ts';

/** As many as a batch of the intake: the lane is locked for some 30 ms. */
const MOST_MESSAGES = 1_000;
const MOST_BYTES = 32 * 1024 * 1024;
/** A paced release goes in steps of a quarter of a second. */
const STEPS_A_SECOND = 4;
const DAY_MS = 86_400_000;
/** How long rights that were judged ahead count as what they are now: the responsibility for a device may end. */
const AHEAD_MS = 1_000;

export interface ReleaseParts {
  readonly pool: pg.Pool;
  readonly directory: DirectoryReader;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether a held message may be sent now, as the gateway judges a new one. */
  readonly judge: (
    held: HeldRights,
    facts: { directory: Directory; device: KnownDevice | undefined },
  ) => RightsRefusal | undefined;
  readonly findDevices: (devices: readonly Eui[]) => Promise<ReadonlyMap<Eui, KnownDevice>>;
  /** Days after which a held message may not be released any more; undefined: it always may. */
  readonly expireDays: number | undefined;
  /** After the commit that put something on a stream. */
  readonly streamed: (direction: 'southbound' | 'northbound', userId: Eui) => void;
}

/** How many decisions a chunk takes at a rate (messages a second). */
export function chunkSize(rate: number | undefined): number {
  return rate === undefined ? MOST_MESSAGES : Math.min(MOST_MESSAGES, Math.ceil(rate / STEPS_A_SECOND));
}

/** As many of the first decisions as one transaction takes by their bytes; at least one. */
export function withinBytes(decisions: readonly Decision[], mostBytes = MOST_BYTES): Decision[] {
  let bytes = 0;
  const isWithin = (decision: Decision) => {
    bytes += decision.action === 'process' ? decision.size : 0;
    return bytes <= mostBytes;
  };
  const end = decisions.findIndex((decision) => !isWithin(decision));
  return decisions.slice(0, end < 0 ? undefined : Math.max(1, end));
}

/** Decisions whose rights were judged on a version of the directory. */
interface JudgedChunk {
  readonly directoryVersion: bigint;
  readonly decisions: readonly Decision[];
  readonly refused: readonly RefusedDecision[];
}

/** The chunk after the one under way, as it began to be judged at an instant. */
interface ChunkAhead {
  readonly key: string;
  readonly begunAt: number;
  readonly judged: Promise<JudgedChunk | undefined>;
}

/** A release at a place of it. */
function keyOf({ userId, submission, day, sequence, rate }: RunningRelease): string {
  return [userId, submission.toString('hex'), day, sequence, rate].join(' ');
}

export class ReleaseWorker {
  readonly #parts: ReleaseParts;
  readonly #worker: Worker;
  #ahead: ChunkAhead | undefined;

  constructor(parts: ReleaseParts) {
    this.#parts = parts;
    this.#worker = new Worker(parts.log, 'held messages were not released; it is tried again', async () => {
      if ((await this.releaseNext()) !== undefined) return 0;
      const wait = (await nextReleaseIn(parts.pool)) ?? LOOK_EVERY_MS;
      return Math.min(Math.max(wait, 1), LOOK_EVERY_MS);
    });
  }

  start(): void {
    this.#worker.start();
  }

  /** Ends after the chunk under way. */
  stop(): Promise<void> {
    return this.#worker.stop();
  }

  /** There may be something to do: a file was applied, a pause or a rate changed. */
  wake(): void {
    this.#worker.wake();
  }

  /** Carries out the next chunk of the release whose turn it is; undefined when there is none. */
  async releaseNext(): Promise<ReleasedChunk | undefined> {
    const { pool, directory, streamed, log } = this.#parts;
    try {
      const done = await inTransaction(pool, async (client) => {
        const release = await lockNextRelease(client);
        if (release === undefined) return undefined;
        return { release, chunk: await this.#carryOut(client, release) };
      });
      if (done === undefined) {
        // everything is done, paused or not due: whatever goes on after that is judged then
        this.#ahead = undefined;
        return undefined;
      }
      const { release, chunk } = done;
      for (const direction of chunk.directions) streamed(direction, release.userId);
      if (chunk.isDone) {
        const submission = release.submission.toString('hex');
        log.info({ userId: release.userId, submission }, 'the decisions of a file were carried out');
      }
      return chunk;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === DIRECTORY_MOVED)) throw error;
      await directory.reload();
      return { sent: 0, refused: 0, isDone: false, directions: [] };
    }
  }

  async #carryOut(client: pg.PoolClient, release: RunningRelease): Promise<ReleasedChunk> {
    const ahead = await this.#takeAhead(release);
    const { directoryVersion, decisions, refused } = ahead ?? (await this.#judgeNext(client, release));
    const to = decisions.at(-1);
    if (to === undefined) throw new Error(`the release ${release.submission.toString('hex')} runs without decisions`);
    if (release.rate === undefined) this.#judgeAhead({ ...release, day: to.day, sequence: to.sequence });
    return releaseBatch(client, release, { directoryVersion, to, refused });
  }

  /** While a chunk is being written, the next is read and judged; who holds the lane waits for neither. */
  #judgeAhead(release: RunningRelease): void {
    // what fails here is done again when its turn has come, and fails there
    const judged = this.#judgeNext(this.#parts.pool, release).catch(() => undefined);
    this.#ahead = { key: keyOf(release), begunAt: this.#parts.clock.now().getTime(), judged };
  }

  /** What was judged ahead for this place, if it still counts. */
  async #takeAhead(release: RunningRelease): Promise<JudgedChunk | undefined> {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    if (ahead?.key !== keyOf(release)) return undefined;
    const age = this.#parts.clock.now().getTime() - ahead.begunAt;
    return age >= 0 && age <= AHEAD_MS ? ahead.judged : undefined;
  }

  async #judgeNext(client: pg.Pool | pg.PoolClient, release: RunningRelease): Promise<JudgedChunk> {
    const snapshot = this.#parts.directory.current();
    const decisions = withinBytes(await readNextDecisions(client, release, chunkSize(release.rate)));
    return { directoryVersion: snapshot.version, decisions, refused: await this.#judge(decisions, snapshot) };
  }

  async #judge(decisions: readonly Decision[], directory: Directory): Promise<RefusedDecision[]> {
    const { judge, findDevices, expireDays, clock } = this.#parts;
    const processed = decisions.filter(({ action }) => action === 'process');
    const targets = processed.filter(({ direction }) => direction === 'southbound').map(({ target }) => target);
    const devices = await findDevices([...new Set(targets)]);
    const expiredBefore = clock.now().getTime() - (expireDays ?? Number.POSITIVE_INFINITY) * DAY_MS;
    return processed.flatMap((decision) => {
      if (decision.heldAt.getTime() < expiredBefore) {
        return { decision, code: 'quarantine.expired', detail: `it was held for more than ${expireDays} days` };
      }
      const refusal = judge(decision, { directory, device: devices.get(decision.target) });
      return refusal === undefined ? [] : { decision, ...refusal };
    });
  }
}
