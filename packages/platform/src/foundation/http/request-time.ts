// How long a request may take to arrive. Node has one limit for a whole server; this one is of each request, so that a route
// that takes large files can bound them by their pace instead.
import type { IncomingMessage } from 'node:http';

interface Limit {
  readonly milliseconds: number;
  readonly late: () => void;
  timer: NodeJS.Timeout;
}

const limits = new WeakMap<IncomingMessage, Limit>();

function begin(request: IncomingMessage, milliseconds: number, late: () => void): NodeJS.Timeout {
  return setTimeout(() => {
    if (!request.complete) late();
  }, milliseconds);
}

/** Calls `late` when the request has not arrived whole after this time. A limit that it has already stays. */
export function limitTime(request: IncomingMessage, milliseconds: number, late: () => void): void {
  if (request.complete || limits.has(request)) return;
  const limit = { milliseconds, late, timer: begin(request, milliseconds, late) };
  limits.set(request, limit);
  request.once('close', () => clearTimeout(limit.timer));
}

/** Lifts the limit while `work` bounds the request by itself; what is left of the request then has its time anew. */
export async function withoutLimit<Result>(request: IncomingMessage, work: () => Promise<Result>): Promise<Result> {
  const limit = limits.get(request);
  clearTimeout(limit?.timer);
  try {
    return await work();
  } finally {
    if (limit !== undefined && !request.complete && !request.destroyed) {
      limit.timer = begin(request, limit.milliseconds, limit.late);
    }
  }
}

/** As Node says that a request took too long. */
export function requestTimeoutError(): Error & { code: string } {
  return Object.assign(new Error('the request did not arrive in time'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
}
