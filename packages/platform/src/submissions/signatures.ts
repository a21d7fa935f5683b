// Judges the signatures of a file: each by itself, as things stood when it was received. What was valid then counts for
// some days, and while it would be valid again.
import { createHash } from 'node:crypto';
import { type CmsSignature, readSignature, SignatureError, verifySignature } from '@penstock/files/signature';
import type pg from 'pg';
import { type Officer, officerStandingAt } from '../parties/officers.ts';
import { findOfficer } from '../parties/officers-store.ts';
import type { SignatureVerdict, Submission } from './submission.ts';
import { readNow, readSignatures, readWithdrawal, type StoredSignature, storeVerdict } from './submissions-store.ts';
import type { FileTrust } from './trust.ts';

type Digests = (algorithm: string) => Promise<Buffer>;

/** The digests of the file that signatures may be over; the usual one is the file's identity. */
export function digestsOf(submission: Submission, bytes: () => AsyncIterable<Uint8Array>): Digests {
  const known = new Map<string, Promise<Buffer>>([['sha256', Promise.resolve(submission.sha256)]]);
  const digest = async (algorithm: string): Promise<Buffer> => {
    const hash = createHash(algorithm);
    for await (const chunk of bytes()) hash.update(chunk);
    return hash.digest();
  };
  return (algorithm) => {
    const found = known.get(algorithm) ?? digest(algorithm);
    known.set(algorithm, found);
    return found;
  };
}

const standings = {
  unknown: 'the certificate that signed is not that of an officer of this User ID',
  'not-yet-registered': 'the officer was registered after the signature was received',
  revoked: 'the officer was revoked before the signature was received, or while the file waited',
} as const;

/** What a signature is judged by. */
interface Grounds {
  readonly submission: Submission;
  readonly digests: Digests;
  readonly trust: FileTrust;
  /** Days for which a signature counts after it was received. */
  readonly signatureDays: number;
}

/** The instant that is judged, and when: lists that were renewed in between tell of it. */
interface Times {
  readonly at: Date;
  readonly judgedAt: Date;
}

/** What one signature over a file is, as things stood at an instant. */
export async function judge(
  client: pg.Pool | pg.PoolClient,
  signature: Pick<StoredSignature, 'bytes'>,
  {
    submission,
    digests,
    trust,
    at,
    judgedAt,
  }: Times & { submission: Pick<Submission, 'userId'>; digests: Digests; trust: FileTrust },
): Promise<SignatureVerdict> {
  let read: CmsSignature;
  try {
    read = readSignature(signature.bytes);
  } catch (error) {
    if (!(error instanceof SignatureError)) throw error;
    return { verdict: 'refused', code: error.code, detail: error.message };
  }
  const digest = await digests(read.digestAlgorithm);
  const verified = verifySignature(read, { digest, ...trust, at, judgedAt });
  if (!verified.ok) return { verdict: 'refused', code: verified.code, detail: verified.message };
  const { fingerprint } = verified.signer;
  const officer = await findOfficer(client, submission.userId, fingerprint);
  const standing = officerStandingAt(officer, at);
  if (officer !== undefined && standing === 'registered') return { verdict: 'valid', fingerprint, officer };
  const detail = standing === 'registered' ? standings.unknown : standings[standing];
  return { verdict: 'refused', code: 'submissions.not-an-officer', detail, fingerprint };
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Whether a signature that was valid when it was received counts now: who signed first may have been revoked since. */
async function judgeNow(
  client: pg.PoolClient,
  signature: StoredSignature,
  grounds: Grounds & Times & { readonly withdrawnAt: Date | undefined },
): Promise<SignatureVerdict> {
  const { at, signatureDays, withdrawnAt } = grounds;
  if (withdrawnAt !== undefined && signature.receivedAt <= withdrawnAt) {
    const detail = 'the file was withdrawn after the signature was received';
    return { verdict: 'refused', code: 'submissions.withdrawn', detail };
  }
  if (at.getTime() - signature.receivedAt.getTime() > signatureDays * DAY_MS) {
    const detail = `the signature was received more than ${signatureDays} days ago`;
    return { verdict: 'refused', code: 'submissions.expired', detail };
  }
  return judge(client, signature, grounds);
}

/** What the signatures of a file amount to. */
export interface JudgedSignatures {
  /** Those who signed, and whose signatures count now. */
  readonly officers: readonly Officer[];
  /** Of the signature that came last, when nobody's counts. */
  readonly refused: { readonly code: string; readonly detail: string };
  /** Whether one was valid when it was received. */
  readonly isSigned: boolean;
}

/** Judges the signatures that were not judged yet, writes that down, and says which count now. */
export async function judgeSignatures(client: pg.PoolClient, grounds: Grounds): Promise<JudgedSignatures> {
  const { submission } = grounds;
  const officers: Officer[] = [];
  let refused = { code: 'submissions.not-an-officer', detail: standings.unknown as string };
  let isSigned = false;
  const signatures = await readSignatures(client, submission);
  const withdrawnAt = await readWithdrawal(client, submission);
  // after they were read, so that none came later
  const now = await readNow(client);
  for (const signature of signatures) {
    const { verdict, code, detail } = signature;
    const judged =
      verdict === undefined
        ? await judge(client, signature, { ...grounds, at: signature.receivedAt, judgedAt: now })
        : undefined;
    const atReceipt = judged ?? { verdict, code, detail };
    const isValid = atReceipt.verdict === 'valid';
    const judgedNow = isValid
      ? await judgeNow(client, signature, { ...grounds, at: now, judgedAt: now, withdrawnAt })
      : atReceipt;
    if (judged !== undefined) {
      await storeVerdict(client, submission, signature, { ...judged, counts: judgedNow.verdict === 'valid' });
    }
    isSigned ||= isValid;
    if ('officer' in judgedNow && judgedNow.officer !== undefined) officers.push(judgedNow.officer);
    else refused = { code: judgedNow.code ?? refused.code, detail: judgedNow.detail ?? '' };
  }
  return { officers, refused, isSigned };
}
