// Judges the signatures of a file: each by itself, as things stood when it was received.
import { createHash } from 'node:crypto';
import { type CmsSignature, readSignature, SignatureError, verifySignature } from '@penstock/files/signature';
import type pg from 'pg';
import { type Officer, officerStandingAt } from '../parties/officers.ts';
import { findOfficer } from '../parties/officers-store.ts';
import type { SignatureVerdict, Submission } from './submission.ts';
import { readSignatures, type StoredSignature, storeVerdict } from './submissions-store.ts';
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
  'not-yet-registered': 'the officer was registered after the file was received',
  revoked: 'the officer was revoked before the file was received',
} as const;

async function judge(
  client: pg.PoolClient,
  options: { submission: Submission; signature: StoredSignature; digests: Digests; trust: FileTrust },
): Promise<SignatureVerdict> {
  const { submission, signature, digests, trust } = options;
  let read: CmsSignature;
  try {
    read = readSignature(signature.bytes);
  } catch (error) {
    if (!(error instanceof SignatureError)) throw error;
    return { verdict: 'refused', code: error.code, detail: error.message };
  }
  const digest = await digests(read.digestAlgorithm);
  const verified = verifySignature(read, { digest, ...trust, at: signature.receivedAt });
  if (!verified.ok) return { verdict: 'refused', code: verified.code, detail: verified.message };
  const { fingerprint } = verified.signer;
  const officer = await findOfficer(client, submission.userId, fingerprint);
  const standing = officerStandingAt(officer, signature.receivedAt);
  if (officer !== undefined && standing === 'registered') return { verdict: 'valid', fingerprint, officer };
  const detail = standing === 'registered' ? standings.unknown : standings[standing];
  return { verdict: 'refused', code: 'submissions.not-an-officer', detail, fingerprint };
}

/** What the signatures of a file amount to. */
export interface JudgedSignatures {
  /** Those who signed, and were not revoked since. */
  readonly officers: readonly Officer[];
  /** Of the signature that came last, when nobody's counts. */
  readonly refused: { readonly code: string; readonly detail: string };
}

/** Judges the signatures that were not judged yet, and writes that down. */
export async function judgeSignatures(
  client: pg.PoolClient,
  options: { submission: Submission; digests: Digests; trust: FileTrust; now: Date },
): Promise<JudgedSignatures> {
  const { submission, now } = options;
  const officers: Officer[] = [];
  let refused = { code: 'submissions.not-an-officer', detail: standings.unknown as string };
  for (const signature of await readSignatures(client, submission)) {
    let { verdict, code, detail, fingerprint } = signature;
    if (verdict === undefined) {
      const judged = await judge(client, { ...options, signature });
      await storeVerdict(client, submission, signature, judged);
      ({ verdict, code, detail, fingerprint } = judged);
    }
    if (verdict === 'refused') {
      refused = { code: code ?? refused.code, detail: detail ?? '' };
      continue;
    }
    // who signed first may have been revoked while the file waited for the second officer
    const officer = fingerprint === undefined ? undefined : await findOfficer(client, submission.userId, fingerprint);
    if (officer !== undefined && officerStandingAt(officer, now) === 'registered') officers.push(officer);
  }
  return { officers, refused };
}
