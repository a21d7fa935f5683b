// The SQL of submissions: their signatures and states. uploads-store.ts has how they come in.

import type { SubmissionSummary } from '@penstock/api';
import { requireEui } from '@penstock/duis';
import type pg from 'pg';
import { inTransaction } from '../foundation/database/index.ts';
import { addStep } from './receipts.ts';
import {
  type FileRefusal,
  noticeOf,
  refusalOf,
  type SignatureVerdict,
  type Submission,
  type SubmissionKind,
  type SubmissionState,
} from './submission.ts';
import { type KeptUnsigned, settleUnsigned } from './unsigned-store.ts';

/** Of the submission `s`. */
export const HAS_UNJUDGED = `exists (
  select from submission_signature u where u.user_id = s.user_id and u.sha256 = s.sha256 and u.verdict is null)`;

/** The bytes as they were received, a piece at a time. */
export async function* readBytes(
  client: pg.PoolClient,
  { userId, upload }: Pick<Submission, 'userId' | 'upload'>,
): AsyncGenerator<Buffer> {
  for (let number = 0; ; number++) {
    const piece = await readPiece(client, { userId, upload, number });
    if (piece === undefined) return;
    yield piece;
  }
}

/** One piece of them; undefined behind the last. */
export async function readPiece(
  client: pg.PoolClient,
  { userId, upload, number }: Pick<Submission, 'userId' | 'upload'> & { readonly number: number },
): Promise<Buffer | undefined> {
  const { rows } = await client.query<{ bytes: Buffer }>({
    name: 'submission-chunk',
    text: 'select bytes from submission_chunk where user_id = $1 and upload = $2 and number = $3',
    values: [userId, upload, number],
  });
  return rows[0]?.bytes;
}

export interface StoredSignature {
  readonly sha256: Buffer;
  readonly bytes: Buffer;
  readonly receivedAt: Date;
  readonly verdict: 'valid' | 'refused' | undefined;
  readonly code: string | undefined;
  readonly detail: string | undefined;
  readonly fingerprint: string | undefined;
}

/** In the order in which they were received. */
export async function readSignatures(client: pg.PoolClient, submission: Submission): Promise<StoredSignature[]> {
  const { rows } = await client.query<{
    signature_sha256: Buffer;
    signature: Buffer;
    received_at: Date;
    verdict: StoredSignature['verdict'] | null;
    code: string | null;
    detail: string | null;
    fingerprint: string | null;
  }>(
    `select signature_sha256, signature, received_at, verdict, code, detail, encode(fingerprint, 'hex') as fingerprint
     from submission_signature where user_id = $1 and sha256 = $2 order by received_at`,
    [submission.userId, submission.sha256],
  );
  return rows.map((row) => ({
    sha256: row.signature_sha256,
    bytes: row.signature,
    receivedAt: row.received_at,
    verdict: row.verdict ?? undefined,
    code: row.code ?? undefined,
    detail: row.detail ?? undefined,
    fingerprint: row.fingerprint ?? undefined,
  }));
}

/** Writes a verdict down; `counts`: the file is worked on again, wherever it had come to rest. */
export async function storeVerdict(
  client: pg.PoolClient,
  { userId, sha256 }: Submission,
  signature: StoredSignature,
  { verdict, code, detail, fingerprint, officer, counts }: SignatureVerdict & { readonly counts: boolean },
): Promise<void> {
  await client.query(
    `with judged as (
       update submission_signature
       set verdict = $4, code = $5, detail = $6, fingerprint = decode($7, 'hex'), name = $8, email = $9
       where user_id = $1 and sha256 = $2 and signature_sha256 = $3
     )
     update submission
     set resumes_as = case when $10 then null else resumes_as end,
         unsigned_until = case when $4 = 'valid' then null else unsigned_until end
     where user_id = $1 and sha256 = $2
       and (resumes_as is not null and $10 or unsigned_until is not null and $4 = 'valid')`,
    [userId, sha256, signature.sha256, verdict, code, detail, fingerprint, officer?.name, officer?.email, counts],
  );
}

/** When the User withdrew the file; signatures that were received before count no more. */
export async function readWithdrawal(client: pg.PoolClient, submission: Submission): Promise<Date | undefined> {
  const { rows } = await client.query<{ withdrawn_at: Date | null }>(
    'select withdrawn_at from submission where user_id = $1 and sha256 = $2',
    [submission.userId, submission.sha256],
  );
  return rows[0]?.withdrawn_at ?? undefined;
}

/** The database's time, by which signatures are received. */
export async function readNow(client: pg.PoolClient): Promise<Date> {
  const { rows } = await client.query<{ now: Date }>('select clock_timestamp() as now');
  if (rows[0] === undefined) throw new Error('the database tells no time');
  return rows[0].now;
}

/** Until the transaction ends nobody signs the file anew, and none of the User's officers is revoked. */
export async function lockSigners(client: pg.PoolClient, { userId, sha256 }: Submission): Promise<void> {
  await client.query('select from submission where user_id = $1 and sha256 = $2 for update', [userId, sha256]);
  await client.query('select from officer where user_id = $1 order by fingerprint for share', [userId]);
}

/** Whether the file was at rest, and none of the signatures that came since is one that counts. */
export async function isReopenedInVain(client: pg.PoolClient, { userId, sha256 }: Submission): Promise<boolean> {
  const { rows } = await client.query(
    'select from submission where user_id = $1 and sha256 = $2 and resumes_as is not null',
    [userId, sha256],
  );
  return rows.length > 0;
}

/** Brings a file back to where it had come to rest, with all that was known of it; nobody is told. */
export async function resume(pool: pg.Pool, { userId, sha256 }: Submission): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query('select from submission where user_id = $1 and sha256 = $2 for update', [userId, sha256]);
    const { rows } = await client.query<{ state: SubmissionState; code: string | null; detail: string | null }>(
      `update submission s
       set state = s.resumes_as, resumes_as = null,
           changed_at = greatest(clock_timestamp(), s.changed_at + interval '1 microsecond')
       where s.user_id = $1 and s.sha256 = $2 and s.resumes_as is not null and not ${HAS_UNJUDGED}
       returning s.state, s.code, s.detail`,
      [userId, sha256],
    );
    const [resumed] = rows;
    if (resumed === undefined) return;
    const { state, code, detail } = resumed;
    await addStep(client, { userId, sha256, state, code: code ?? undefined, detail: detail ?? undefined });
  });
}

/** What is known of a file when its state changes; what is left out stays. */
export interface StateChange {
  readonly state: SubmissionState;
  readonly kind?: SubmissionKind | undefined;
  /** The service requests that the file names; of none the one that was raised stays. */
  readonly references?: readonly string[] | undefined;
  readonly summary?: SubmissionSummary | undefined;
  readonly refusal?: FileRefusal;
  /** What is kept of a refused file that no officer signed; left out: its hash alone. */
  readonly unsigned?: KeptUnsigned;
  /** Who changes it; undefined: the platform. */
  readonly by?: string | undefined;
}

/** States of a file that goes on by itself. */
export const OPEN_STATES: readonly SubmissionState[] = ['received', 'verified', 'checked'];
/** States that are not applied yet: what a User may still withdraw. */
export const WITHDRAWABLE: readonly SubmissionState[] = [...OPEN_STATES, 'awaiting_second_officer', 'needs_operator'];
/** States into which a file comes though a signature was not judged: why it could not be may be what hinders it. */
const UNJUDGED_STATES: readonly SubmissionState[] = [...OPEN_STATES, 'withdrawn', 'needs_operator'];

/**
 * Changes the state of a file that is in one of the states `from`, and tells its officers when it comes to rest. False
 * when somebody else brought it to rest meanwhile, or it would rest with a signature that nobody judged: a caller that
 * applied something then rolls back.
 */
export async function changeState(
  client: pg.PoolClient,
  { userId, sha256 }: Pick<Submission, 'userId' | 'sha256'>,
  { state, kind, references = [], summary, refusal, unsigned, by }: StateChange,
  from: readonly SubmissionState[] = OPEN_STATES,
): Promise<boolean> {
  // a statement of its own: the next one sees what was committed while this one waited for the row
  await client.query('select from submission where user_id = $1 and sha256 = $2 for update', [userId, sha256]);
  const { rows } = await client.query<{ changed_at: Date }>(
    `update submission s
     set state = $3, changed_at = greatest(clock_timestamp(), changed_at + interval '1 microsecond'),
         kind = coalesce($4, kind), reference = coalesce(($5::text[])[1], reference),
         named_references = coalesce(nullif($5::text[], '{}'), named_references), summary = coalesce($6::jsonb, summary),
         code = $7, detail = $8, faults = $9::jsonb, fault_count = $10, resumes_as = null,
         withdrawn_at = case when $3 = 'withdrawn' then clock_timestamp() else withdrawn_at end,
         retry_at = null, tries = case when $13 then tries else 0 end,
         failure = case when $13 or $3 = 'needs_operator' then failure end
     where s.user_id = $1 and s.sha256 = $2 and s.state = any ($11::text[])
       and (not $12 or not ${HAS_UNJUDGED})
     returning changed_at`,
    [
      userId,
      sha256,
      state,
      kind,
      references,
      summary === undefined ? undefined : JSON.stringify(summary),
      refusal?.code,
      refusal?.detail,
      refusal === undefined ? undefined : JSON.stringify(refusal.faults),
      refusal?.faultCount ?? 0,
      from,
      !UNJUDGED_STATES.includes(state),
      OPEN_STATES.includes(state),
    ],
  );
  if (rows[0] === undefined) return false;
  if (state === 'refused') await settleUnsigned(client, { userId, sha256 }, unsigned);
  const { code, detail } = refusal ?? {};
  const words = noticeOf(await addStep(client, { userId, sha256, state, by, code, detail }));
  if (words === undefined) return true;
  await client.query(
    `insert into notice (user_id, noticed_at, kind, about, words, count) values ($1, $2, 'submission', $3, $4, 0)`,
    [userId, rows[0].changed_at, sha256.toString('hex'), words],
  );
  return true;
}

/** Files that wait for a second officer and whose signatures all came more than `days` ago are refused; how many. */
export async function expireWaiting(pool: pg.Pool, days: number): Promise<number> {
  const { rows } = await pool.query<{ user_id: string; sha256: Buffer }>(
    `select s.user_id, s.sha256 from submission s
     where s.state = 'awaiting_second_officer'
       and not exists (select from submission_signature g
                       where g.user_id = s.user_id and g.sha256 = s.sha256 and g.verdict = 'valid'
                         and g.received_at > clock_timestamp() - make_interval(days => $1))
     order by s.changed_at limit 1000`,
    [days],
  );
  const refusal = refusalOf('submissions.expired', `no second officer signed it within ${days} days`);
  let expired = 0;
  for (const { user_id, sha256 } of rows) {
    const submission = { userId: requireEui(user_id), sha256 };
    const isExpired = await inTransaction(pool, (client) =>
      changeState(client, submission, { state: 'refused', refusal }, ['awaiting_second_officer']),
    );
    if (isExpired) expired++;
  }
  return expired;
}
