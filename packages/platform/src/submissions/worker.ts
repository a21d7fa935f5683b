/**
 * Brings the files that were received to rest (advance.ts): Users take turns, and several Users' files are worked on at a
 * time, but of one User one after the other in order of receipt, because each is compared with what the one before set.
 *
 * A User's file is worked on by one process at a time, which holds an advisory lock for the User ID; the lock goes with its
 * connection, so what a process that was killed had begun is begun again by any other. A file that fails for a reason that
 * is not its own is tried again after pauses that grow, and in the end waits for the Operator: the User's later files go on.
 */
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { isUnavailable } from '../foundation/database/index.ts';
import { messageOf, PenstockError } from '../foundation/errors.ts';
import { LOOK_EVERY_MS, Worker } from '../foundation/worker.ts';
import { advance, type SubmissionParts } from './advance.ts';
import type { Submission } from './submission.ts';
import { beginTry, endTry, readNext, stopTrying, type Try } from './tries-store.ts';
import { MOST_TRIES, pauseAfter, Turns } from './turns.ts';

/** Users whose files are worked on at one time in a process: each takes two connections, and up to 64 MB in the database. */
export const MOST_AT_ONCE = 3;

/** A file that is worked on now, and the connection that holds its User's lock. */
interface Taken {
  readonly client: pg.PoolClient;
  readonly submission: Submission;
  readonly begun: Try;
}

const lockName = (userId: Eui): string => `signed files of ${userId}`;

export class SubmissionWorker {
  readonly #parts: SubmissionParts;
  readonly #worker: Worker;
  readonly #turns = new Turns();
  readonly #under = new Set<Promise<void>>();
  #isTrustTold = false;

  constructor(parts: SubmissionParts) {
    this.#parts = parts;
    this.#worker = new Worker(parts.log, 'signed files were not worked on; they are tried again', () => this.#begin());
  }

  start(): void {
    this.#worker.start();
  }

  /** Ends after the files that are under way. */
  async stop(): Promise<void> {
    await this.#worker.stop();
    await Promise.all(this.#under);
  }

  wake(): void {
    this.#worker.wake();
  }

  /** Works on the next file that nobody works on, to its end; false when there is none. */
  async workOnNext(): Promise<boolean> {
    const taken = await this.#take();
    if (taken !== undefined) await this.#workOn(taken);
    return taken !== undefined;
  }

  async #begin(): Promise<number> {
    if (this.#under.size >= MOST_AT_ONCE) return LOOK_EVERY_MS;
    const taken = await this.#take();
    if (taken === undefined) return LOOK_EVERY_MS;
    const work = this.#workOn(taken)
      .catch((err: unknown) => this.#parts.log.warn({ err }, 'a signed file was not worked on; it is tried again'))
      .finally(() => {
        this.#under.delete(work);
        this.#worker.wake();
      });
    this.#under.add(work);
    return 0;
  }

  /** The file whose turn it is, with its User's lock. */
  async #take(): Promise<Taken | undefined> {
    const client = await this.#parts.pool.connect();
    try {
      const taken = await this.#choose(client);
      if (taken === undefined) client.release();
      return taken;
    } catch (error) {
      // closed, with whatever it holds
      client.release(true);
      throw error;
    }
  }

  async #choose(client: pg.PoolClient): Promise<Taken | undefined> {
    const files = this.#turns.inOrder(await readNext(client));
    if (files.length === 0 || !this.#hasTrust()) return undefined;
    for (const submission of files) {
      if (!(await lock(client, submission.userId))) continue;
      const begun = await beginTry(client, submission);
      if (begun !== undefined) {
        this.#turns.had(submission.userId);
        return { client, submission, begun };
      }
      await unlock(client, submission.userId);
    }
    return undefined;
  }

  /** That authorities or revocation lists cannot be read is no failure of a file: all wait until they can. */
  #hasTrust(): boolean {
    const { trust, log } = this.#parts;
    try {
      trust.current();
      this.#isTrustTold = false;
      return true;
    } catch (err) {
      if (!this.#isTrustTold) log.error({ err }, 'signatures cannot be verified: signed files wait');
      this.#isTrustTold = true;
      return false;
    }
  }

  async #workOn({ client, submission, begun }: Taken): Promise<void> {
    try {
      if (begun.tries > MOST_TRIES) {
        await this.#stop(submission, begun.failure ?? 'the process ended at each try, while it worked on the file');
      } else {
        await this.#try(client, submission, begun);
      }
      await unlock(client, submission.userId);
      client.release();
    } catch (error) {
      // closed, with the lock that it holds
      client.release(true);
      throw error;
    }
  }

  /** One that fails does not stand in front of other Users' files. */
  async #try(client: pg.PoolClient, submission: Submission, { tries }: Try): Promise<void> {
    const { userId, sha256 } = submission;
    try {
      await advance(this.#parts, client, submission);
    } catch (err) {
      // what is away hinders all files alike: this one is taken again when it is there
      if (isUnavailable(err) || (err instanceof PenstockError && err.code === 'submissions.no-trust')) throw err;
      const failure = messageOf(err);
      if (tries >= MOST_TRIES) return this.#stop(submission, failure, err);
      const pause = pauseAfter(tries);
      const about = { userId, submission: sha256.toString('hex'), tries, pause };
      this.#parts.log.warn({ err, ...about }, 'a signed file could not be worked on; it is tried again');
      await endTry(client, submission, { failure, pause });
    }
  }

  async #stop(submission: Submission, failure: string, err?: unknown): Promise<void> {
    const { pool, log } = this.#parts;
    const { userId, sha256 } = submission;
    if (!(await stopTrying(pool, submission, { failure, tries: MOST_TRIES }))) return;
    const about = { userId, submission: sha256.toString('hex'), failure };
    log.error({ err, ...about }, 'a signed file could not be worked on and waits for the Operator');
  }
}

async function lock(client: pg.PoolClient, userId: Eui): Promise<boolean> {
  const { rows } = await client.query<{ ours: boolean }>(
    'select pg_try_advisory_lock(hashtextextended($1, 0)) as ours',
    [lockName(userId)],
  );
  return rows[0]?.ours === true;
}

async function unlock(client: pg.PoolClient, userId: Eui): Promise<void> {
  await client.query('select pg_advisory_unlock(hashtextextended($1, 0))', [lockName(userId)]);
}
