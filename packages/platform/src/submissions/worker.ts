/**
 * Brings the files that were received to rest: signatures -> every line -> second officer where the policy asks for one
 * -> applied in one transaction.
 *
 * A file is worked on by one process at a time, which holds an advisory lock for it; the lock goes with its connection,
 * so what a process that was killed had begun is begun again by any other. Nothing but the verdicts on signatures and
 * the state is written before the transaction that applies it.
 */
import type { Eui } from '@penstock/duis';
import { actionsProfile, adtProfile, Findings, limitsProfile, type Profile, profileOf } from '@penstock/files';
import type pg from 'pg';
import { inTransaction, isUnavailable } from '../foundation/database/index.ts';
import type { Log } from '../foundation/log.ts';
import { LOOK_EVERY_MS, Worker } from '../foundation/worker.ts';
import type { Officer } from '../parties/officers.ts';
import { readOfficerPolicy } from '../parties/officers-store.ts';
import { applyActions } from './actions-file.ts';
import { faultsOf } from './faults.ts';
import { checkLimits } from './limits-file.ts';
import { type CheckedSet, checkAdt } from './set-file.ts';
import { digestsOf, type JudgedSignatures, judgeSignatures } from './signatures.ts';
import {
  type FileRefusal,
  isByTwo,
  Refused,
  refusalOfLines,
  type Submission,
  type SubmissionKind,
} from './submission.ts';
import {
  changeState,
  isReopenedInVain,
  lockSigners,
  readBytes,
  readOpen,
  resume,
  type StateChange,
} from './submissions-store.ts';
import type { TrustFiles } from './trust.ts';

const AFTER_FAILURE_MS = 60_000;

/** A file of two million lines takes longer than a look-up may. */
const LIMITS_SQL =
  "set local statement_timeout = '10min'; set local idle_in_transaction_session_timeout = '5min'; set local work_mem = '64MB'";

export interface SubmissionParts {
  readonly pool: pg.Pool;
  readonly trust: TrustFiles;
  readonly log: Log;
  readonly operatorId: Eui;
  /** Messages a second that a release begins with where its delivery names no rate. */
  readonly releaseRate: number | undefined;
  /** Days for which a signature counts. */
  readonly signatureDays: number;
  /** Called after the commit that applied a file. */
  readonly applied: (kind: SubmissionKind) => Promise<void>;
}

const kindOfProfile: ReadonlyMap<Profile, SubmissionKind> = new Map<Profile, SubmissionKind>([
  [adtProfile, 'adt'],
  [actionsProfile, 'actions'],
  [limitsProfile, 'limits'],
]);

/** Somebody else brought the file to rest, or it was signed anew: what was done for it is rolled back. */
class Overtaken extends Error {}

export class SubmissionWorker {
  readonly #parts: SubmissionParts;
  readonly #worker: Worker;
  /** By User ID and file; milliseconds of this process's clock. */
  readonly #failedUntil = new Map<string, number>();

  constructor(parts: SubmissionParts) {
    this.#parts = parts;
    this.#worker = new Worker(parts.log, 'a signed file was not worked on; it is tried again', async () =>
      (await this.workOnNext()) ? 0 : LOOK_EVERY_MS,
    );
  }

  start(): void {
    this.#worker.start();
  }

  stop(): Promise<void> {
    return this.#worker.stop();
  }

  wake(): void {
    this.#worker.wake();
  }

  /** Brings the oldest file that nobody works on to rest; false when there is none. */
  async workOnNext(): Promise<boolean> {
    const client = await this.#parts.pool.connect();
    try {
      for (const submission of await readOpen(client)) {
        const name = `${submission.userId} ${submission.sha256.toString('hex')}`;
        if ((this.#failedUntil.get(name) ?? 0) > performance.now()) continue;
        const { rows } = await client.query<{ ours: boolean }>(
          'select pg_try_advisory_lock(hashtextextended($1, 0)) as ours',
          [name],
        );
        if (rows[0]?.ours !== true) continue;
        try {
          await this.#workOn(client, submission, name);
        } finally {
          await client.query('select pg_advisory_unlock(hashtextextended($1, 0))', [name]);
        }
        return true;
      }
      return false;
    } finally {
      // with whatever it still holds, when it broke
      client.release();
    }
  }

  /** One that fails does not stand in front of the others: it is tried again after a minute. */
  async #workOn(client: pg.PoolClient, submission: Submission, name: string): Promise<void> {
    const { log } = this.#parts;
    try {
      await this.#advance(client, submission);
      this.#failedUntil.delete(name);
    } catch (err) {
      if (isUnavailable(err)) throw err;
      if (err instanceof Overtaken) return;
      this.#failedUntil.set(name, performance.now() + AFTER_FAILURE_MS);
      const about = { userId: submission.userId, submission: submission.sha256.toString('hex') };
      log.error({ err, ...about }, 'a signed file could not be worked on; it is tried again');
    }
  }

  async #advance(client: pg.PoolClient, submission: Submission): Promise<void> {
    const { pool, trust, applied, log, signatureDays } = this.#parts;
    const bytes = () => readBytes(client, submission);
    const digests = digestsOf(submission, bytes);
    const judged = (on: pg.PoolClient): Promise<JudgedSignatures> =>
      judgeSignatures(on, { submission, digests, trust: trust.current(), signatureDays });
    const { officers, refused, isSigned } = await judged(client);
    if (isSigned && (await isReopenedInVain(client, submission))) return resume(pool, submission);
    if (officers.length === 0) return this.#rest({ submission, refusal: { ...refused, faults: [], faultCount: 0 } });
    const first = await bytes().next();
    const findings = new Findings();
    const profile = profileOf(first.done === true ? Buffer.alloc(0) : first.value, [...kindOfProfile.keys()], findings);
    const kind = profile && kindOfProfile.get(profile);
    if (kind === undefined) {
      return this.#rest({ submission, refusal: refusalOfLines(faultsOf(findings), findings.faultCount) });
    }
    await this.#change(submission, { state: 'verified', kind });
    let set: CheckedSet | undefined;
    if (kind !== 'actions') {
      const check = kind === 'adt' ? checkAdt : checkLimits;
      const checked = await check(submission, { operatorId: this.#parts.operatorId, bytes: bytes() });
      if ('refusal' in checked) return this.#rest({ submission, refusal: checked.refusal });
      set = checked;
      const { summary, relaxes } = await set.compare(client);
      await this.#change(submission, { state: 'checked', summary, reference: set.reference });
      if (relaxes && (await this.#waitsForSecond(client, submission.userId, officers))) {
        return this.#change(submission, { state: 'awaiting_second_officer' });
      }
    }
    const refusal = await this.#apply({ submission, set, officers, judged });
    if (refusal !== undefined) return this.#rest({ submission, refusal });
    log.info(
      { userId: submission.userId, submission: submission.sha256.toString('hex'), kind },
      'a signed file was applied',
    );
    await applied(kind);
  }

  async #waitsForSecond(client: pg.PoolClient, userId: Eui, officers: readonly Officer[]): Promise<boolean> {
    const policy = await readOfficerPolicy(client, userId);
    return policy.secondOfficer && !isByTwo(officers, policy);
  }

  /** Applies it and says so, in one transaction; undefined when that was done. */
  async #apply(options: {
    submission: Submission;
    /** Undefined: an action file. */
    set: CheckedSet | undefined;
    /** Who signed it, as it was read. */
    officers: readonly Officer[];
    judged: (client: pg.PoolClient) => Promise<JudgedSignatures>;
  }): Promise<FileRefusal | undefined> {
    const { submission, set, officers, judged } = options;
    try {
      await inTransaction(this.#parts.pool, async (client) => {
        await client.query(LIMITS_SQL);
        // what is in force may have been tightened since it was compared; from here on it cannot be
        await set?.lock(client);
        const difference = await set?.compare(client);
        const requireSecond = async (officers: readonly Officer[]): Promise<void> => {
          const waits =
            difference?.relaxes === true && (await this.#waitsForSecond(client, submission.userId, officers));
          if (waits) throw new Overtaken('what is in force or who signed has changed: it is compared again');
        };
        // before the lanes are stopped for nothing
        await requireSecond(officers);
        const outcome =
          set === undefined
            ? await applyActions(client, submission, {
                bytes: readBytes(client, submission),
                usualRate: this.#parts.releaseRate,
              })
            : undefined;
        if (outcome?.ok === false) throw new Refused(outcome.refusal);
        await set?.apply(client);
        // at the end, so that those who signed are officers still when it is committed
        await lockSigners(client, submission);
        const last = await judged(client);
        if (last.officers.length === 0) throw new Refused({ ...last.refused, faults: [], faultCount: 0 });
        await requireSecond(last.officers);
        const { summary } = outcome ?? difference ?? {};
        const isOurs = await changeState(client, submission, { state: 'applied', summary });
        if (!isOurs) throw new Overtaken('the file was brought to rest meanwhile');
      });
      return undefined;
    } catch (error) {
      if (error instanceof Refused) return error.refusal;
      throw error;
    }
  }

  async #rest({ submission, refusal }: { submission: Submission; refusal: FileRefusal }): Promise<void> {
    const { log } = this.#parts;
    const about = { userId: submission.userId, submission: submission.sha256.toString('hex'), code: refusal.code };
    log.info(about, 'a signed file was refused');
    await this.#change(submission, { state: 'refused', refusal });
  }

  async #change(submission: Submission, change: StateChange): Promise<void> {
    const isOurs = await inTransaction(this.#parts.pool, (client) => changeState(client, submission, change));
    if (!isOurs) throw new Overtaken('the file was brought to rest meanwhile');
  }
}
