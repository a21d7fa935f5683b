// The tree that a User sees: what lies in its three folders, and what may be read of it. Nothing of another User is
// reachable from here: every question goes out with the User ID of who signed in.
import type { FileHandle } from 'node:fs/promises';
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import type { Clock } from '../../foundation/clock.ts';
import { type ErrorCode, errorCodes } from '../../foundation/errors.ts';
import type { FileSigner } from '../../foundation/file-signer.ts';
import { listEvents } from '../../quarantine/events-store.ts';
import type { Reports } from '../../quarantine/report.ts';
import { listReceipts, readReceipt, signReceipt } from '../receipts.ts';
import { type IncomingFile, listIncoming } from './incoming-store.ts';
import type { Folder } from './paths.ts';

export interface Entry {
  readonly name: string;
  /** Undefined: it is made when it is read. */
  readonly size: number | undefined;
  readonly changedAt: Date;
}

/** What is open for reading. */
export type Readable =
  | { readonly bytes: Buffer }
  | { readonly file: FileHandle; readonly size: number; readonly release: () => void };

export interface TreeParts {
  readonly pool: pg.Pool;
  readonly reports: Reports;
  readonly clock: Clock;
  readonly operatorId: Eui;
  /** Undefined: receipts are not signed. */
  readonly signer: FileSigner | undefined;
}

const SIGNATURE = '.p7s';
const REFUSED = '.not-taken.json';
/** Events whose reports are listed: those that hold something still. */
const LISTED_EVENTS = 200;

/** What is said of a file that could not become a submission, so that it is found where receipts are looked for. */
function refusalOf({ name, refusal, changedAt }: IncomingFile): Buffer {
  const action =
    refusal !== undefined && refusal.code in errorCodes ? errorCodes[refusal.code as ErrorCode].action : '';
  const document = {
    document: 'penstock-not-taken/1',
    name,
    at: changedAt.toISOString(),
    code: refusal?.code,
    detail: refusal?.detail,
    action,
  };
  return Buffer.from(`${JSON.stringify(document, undefined, 2)}\n`, 'utf8');
}

export class Tree {
  readonly #parts: TreeParts;
  readonly #userId: Eui;

  constructor(parts: TreeParts, userId: Eui) {
    this.#parts = parts;
    this.#userId = userId;
  }

  async list(folder: Folder): Promise<Entry[]> {
    switch (folder) {
      case 'incoming':
        return listIncoming(this.#parts.pool, this.#userId);
      case 'receipts':
        return this.#receipts();
      case 'reports':
        return this.#reports();
    }
  }

  async #receipts(): Promise<Entry[]> {
    const { pool, signer } = this.#parts;
    const incoming = await listIncoming(pool, this.#userId);
    const refused = incoming.filter(({ refusal }) => refusal !== undefined);
    const receipts = await listReceipts(pool, this.#userId);
    return [
      ...refused.map((file) => ({
        name: file.name + REFUSED,
        size: refusalOf(file).length,
        changedAt: file.changedAt,
      })),
      ...receipts.flatMap(({ name, changedAt }) => {
        const entry = { name, size: undefined, changedAt };
        return signer === undefined ? [entry] : [entry, { ...entry, name: name + SIGNATURE }];
      }),
    ];
  }

  async #reports(): Promise<Entry[]> {
    const viewer = { kind: 'user', userIds: [this.#userId] } as const;
    const { items } = await listEvents(this.#parts.pool, viewer, { limit: LISTED_EVENTS });
    return items
      .filter(({ undecided }) => undecided > 0)
      .map(({ event, lastAt }) => ({ name: `${event}.csv`, size: undefined, changedAt: new Date(lastAt) }));
  }

  /** What a file holds; undefined when there is none of that name. */
  async open(folder: Folder, name: string, signal: AbortSignal): Promise<Readable | undefined> {
    if (folder === 'receipts') {
      const bytes = await this.#receipt(name);
      return bytes && { bytes };
    }
    if (folder === 'incoming' || !(await this.#reports()).some((entry) => entry.name === name)) return undefined;
    const { reports, operatorId } = this.#parts;
    const event = name.slice(0, -'.csv'.length);
    const { file, release } = await reports.make({ userId: this.#userId, event, operatorId, signal });
    return { file, size: (await file.stat()).size, release };
  }

  async #receipt(name: string): Promise<Buffer | undefined> {
    const { pool, signer, clock } = this.#parts;
    if (name.endsWith(REFUSED)) {
      const files = await listIncoming(pool, this.#userId);
      const file = files.find((one) => one.refusal !== undefined && one.name + REFUSED === name);
      return file && refusalOf(file);
    }
    if (!name.endsWith(SIGNATURE)) return readReceipt(pool, this.#userId, name);
    if (signer === undefined) return undefined;
    const receipt = await readReceipt(pool, this.#userId, name.slice(0, -SIGNATURE.length));
    return receipt && signReceipt(receipt, signer, clock.now());
  }
}
