// Receipts: what became of a signed file, as a document that can be kept and checked. The same for every way that hands
// out files. A receipt is of one state of a submission: when that changes, there is another one.
import { createHash } from 'node:crypto';
import type { SubmissionDocument, SubmissionLife } from '@penstock/api';
import type { Eui } from '@penstock/duis';
import { signDetached, writeSignaturePem } from '@penstock/files/signature';
import type pg from 'pg';
import type { FileSigner } from '../foundation/file-signer.ts';
import { listSubmissions, readSubmission } from '../submissions/read-store.ts';

/** So many are listed, the newest; all are in the API. */
const LISTED = 200;

/** Written for every state in which a file stays; the others pass within moments. */
function isResting({ state }: SubmissionDocument): boolean {
  return state !== 'verified' && state !== 'checked';
}

/** The beginning of the name that a receipt has in a folder: when, of which file, which state. */
function stemOf({ changedAt, sha256, state }: SubmissionDocument): string {
  return `${changedAt.replaceAll(/[-:]|\.\d+/g, '')}-${sha256.slice(0, 16)}-${state}`;
}

export interface Receipt {
  /** Of the document; its signature has `.p7s` behind it. */
  readonly name: string;
  readonly sha256: string;
  readonly changedAt: Date;
}

/** The newest receipts of a User. */
export async function listReceipts(pool: pg.Pool, userId: Eui): Promise<Receipt[]> {
  const { items } = await listSubmissions(pool, userId, { limit: LISTED });
  return items.filter(isResting).map((submission) => ({
    name: `${stemOf(submission)}.json`,
    sha256: submission.sha256,
    changedAt: new Date(submission.changedAt),
  }));
}

/** The bytes of a receipt: the same for as long as the submission is in that state, however often it is delivered again. */
export function writeReceipt({ deliveries: _, ...submission }: SubmissionLife): Buffer {
  return Buffer.from(`${JSON.stringify({ document: 'penstock-receipt/1', submission }, undefined, 2)}\n`, 'utf8');
}

/** A receipt by its name; undefined when the submission is no longer in that state. */
export async function readReceipt(pool: pg.Pool, userId: Eui, name: string): Promise<Buffer | undefined> {
  const receipts = await listReceipts(pool, userId);
  const found = receipts.find((receipt) => receipt.name === name);
  if (found === undefined) return undefined;
  const life = await readSubmission(pool, userId, found.sha256);
  return `${stemOf(life)}.json` === name ? writeReceipt(life) : undefined;
}

/** The Operator's detached CMS signature over a receipt, as PEM. */
export function signReceipt(receipt: Buffer, { key, certificate }: FileSigner, now: Date): Buffer {
  const digest = createHash('sha256').update(receipt).digest();
  const signature = signDetached({ digest, key, certificate, chain: [], signingTime: now });
  return Buffer.from(writeSignaturePem(signature), 'latin1');
}
