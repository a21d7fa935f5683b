import { createWriteStream, readFileSync } from 'node:fs';
import { finished } from 'node:stream/promises';

/**
 * Messages made beforehand, on disk: for each its identifier and the whole HTTP request, ready to be written to a
 * socket. A record is 4 bytes (length of the request), 1 byte (length of the identifier), identifier, request.
 */

export interface PreparedMessage {
  /** Tells messages apart: the RequestID. The answer must name it. */
  readonly id: string;
  readonly request: Buffer;
}

/** The bytes of an HTTP/1.1 POST on a connection that is kept alive. */
export function httpPost(path: string, contentType: string, body: Uint8Array): Buffer {
  const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${contentType}\r\nContent-Length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), body]);
}

/** Writes messages one after the other. */
export class MessageFileWriter {
  readonly #stream;

  constructor(file: string) {
    this.#stream = createWriteStream(file);
  }

  /** Resolves when more may be written. */
  async write({ id, request }: PreparedMessage): Promise<void> {
    const head = Buffer.alloc(5 + id.length);
    head.writeUInt32BE(request.length, 0);
    head.writeUInt8(id.length, 4);
    head.write(id, 5, 'latin1');
    this.#stream.write(head);
    if (!this.#stream.write(request)) await new Promise<void>((resolve) => this.#stream.once('drain', () => resolve()));
  }

  async close(): Promise<void> {
    this.#stream.end();
    await finished(this.#stream);
  }
}

/** All messages of a file; they share its memory. */
export function readMessageFile(file: string): PreparedMessage[] {
  const bytes = readFileSync(file);
  const messages: PreparedMessage[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const start = at + 5 + bytes.readUInt8(at + 4);
    messages.push({ id: bytes.toString('latin1', at + 5, start), request: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return messages;
}
