/** The bytes of a file as text, whole lines at a time: strict UTF-8 and bounded lines. Nothing of Node is used. */
import type { Findings } from '../findings.ts';
import { LONGEST_LINE, type Profile } from './profile.ts';

/** What files are read from: all bytes at once, or pieces as they come. */
export type Source = Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** Lines that follow each other, each with its line end but for the last of the file. */
export interface Block {
  /** Number of the first line. */
  readonly line: number;
  readonly text: string;
}

export const LINE_FEED = 0x0a;
/** The byte order mark, which is taken at the very beginning of a file. */
export const MARK = '\ufeff';
/** UTF-8 takes at most so many bytes for a character of a JavaScript string. */
const BYTES_A_CHARACTER = 3;
/** A source that comes as one array is not made one text: a string cannot hold 512 MB. */
const PIECE = 65_536;

async function* pieces(source: Source): AsyncGenerator<Uint8Array> {
  const chunks = source instanceof Uint8Array ? [source] : source;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += PIECE) yield chunk.subarray(at, at + PIECE);
  }
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  if (one.length === 0) return other;
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

function countLines(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) count += 1;
  return count;
}

/** Decodes whole lines; a line that is not UTF-8 is a fault and left out, and those around it are read. */
class Decoder {
  readonly #findings: Findings;
  // A byte order mark is told, so it must be seen: the decoder would drop it.
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  *decode(bytes: Uint8Array, line: number): Generator<Block> {
    const text = this.#tryDecode(bytes);
    if (text !== undefined) {
      yield { line, text };
      return;
    }
    let number = line;
    for (let at = 0; at < bytes.length; number += 1) {
      const feed = bytes.indexOf(LINE_FEED, at);
      const end = feed < 0 ? bytes.length : feed + 1;
      const one = this.#tryDecode(bytes.subarray(at, end));
      if (one !== undefined) yield { line: number, text: one };
      else this.#findings.add({ line: number, code: 'files.encoding', message: 'the line is not UTF-8' });
      at = end;
    }
  }

  #tryDecode(bytes: Uint8Array): string | undefined {
    try {
      return this.#utf8.decode(bytes);
    } catch (error) {
      if (error instanceof TypeError) return undefined;
      throw error;
    }
  }
}

/**
 * The lines of a file in blocks. Stops with a fault when the file is larger than its profile allows; a line without
 * an end is dropped once it is longer than any line may be, so nothing that is sent can fill the memory.
 */
export async function* readBlocks(source: Source, profile: Profile, findings: Findings): AsyncGenerator<Block> {
  const decoder = new Decoder(findings);
  let line = 1;
  let total = 0;
  let rest: Uint8Array = new Uint8Array(0);
  let isDropping = false;
  for await (const piece of pieces(source)) {
    total += piece.length;
    if (total > profile.mostBytes) {
      const most = profile.mostBytes.toLocaleString('en');
      findings.add({ line, code: 'files.bytes', message: `${profile.title} has at most ${most} bytes` });
      findings.isWhole = false;
      return;
    }
    let bytes = piece;
    if (isDropping) {
      const end = bytes.indexOf(LINE_FEED);
      if (end < 0) continue;
      bytes = bytes.subarray(end + 1);
      isDropping = false;
      line += 1;
    }
    bytes = joined(rest, bytes);
    const end = bytes.lastIndexOf(LINE_FEED) + 1;
    if (end > 0) {
      const lines = bytes.subarray(0, end);
      yield* decoder.decode(lines, line);
      line += countLines(lines);
    }
    // a copy: the piece may be a small part of a large buffer, which would stay for its sake
    rest = bytes.slice(end);
    if (rest.length > LONGEST_LINE * BYTES_A_CHARACTER) {
      addTooLong(findings, line);
      rest = rest.subarray(0, 0);
      isDropping = true;
    }
  }
  if (rest.length > 0) yield* decoder.decode(rest, line);
}

export function addTooLong(findings: Findings, line: number): void {
  const most = LONGEST_LINE.toLocaleString('en');
  findings.add({ line, code: 'files.line-length', message: `the line has more than ${most} characters` });
}
