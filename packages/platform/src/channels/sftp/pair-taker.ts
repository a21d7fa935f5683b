// Takes files in whose signature lies beside them. It may be killed at any moment: a file stays in its folder until it is
// a submission, and the same file twice is one.
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import type { Clock } from '../../foundation/clock.ts';
import { type ErrorCode, messageOf, PenstockError } from '../../foundation/errors.ts';
import { Every } from '../../foundation/every.ts';
import type { Log } from '../../foundation/log.ts';
import { Turns } from '../../foundation/turns.ts';
import { type Part, receiveFile } from '../../submissions/receive.ts';
import type { TrustFiles } from '../../submissions/trust.ts';
import { measured } from '../../ways/health-store.ts';
import { pairsOf } from '../file-names.ts';
import {
  dropOldIncoming,
  type IncomingFile,
  listIncoming,
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
/** Not the file's fault: it is tried again. */
const passing: readonly ErrorCode[] = ['submissions.upload-under-way', 'submissions.no-trust', 'database.unavailable'];

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
    const { log, pool } = parts;
    this.#rounds = [
      new Every(SWEEP_SECONDS, log, 'files of a folder were not taken in', () => this.#sweep()),
      new Every(UPKEEP_SECONDS, log, 'old files of folders were not dropped', () => dropOldIncoming(pool)),
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

  async #sweep(): Promise<void> {
    const users = await usersWithWhole(this.#parts.pool);
    for (const userId of users) if (!this.#under.has(userId)) await this.take(userId);
  }

  async #takeAll(userId: Eui): Promise<void> {
    const files = await listIncoming(this.#parts.pool, userId);
    const pairs = pairsOf(files.filter(({ isWhole }) => isWhole));
    for (const { file, signature } of pairs) {
      if (file.refusal === undefined || signature.refusal === undefined) await this.#takePair(userId, file, signature);
    }
  }

  async #takePair(userId: Eui, file: IncomingFile, signature: IncomingFile): Promise<void> {
    const { pool, log, trust, mostBytes, mostKeptBytes } = this.#parts;
    const parts = async function* (): AsyncGenerator<Part> {
      yield { name: 'signature', bytes: wholeOf(pool, userId, signature) };
      yield { name: 'file', fileName: file.name, bytes: wholeOf(pool, userId, file) };
    };
    const files = [file.file, signature.file];
    try {
      trust.current();
      const sha256 = await measured(this.#parts, 'sftp', () =>
        receiveFile(pool, {
          userId,
          parts: parts(),
          mostBytes,
          mostKeptBytes,
          start: { pausedBy: undefined, rate: undefined },
          way: 'sftp',
          by: file.by ?? userId,
        }),
      );
      await takeAway(pool, userId, files);
      log.info({ userId, submission: sha256.toString('hex') }, 'a file came in by SFTP');
    } catch (error) {
      if (!(error instanceof PenstockError)) throw error;
      const { code, detail } = error;
      if (passing.includes(code)) return log.info({ userId, code }, 'a file of a folder waits to be taken in');
      await refuseIncoming(pool, { userId, files, code, detail: detail ?? messageOf(error) });
    }
  }
}
