// Signed files: how thresholds, limits and decisions enter.
//
// What it does: it takes a file and its detached signature in (receive.ts), verifies who signed it (trust.ts,
// signatures.ts), checks every line, and applies it in one transaction (worker.ts, one `*-file.ts` a kind of file). What
// it does not: it decides nothing by itself and has no other way in; no role, token or click replaces the signature.
//
// What always holds: the identity of a file is the SHA-256 of its bytes, and the same file twice is one submission. A
// submission that was acknowledged goes on by itself, whatever is killed; it is applied once, whole or not at all. Each
// signature is judged as things stood when it was received, and again when the file is applied; the bytes
// of a file that somebody signed are kept.
import {
  type FileFault,
  MOST_LISTED_FAULTS,
  type SubmissionSummary,
  type submissionKindSchema,
  type submissionStates,
} from '@penstock/api';
import type { Eui } from '@penstock/duis';
import type { z } from 'zod';
import { areDifferentPeople, type Officer } from '../parties/officers.ts';

export type SubmissionState = (typeof submissionStates)[number];
export type SubmissionKind = z.infer<typeof submissionKindSchema>;

/** A file that was received and is not applied. */
export interface Submission {
  readonly userId: Eui;
  /** Of the file's bytes. */
  readonly sha256: Buffer;
  readonly upload: string;
  readonly receivedAt: Date;
  readonly reference: string;
}

/** What a signature was judged to be. */
export interface SignatureVerdict {
  readonly verdict: 'valid' | 'refused';
  readonly code?: string;
  readonly detail?: string;
  readonly fingerprint?: string;
  readonly officer?: Officer;
}

/** What came of checking or applying a file. */
export type FileOutcome =
  | { readonly ok: true; readonly summary: SubmissionSummary }
  | { readonly ok: false; readonly refusal: FileRefusal };

/** Why a file is refused as a whole: a registered code, and every line that is wrong. */
export interface FileRefusal {
  readonly code: string;
  readonly detail: string;
  readonly faults: readonly FileFault[];
  readonly faultCount: number;
}

export function refusalOf(code: string, detail: string): FileRefusal {
  return { code, detail, faults: [], faultCount: 0 };
}

/** All faults in the order of the lines; the first thousand are listed. */
export function refusalOfLines(found: readonly FileFault[], faultCount: number): FileRefusal {
  const faults = found.toSorted((one, other) => one.line - other.line).slice(0, MOST_LISTED_FAULTS);
  const detail = faultCount === 1 ? '1 fault; nothing was applied' : `${faultCount} faults; nothing was applied`;
  return { code: 'submissions.faults', detail, faults, faultCount };
}

/** Whether two of the officers are two people. */
export function isByTwo(officers: readonly Officer[]): boolean {
  return officers.some((one) => officers.some((other) => areDifferentPeople(one, other)));
}

/** The service request that is raised for a User whose file names none: one a file, the same whoever asks. */
export function raisedReference({ sha256, receivedAt }: Pick<Submission, 'sha256' | 'receivedAt'>): string {
  const day = receivedAt.toISOString().slice(0, 10).replaceAll('-', '');
  return `SR-${day}-${sha256.toString('hex').slice(0, 10)}`;
}

/** A file that is refused while it is applied: what was done for it is rolled back. */
export class Refused extends Error {
  readonly refusal: FileRefusal;
  constructor(refusal: FileRefusal) {
    super(refusal.code);
    this.refusal = refusal;
  }
}
