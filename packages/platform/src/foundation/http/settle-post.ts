// One call that hands something over: what counts of the answer is its status.
import type { ClientRequest } from 'node:http';

/** Of an answer nothing but its status counts; a service that goes on talking loses its connection. */
const MOST_ANSWER_BYTES = 64 * 1024;
const LONGEST_ERROR = 200;

export type Posted =
  | { readonly status: number }
  /** What went wrong, short and without anything secret, for the User and the Operator to read. */
  | { readonly error: string }
  /** A kept connection that was closed as we sent: no failure of the service. */
  | 'connection-gone';

/**
 * Sends the body and says what came of it: the status, or why there was none within `timeoutMs`. The status line is the
 * service's word: an answer that breaks off after it counts. Never rejects.
 */
export function settlePost(outgoing: ClientRequest, body: Buffer | string, timeoutMs: number): Promise<Posted> {
  return new Promise((resolve) => {
    let isInTime = true;
    const timer = setTimeout(() => {
      isInTime = false;
      outgoing.destroy();
    }, timeoutMs);
    const settle = (posted: Posted): void => {
      clearTimeout(timer);
      resolve(posted);
    };
    let status: number | undefined;
    outgoing.on('response', (answer) => {
      status = answer.statusCode ?? 0;
      const said = { status };
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MOST_ANSWER_BYTES) outgoing.destroy();
      });
      answer.on('error', () => {}); // broken off after its status: 'close' follows
      answer.on('close', () => settle(said));
    });
    outgoing.on('error', (error) => {
      if (status !== undefined) return; // the answer's 'close' settles it
      const isGone = outgoing.reusedSocket && 'code' in error && /^(ECONNRESET|EPIPE)$/.test(String(error.code));
      if (isInTime && isGone) settle('connection-gone');
      else settle({ error: isInTime ? describe(error) : `no answer within ${timeoutMs / 1000} s` });
    });
    outgoing.end(body);
  });
}

/** The code where there is one (ECONNREFUSED, CERT_HAS_EXPIRED): a message may name what is no reader's business. */
function describe(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.message;
  return code.slice(0, LONGEST_ERROR);
}
