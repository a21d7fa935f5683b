// The original bytes of files and signatures, as they were received.
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { PenstockError } from '../foundation/errors.ts';
import { asViewerOf } from '../foundation/viewing.ts';
import { readPiece } from './submissions-store.ts';

export interface Original {
  readonly size: number;
  /** As its sender named it, where the way gives it a name. */
  readonly name: string | undefined;
  readonly bytes: AsyncIterable<Buffer>;
}

/** The bytes of a file. @throws PenstockError 'request.not-found', 'submissions.bytes-gone' */
export async function readOriginal(pool: pg.Pool, userId: Eui, sha256: string): Promise<Original> {
  const [found] = (
    await asViewerOf(pool, [userId], (client) =>
      client.query<{ upload: string | null; size: string; name: string | null }>(
        `select s.upload, s.size::text,
                (select d.name from submission_delivery d
                 where d.user_id = s.user_id and d.sha256 = s.sha256 and d.name is not null
                 order by d.received_at limit 1) as name
         from submission s where s.user_id = $1 and s.sha256 = decode($2, 'hex')`,
        [userId, sha256],
      ),
    )
  ).rows;
  if (found === undefined) throw new PenstockError('request.not-found', { detail: 'there is no such submission' });
  const { upload, size, name } = found;
  if (upload === null) throw new PenstockError('submissions.bytes-gone', { where: 'sha256' });
  return { size: Number(size), name: name ?? undefined, bytes: piecesOf(pool, userId, upload) };
}

/** A transaction a piece: whoever reads slowly holds none. */
async function* piecesOf(pool: pg.Pool, userId: Eui, upload: string): AsyncGenerator<Buffer> {
  for (let number = 0; ; number++) {
    const piece = await asViewerOf(pool, [userId], (client) => readPiece(client, { userId, upload, number }));
    if (piece === undefined) return;
    yield piece;
  }
}

/** The bytes of a signature. @throws PenstockError 'request.not-found' */
export async function readSignatureOf(
  pool: pg.Pool,
  { userId, sha256, signature }: { userId: Eui; sha256: string; signature: string },
): Promise<Buffer> {
  const { rows } = await asViewerOf(pool, [userId], (client) =>
    client.query<{ signature: Buffer }>(
      `select signature from submission_signature
       where user_id = $1 and sha256 = decode($2, 'hex') and signature_sha256 = decode($3, 'hex')`,
      [userId, sha256, signature],
    ),
  );
  if (rows[0] === undefined) throw new PenstockError('request.not-found', { detail: 'there is no such signature' });
  return rows[0].signature;
}
