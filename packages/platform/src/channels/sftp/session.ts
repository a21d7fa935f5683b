// One SFTP session of a User: its requests one after another, in their order.
//
// The library reads requests as fast as they come and takes the client's window back at once, so nothing but this file
// bounds what a client can have waiting: whoever has more than any real client is ended.
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import ssh2, { type FileEntry, type SFTPWrapper } from 'ssh2';
import { errorCodes, PenstockError } from '../../foundation/errors.ts';
import type { Log } from '../../foundation/log.ts';
import { isFileName } from '../file-names.ts';
import { FolderHandle, ReadHandle, SftpFailure, WriteHandle } from './handles.ts';
import { createIncoming, findIncoming, MOST_FILES, removeIncoming, renameIncoming } from './incoming-store.ts';
import { folders, normalisePath, placeOf } from './paths.ts';
import type { Tree } from './tree.ts';

// OpenSSH keeps 64 requests of 32 kB under way; some clients send up to 256 kB in one
const MOST_WAITING = 1_024;
const MOST_WAITING_BYTES = 32 * 1024 * 1024;
/** Answers that a client asks for and does not take. */
const MOST_UNSENT_BYTES = 32 * 1024 * 1024;
/** Between two questions whether a key is still good, for what only reads and writes on. */
const GOOD_FOR_MS = 1_000;
const MOST_HANDLES = 16;
const MOST_NAMES = 100;
/** Longest answer to a READ. */
const MOST_READ = 256 * 1024;

const { STATUS_CODE, OPEN_MODE } = ssh2.utils.sftp;
const FOLDER_MODE = 0o40750;
const FILE_MODE = 0o100640;

export interface SessionParts {
  readonly pool: pg.Pool;
  readonly log: Log;
  readonly userId: Eui;
  readonly tree: Tree;
  /** That all files of the folder `incoming` may have. */
  readonly mostBytes: number;
  /** Whether who signed in may still be here. */
  readonly isGood: () => Promise<boolean>;
  /** Why nothing is taken in now; undefined: it is. */
  readonly closed: () => Promise<string | undefined>;
  /** A file has become whole, or was given its last name. */
  readonly onWhole: () => void;
  /** Something was asked. */
  readonly onRequest: () => void;
  /** Bytes that were answered and that the client has not taken. */
  readonly unsentBytes: () => number;
  /** Who makes a file whole, in words. */
  readonly by: string;
  /** Is told what the session holds in memory; false: it is too much beside the others. */
  readonly hold: (bytes: number) => boolean;
  /** Ends the connection. */
  readonly end: () => void;
}

type Handle = WriteHandle | ReadHandle | FolderHandle;
type Attributes = Parameters<SFTPWrapper['attrs']>[1];

interface Described {
  readonly isFolder: boolean;
  readonly size: number | undefined;
  readonly changedAt: Date;
}

/** Without a size where it is known only when the file is made: clients then read to the end. */
function attributesOf({ isFolder, size, changedAt }: Described): Attributes {
  const seconds = Math.floor(changedAt.getTime() / 1000);
  const known = { mode: isFolder ? FOLDER_MODE : FILE_MODE, uid: 0, gid: 0, atime: seconds, mtime: seconds };
  return (size === undefined ? known : { ...known, size }) as Attributes;
}

/** As `ls -l` writes it. */
function entryOf(name: string, described: Described): FileEntry {
  const mode = described.isFolder ? 'drwxr-x---' : '-rw-r-----';
  const at = described.changedAt.toISOString().slice(0, 16).replace('T', ' ');
  const longname = `${mode} 1 penstock penstock ${String(described.size ?? 0).padStart(12)} ${at} ${name}`;
  return { filename: name, longname, attrs: attributesOf(described) };
}

/** The folders have no times of their own. */
function folderNow(): Described {
  return { isFolder: true, size: undefined, changedAt: new Date() };
}

/** What waits in the library for the client's window; it tells nobody. */
function unsentIn(wire: SFTPWrapper): number {
  const { _buffer: waiting } = wire as unknown as { _buffer?: readonly Uint8Array[] };
  return (waiting ?? []).reduce((bytes, each) => bytes + each.length, 0);
}

function noSuchFile(): SftpFailure {
  return new SftpFailure('NO_SUCH_FILE', 'there is no such file');
}

function denied(message: string): SftpFailure {
  return new SftpFailure('PERMISSION_DENIED', message);
}

export class SftpSession {
  readonly #parts: SessionParts;
  readonly #wire: SFTPWrapper;
  readonly #handles = new Map<number, Handle>();
  readonly #ended = new AbortController();
  #nextHandle = 1;
  #goodUntil = 0;
  #waiting = 0;
  #waitingBytes = 0;
  #isClosed = false;
  #last: Promise<void> = Promise.resolve();

  constructor(parts: SessionParts, wire: SFTPWrapper) {
    this.#parts = parts;
    this.#wire = wire;
    this.#listen();
  }

  /** Stores what came of files that are still being written, so that they can be resumed, and lets all go. */
  async close(): Promise<void> {
    this.#ended.abort();
    await this.#last;
    this.#isClosed = true;
    for (const handle of this.#handles.values()) {
      if (handle instanceof WriteHandle) await handle.store().catch(() => undefined);
      if (handle instanceof ReadHandle) await handle.close().catch(() => undefined);
    }
    this.#handles.clear();
    this.#parts.hold(0);
  }

  /** What would go from memory with this session; what was asked for and is not taken is `unsent`. */
  #heldBytes(unsent: number): number {
    const open = [...this.#handles.values()];
    return open.reduce((bytes, handle) => bytes + handle.heldBytes, this.#waitingBytes + unsent);
  }

  #listen(): void {
    const wire = this.#wire;
    // what is no SFTP
    wire.on('error', () => this.#parts.end());
    wire.on('OPEN', (id, path, flags) =>
      this.#serve(id, 0, async () => wire.handle(id, this.#keep(await this.#open(path, flags)))),
    );
    wire.on('WRITE', (id, handle, offset, data) => {
      const bytes = Buffer.from(data);
      // a copy: what the library gives is a part of a packet, which may be far longer
      this.#serve(id, data.length, async () => {
        await this.#handle(handle, WriteHandle).write(offset, bytes);
        this.#ok(id);
      });
    });
    wire.on('READ', (id, handle, offset, length) =>
      this.#serve(id, 0, async () => {
        const bytes = await this.#handle(handle, ReadHandle).read(offset, Math.min(length, MOST_READ));
        if (bytes === undefined) throw new SftpFailure('EOF', 'the file ends here');
        wire.data(id, bytes);
      }),
    );
    wire.on('CLOSE', (id, handle) =>
      this.#serve(id, 0, async () => {
        await this.#close(handle);
        this.#ok(id);
      }),
    );
    wire.on('OPENDIR', (id, path) =>
      this.#serve(id, 0, async () => wire.handle(id, this.#keep(new FolderHandle(await this.#list(path))))),
    );
    wire.on('READDIR', (id, handle) =>
      this.#serve(id, 0, async () => {
        const entries = this.#handle(handle, FolderHandle).next(MOST_NAMES);
        if (entries.length === 0) throw new SftpFailure('EOF', 'these were all');
        wire.name(id, entries);
      }),
    );
    const stat = (id: number, path: string) =>
      this.#serve(id, 0, async () => wire.attrs(id, attributesOf(await this.#stat(path))));
    wire.on('STAT', stat);
    wire.on('LSTAT', stat);
    wire.on('FSTAT', (id, handle) =>
      this.#serve(id, 0, async () => {
        const found = this.#handle(handle, undefined);
        if (found instanceof FolderHandle) throw new SftpFailure('OP_UNSUPPORTED', 'this is a folder');
        const changedAt = found instanceof WriteHandle ? found.changedAt : new Date();
        wire.attrs(id, attributesOf({ isFolder: false, size: found.size, changedAt }));
      }),
    );
    // times and permissions that a client wants kept are not: no harm is done, and `put -p` goes on
    wire.on('SETSTAT', (id) => this.#serve(id, 0, async () => this.#ok(id)));
    wire.on('FSETSTAT', (id) => this.#serve(id, 0, async () => this.#ok(id)));
    wire.on('REALPATH', (id, path) =>
      this.#serve(id, 0, async () => {
        const filename = normalisePath(path);
        wire.name(id, [entryOf(filename, folderNow())]);
      }),
    );
    wire.on('REMOVE', (id, path) =>
      this.#serve(id, 0, async () => {
        const name = this.#incomingName(path);
        await this.#requireGood();
        if (!(await removeIncoming(this.#parts.pool, this.#parts.userId, name))) throw noSuchFile();
        this.#ok(id);
      }),
    );
    wire.on('RENAME', (id, from, to) =>
      this.#serve(id, 0, async () => {
        await this.#rename(this.#incomingName(from), this.#incomingName(to));
        this.#ok(id);
      }),
    );
    const fixed = (id: number) =>
      this.#serve(id, 0, async () => {
        throw denied('the folders are fixed: incoming, receipts, reports');
      });
    for (const event of ['MKDIR', 'RMDIR', 'READLINK', 'SYMLINK'] as const) wire.on(event as 'MKDIR', fixed);
  }

  #ok(id: number): void {
    this.#wire.status(id, STATUS_CODE.OK);
  }

  /** Queues a request; `bytes` are those that it holds in memory until it is done. */
  #serve(id: number, bytes: number, work: () => Promise<void>): void {
    const { log, userId, end, onRequest, unsentBytes } = this.#parts;
    onRequest();
    this.#waiting += 1;
    this.#waitingBytes += bytes;
    const unsent = unsentBytes() + unsentIn(this.#wire);
    const isTooMuch =
      this.#waiting > MOST_WAITING || this.#waitingBytes > MOST_WAITING_BYTES || unsent > MOST_UNSENT_BYTES;
    if (isTooMuch || !this.#parts.hold(this.#heldBytes(unsent))) {
      if (!this.#ended.signal.aborted) log.warn({ userId }, 'an SFTP session was ended: it has too much waiting');
      this.#ended.abort();
      end();
      return;
    }
    this.#last = this.#last.then(async () => {
      try {
        if (this.#ended.signal.aborted) return;
        await this.#requireGoodNow();
        await work();
      } catch (error) {
        this.#refuse(id, error);
      } finally {
        this.#waiting -= 1;
        this.#waitingBytes -= bytes;
        if (!this.#isClosed) this.#parts.hold(this.#heldBytes(unsentBytes() + unsentIn(this.#wire)));
      }
    });
  }

  #refuse(id: number, error: unknown): void {
    const { status, message } = this.#toldOf(error);
    try {
      this.#wire.status(id, STATUS_CODE[status], message);
    } catch {
      // the connection is gone
      this.#parts.end();
    }
  }

  #toldOf(error: unknown): SftpFailure {
    if (error instanceof SftpFailure) return error;
    if (error instanceof PenstockError && error.status < 500) {
      return new SftpFailure('FAILURE', `${errorCodes[error.code].title} ${errorCodes[error.code].action}`);
    }
    const { log, userId } = this.#parts;
    if (!this.#ended.signal.aborted) log.warn({ err: error, userId }, 'a request over SFTP failed');
    return new SftpFailure('FAILURE', 'this could not be done now; try again');
  }

  /** Rights may have gone since the sign-in: what is changed, named, made whole or handed out asks anew. */
  async #requireGood(): Promise<void> {
    if (await this.#parts.isGood()) {
      this.#goodUntil = performance.now() + GOOD_FOR_MS;
      return;
    }
    this.#ended.abort();
    this.#parts.end();
    throw denied('this key is no longer good for this User ID');
  }

  /** The way may be closed while somebody is here: what was begun is finished, nothing new is. */
  async #requireOpen(): Promise<void> {
    const closed = await this.#parts.closed();
    if (closed !== undefined) throw denied(closed);
  }

  async #requireGoodNow(): Promise<void> {
    if (performance.now() > this.#goodUntil) await this.#requireGood();
  }

  #keep(handle: Handle): Buffer {
    const number = this.#nextHandle++;
    this.#handles.set(number, handle);
    const name = Buffer.alloc(4);
    name.writeUInt32BE(number);
    return name;
  }

  #numberOf(handle: Buffer): number {
    return handle.length === 4 ? handle.readUInt32BE() : 0;
  }

  #handle<Kind extends Handle>(handle: Buffer, kind: abstract new (...args: never[]) => Kind): Kind;
  #handle(handle: Buffer, kind: undefined): Handle;
  #handle(handle: Buffer, kind: (abstract new (...args: never[]) => Handle) | undefined): Handle {
    const found = this.#handles.get(this.#numberOf(handle));
    if (found === undefined || (kind !== undefined && !(found instanceof kind))) {
      throw new SftpFailure('FAILURE', 'nothing is open under this handle that can be used so');
    }
    return found;
  }

  async #close(handle: Buffer): Promise<void> {
    const found = this.#handle(handle, undefined);
    this.#handles.delete(this.#numberOf(handle));
    if (found instanceof ReadHandle) await found.close();
    if (!(found instanceof WriteHandle)) return;
    await this.#requireGood();
    await found.end();
    this.#parts.onWhole();
  }

  /** The name of a file of the folder `incoming`, the only one in which anything can be changed. */
  #incomingName(path: string): string {
    const place = placeOf(path);
    if (place?.kind !== 'file' || place.folder !== 'incoming') {
      throw denied('files are written, renamed and removed in the folder incoming only');
    }
    if (!isFileName(place.name)) {
      throw denied('a name has letters, digits, ".", "_", "-" and spaces, and at most 200 of them');
    }
    return place.name;
  }

  async #open(path: string, flags: number): Promise<Handle> {
    await this.#requireGood();
    if (this.#handles.size >= MOST_HANDLES) throw new SftpFailure('FAILURE', `${MOST_HANDLES} files may be open`);
    if ((flags & OPEN_MODE.WRITE) !== 0) return this.#openToWrite(this.#incomingName(path), flags);
    const place = placeOf(path);
    if (place?.kind !== 'file') throw noSuchFile();
    if (place.folder === 'incoming') throw denied('what lies in incoming is not handed out again');
    const content = await this.#parts.tree.open(place.folder, place.name, this.#ended.signal);
    if (content === undefined) throw noSuchFile();
    return new ReadHandle(content);
  }

  async #openToWrite(name: string, flags: number): Promise<WriteHandle> {
    await this.#requireOpen();
    const { pool, userId, mostBytes } = this.#parts;
    const has = (flag: number) => (flags & flag) !== 0;
    const known = await findIncoming(pool, userId, name);
    if (known !== undefined && has(OPEN_MODE.EXCL)) throw new SftpFailure('FAILURE', 'there is a file of that name');
    if (known === undefined && !has(OPEN_MODE.CREAT)) throw noSuchFile();
    const file = known === undefined || has(OPEN_MODE.TRUNC) ? await createIncoming(pool, userId, name) : known;
    if (file === undefined) throw new SftpFailure('FAILURE', `the folder may have ${MOST_FILES} files; remove some`);
    return new WriteHandle({ pool, userId, file, mostBytes, by: this.#parts.by });
  }

  async #rename(from: string, to: string): Promise<void> {
    const { pool, userId, onWhole } = this.#parts;
    await this.#requireGood();
    await this.#requireOpen();
    const outcome = await renameIncoming(pool, { userId, from, to });
    if (outcome === 'gone') throw noSuchFile();
    if (outcome === 'taken') throw new SftpFailure('FAILURE', 'there is a file of that name');
    onWhole();
  }

  async #list(path: string): Promise<FileEntry[]> {
    await this.#requireGood();
    if (this.#handles.size >= MOST_HANDLES) throw new SftpFailure('FAILURE', `${MOST_HANDLES} folders may be open`);
    const place = placeOf(path);
    if (place?.kind === 'root') return folders.map((name) => entryOf(name, folderNow()));
    if (place?.kind !== 'folder') throw noSuchFile();
    const entries = await this.#parts.tree.list(place.folder);
    return entries.map((entry) => entryOf(entry.name, { ...entry, isFolder: false }));
  }

  async #stat(path: string): Promise<Described> {
    const place = placeOf(path);
    if (place === undefined) throw noSuchFile();
    if (place.kind !== 'file') return folderNow();
    const entries = await this.#parts.tree.list(place.folder);
    const found = entries.find(({ name }) => name === place.name);
    if (found === undefined) throw noSuchFile();
    return { ...found, isFolder: false };
  }
}
