/** Reads request bodies within bounds: of each, and of all that are held at once. */
import type { IncomingMessage } from 'node:http';
import { PenstockError } from '../foundation/errors.ts';

/** Bytes of all bodies that one process holds; above it new ones are told to come back. */
const MOST_BYTES_HELD = 512 * 1024 * 1024;

export class BodyReader {
  private readonly maxBytes: number;
  private held = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /**
   * The whole body; `release` it when it is no longer needed. Rejects with PenstockError request.too-large,
   * request.timeout (the peer went away or the time ran out) or service.not-ready.
   */
  read(request: IncomingMessage): Promise<Buffer> {
    const declared = Number(request.headers['content-length'] ?? 0);
    if (declared > this.maxBytes) return Promise.reject(this.tooLarge());
    if (this.held + declared > MOST_BYTES_HELD) {
      return Promise.reject(new PenstockError('service.not-ready', { detail: 'too much is being received' }));
    }
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let length = 0;
      const fail = (error: PenstockError): void => {
        this.held -= length;
        length = 0;
        request.off('data', take);
        request.resume();
        reject(error);
      };
      const take = (chunk: Buffer): void => {
        length += chunk.length;
        this.held += chunk.length;
        if (length > this.maxBytes) fail(this.tooLarge());
        else if (this.held > MOST_BYTES_HELD) fail(new PenstockError('service.not-ready'));
        else chunks.push(chunk);
      };
      request.on('data', take);
      request.once('end', () =>
        resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)),
      );
      request.once('close', () => {
        if (!request.complete) fail(new PenstockError('request.timeout', { detail: 'the body did not arrive whole' }));
      });
      request.once('error', () => fail(new PenstockError('request.timeout', { detail: 'the connection broke' })));
    });
  }

  release(body: Buffer): void {
    this.held -= body.length;
  }

  private tooLarge(): PenstockError {
    return new PenstockError('request.too-large', { detail: `a message may have ${this.maxBytes} bytes` });
  }
}
