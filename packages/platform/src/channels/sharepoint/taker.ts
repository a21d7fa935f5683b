// Takes in the files of a User's folder `incoming` whose signature lies beside them. It may be killed at any moment: a file
// is a submission before it is deleted in the library, and the same bytes again are the same submission.
import type { Eui } from '@penstock/duis';
import { MOST_SIGNATURE_BYTES } from '@penstock/files/signature';
import type { Clock } from '../../foundation/clock.ts';
import { messageOf, PenstockError } from '../../foundation/errors.ts';
import type { Log } from '../../foundation/log.ts';
import { type Part, receiveFile } from '../../submissions/receive.ts';
import type { TrustFiles } from '../../submissions/trust.ts';
import { recordHealth } from '../../ways/health-store.ts';
import { isFileName } from '../file-names.ts';
import { type Group, overdue, sortFolder, UNFIT } from '../pairing.ts';
import { takeGroup } from '../take-group.ts';
import { type DriveItem, isFileAt, versionOf, writerOf } from './drive-item.ts';
import { GraphFault } from './faults.ts';
import {
  countUnfit,
  forgetFile,
  type LibraryFile,
  listFiles,
  lyingOf,
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
const MOST_GROUPS = 20;
/** Bytes that were not what the library says are fetched again so often: a library may be slow to tell what it has. */
const MOST_UNFIT = 5;

export interface TakerParts extends LibraryParts {
  readonly log: Log;
  readonly clock: Clock;
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

/** The library gives no bytes of a file that it lists, or others than it says: not its number of them, or not its hash. */
class UnfitBytes extends Error {
  override readonly name = 'UnfitBytes';
  readonly file: LibraryFile;

  constructor(file: LibraryFile, words: string) {
    super(words);
    this.file = file;
  }
}

/** The bytes of a file. @throws UnfitBytes, GraphFault */
async function* wholeOf({ graph }: LibraryParts, file: LibraryFile, item: DriveItem): AsyncGenerator<Uint8Array> {
  const { size = 0 } = item;
  const hash = new QuickXorHash();
  let read = 0;
  try {
    for await (const piece of graph.download(item)) {
      read += piece.length;
      if (read > size) break;
      hash.update(piece);
      yield piece;
    }
  } catch (error) {
    // a library may hold back what it finds harmful
    const isHeldBack = error instanceof GraphFault && ['missing', 'denied'].includes(error.kind);
    if (isHeldBack)
      throw new UnfitBytes(file, `the library lists a file, and does not give its bytes: ${error.message}`);
    throw error;
  }
  if (read !== size) throw new UnfitBytes(file, 'a file has not as many bytes as the library says');
  const expected = item.file?.hashes?.quickXorHash;
  if (expected !== undefined && expected !== hash.digest()) {
    throw new UnfitBytes(file, 'a file has not the hash that the library says');
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
    const { ready } = sortFolder(lyingOf(files).filter(({ item }) => found.has(item)));
    let taken = 0;
    for (const group of ready.slice(0, MOST_GROUPS)) if (await this.#takeGroup(look, group)) taken++;
    for (const file of await listFiles(pool, userId)) if (file.isTaken) await this.#remove(look, file);
    const left = await listFiles(pool, userId);
    const isDone =
      left.every(({ isWhole, isTaken }) => isWhole && !isTaken) && sortFolder(lyingOf(left)).ready.length === 0;
    if (isAll && seen.length === items.length && isDone) await endLook(pool, userId);
    return taken;
  }

  /** Tells of what has waited too long; nothing of it is asked of the library. */
  async tellOverdue(userId: Eui): Promise<void> {
    const { pool, clock } = this.#parts;
    await refuseFiles(pool, { userId, refused: overdue(lyingOf(await listFiles(pool, userId)), clock.now()) });
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
    const detail =
      "a name may have letters, digits, '.', '_', '-' and spaces, 200 at most, and does not begin with a dot";
    const refusal = { code: 'submissions.parts', detail };
    const refused = files
      .filter((file) => !isFileName(file.name) && file.refusal === undefined)
      .map((file) => ({ file, refusal }));
    await refuseFiles(this.#parts.pool, { userId, refused });
  }

  /** False: it waits, or was refused. */
  async #takeGroup(look: Look, group: Group<LibraryFile>): Promise<boolean> {
    const { pool, log } = this.#parts;
    const { userId } = look;
    try {
      const outcome = await takeGroup(group, (signature) => this.#deliver(look, group.file, signature));
      if (typeof outcome === 'string') {
        log.info({ userId, code: outcome }, 'a file of a folder waits to be taken in');
        return false;
      }
      const { taken, refused } = outcome;
      await refuseFiles(pool, { userId, refused });
      if (taken.length === 0) return false;
      await markTaken(
        pool,
        userId,
        taken.map(({ item }) => item),
      );
      log.info({ userId, name: group.file.name, signatures: taken.length - 1 }, 'a file came in by SharePoint');
      return true;
    } catch (error) {
      if (error instanceof UnfitBytes) await this.#tellUnfit(userId, error);
      else if (!(error instanceof GraphFault && ['missing', 'changed'].includes(error.kind))) throw error;
      log.info({ userId, reason: messageOf(error) }, 'a file of a folder waits to be taken in');
      return false;
    }
  }

  /** @throws PenstockError, UnfitBytes, GraphFault */
  async #deliver(look: Look, lying: LibraryFile, lyingSignature: LibraryFile): Promise<void> {
    const parts = this.#parts;
    const { pool, trust, mostBytes, mostKeptBytes } = parts;
    const { userId, closed } = look;
    if (closed !== undefined) throw new PenstockError('ways.closed', { detail: closed });
    trust.current();
    const file = await this.#fresh(look, lying);
    const signature = await this.#fresh(look, lyingSignature);
    requireSize(file, mostBytes, 'file');
    requireSize(signature, MOST_SIGNATURE_BYTES, 'signature');
    const delivered = async function* (): AsyncGenerator<Part> {
      yield { name: 'signature', bytes: wholeOf(parts, lyingSignature, signature) };
      yield { name: 'file', fileName: lying.name, bytes: wholeOf(parts, lying, file) };
    };
    await receiveFile(pool, {
      userId,
      parts: delivered(),
      mostBytes,
      mostKeptBytes,
      start: { pausedBy: undefined, rate: undefined },
      way: 'sharepoint',
      by: writerOf(signature) ?? userId,
    });
  }

  /** Once it was fetched often enough, it is refused: it is fetched again when the library has another version of it. */
  async #tellUnfit(userId: Eui, { file, message }: UnfitBytes): Promise<void> {
    const { pool, clock, log } = this.#parts;
    const times = await countUnfit(pool, userId, file);
    if (times < MOST_UNFIT) return;
    const detail = `${message}: it was fetched ${times} times`;
    await refuseFiles(pool, { userId, refused: [{ file, refusal: { code: UNFIT, detail } }] });
    log.warn({ userId, times }, 'a file of SharePoint is never what the library says');
    const failure = `${detail}, in the folder of ${userId}`;
    await recordHealth(pool, 'sharepoint', { by: 'use', ok: false, at: clock.now(), detail: failure });
  }

  /** The item as it is now. @throws GraphFault 'changed' where it is not what the last look found */
  async #fresh({ incoming }: Look, { item, name, version }: LibraryFile): Promise<DriveItem> {
    const { graph, drive } = this.#parts;
    const found = await graph.item(item);
    if (isFileAt(found, { drive, parent: incoming, name }) && versionOf(found) === version) return found;
    throw new GraphFault('changed', 'a file is another than the last look found');
  }

  /** Deletes what is a submission, unless it was put anew meanwhile. */
  async #remove(look: Look, file: LibraryFile): Promise<void> {
    const { pool, graph } = this.#parts;
    try {
      const found = await this.#fresh(look, file);
      await graph.remove(file.item, found.eTag);
    } catch (error) {
      if (!(error instanceof GraphFault)) throw error;
      if (error.kind === 'changed') return;
      if (error.kind !== 'missing') throw error;
    }
    await forgetFile(pool, look.userId, file.item);
  }
}

function requireSize({ size = 0 }: DriveItem, most: number, where: string): void {
  if (size > most) throw new PenstockError('request.too-large', { detail: `a ${where} may have ${most} bytes`, where });
}
