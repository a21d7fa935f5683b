// The bytes of an export, from anywhere in the file on. Whether its reader may have them is asked again at each piece: who
// loses it in the middle of the file has no more of it.

import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { type Eui, requireEui } from '@penstock/duis';
import type { FastifyReply } from 'fastify';
import { PenstockError } from '../foundation/errors.ts';
import { type ByteRange, readRange } from '../foundation/http/byte-range.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { asViewerOf } from '../foundation/viewing.ts';
import { type ExportReaders, requireSameSight } from './export-source.ts';
import type { ExportRow } from './exports-store.ts';
import { requireActive } from './own-record.ts';
import { recordTitleReading } from './title-readings-store.ts';

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

/** Whose file is asked for, and by whom. */
interface Fetched {
  readonly viewer: Viewer;
  readonly userId: Eui;
  readonly row: ExportRow;
}

/** @throws PenstockError 'access.denied', 'export.sight-changed' */
async function requireStill(readers: ExportReaders, { viewer, userId, row }: Fetched): Promise<void> {
  if (row.sight === null) await requireActive(readers.pool, viewer, userId);
  else await requireSameSight(readers, row);
}

/**
 * One piece a question: a reader that is slow keeps no transaction open. The first is for who was asked for already.
 * @throws PenstockError 'request.not-found', 'access.denied', 'export.sight-changed'
 */
export async function* bytesOf(
  readers: ExportReaders,
  fetched: Fetched,
  { from, to }: ByteRange,
): AsyncGenerator<Buffer> {
  const { pool } = readers;
  const { userId, row } = fetched;
  const { export: name } = row;
  for (let at = from; at <= to; ) {
    if (at > from) await requireStill(readers, fetched);
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
 * Answers with the file, or the part of it that the call asks for; `If-Range` is the ETag of an answer before. Of titles it
 * is a look, and written down as one.
 * @throws PenstockError 'export.not-ready', 'access.denied', 'export.sight-changed'
 */
export async function sendExport(
  readers: ExportReaders,
  reply: FastifyReply,
  viewer: Viewer,
  row: ExportRow,
): Promise<FastifyReply> {
  const { export: name, state, format, sight } = row;
  const size = Number(row.bytes);
  const userId = requireEui(row.user_id);
  if (state !== 'done') throw new PenstockError('export.not-ready', { detail: `the export is ${state}` });
  if (sight !== null) {
    const { device, now: at } = await requireSameSight(readers, row);
    const what = `file of export ${name}`;
    await recordTitleReading(readers.pool, { viewer, userIds: [userId], device, what, at });
  }
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
  const of = sight === null ? 'messages' : 'titles';
  return reply
    .type(typeOf[format])
    .header('content-disposition', `attachment; filename="${of}-${name.slice(0, 8)}.${format}"`)
    .header('content-length', part.to - part.from + 1)
    .send(Readable.from(bytesOf(readers, { viewer, userId, row }, part), { objectMode: false }));
}
