// Takes files in whose signature lies beside them. It may be killed at any moment: a file stays in its folder until it is
// a submission, and the same file twice is one.
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import type { Clock } from '../../foundation/clock.ts';
import { PenstockError } from '../../foundation/errors.ts';
import { Every } from '../../foundation/every.ts';
import type { Log } from '../../foundation/log.ts';
import { Turns } from '../../foundation/turns.ts';
import { type Part, receiveFile } from '../../submissions/receive.ts';
import type { TrustFiles } from '../../submissions/trust.ts';
import { measured } from '../../ways/health-store.ts';
import { type Group, overdue, sortFolder, TOLD_AFTER_MS } from '../pairing.ts';
import { takeGroup } from '../take-group.ts';
import {
  dropOldIncoming,
  type IncomingFile,
  listIncoming,
  listOlder,
  readIncoming,
  refuseIncoming,
  takeAway,
  usersWithWhole,
} from './incoming-store.ts';

/** What another platform left, or what could not be taken in for a moment. */
const SWEEP_SECONDS = 5;
const UPKEEP_SECONDS = 300;
/** Users whose files are taken in at one time in a process: each holds some megabytes, and writes to the database. */
const MOST_AT_ONCE = 2;
/** All bytes of a file, or a failure: it may be written anew while it is read. */
async function* wholeOf(pool: pg.Pool, userId: Eui, { file, size }: IncomingFile): AsyncGenerator<Buffer> {
  let read = 0;
  for await (const piece of readIncoming(pool, userId, file)) {
    read += piece.length;
    yield piece;
  }
  if (read !== size)
    throw new PenstockError('submissions.upload-under-way', { detail: 'the file is being written anew' });
}

export interface PairTakerParts {
  readonly pool: pg.Pool;
  readonly log: Log;
  readonly clock: Clock;
  readonly trust: TrustFiles;
  readonly mostBytes: number;
  readonly mostKeptBytes: number;
}

export class PairTaker {
  readonly #parts: PairTakerParts;
  /** One at a time for a User; the second call waits and looks again. */
  readonly #under = new Map<Eui, Promise<void>>();
  readonly #turns = new Turns(MOST_AT_ONCE);
  readonly #rounds: Every[];

  constructor(parts: PairTakerParts) {
    this.#parts = parts;
    const { log } = parts;
    this.#rounds = [
      new Every(SWEEP_SECONDS, log, 'files of a folder were not taken in', () => this.#sweep()),
      new Every(UPKEEP_SECONDS, log, 'old files of folders were not dropped', () => this.upkeep()),
    ];
  }

  /** Takes in whatever is ready in the folder of a User. Never rejects. */
  take(userId: Eui): Promise<void> {
    const before = this.#under.get(userId) ?? Promise.resolve();
    const work = before
      .then(() => this.#turns.run(() => this.#takeAll(userId)))
      .catch((err: unknown) => this.#parts.log.warn({ err, userId }, 'files of a folder were not taken in'))
      .finally(() => {
        if (this.#under.get(userId) === work) this.#under.delete(userId);
      });
    this.#under.set(userId, work);
    return work;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#rounds.map((round) => round.stop()));
    await Promise.all(this.#under.values());
  }

  /** Tells of what has waited too long, and drops what was told of long ago. */
  async upkeep(): Promise<void> {
    const { pool, clock } = this.#parts;
    for (const userId of await listOlder(pool, TOLD_AFTER_MS)) {
      await refuseIncoming(pool, { userId, refused: overdue(await listIncoming(pool, userId), clock.now()) });
    }
    await dropOldIncoming(pool);
  }

  async #sweep(): Promise<void> {
    const users = await usersWithWhole(this.#parts.pool);
    for (const userId of users) if (!this.#under.has(userId)) await this.take(userId);
  }

  async #takeAll(userId: Eui): Promise<void> {
    const { ready } = sortFolder(await listIncoming(this.#parts.pool, userId));
    for (const group of ready) await this.#take(userId, group);
  }

  async #take(userId: Eui, group: Group<IncomingFile>): Promise<void> {
    const { pool, log, trust, mostBytes, mostKeptBytes } = this.#parts;
    const { file } = group;
    const outcome = await takeGroup(group, (signature) => {
      const parts = async function* (): AsyncGenerator<Part> {
        yield { name: 'signature', bytes: wholeOf(pool, userId, signature) };
        yield { name: 'file', fileName: file.name, bytes: wholeOf(pool, userId, file) };
      };
      trust.current();
      return measured(this.#parts, 'sftp', () =>
        receiveFile(pool, {
          userId,
          parts: parts(),
          mostBytes,
          mostKeptBytes,
          start: { pausedBy: undefined, rate: undefined },
          way: 'sftp',
          by: signature.by ?? userId,
        }),
      );
    });
    if (typeof outcome === 'string') {
      log.info({ userId, code: outcome }, 'a file of a folder waits to be taken in');
      return;
    }
    const { taken, refused } = outcome;
    await refuseIncoming(pool, { userId, refused });
    if (taken.length === 0) return;
    await takeAway(
      pool,
      userId,
      taken.map((one) => one.file),
    );
    log.info({ userId, name: file.name, signatures: taken.length - 1 }, 'a file came in by SFTP');
  }
}
