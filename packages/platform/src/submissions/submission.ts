// Signed files: how thresholds, limits and decisions enter.
//
// What it does: it takes a file and its detached signature in (receive.ts), verifies who signed it (trust.ts,
// signatures.ts), checks every line, and applies it in one transaction (worker.ts, one `*-file.ts` a kind of file). What
// it does not: it decides nothing by itself and has no other way in; no role, token or click replaces the signature.
//
// Every state that a file comes into is written down with a receipt (steps-store.ts, receipts.ts); who may sign beside the
// first officer is the User's policy; a User may withdraw what is not applied (withdraw-store.ts).
//
// What always holds: the identity of a file is the SHA-256 of its bytes, and the same file twice is one submission. A
// submission that was acknowledged goes on by itself, whatever is killed; it is applied once, whole or not at all. Each
// signature is judged as things stood when it was received, and again when the file is applied; the bytes
// of a file that an officer signed are kept, those of another for some days (unsigned-store.ts).
import {
  type FileFault,
  MOST_LISTED_FAULTS,
  type OfficerPolicy,
  type ReceiptDocument,
  type SubmissionSummary,
  type submissionKindSchema,
  type submissionStates,
} from '@penstock/api';
import type { Eui } from '@penstock/duis';
import type { z } from 'zod';
import { areDifferentPeople } from '../parties/officer-person.ts';
import type { Officer } from '../parties/officers.ts';

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
  | { readonly ok: true; readonly summary: SubmissionSummary; readonly references: readonly string[] }
  | { readonly ok: false; readonly refusal: FileRefusal };

/** Why a file is refused as a whole: a registered code, and every line that is wrong. */
export interface FileRefusal {
  readonly code: string;
  readonly detail: string;
  readonly faults: readonly FileFault[];
  readonly faultCount: number;
  /** The service requests that it names, where its lines were read. */
  readonly references?: readonly string[];
}

export function refusalOf(code: string, detail: string): FileRefusal {
  return { code, detail, faults: [], faultCount: 0 };
}

/** All faults in the order of the lines; the first thousand are listed. */
export function refusalOfLines(found: {
  readonly faults: readonly FileFault[];
  readonly count: number;
  readonly references?: readonly string[];
}): FileRefusal {
  const { count, references = [] } = found;
  const faults = found.faults.toSorted((one, other) => one.line - other.line).slice(0, MOST_LISTED_FAULTS);
  const detail = count === 1 ? '1 fault; nothing was applied' : `${count} faults; nothing was applied`;
  return { code: 'submissions.faults', detail, faults, faultCount: count, references };
}

/** Whether two of the officers are two people, and one of them a deputy where the policy names some. */
export function isByTwo(officers: readonly Officer[], { deputies }: Pick<OfficerPolicy, 'deputies'>): boolean {
  const mayBeSecond = ({ email }: Officer) => deputies.length === 0 || deputies.includes(email.toLowerCase());
  return officers.some((one) => officers.some((other) => mayBeSecond(other) && areDifferentPeople(one, other)));
}

/** Of the officers of a User, those whose signature beside the ones that are there makes a file one by two. */
export function secondsOf<Contact extends { readonly name: string; readonly email: string }>(
  contacts: readonly Contact[],
  signed: readonly { readonly name: string; readonly email: string }[],
  { deputies }: Pick<OfficerPolicy, 'deputies'>,
): Contact[] {
  const isDeputy = ({ email }: { readonly email: string }) =>
    deputies.length === 0 || deputies.includes(email.toLowerCase());
  // where a deputy signed first, anybody else is the second
  return contacts.filter((one) =>
    signed.some((other) => areDifferentPeople(one, other) && (isDeputy(one) || isDeputy(other))),
  );
}

/** The service request that is raised for a User whose file names none: one a file, the same whoever asks. */
export function raisedReference({ sha256, receivedAt }: Pick<Submission, 'sha256' | 'receivedAt'>): string {
  const day = receivedAt.toISOString().slice(0, 10).replaceAll('-', '');
  return `SR-${day}-${sha256.toString('hex').slice(0, 10)}`;
}

const kindWords: Readonly<Record<SubmissionKind, string>> = {
  adt: 'the ADT File',
  actions: 'the action file',
  limits: 'the Attribute Limits File',
};
const stateWords: Readonly<Partial<Record<SubmissionState, string>>> = {
  awaiting_second_officer: 'waits for the signature of a second officer',
  needs_operator: 'could not be worked on and waits for the Operator',
  applied: 'was applied',
  refused: 'was refused',
  withdrawn: 'was withdrawn',
};
/** Sentences of a difference that a notice has room for. */
const MOST_TOLD = 5;

/** What the officers are told when a file came into a state; undefined: nothing. */
export function noticeOf(
  life: Pick<ReceiptDocument['submission'], 'state' | 'kind' | 'references' | 'detail'> & {
    summary?: SubmissionSummary | undefined;
  },
): string | undefined {
  const words = stateWords[life.state];
  if (words === undefined) return undefined;
  const [first = '', ...others] = life.references;
  const requests = others.length === 0 ? first : `${first} and ${others.length} more`;
  const what = `${life.kind === undefined ? 'the file' : kindWords[life.kind]} of ${requests} ${words}`;
  if (life.state === 'withdrawn' || life.state === 'needs_operator') return what;
  if (life.state === 'refused') return `${what}: ${life.detail ?? ''}`;
  const told = life.summary?.words ?? [];
  const more = told.length > MOST_TOLD ? [`and ${told.length - MOST_TOLD} more`] : [];
  return told.length === 0 ? what : `${what}: ${[...told.slice(0, MOST_TOLD), ...more].join('; ')}`;
}

/** A file that is refused while it is applied: what was done for it is rolled back. */
export class Refused extends Error {
  readonly refusal: FileRefusal;
  constructor(refusal: FileRefusal) {
    super(refusal.code);
    this.refusal = refusal;
  }
}
