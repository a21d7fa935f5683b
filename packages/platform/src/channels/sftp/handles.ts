// What a client has open. Writing keeps up to a megabyte in memory before it is stored; reading is of bytes or of a file.
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import type { FileEntry } from 'ssh2';
import { appendIncoming, endIncoming, type IncomingFile } from './incoming-store.ts';
import type { Readable } from './tree.ts';

const PIECE_BYTES = 1024 * 1024;

/** What a client is told: a status of SFTP and a sentence. */
export class SftpFailure extends Error {
  override readonly name = 'SftpFailure';
  readonly status: SftpStatus;
  constructor(status: SftpStatus, message: string) {
    super(message);
    this.status = status;
  }
}
export type SftpStatus = 'EOF' | 'NO_SUCH_FILE' | 'PERMISSION_DENIED' | 'FAILURE' | 'OP_UNSUPPORTED';

export class WriteHandle {
  readonly #pool: pg.Pool;
  readonly #userId: Eui;
  readonly #file: IncomingFile;
  readonly #mostBytes: number;
  #stored: number;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  /** Why nothing more is taken: what comes after a piece that was refused would leave a hole. */
  #failure: unknown;

  readonly #by: string;

  constructor(options: { pool: pg.Pool; userId: Eui; file: IncomingFile; mostBytes: number; by: string }) {
    this.#pool = options.pool;
    this.#userId = options.userId;
    this.#file = options.file;
    this.#mostBytes = options.mostBytes;
    this.#by = options.by;
    this.#stored = options.file.size;
  }

  get size(): number {
    return this.#stored + this.#pendingBytes;
  }
  get changedAt(): Date {
    return this.#file.changedAt;
  }
  /** Bytes in memory. */
  get heldBytes(): number {
    return this.#pendingBytes;
  }

  /** @throws SftpFailure when the bytes do not follow those that are there, or do not fit */
  async write(offset: number, bytes: Buffer): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    if (offset !== this.size) {
      this.#failure = new SftpFailure(
        'OP_UNSUPPORTED',
        `a file is written from its beginning to its end; the next byte is ${this.size}`,
      );
      throw this.#failure;
    }
    if (bytes.length === 0) return;
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes >= PIECE_BYTES) await this.store();
  }

  /** Stores what is in memory. @throws SftpFailure when the file is gone, or the folder full */
  async store(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#pendingBytes === 0) return;
    const bytes = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#pendingBytes = 0;
    try {
      await this.#append(bytes);
    } catch (error) {
      this.#failure = error;
      throw error;
    }
    this.#stored += bytes.length;
  }

  async #append(bytes: Buffer): Promise<void> {
    const outcome = await appendIncoming(this.#pool, {
      userId: this.#userId,
      file: this.#file.file,
      at: this.#stored,
      bytes,
      mostBytes: this.#mostBytes,
    });
    if (outcome === 'gone') throw gone();
    if (outcome === 'full') throw new SftpFailure('FAILURE', `the files of a folder may have ${this.#mostBytes} bytes`);
  }

  /** Says that the file is whole. */
  async end(): Promise<void> {
    await this.store();
    const ended = { userId: this.#userId, file: this.#file.file, by: this.#by };
    if (!(await endIncoming(this.#pool, ended))) throw gone();
  }
}

function gone(): SftpFailure {
  return new SftpFailure('FAILURE', 'the file was written anew, renamed over, removed or taken in meanwhile');
}

export class ReadHandle {
  readonly #content: Readable;
  constructor(content: Readable) {
    this.#content = content;
  }

  get size(): number {
    return 'bytes' in this.#content ? this.#content.bytes.length : this.#content.size;
  }

  /** Bytes in memory. */
  get heldBytes(): number {
    return 'bytes' in this.#content ? this.#content.bytes.length : 0;
  }

  /** Undefined at the end. */
  async read(offset: number, length: number): Promise<Buffer | undefined> {
    if (offset >= this.size) return undefined;
    if ('bytes' in this.#content) return this.#content.bytes.subarray(offset, offset + length);
    const bytes = Buffer.alloc(Math.min(length, this.size - offset));
    const { bytesRead } = await this.#content.file.read(bytes, 0, bytes.length, offset);
    return bytesRead === 0 ? undefined : bytes.subarray(0, bytesRead);
  }

  async close(): Promise<void> {
    if (!('file' in this.#content)) return;
    try {
      await this.#content.file.close();
    } finally {
      this.#content.release();
    }
  }
}

export class FolderHandle {
  /** A listing is short: names of at most some hundred files. */
  readonly heldBytes = 0;
  readonly #entries: FileEntry[];
  constructor(entries: readonly FileEntry[]) {
    this.#entries = [...entries];
  }

  /** The next of them; none at the end. */
  next(most: number): FileEntry[] {
    return this.#entries.splice(0, most);
  }
}
