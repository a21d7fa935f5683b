// The tree that a User sees: what lies in its three folders, and what may be read of it. Nothing of another User is
// reachable from here: every question goes out with the User ID of who signed in.
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import type { Clock } from '../../foundation/clock.ts';
import { type FileSigner, signDigest } from '../../foundation/file-signer.ts';
import type { Reports } from '../../quarantine/report.ts';
import { listReceipts, nameOfReceipt, readReceipt } from '../../submissions/receipts.ts';
import { listReported, NOT_TAKEN, REPORT, SIGNATURE, writeNotTaken } from '../documents.ts';
import { told } from '../pairing.ts';
import { listIncoming } from './incoming-store.ts';
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

/** Of 2 kB each: those of a whole folder, so that a listing has the sizes of what is read after it. */
const MOST_SIGNATURES = 1_000;
const MOST_REPORTS = 1_000;

/** Puts an entry in, and forgets all others when there are too many. */
function keep<Value>(known: Map<string, Value>, key: string, value: Value, most: number): Value {
  if (known.size >= most) known.clear();
  known.set(key, value);
  return value;
}

/** What lies in `receipts`: a document, and its signature. */
interface Document extends Entry {
  readonly size: number;
  /** SHA-256 of its bytes. */
  readonly digest: Buffer;
  readonly read: () => Promise<Buffer>;
}

export class Tree {
  readonly #parts: TreeParts;
  readonly #userId: Eui;
  /** By the SHA-256 of what is signed. A tree is of one session. */
  readonly #signatures = new Map<string, Buffer>();
  /** SHA-256 of the report of an event that was read last: its signature is over that one. */
  readonly #reportDigests = new Map<string, Buffer>();

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
    const documents = await this.#documents();
    return documents.flatMap(({ name, size, changedAt, digest }) => {
      const signature = this.#sign(digest);
      const entry = { name, size, changedAt };
      return signature === undefined ? [entry] : [entry, { name: name + SIGNATURE, size: signature.length, changedAt }];
    });
  }

  async #documents(): Promise<Document[]> {
    const { pool } = this.#parts;
    const userId = this.#userId;
    const refused = told(await listIncoming(pool, userId)).map((file) => {
      const bytes = writeNotTaken(file);
      const digest = createHash('sha256').update(bytes).digest();
      const { name, changedAt } = file;
      return { name: name + NOT_TAKEN, size: bytes.length, changedAt, digest, read: async () => bytes };
    });
    return [
      ...refused,
      ...(await listReceipts(pool, userId)).map((receipt) => ({
        name: nameOfReceipt(receipt),
        size: receipt.size,
        changedAt: receipt.at,
        digest: receipt.digest,
        read: async () => (await readReceipt(pool, { ...receipt, userId })).bytes,
      })),
    ];
  }

  /** The Operator's signature over a document; undefined where it has no key. */
  #sign(digest: Buffer): Buffer | undefined {
    const { signer, clock } = this.#parts;
    if (signer === undefined) return undefined;
    const key = digest.toString('hex');
    return (
      this.#signatures.get(key) ?? keep(this.#signatures, key, signDigest(digest, signer, clock.now()), MOST_SIGNATURES)
    );
  }

  async #reports(): Promise<Entry[]> {
    return (await listReported(this.#parts.pool, this.#userId)).flatMap(({ event, lastAt }) => {
      const entry = { name: event + REPORT, size: undefined, changedAt: new Date(lastAt) };
      return this.#parts.signer === undefined ? [entry] : [entry, { ...entry, name: entry.name + SIGNATURE }];
    });
  }

  /** What a file holds; undefined when there is none of that name. */
  async open(folder: Folder, name: string, signal: AbortSignal): Promise<Readable | undefined> {
    if (folder === 'incoming') return undefined;
    const isSignature = name.endsWith(SIGNATURE);
    const signed = isSignature ? name.slice(0, -SIGNATURE.length) : name;
    if (folder === 'receipts') {
      const found = (await this.#documents()).find((document) => document.name === signed);
      const bytes = found === undefined ? undefined : isSignature ? this.#sign(found.digest) : await found.read();
      return bytes && { bytes };
    }
    if (!(await this.#reports()).some((entry) => entry.name === name)) return undefined;
    const event = signed.slice(0, -REPORT.length);
    return isSignature ? this.#openReportSignature(event, signal) : this.#openReport(event, signal);
  }

  async #openReport(event: string, signal: AbortSignal): Promise<Readable> {
    const { reports, operatorId } = this.#parts;
    const { file, sha256, release } = await reports.make({ userId: this.#userId, event, operatorId, signal });
    keep(this.#reportDigests, event, sha256, MOST_REPORTS);
    return { file, size: (await file.stat()).size, release };
  }

  /** Over the report that this session read last; over the report as it is now, when it read none. */
  async #openReportSignature(event: string, signal: AbortSignal): Promise<Readable | undefined> {
    if (!this.#reportDigests.has(event)) {
      const report = await this.#openReport(event, signal);
      if ('file' in report) {
        await report.file.close();
        report.release();
      }
    }
    const digest = this.#reportDigests.get(event);
    const bytes = digest && this.#sign(digest);
    return bytes && { bytes };
  }
}
