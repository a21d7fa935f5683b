// What lies in a User's folders for it to read: the same on every way that has folders.
import type { QuarantineEventDocument } from '@penstock/api';
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { type ErrorCode, errorCodes } from '../foundation/errors.ts';
import { listEvents } from '../quarantine/events-store.ts';
import type { Refusal } from './pairing.ts';

export const SIGNATURE = '.p7s';
export const REPORT = '.csv';
export const NOT_TAKEN = '.not-taken.json';
/** Events whose reports are listed, of those that hold something still: they are looked for among so many, the newest. */
const LISTED_EVENTS = 200;

export interface NotTaken {
  readonly name: string;
  readonly changedAt: Date;
  readonly refusal: Refusal;
}

/** What is said of a file that could not become a submission, so that it is found where receipts are looked for. */
export function writeNotTaken({ name, changedAt: at, refusal: { code, detail } }: NotTaken): Buffer {
  const action = code in errorCodes ? errorCodes[code as ErrorCode].action : '';
  const document = { document: 'penstock-not-taken/1', name, at: at.toISOString(), code, detail, action };
  return Buffer.from(`${JSON.stringify(document, undefined, 2)}\n`, 'utf8');
}

/** The events of a User of which there is a report: those that hold something that nobody decided on. */
export async function listReported(pool: pg.Pool, userId: Eui): Promise<QuarantineEventDocument[]> {
  const viewer = { kind: 'user', userIds: [userId] } as const;
  const { items } = await listEvents(pool, viewer, { limit: LISTED_EVENTS });
  return items.filter(({ undecided }) => undecided > 0);
}
