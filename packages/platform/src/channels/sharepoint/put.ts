// Puts one document into a User's folder: a small one at once, a large one in pieces, which goes on where it stopped.

import type { Progress } from './answers.ts';
import { type DriveItem, isFileAt } from './drive-item.ts';
import { GraphFault } from './faults.ts';
import type { Graph } from './graph.ts';

/** What one call takes. */
const MOST_AT_ONCE = 4 * 1024 * 1024;
/** Of an upload: whole steps of 320 KiB, as the service wants them, 3 MiB. */
const PIECE = 10 * 320 * 1024;

export interface Content {
  readonly size: number;
  readonly sha256: Buffer;
  read(at: number, length: number): Promise<Buffer>;
}

export interface PutParts {
  readonly graph: Graph;
  readonly drive: string;
  readonly folder: string;
  readonly name: string;
  readonly content: Content;
  /** An upload that was begun. */
  readonly upload: { readonly address: string; readonly sha256: Buffer } | undefined;
  /** Told of an upload that begins, before a byte is put. */
  readonly onUpload: (address: string) => Promise<void>;
}

/** Puts it in the place of one of that name, and returns its item. @throws GraphFault */
export async function putDocument(parts: PutParts): Promise<string> {
  const { graph, drive, folder, name, content } = parts;
  const item =
    content.size <= MOST_AT_ONCE
      ? await graph.put(folder, name, await content.read(0, content.size))
      : await upload(parts);
  if (isFileAt(item, { drive, parent: folder, name }) && item.size === content.size) return item.id;
  throw new GraphFault('refused', `what was put as ${name} did not come to lie there`);
}

async function upload(parts: PutParts): Promise<DriveItem> {
  const { graph, folder, name, content, onUpload } = parts;
  const begun = parts.upload?.sha256.equals(content.sha256) ? await resume(graph, parts.upload.address) : undefined;
  let { address, progress } = begun ?? { address: await graph.beginUpload(folder, name), progress: { next: 0 } };
  if (begun === undefined) await onUpload(address);
  while ('next' in progress) {
    const at = progress.next;
    if (at >= content.size) throw new GraphFault('unavailable', 'an upload wants more than there is');
    const bytes = await content.read(at, Math.min(PIECE, content.size - at));
    progress = await graph.putPiece(address, { bytes, at, size: content.size });
    if ('next' in progress && progress.next <= at) throw new GraphFault('unavailable', 'an upload does not go on');
  }
  return progress.item;
}

/** Undefined: it is no more, as after some days, and is begun anew. */
async function resume(graph: Graph, address: string): Promise<{ address: string; progress: Progress } | undefined> {
  try {
    return { address, progress: await graph.askUpload(address) };
  } catch (error) {
    if (error instanceof GraphFault && ['missing', 'restart', 'refused', 'denied'].includes(error.kind))
      return undefined;
    throw error;
  }
}
