// The parts of a delivery by HTTPS, as they come.
import type { FastifyRequest } from 'fastify';
import { PenstockError } from '../foundation/errors.ts';
import { Pace, type PaceLimits } from './pace.ts';
import type { Part } from './receive.ts';

/** The parts of a delivery as they come, at the pace that is asked for. @throws PenstockError of what is wrong with them */
export async function* partsOf(request: FastifyRequest, mostBytes: number, limits: PaceLimits): AsyncGenerator<Part> {
  const pace = new Pace(limits);
  // one byte more than is taken, so that a part that is cut off is told from one that just fits
  const bounds = { fileSize: mostBytes + 1, files: 3, fields: 1, parts: 3, headerPairs: 20 };
  for await (const part of paced(request, request.parts({ limits: bounds }), pace)) {
    if (part.type !== 'file') {
      throw new PenstockError('submissions.parts', { detail: `the part '${part.fieldname.slice(0, 40)}' is no file` });
    }
    yield { name: part.fieldname, fileName: part.filename, bytes: bytesOf(request, part.file, pace) };
  }
}

async function* bytesOf(
  request: FastifyRequest,
  file: AsyncIterable<Uint8Array>,
  pace: Pace,
): AsyncGenerator<Uint8Array> {
  for await (const piece of paced(request, file, pace)) {
    pace.took(piece.length);
    yield piece;
  }
}

/** What comes by a request, waited for at a pace; that the sender goes away is its own doing. */
async function* paced<Item>(request: FastifyRequest, items: AsyncIterable<Item>, pace: Pace): AsyncGenerator<Item> {
  const iterator = items[Symbol.asyncIterator]();
  let isWaiting = false;
  try {
    for (;;) {
      isWaiting = true;
      const { done, value } = await pace.next(iterator.next());
      isWaiting = false;
      if (done === true) return;
      yield value;
    }
  } catch (error) {
    if (!request.raw.destroyed || request.raw.complete) throw error;
    throw new PenstockError('submissions.broken-off', { detail: 'the connection was closed', cause: error });
  } finally {
    // one that waits still would be waited for
    if (!isWaiting) await iterator.return?.();
  }
}
