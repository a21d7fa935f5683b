import { Agent, request } from 'node:https';
import { decodeFrames, FRAMES_CONTENT_TYPE, type Frame } from '@penstock/api';
import type { Credential } from './pki.ts';

/**
 * HTTP over mutual TLS to the gateway, with connections kept alive: one for each call under way.
 * Not fetch: it costs several times the CPU a call, and the load here shares two cores with what it loads.
 */

export interface GatewayAddress {
  /** e.g. 'https://127.0.0.1:8443' */
  readonly origin: string;
  /** PEM of the authority that issued the gateway's certificate. */
  readonly authority: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export interface Call {
  readonly method: 'GET' | 'POST';
  /** Path and query. */
  readonly path: string;
  readonly body?: Uint8Array;
  readonly contentType?: string;
  /** Milliseconds until the call is given up; default 30,000. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

const DEFAULT_TIMEOUT = 30_000;

export class GatewayClient {
  readonly #origin: URL;
  readonly #agent: Agent;

  /** @param credential the transport certificate that says who calls */
  constructor(address: GatewayAddress, credential: Credential, connections: number) {
    this.#origin = new URL(address.origin);
    this.#agent = new Agent({
      keepAlive: true,
      maxSockets: connections,
      scheduling: 'lifo',
      ca: address.authority,
      cert: credential.certificate,
      key: credential.key,
    });
  }

  /** One call. Rejects when there is no complete answer: the caller cannot know whether the gateway took it. */
  call({ method, path, body, contentType, timeout = DEFAULT_TIMEOUT, signal }: Call): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          agent: this.#agent,
          host: this.#origin.hostname,
          port: this.#origin.port,
          method,
          path,
          ...(signal === undefined ? {} : { signal }),
          headers: {
            ...(body === undefined ? {} : { 'content-length': body.byteLength }),
            ...(contentType === undefined ? {} : { 'content-type': contentType }),
          },
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', reject);
          incoming.on('end', () => {
            if (!incoming.complete) reject(new Error('the answer was cut off'));
            else resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks) });
          });
        },
      );
      outgoing.setTimeout(timeout, () => outgoing.destroy(new Error(`no answer within ${timeout} ms`)));
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** A gateway that waits as asked answers emptily after that time; one that does not must not be asked all the time. */
const AFTER_NOTHING = 50;

/**
 * One call that waits up to `waitSeconds` for frames; empty when nothing came. Throws where the answer is none of
 * frames.
 */
export async function askForFrames(
  client: GatewayClient,
  { waitSeconds, signal, ...call }: Pick<Call, 'method' | 'path'> & { waitSeconds: number; signal: AbortSignal },
): Promise<Frame[]> {
  const answer = await client.call({ ...call, timeout: (waitSeconds + 10) * 1000, signal });
  if (answer.status !== 200 || answer.headers['content-type'] !== FRAMES_CONTENT_TYPE) {
    throw new Error(`HTTP ${answer.status} without frames`);
  }
  const frames = decodeFrames(answer.body);
  if (frames.length === 0) await pause(AFTER_NOTHING, signal);
  return frames;
}

/** Milliseconds that an answer of 429 or 503 asks to wait; its Retry-After is in seconds. */
export function retryAfter(answer: Answer, fallback: number): number {
  const seconds = Number(answer.headers['retry-after']);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : fallback;
}

/** Waits, or returns early when the signal is given. Never rejects. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, milliseconds);
    signal.addEventListener('abort', finish, { once: true });
  });
}

/** Waiting times after failures in a row: doubles from 100 ms to 5 s, so that a restarted gateway is met soon. */
export function backoff(failures: number): number {
  return Math.min(5_000, 100 * 2 ** Math.min(failures, 10));
}
