// Frames: many messages with a few facts about each, in one HTTP body. Used where the network takes and
// delivers messages and where a User pulls its own: one round trip then carries hundreds of messages, byte for
// byte as they were signed, and neither side has to escape or base64 them.
//
// A frame is one line of ASCII `key=value key=value ... length=N\n`, then N bytes, then `\n`. What it is not:
// a format to keep things in. It has no checksum (TLS has) and no version (the content type names it).

export const FRAMES_CONTENT_TYPE = 'application/vnd.penstock.frames';

/** One message and what is said about it. `length` is the codec's own word and never stands in `header`. */
export interface Frame {
  readonly header: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface FrameLimits {
  /** Longest header line in bytes, its line feed not counted. */
  readonly headerBytes: number;
  /** Longest body in bytes. */
  readonly bodyBytes: number;
  /** Most frames in one HTTP body. */
  readonly frames: number;
}

/** A body may be firmware (up to 13.7 MB as base64), so 16 MiB; a header line holds five or six short facts. */
export const DEFAULT_FRAME_LIMITS: FrameLimits = { headerBytes: 1024, bodyBytes: 16 * 1024 * 1024, frames: 10_000 };

export const frameErrorCodes = [
  'frames.header.malformed',
  'frames.header.too-long',
  'frames.header.duplicate',
  'frames.length.malformed',
  'frames.body.too-long',
  'frames.body.unterminated',
  'frames.truncated',
  'frames.too-many',
] as const;
export type FrameErrorCode = (typeof frameErrorCodes)[number];

/** `offset` is the byte, from the start of the HTTP body, where the frame at fault begins. */
export class FrameError extends Error {
  readonly code: FrameErrorCode;
  readonly offset: number;
  constructor(code: FrameErrorCode, message: string, offset: number) {
    super(`${message} (frame at byte ${offset})`);
    this.name = 'FrameError';
    this.code = code;
    this.offset = offset;
  }
}

const LINE_FEED = 0x0a;
const KEY = /^[a-z][a-z0-9-]{0,31}$/;
// Visible ASCII. No blank: it parts the facts. '=' is allowed, the first one parts key and value.
const VALUE = /^[\x21-\x7e]+$/;
const LENGTH = /^(?:0|[1-9][0-9]{0,9})$/;

function headerLine(frame: Frame, offset: number, limits: FrameLimits): string {
  let line = '';
  for (const key in frame.header) {
    const value = frame.header[key] ?? '';
    if (key === 'length' || !KEY.test(key)) {
      throw new FrameError('frames.header.malformed', `'${key}' cannot be a key of a frame's header`, offset);
    }
    if (!VALUE.test(value)) {
      throw new FrameError(
        'frames.header.malformed',
        `the value of '${key}' is not visible ASCII without blanks`,
        offset,
      );
    }
    line += `${key}=${value} `;
  }
  if (frame.body.byteLength > limits.bodyBytes) {
    throw new FrameError('frames.body.too-long', `the body is longer than ${limits.bodyBytes} bytes`, offset);
  }
  line += `length=${frame.body.byteLength}\n`;
  if (line.length - 1 > limits.headerBytes) {
    throw new FrameError('frames.header.too-long', `the header is longer than ${limits.headerBytes} bytes`, offset);
  }
  return line;
}

/**
 * All frames as one buffer.
 * @throws FrameError when a header holds what the format cannot carry, or a limit is passed
 */
export function encodeFrames(frames: readonly Frame[], limits: FrameLimits = DEFAULT_FRAME_LIMITS): Buffer {
  if (frames.length > limits.frames) {
    throw new FrameError('frames.too-many', `more than ${limits.frames} frames`, 0);
  }
  const lines: string[] = [];
  let size = 0;
  for (const frame of frames) {
    const line = headerLine(frame, size, limits);
    lines.push(line);
    size += line.length + frame.body.byteLength + 1;
  }
  const out = Buffer.allocUnsafe(size);
  let at = 0;
  frames.forEach((frame, index) => {
    at += out.write(lines[index] ?? '', at, 'latin1');
    out.set(frame.body, at);
    at += frame.body.byteLength;
    out[at++] = LINE_FEED;
  });
  return out;
}

interface Header {
  readonly facts: Record<string, string>;
  readonly length: number;
}

function parseHeader(line: string, offset: number, limits: FrameLimits): Header {
  // No prototype: a reader that asks for a fact that is not there must get undefined, whatever it is called.
  const facts: Record<string, string> = Object.create(null);
  const parts = line.split(' ');
  const last = parts.pop() ?? '';
  for (const part of parts) {
    const equals = part.indexOf('=');
    const key = part.slice(0, Math.max(equals, 0));
    const value = part.slice(equals + 1);
    if (!KEY.test(key) || !VALUE.test(value) || key === 'length') {
      throw new FrameError(
        'frames.header.malformed',
        "a header is 'key=value' parted by single blanks, length last",
        offset,
      );
    }
    if (facts[key] !== undefined) {
      throw new FrameError('frames.header.duplicate', `'${key}' stands twice in a header`, offset);
    }
    facts[key] = value;
  }
  const digits = last.startsWith('length=') ? last.slice(7) : '';
  if (!LENGTH.test(digits)) {
    throw new FrameError('frames.length.malformed', "a header ends with 'length=' and a decimal number", offset);
  }
  const length = Number(digits);
  if (length > limits.bodyBytes) {
    throw new FrameError('frames.body.too-long', `the body is longer than ${limits.bodyBytes} bytes`, offset);
  }
  return { facts, length };
}

/**
 * One chunk at a time, in any cutting; each frame comes out once it is whole. Bodies are views of what was
 * pushed where they lay in one chunk, so a caller must not write to a chunk again.
 */
export class FrameDecoder {
  readonly #limits: FrameLimits;
  #held: Buffer[] = [];
  #heldBytes = 0;
  // Bytes without which nothing can come out: a long body is put together once, not at every chunk.
  #neededBytes = 1;
  #offset = 0;
  #count = 0;

  constructor(limits: FrameLimits = DEFAULT_FRAME_LIMITS) {
    this.#limits = limits;
  }

  /** @throws FrameError as soon as the bytes cannot become frames; the decoder is of no more use then */
  push(chunk: Uint8Array): Frame[] {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    if (this.#heldBytes < this.#neededBytes) return [];

    const buffer = this.#held.length === 1 ? bytes : Buffer.concat(this.#held, this.#heldBytes);
    const frames: Frame[] = [];
    let at = 0;
    this.#neededBytes = 1;
    while (at < buffer.length) {
      const next = this.#frameAt(buffer, at, frames);
      if (next === undefined) break;
      this.#offset += next - at;
      at = next;
    }
    this.#held = at < buffer.length ? [buffer.subarray(at)] : [];
    this.#heldBytes = buffer.length - at;
    return frames;
  }

  /** Says that nothing more comes. @throws FrameError when a frame was begun and not ended */
  end(): void {
    if (this.#heldBytes > 0) {
      throw new FrameError('frames.truncated', 'the bytes end in the middle of a frame', this.#offset);
    }
  }

  /** Puts the frame at `at` on the list and returns where the next begins; undefined: more bytes are needed. */
  #frameAt(buffer: Buffer, at: number, frames: Frame[]): number | undefined {
    const { headerBytes } = this.#limits;
    const lineEnd = buffer.subarray(at, at + headerBytes + 1).indexOf(LINE_FEED);
    if (lineEnd < 0) {
      if (buffer.length - at > headerBytes) {
        throw new FrameError('frames.header.too-long', `no end of header within ${headerBytes} bytes`, this.#offset);
      }
      this.#neededBytes = buffer.length - at + 1;
      return undefined;
    }
    if (this.#count >= this.#limits.frames) {
      throw new FrameError('frames.too-many', `more than ${this.#limits.frames} frames`, this.#offset);
    }
    const bodyAt = at + lineEnd + 1;
    const { facts, length } = parseHeader(buffer.toString('latin1', at, bodyAt - 1), this.#offset, this.#limits);
    const end = bodyAt + length;
    if (end >= buffer.length) {
      this.#neededBytes = end + 1 - at;
      return undefined;
    }
    if (buffer[end] !== LINE_FEED) {
      throw new FrameError(
        'frames.body.unterminated',
        `no line feed after the ${length} bytes of a body`,
        this.#offset,
      );
    }
    frames.push({ header: facts, body: buffer.subarray(bodyAt, end) });
    this.#count += 1;
    return end + 1;
  }
}

/**
 * All frames of a complete HTTP body; the bodies are views of it.
 * @throws FrameError
 */
export function decodeFrames(bytes: Uint8Array, limits: FrameLimits = DEFAULT_FRAME_LIMITS): Frame[] {
  const decoder = new FrameDecoder(limits);
  const frames = decoder.push(bytes);
  decoder.end();
  return frames;
}
