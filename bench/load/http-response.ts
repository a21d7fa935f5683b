/**
 * The answers of one HTTP/1.1 connection, as little of them as the bench needs: status, length, body. It reads what
 * the gateway and its peer write (a length, no chunks), however the bytes are cut into chunks.
 */

export interface HttpResponse {
  readonly status: number;
  readonly body: Buffer;
  /** The server will close the connection after this answer. */
  readonly closes: boolean;
}

const HEAD_END = '\r\n\r\n';
/** Longer heads than the gateway writes; what is above it is no HTTP. */
const MOST_HEAD_BYTES = 16_384;

export class ResponseReader {
  #held: Buffer = Buffer.alloc(0);
  /** Bytes that must be held before the next look is worth it. */
  #needed = 0;

  /** The answers that are complete with this chunk, in order. Throws when the bytes are no HTTP with a length. */
  push(chunk: Buffer): HttpResponse[] {
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const responses: HttpResponse[] = [];
    while (this.#held.length > 0 && this.#held.length >= this.#needed) {
      const headEnd = this.#held.indexOf(HEAD_END);
      if (headEnd < 0) {
        if (this.#held.length > MOST_HEAD_BYTES) throw new Error('the head of an answer does not end');
        break;
      }
      const head = this.#held.toString('latin1', 0, headEnd + 2);
      const status = /^HTTP\/1\.1 ([1-5][0-9]{2}) /.exec(head)?.[1];
      if (status === undefined) throw new Error(`no HTTP/1.1 answer: ${head.slice(0, 60)}`);
      const bodyStart = headEnd + HEAD_END.length;
      const end = bodyStart + bodyLength(status, head);
      if (this.#held.length < end) {
        this.#needed = end;
        break;
      }
      const body = this.#held.subarray(bodyStart, end);
      responses.push({ status: Number(status), body, closes: /\r\nconnection: *close\r\n/i.test(head) });
      this.#held = this.#held.subarray(end);
      this.#needed = 0;
    }
    return responses;
  }
}

function bodyLength(status: string, head: string): number {
  if (status === '204' || status === '304') return 0;
  const length = /\r\ncontent-length: *([0-9]+) *\r\n/i.exec(head)?.[1];
  if (length === undefined) throw new Error(`an answer without a length: ${head}`);
  return Number(length);
}
