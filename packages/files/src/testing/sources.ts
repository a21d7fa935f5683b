/** For tests only: files as text, cut as a socket might cut them, and what was found in them. */
import type { Findings } from '../findings.ts';

const encoder = new TextEncoder();

export const bytesOf = (text: string): Uint8Array => encoder.encode(text);

/** The bytes in pieces of these lengths, over and over. */
export function* inPieces(bytes: Uint8Array, lengths: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const length = lengths[turn % lengths.length] ?? bytes.length;
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

/** Everything that a generator of batches yields. */
export async function gather<Item>(batches: AsyncIterable<readonly Item[]>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const batch of batches) items.push(...batch);
  return items;
}

/** All pieces as one. */
export async function joinPieces(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

/** Faults as 'line:column code'. */
export const faultsOf = ({ faults }: Findings): string[] =>
  faults.map(({ line, column, code }) => `${line}${column ? `:${column.name}` : ''} ${code.slice(6)}`);
