// Takes in the files of a User's folder `incoming` whose signature lies beside them. It may be killed at any moment: a file
// is a submission before it is deleted in the library, and the same bytes again are the same submission.
import type { Eui } from '@penstock/duis';
import { MOST_SIGNATURE_BYTES } from '@penstock/files/signature';
import { isUnavailable } from '../../foundation/database/index.ts';
import { type ErrorCode, messageOf, PenstockError } from '../../foundation/errors.ts';
import type { Log } from '../../foundation/log.ts';
import { type Part, receiveFile } from '../../submissions/receive.ts';
import type { TrustFiles } from '../../submissions/trust.ts';
import { isFileName, pairsOf } from '../file-names.ts';
import { type DriveItem, isFileAt, versionOf, writerOf } from './drive-item.ts';
import { GraphFault } from './faults.ts';
import {
  forgetFile,
  type LibraryFile,
  listFiles,
  markTaken,
  refuseFiles,
  type Seen,
  storeLook,
} from './files-store.ts';
import type { LibraryParts } from './folders.ts';
import { endLook } from './library-store.ts';
import { QuickXorHash } from './quick-xor-hash.ts';

/** Of a folder that are looked at in one round: what lies behind them comes when these are done with. */
const MOST_PAGES = 5;
/** Of a User in one round, before others have their turn. */
const MOST_PAIRS = 20;
/** Not the file's fault: it is tried again. */
const passing: readonly ErrorCode[] = ['submissions.upload-under-way', 'submissions.no-trust', 'database.unavailable'];

export interface TakerParts extends LibraryParts {
  readonly log: Log;
  readonly trust: TrustFiles;
  readonly mostBytes: number;
  readonly mostKeptBytes: number;
}

export interface Look {
  readonly userId: Eui;
  /** The folder. */
  readonly incoming: string;
  /** Why nothing is taken in by this way now; undefined: it is. */
  readonly closed: string | undefined;
}

/** The bytes of a file, or a failure: they must be as many as the library says, and have its hash. */
async function* wholeOf({ graph }: LibraryParts, item: DriveItem): AsyncGenerator<Uint8Array> {
  const { size = 0, file } = item;
  const hash = new QuickXorHash();
  let read = 0;
  for await (const piece of graph.download(item)) {
    read += piece.length;
    if (read > size) break;
    hash.update(piece);
    yield piece;
  }
  if (read !== size) throw new GraphFault('changed', 'a file has not as many bytes as the library says');
  const expected = file?.hashes?.quickXorHash;
  if (expected !== undefined && expected !== hash.digest()) {
    throw new GraphFault('changed', 'a file has not the hash that the library says');
  }
}

export class Taker {
  readonly #parts: TakerParts;

  constructor(parts: TakerParts) {
    this.#parts = parts;
  }

  /** Takes in whatever is ready, and returns how many. @throws GraphFault */
  async take(look: Look): Promise<number> {
    const { pool } = this.#parts;
    const { userId, incoming } = look;
    const { items, isAll } = await this.#list(incoming);
    const found = new Map(items.map((item) => [item.id, item]));
    const seen = items.flatMap((item): Seen[] => {
      const version = versionOf(item);
      return version === undefined ? [] : [{ item: item.id, name: item.name ?? '', version }];
    });
    const files = await storeLook(pool, { userId, seen, isAll: isAll && seen.length === items.length });
    await this.#refuseNames(userId, files);
    const ready = files.filter(
      (file) => file.isSettled && !file.isTaken && found.has(file.item) && isFileName(file.name),
    );
    let taken = 0;
    for (const pair of pairsOf(ready).filter(isOpen).slice(0, MOST_PAIRS)) {
      if (await this.#takePair(look, pair)) taken++;
    }
    for (const file of await listFiles(pool, userId)) if (file.isTaken) await this.#remove(look, file);
    const left = await listFiles(pool, userId);
    const isDone = left.every(({ isSettled, isTaken }) => isSettled && !isTaken) && !pairsOf(left).some(isOpen);
    if (isAll && seen.length === items.length && isDone) await endLook(pool, userId);
    return taken;
  }

  async #list(incoming: string): Promise<{ items: DriveItem[]; isAll: boolean }> {
    const { graph, drive } = this.#parts;
    const items: DriveItem[] = [];
    let next: string | undefined;
    for (let pages = 0; pages < MOST_PAGES; pages++) {
      const page = await graph.children(incoming, next);
      items.push(...page.items.filter((item) => isFileAt(item, { drive, parent: incoming, name: item.name ?? '' })));
      next = page.next;
      if (next === undefined) return { items, isAll: true };
    }
    return { items, isAll: false };
  }

  async #refuseNames(userId: Eui, files: readonly LibraryFile[]): Promise<void> {
    for (const { item, name, refusal } of files) {
      if (isFileName(name) || refusal !== undefined) continue;
      const detail =
        "a name may have letters, digits, '.', '_', '-' and spaces, 200 at most, and does not begin with a dot";
      await refuseFiles(this.#parts.pool, { userId, items: [item], code: 'submissions.parts', detail });
    }
  }

  /** False: it waits, or was refused. */
  async #takePair(look: Look, pair: { file: LibraryFile; signature: LibraryFile }): Promise<boolean> {
    const { pool, log, trust, mostBytes, mostKeptBytes } = this.#parts;
    const { userId, closed } = look;
    const items = [pair.file.item, pair.signature.item];
    try {
      if (closed !== undefined) throw new PenstockError('ways.closed', { detail: closed });
      trust.current();
      const file = await this.#fresh(look, pair.file);
      const signature = await this.#fresh(look, pair.signature);
      if (file === undefined || signature === undefined) return false;
      requireSize(file, mostBytes, 'file');
      requireSize(signature, MOST_SIGNATURE_BYTES, 'signature');
      const parts = this.#parts;
      const delivered = async function* (): AsyncGenerator<Part> {
        yield { name: 'signature', bytes: wholeOf(parts, signature) };
        yield { name: 'file', fileName: pair.file.name, bytes: wholeOf(parts, file) };
      };
      const sha256 = await receiveFile(pool, {
        userId,
        parts: delivered(),
        mostBytes,
        mostKeptBytes,
        start: { pausedBy: undefined, rate: undefined },
        way: 'sharepoint',
        by: writerOf(file) ?? userId,
      });
      await markTaken(pool, userId, items);
      log.info({ userId, submission: sha256.toString('hex') }, 'a file came in by SharePoint');
      return true;
    } catch (error) {
      if (error instanceof GraphFault && ['missing', 'changed'].includes(error.kind)) {
        log.info({ userId, reason: error.message }, 'a file of a folder waits to be taken in');
        return false;
      }
      if (!(error instanceof PenstockError) || isUnavailable(error)) throw error;
      const { code, detail } = error;
      if (passing.includes(code)) log.info({ userId, code }, 'a file of a folder waits to be taken in');
      else await refuseFiles(pool, { userId, items, code, detail: detail ?? messageOf(error) });
      return false;
    }
  }

  /** The item as it is now; undefined: it is not what the last look found. */
  async #fresh({ incoming }: Look, { item, name, version }: LibraryFile): Promise<DriveItem | undefined> {
    const { graph, drive } = this.#parts;
    const found = await graph.item(item);
    return isFileAt(found, { drive, parent: incoming, name }) && versionOf(found) === version ? found : undefined;
  }

  /** Deletes what is a submission, unless it was put anew meanwhile. */
  async #remove(look: Look, file: LibraryFile): Promise<void> {
    const { pool, graph } = this.#parts;
    try {
      const found = await this.#fresh(look, file);
      if (found === undefined) return;
      await graph.remove(file.item, found.eTag);
    } catch (error) {
      if (!(error instanceof GraphFault)) throw error;
      if (error.kind === 'changed') return;
      if (error.kind !== 'missing') throw error;
    }
    await forgetFile(pool, look.userId, file.item);
  }
}

/** A signature that was refused was over other bytes than the next file of its name. */
function isOpen({ signature }: { readonly signature: LibraryFile }): boolean {
  return signature.refusal === undefined;
}

function requireSize({ size = 0 }: DriveItem, most: number, where: string): void {
  if (size > most) throw new PenstockError('request.too-large', { detail: `a ${where} may have ${most} bytes`, where });
}
