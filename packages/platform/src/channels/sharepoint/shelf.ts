// What lies in the folders `receipts` and `reports` of a User: brought to what there is to read, a document at a time. It may
// be killed at any moment: what it put is written down before, and putting it again changes nothing.
import { createHash } from 'node:crypto';
import type { Eui } from '@penstock/duis';
import type { Clock } from '../../foundation/clock.ts';
import { PenstockError } from '../../foundation/errors.ts';
import { type FileSigner, signDigest } from '../../foundation/file-signer.ts';
import type { Reports } from '../../quarantine/report.ts';
import { listReceipts, nameOfReceipt, readReceipt } from '../../submissions/receipts.ts';
import { listReported, NOT_TAKEN, REPORT, SIGNATURE, writeNotTaken } from '../documents.ts';
import { isFileName } from '../file-names.ts';
import { told } from '../pairing.ts';
import {
  beginDocument,
  type DocumentKey,
  endDocument,
  forgetDocument,
  listDocuments,
  type PutDocument,
  storeUpload,
} from './documents-store.ts';
import { isFileAt } from './drive-item.ts';
import { GraphFault } from './faults.ts';
import { listFiles } from './files-store.ts';
import type { LibraryParts } from './folders.ts';
import type { Folders } from './library-store.ts';
import { type Content, putDocument } from './put.ts';

/** A report of two million rows has 300 MB: in a storm it is put this often, not at each look. */
const REPORT_EVERY_MS = 10 * 60_000;

export interface ShelfParts extends LibraryParts {
  readonly clock: Clock;
  readonly reports: Reports;
  readonly operatorId: Eui;
  /** Undefined: receipts and reports are not signed. */
  readonly signer: FileSigner | undefined;
  readonly signal: AbortSignal;
}

/** A document that should lie in a folder. */
interface Wanted {
  readonly kind: DocumentKey['kind'];
  readonly name: string;
  /** Another one says that the document is another. */
  readonly stamp: string;
  /** Calls `use` with it while it is there. */
  readonly make: (use: (content: Content) => Promise<void>) => Promise<void>;
}

export class Shelf {
  readonly #parts: ShelfParts;

  constructor(parts: ShelfParts) {
    this.#parts = parts;
  }

  /** What is to be put or taken away for a User. */
  async plan(userId: Eui): Promise<{ put: Wanted[]; remove: PutDocument[] }> {
    const wanted = [
      ...(await this.#notTaken(userId)),
      ...(await this.#receipts(userId)),
      ...(await this.#reports(userId)),
    ];
    const there = await listDocuments(this.#parts.pool, userId);
    const now = this.#parts.clock.now().getTime();
    const put = wanted.filter(({ kind, name, stamp }) => {
      const found = there.find((one) => one.kind === kind && one.name === name);
      if (found?.stamp === stamp) return false;
      return kind === 'receipts' || found?.putAt === undefined || now - found.putAt.getTime() >= REPORT_EVERY_MS;
    });
    const isWanted = (one: DocumentKey) =>
      wanted.some(({ kind, name }) => kind === one.kind && (name === one.name || name + SIGNATURE === one.name));
    return { put, remove: there.filter((one) => !isWanted(one)) };
  }

  /** Carries a plan out, in folders that were looked at just now. @throws GraphFault */
  async carryOut(userId: Eui, folders: Folders, { put, remove }: Awaited<ReturnType<Shelf['plan']>>): Promise<void> {
    for (const document of remove) await this.#remove(folders, document);
    for (const wanted of put) await this.#put(userId, folders, wanted);
  }

  async #notTaken(userId: Eui): Promise<Wanted[]> {
    return told(await listFiles(this.#parts.pool, userId)).map((file) => {
      const { item, name } = file;
      // a name that may not be given is not given to the document either
      const shown = isFileName(name) ? name : `file-${sha256Of(Buffer.from(item)).toString('hex').slice(0, 12)}`;
      return wantedBytes(shown + NOT_TAKEN, writeNotTaken(file));
    });
  }

  async #receipts(userId: Eui): Promise<Wanted[]> {
    const { pool } = this.#parts;
    return (await listReceipts(pool, userId)).map((receipt) => ({
      kind: 'receipts',
      name: nameOfReceipt(receipt),
      stamp: receipt.digest.toString('hex'),
      make: async (use) => use(contentOf((await readReceipt(pool, { ...receipt, userId })).bytes)),
    }));
  }

  async #reports(userId: Eui): Promise<Wanted[]> {
    const { pool, reports, operatorId, signal } = this.#parts;
    return (await listReported(pool, userId)).map(({ event, held, deleted, undecided, lastAt }) => ({
      kind: 'reports',
      name: event + REPORT,
      stamp: [held, deleted, undecided, lastAt].join(' '),
      make: async (use) => {
        const { file, sha256, release } = await reports.make({ userId, event, operatorId, signal });
        try {
          const { size } = await file.stat();
          await use({
            size,
            sha256,
            read: async (at, length) => {
              const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at);
              return buffer.subarray(0, bytesRead);
            },
          });
        } finally {
          await file.close();
          release();
        }
      },
    }));
  }

  async #put(userId: Eui, folders: Folders, { kind, name, stamp, make }: Wanted): Promise<void> {
    const { pool, signer, clock } = this.#parts;
    try {
      await make(async (content) => {
        const item = await this.#putContent({ userId, kind, name }, folders, content);
        if (signer !== undefined) {
          const key = { userId, kind, name: name + SIGNATURE };
          const signature = contentOf(signDigest(content.sha256, signer, clock.now()));
          await endDocument(pool, key, {
            stamp,
            item: await this.#putContent(key, folders, signature),
            at: clock.now(),
          });
        }
        // last: whatever is killed, both are put or both are put again
        await endDocument(pool, { userId, kind, name }, { stamp, item, at: clock.now() });
      });
    } catch (error) {
      // somebody fetches it just now, or it was decided on meanwhile: the next look sees
      const isLater =
        error instanceof PenstockError && ['quarantine.report-under-way', 'request.not-found'].includes(error.code);
      if (!isLater) throw error;
    }
  }

  async #putContent(key: DocumentKey, folders: Folders, content: Content): Promise<string> {
    const { pool, graph, drive } = this.#parts;
    await beginDocument(pool, key);
    const known = (await listDocuments(pool, key.userId)).find(
      ({ kind, name }) => kind === key.kind && name === key.name,
    );
    return putDocument({
      graph,
      drive,
      folder: folders[key.kind],
      name: key.name,
      content,
      upload: known?.upload,
      onUpload: (address) => storeUpload(pool, key, { address, sha256: content.sha256 }),
    });
  }

  /** Takes a document away that the platform put there. */
  async #remove(folders: Folders, document: PutDocument): Promise<void> {
    const { pool, graph, drive } = this.#parts;
    const parent = folders[document.kind];
    try {
      const found =
        document.item === undefined ? await graph.child(parent, document.name) : await graph.item(document.item);
      if (found !== undefined && isFileAt(found, { drive, parent, name: document.name })) {
        await graph.remove(found.id, found.eTag);
      }
    } catch (error) {
      if (!(error instanceof GraphFault) || error.kind !== 'missing') throw error;
    }
    await forgetDocument(pool, document);
  }
}

function sha256Of(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function contentOf(bytes: Buffer): Content {
  const read = async (at: number, length: number) => bytes.subarray(at, at + length);
  return { size: bytes.length, sha256: sha256Of(bytes), read };
}

function wantedBytes(name: string, bytes: Buffer): Wanted {
  const content = contentOf(bytes);
  return { kind: 'receipts', name, stamp: content.sha256.toString('hex'), make: (use) => use(content) };
}
