/**
 * Brings one file on: signatures -> every line -> second officer where the policy asks for one -> applied in one
 * transaction. Nothing but the verdicts on signatures and the state is written before that transaction, so what a process
 * that was killed had begun is begun again by any other.
 */
import type { Eui } from '@penstock/duis';
import { actionsProfile, adtProfile, Findings, limitsProfile, type Profile, profileOf } from '@penstock/files';
import type pg from 'pg';
import { inTransaction } from '../foundation/database/index.ts';
import type { Log } from '../foundation/log.ts';
import type { Officer } from '../parties/officers.ts';
import { readOfficerPolicy } from '../parties/officers-store.ts';
import { type ActionsFound, applyActions } from './actions-file.ts';
import { faultsOf } from './faults.ts';
import { checkLimits } from './limits-file.ts';
import { type CheckedSet, checkAdt } from './set-file.ts';
import { digestsOf, type JudgedSignatures, judgeSignatures } from './signatures.ts';
import {
  type FileRefusal,
  isByTwo,
  Refused,
  refusalOf,
  refusalOfLines,
  type Submission,
  type SubmissionKind,
} from './submission.ts';
import {
  changeState,
  isReopenedInVain,
  lockSigners,
  readBytes,
  resume,
  type StateChange,
} from './submissions-store.ts';
import { isSuperseded } from './tries-store.ts';
import type { TrustFiles } from './trust.ts';
import type { KeptUnsigned } from './unsigned-store.ts';

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
  /** Of files that no officer signed. */
  readonly unsigned: KeptUnsigned;
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

/** A second officer is needed for what the file does, which is rolled back. */
class SecondNeeded extends Error {
  readonly found: ActionsFound;
  constructor(found: ActionsFound) {
    super('a second officer is needed');
    this.found = found;
  }
}

/** Brings a file to rest, or as far as it comes until somebody else does something to it. `client` reads its bytes. */
export async function advance(parts: SubmissionParts, client: pg.PoolClient, submission: Submission): Promise<void> {
  try {
    await new Advance(parts, client, submission).run();
  } catch (error) {
    if (!(error instanceof Overtaken)) throw error;
  }
}

class Advance {
  readonly #parts: SubmissionParts;
  readonly #client: pg.PoolClient;
  readonly #submission: Submission;
  readonly #judged: (on: pg.PoolClient) => Promise<JudgedSignatures>;

  constructor(parts: SubmissionParts, client: pg.PoolClient, submission: Submission) {
    this.#parts = parts;
    this.#client = client;
    this.#submission = submission;
    const { trust, signatureDays } = parts;
    const digests = digestsOf(submission, () => readBytes(client, submission));
    this.#judged = (on) => judgeSignatures(on, { submission, digests, trust: trust.current(), signatureDays });
  }

  async run(): Promise<void> {
    const { pool, applied, log, operatorId } = this.#parts;
    const [client, submission] = [this.#client, this.#submission];
    const bytes = () => readBytes(client, submission);
    const { officers, refused, isSigned } = await this.#judged(client);
    if (isSigned && (await isReopenedInVain(client, submission))) return resume(pool, submission);
    if (officers.length === 0) return this.#refuse({ ...refused, faults: [], faultCount: 0 });
    const first = await bytes().next();
    const findings = new Findings();
    const profile = profileOf(first.done === true ? Buffer.alloc(0) : first.value, [...kindOfProfile.keys()], findings);
    const kind = profile && kindOfProfile.get(profile);
    if (kind === undefined)
      return this.#refuse(refusalOfLines({ faults: faultsOf(findings), count: findings.faultCount }));
    await this.#change({ state: 'verified', kind });
    let set: CheckedSet | undefined;
    if (kind !== 'actions') {
      const check = kind === 'adt' ? checkAdt : checkLimits;
      const checked = await check(submission, { client, operatorId, bytes: bytes() });
      if ('refusal' in checked) return this.#refuse(checked.refusal);
      set = checked;
      const { summary, relaxes } = await set.compare(client);
      await this.#change({ state: 'checked', summary, references: set.references });
      if (relaxes && (await this.#waitsForSecond(client, kind, officers))) {
        return this.#change({ state: 'awaiting_second_officer' });
      }
    }
    const failed = await this.#apply(kind, set, officers);
    if (failed instanceof SecondNeeded) {
      const { summary, references } = failed.found;
      await this.#change({ state: 'checked', summary, references });
      return this.#change({ state: 'awaiting_second_officer' });
    }
    if (failed !== undefined) return this.#refuse(failed);
    log.info(
      { userId: submission.userId, submission: submission.sha256.toString('hex'), kind },
      'a signed file was applied',
    );
    await applied(kind);
  }

  async #waitsForSecond(client: pg.PoolClient, kind: SubmissionKind, officers: readonly Officer[]): Promise<boolean> {
    const policy = await readOfficerPolicy(client, this.#submission.userId);
    const asks = kind === 'actions' ? policy.secondOfficerForRelease : policy.secondOfficer;
    return asks && !isByTwo(officers, policy);
  }

  /**
   * Applies it and says so, in one transaction; undefined when that was done. `set` undefined: an action file; `officers`:
   * who signed it, as it was read.
   */
  async #apply(
    kind: SubmissionKind,
    set: CheckedSet | undefined,
    officers: readonly Officer[],
  ): Promise<FileRefusal | SecondNeeded | undefined> {
    const submission = this.#submission;
    try {
      await inTransaction(this.#parts.pool, async (client) => {
        await client.query(LIMITS_SQL);
        // what is in force may have been tightened since it was compared; from here on it cannot be
        await set?.lock(client);
        if (set !== undefined && (await isSuperseded(client, submission))) {
          const detail = 'a file of the same kind came after it was signed, and is in force';
          throw new Refused(refusalOf('submissions.superseded', detail));
        }
        let difference = await set?.compare(client);
        const requireSecond = async (officers: readonly Officer[]): Promise<void> => {
          const waits = difference?.relaxes === true && (await this.#waitsForSecond(client, kind, officers));
          if (waits) throw new Overtaken('what is in force or who signed has changed: it is compared again');
        };
        // before the lanes are stopped for nothing
        await requireSecond(officers);
        const outcome =
          set === undefined
            ? await applyActions(client, submission, {
                bytes: readBytes(client, submission),
                usualRate: this.#parts.releaseRate,
                permit: async (found) => {
                  difference = found;
                  const waits = found.relaxes && (await this.#waitsForSecond(client, kind, officers));
                  if (waits) throw new SecondNeeded(found);
                },
              })
            : undefined;
        if (outcome?.ok === false) throw new Refused(outcome.refusal);
        await set?.apply(client);
        // at the end, so that those who signed are officers still when it is committed
        await lockSigners(client, submission);
        const last = await this.#judged(client);
        if (last.officers.length === 0) throw new Refused({ ...last.refused, faults: [], faultCount: 0 });
        await requireSecond(last.officers);
        const { summary } = outcome ?? difference ?? {};
        const { references } = outcome ?? {};
        const isOurs = await changeState(client, submission, { state: 'applied', summary, references });
        if (!isOurs) throw new Overtaken('the file was brought to rest meanwhile');
      });
      return undefined;
    } catch (error) {
      if (error instanceof SecondNeeded) return error;
      if (error instanceof Refused) return error.refusal;
      throw error;
    }
  }

  async #refuse(refusal: FileRefusal): Promise<void> {
    const { userId, sha256 } = this.#submission;
    const about = { userId, submission: sha256.toString('hex'), code: refusal.code };
    this.#parts.log.info(about, 'a signed file was refused');
    await this.#change({ state: 'refused', refusal, references: refusal.references, unsigned: this.#parts.unsigned });
  }

  async #change(change: StateChange): Promise<void> {
    const isOurs = await inTransaction(this.#parts.pool, (client) => changeState(client, this.#submission, change));
    if (!isOurs) throw new Overtaken('the file was brought to rest meanwhile');
  }
}
