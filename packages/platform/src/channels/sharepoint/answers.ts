// What comes back from the service: taken when it is whole, of a size that is bounded, and of a form that is known.
import { type DriveItem, itemSchema, nextByteOf, sessionSchema } from './drive-item.ts';
import { GraphFault } from './faults.ts';

/** Nothing comes for so long: an answer is given up. */
export const STALLED_MS = 60_000;
/** A page of 200 items has some 300 kB. */
const MOST_JSON_BYTES = 8 * 1024 * 1024;

/** @throws GraphFault 'unavailable' */
export async function readJson(response: Response): Promise<unknown> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of piecesOf(response)) {
    size += piece.length;
    if (size > MOST_JSON_BYTES) throw new GraphFault('unavailable', `an answer has more than ${MOST_JSON_BYTES} bytes`);
    pieces.push(piece);
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString('utf8'));
  } catch (cause) {
    throw new GraphFault('unavailable', 'an answer is not JSON, or half of it', cause);
  }
}

/** The bytes of an answer; a failure where they end early, or nothing comes for a time. */
export async function* piecesOf(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  let isDone = false;
  try {
    while (!isDone) {
      let timer: NodeJS.Timeout | undefined;
      const stalled = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error('nothing comes')), STALLED_MS);
      });
      const read = await Promise.race([reader.read(), stalled]).finally(() => clearTimeout(timer));
      isDone = read.done;
      if (read.value !== undefined) yield read.value;
    }
  } catch (cause) {
    throw cause instanceof GraphFault ? cause : new GraphFault('unavailable', 'an answer was cut off', cause);
  } finally {
    if (!isDone) await reader.cancel().catch(() => undefined);
  }
}

/** What an answer names as the code of its refusal. */
export function codeOf(answer: unknown): string | undefined {
  const error = typeof answer === 'object' && answer !== null && 'error' in answer ? answer.error : undefined;
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^\w{1,80}$/.test(code) ? code : undefined;
}

/** How far an upload is: the first byte that is wanted, or the item that it became. */
export type Progress = { readonly next: number } | { readonly item: DriveItem };

export function progressOf(answer: unknown): Progress {
  const item = itemSchema.safeParse(answer);
  if (item.success) return { item: item.data };
  const session = sessionSchema.safeParse(answer);
  const next = session.success ? nextByteOf(session.data.nextExpectedRanges) : undefined;
  if (next === undefined) throw new GraphFault('unavailable', 'an upload does not say how far it is');
  return { next };
}
