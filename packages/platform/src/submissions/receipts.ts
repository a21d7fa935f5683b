// Receipts: what became of a signed file, as a document that can be kept and checked without the platform. The same for
// every way. A receipt is of one state in which a file stays; it is stored by the transaction that brings the file there,
// so its bytes are the same for ever. It is signed when it is asked for, by the Operator's key of that moment.
import type { ReceiptDocument } from '@penstock/api';
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { PenstockError } from '../foundation/errors.ts';
import { asViewerOf } from '../foundation/viewing.ts';
import { readFacts } from './read-store.ts';
import { listReceiptEntries, type ReceiptEntry, readLastReceipt, type Step, storeStep } from './steps-store.ts';
import type { SubmissionState } from './submission.ts';

/** So many are listed, the newest; all are in the API. */
const LISTED = 200;

/** The others pass within moments. */
const restingStates: readonly SubmissionState[] = [
  'received',
  'awaiting_second_officer',
  'needs_operator',
  'applied',
  'refused',
  'withdrawn',
];

/** Writes down that a file is in a state now, and returns what is known of it; after all else of the transaction. */
export async function addStep(
  client: pg.PoolClient,
  step: Omit<Step, 'receipt'>,
): Promise<ReceiptDocument['submission']> {
  const submission = await readFacts(client, step.userId, step.sha256.toString('hex'));
  const receipt = restingStates.includes(step.state) ? writeReceipt(submission) : undefined;
  await storeStep(client, { ...step, receipt });
  return submission;
}

function writeReceipt(submission: ReceiptDocument['submission']): Buffer {
  const document: ReceiptDocument = { document: 'penstock-receipt/1', submission };
  return Buffer.from(`${JSON.stringify(document, undefined, 2)}\n`, 'utf8');
}

/** The name that a receipt has as a file: when, of which file, which state. Its signature has `.p7s` behind it. */
export function nameOfReceipt({ at, sha256, state }: Pick<ReceiptEntry, 'at' | 'sha256' | 'state'>): string {
  return `${at.toISOString().replaceAll(/[-:]|\.\d+/g, '')}-${sha256.slice(0, 16)}-${state}.json`;
}

/** The newest receipts of a User. */
export function listReceipts(pool: pg.Pool, userId: Eui): Promise<ReceiptEntry[]> {
  return asViewerOf(pool, [userId], (client) => listReceiptEntries(client, userId, LISTED));
}

export interface Receipt {
  readonly name: string;
  readonly bytes: Buffer;
}

/** The last receipt of a file, or the last of one state. @throws PenstockError 'request.not-found' */
export async function readReceipt(
  pool: pg.Pool,
  asked: { userId: Eui; sha256: string; state?: SubmissionState | undefined },
): Promise<Receipt> {
  const found = await asViewerOf(pool, [asked.userId], (client) => readLastReceipt(client, asked));
  if (found === undefined) throw new PenstockError('request.not-found', { detail: 'there is no such receipt' });
  return { name: nameOfReceipt({ ...found, sha256: asked.sha256 }), bytes: found.bytes };
}
