// Takes a file and its signature in while they come: the bytes are hashed and stored in pieces, so that a file of any
// size needs little memory, and what was acknowledged is stored.
import { createHash, randomUUID } from 'node:crypto';
import type { Way } from '@penstock/api';
import type { Eui } from '@penstock/duis';
import { MOST_SIGNATURE_BYTES } from '@penstock/files/signature';
import type pg from 'pg';
import { PenstockError } from '../foundation/errors.ts';
import type { ReleaseStart } from '../quarantine/quarantine.ts';
import { addSignature, beginUpload, dropUpload, receive, storeChunk } from './uploads-store.ts';

const CHUNK_BYTES = 1024 * 1024;

/** A part of the delivery: its name, and its bytes as they come. */
export interface Part {
  readonly name: string;
  /** That the file has where it comes from. */
  readonly fileName?: string | undefined;
  readonly bytes: AsyncIterable<Uint8Array>;
}

export interface Delivery {
  readonly userId: Eui;
  /** Two, named `file` and `signature`, in either order. */
  readonly parts: AsyncIterable<Part>;
  readonly mostBytes: number;
  /** How the release of an action file is asked to begin. */
  readonly start: ReleaseStart;
  /** Of all files of the User that are kept. */
  readonly mostKeptBytes: number;
  readonly way: Way;
  /** Who delivers it, in words. */
  readonly by: string;
}

function malformed(detail: string): PenstockError {
  return new PenstockError('submissions.parts', { detail });
}

function tooLarge(mostBytes: number): PenstockError {
  return new PenstockError('request.too-large', { detail: `a file may have ${mostBytes} bytes`, where: 'file' });
}

function tooManyKept(mostBytes: number): PenstockError {
  return new PenstockError('submissions.too-many-bytes', { detail: `${mostBytes} bytes may be kept for a User ID` });
}

/** A name as it may be shown: what it says is the sender's, and it is no path. */
function shownName(name: string | undefined): string | undefined {
  const shown = name?.replaceAll(/[\p{Cc}\p{Cf}]/gu, '').slice(0, 200);
  return shown === '' ? undefined : shown;
}

/** The bytes as they come, until they are too many: at once, though a sender goes on for ever. */
async function* bounded(
  bytes: AsyncIterable<Uint8Array>,
  { mostBytes, mostKeptBytes, kept }: { mostBytes: number; mostKeptBytes: number; kept: number },
): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const piece of bytes) {
    size += piece.length;
    if (size > mostBytes) throw tooLarge(mostBytes);
    if (kept + size > mostKeptBytes) throw tooManyKept(mostKeptBytes);
    yield piece;
  }
}

/** Pieces of one size, whatever pieces the bytes come in. */
async function* chunksOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let pending: Uint8Array[] = [];
  let size = 0;
  for await (const piece of bytes) {
    for (let at = 0; at < piece.length; ) {
      const part = piece.subarray(at, at + CHUNK_BYTES - size);
      pending.push(part);
      size += part.length;
      at += part.length;
      if (size < CHUNK_BYTES) continue;
      yield Buffer.concat(pending);
      pending = [];
      size = 0;
    }
  }
  if (size > 0) yield Buffer.concat(pending);
}

async function readSignatureBytes(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of bytes) {
    size += piece.length;
    if (size > MOST_SIGNATURE_BYTES) {
      throw new PenstockError('request.too-large', {
        detail: `a signature may have ${MOST_SIGNATURE_BYTES} bytes`,
        where: 'signature',
      });
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

export interface SignatureDelivery {
  readonly userId: Eui;
  readonly sha256: Buffer;
  /** One, named `signature`. */
  readonly parts: AsyncIterable<Part>;
  readonly way: Way;
  readonly by: string;
}

/**
 * Receives a signature over a file that is here already: a second officer need not send the file again.
 * @throws PenstockError 'submissions.parts', 'request.too-large', 'request.not-found', 'submissions.bytes-gone',
 *   'submissions.too-many-signatures'
 */
export async function receiveSignature(pool: pg.Pool, delivery: SignatureDelivery): Promise<void> {
  const { userId, sha256, parts, way, by } = delivery;
  let signature: Buffer | undefined;
  let fileName: string | undefined;
  for await (const part of parts) {
    if (part.name !== 'signature' || signature !== undefined) throw malformed('there is more than one signature');
    signature = await readSignatureBytes(part.bytes);
    fileName = shownName(part.fileName);
  }
  if (signature === undefined || signature.length === 0) throw malformed('the part signature is missing or empty');
  const signatureSha256 = createHash('sha256').update(signature).digest();
  await addSignature(pool, { userId, sha256, signature, signatureSha256, way, by, fileName });
}

/**
 * Receives one file with its signature and returns its SHA-256. When it resolves, both are stored.
 * @throws PenstockError 'submissions.parts', 'request.too-large', 'submissions.too-many-signatures',
 *   'submissions.too-many-bytes', 'submissions.too-many-unsigned', 'submissions.upload-under-way'
 */
export async function receiveFile(pool: pg.Pool, delivery: Delivery): Promise<Buffer> {
  const { userId, parts, mostBytes, mostKeptBytes, start, way, by } = delivery;
  const upload = randomUUID();
  const hash = createHash('sha256');
  let size: number | undefined;
  let signature: Buffer | undefined;
  let givenName: string | undefined;
  const kept = await beginUpload(pool, { userId, upload });
  try {
    for await (const { name, bytes, fileName } of parts) {
      if (name === 'file' && size === undefined) {
        size = 0;
        givenName = shownName(fileName);
        let number = 0;
        for await (const chunk of chunksOf(bounded(bytes, { mostBytes, mostKeptBytes, kept }))) {
          size += chunk.length;
          hash.update(chunk);
          await storeChunk(pool, { userId, upload, number: number++, bytes: chunk });
        }
      } else if (name === 'signature' && signature === undefined) {
        signature = await readSignatureBytes(bytes);
      } else {
        throw malformed(`there is a part '${name.slice(0, 40)}' that is not one file or one signature`);
      }
    }
    if (size === undefined || size === 0) throw malformed('the part file is missing or empty');
    if (signature === undefined || signature.length === 0) throw malformed('the part signature is missing or empty');
    const sha256 = hash.digest();
    const signatureSha256 = createHash('sha256').update(signature).digest();
    const stored = { sha256, size, signature, signatureSha256, fileName: givenName };
    await receive(pool, { userId, upload, start, way, by, ...stored });
    return sha256;
  } catch (error) {
    // what is left where the database is away is dropped by the User's next upload, or after an hour
    await dropUpload(pool, { userId, upload }).catch(() => undefined);
    throw error;
  }
}
