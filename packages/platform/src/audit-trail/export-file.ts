// The bytes of an export, from anywhere in the file on.

import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { ExportDocument } from '@penstock/api';
import type { Eui } from '@penstock/duis';
import type { FastifyReply } from 'fastify';
import type pg from 'pg';
import { PenstockError } from '../foundation/errors.ts';
import { type ByteRange, readRange } from '../foundation/http/byte-range.ts';
import { asViewerOf } from '../foundation/viewing.ts';

const decompress = promisify(gunzip);

const typeOf = { csv: 'text/csv; charset=utf-8; header=present', jsonl: 'application/jsonl; charset=utf-8' } as const;

interface ChunkRow {
  from_byte: string;
  body: Buffer;
}

/** The piece that a byte lies in. */
const CHUNK_SQL = `
  select c.from_byte::text, c.body from export_chunk c
  where c.user_id = $1 and c.export = $2 and c.from_byte <= $3 order by c.from_byte desc limit 1`;

/** One piece a question: a reader that is slow keeps no transaction open. */
async function* bytesOf(pool: pg.Pool, userId: Eui, name: string, { from, to }: ByteRange): AsyncGenerator<Buffer> {
  for (let at = from; at <= to; ) {
    const { rows } = await asViewerOf(pool, [userId], (client) =>
      client.query<ChunkRow>(CHUNK_SQL, [userId, name, at]),
    );
    const [chunk] = rows;
    // cancelled or expired meanwhile: the answer breaks off, which its length tells
    if (chunk === undefined) throw new PenstockError('request.not-found', { detail: 'there is no such export' });
    const start = Number(chunk.from_byte);
    const bytes = (await decompress(chunk.body)).subarray(at - start, to - start + 1);
    if (bytes.length === 0) throw new Error(`the export ${name} ends before its byte ${at}`);
    yield bytes;
    at += bytes.length;
  }
}

/**
 * Answers with the file, or the part of it that the call asks for; `If-Range` is the ETag of an answer before.
 * @throws PenstockError 'export.not-ready'
 */
export function sendExport(
  pool: pg.Pool,
  reply: FastifyReply,
  { export: name, userId, state, format, bytes: size }: ExportDocument,
): FastifyReply {
  if (state !== 'done') throw new PenstockError('export.not-ready', { detail: `the export is ${state}` });
  const { range: asked, 'if-range': ifRange } = reply.request.headers;
  const etag = `"${name}"`;
  const range = ifRange === undefined || ifRange === etag ? readRange(asked, size) : 'all';
  reply.header('accept-ranges', 'bytes').header('etag', etag);
  if (range === 'none') {
    reply.header('content-range', `bytes */${size}`);
    throw new PenstockError('request.range', { where: 'Range' });
  }
  const part = range === 'all' ? { from: 0, to: size - 1 } : range;
  if (range !== 'all') reply.code(206).header('content-range', `bytes ${part.from}-${part.to}/${size}`);
  return reply
    .type(typeOf[format])
    .header('content-disposition', `attachment; filename="messages-${name.slice(0, 8)}.${format}"`)
    .header('content-length', part.to - part.from + 1)
    .send(Readable.from(bytesOf(pool, userId as Eui, name, part), { objectMode: false }));
}
