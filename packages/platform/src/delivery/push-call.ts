import { Agent, request } from 'node:https';
import { settlePost } from '../foundation/http/settle-post.ts';
import { formatPosition } from '../messages/message.ts';
import { kindName, type StreamMessage } from './stream.ts';

// One message to one receive service: POST of the signed bytes, with its position and kind beside it.

export interface PushCredentials {
  /** PEM of the authorities that sign the receive services' certificates; undefined: those that Node trusts. */
  readonly ca: Buffer | undefined;
  /** PEM of the client certificate that is shown to them, and its key. */
  readonly cert: Buffer | undefined;
  readonly key: Buffer | undefined;
}

export type PushOutcome =
  | { readonly isTaken: true }
  /** What went wrong, short and without anything secret, for the User and the Operator to read. */
  | { readonly isTaken: false; readonly error: string };

const idleSocketMs = 60_000;
const mostFreeSockets = 4;

/**
 * Connections are kept alive, by receive service. There is no limit but the number of calls under way (one a User), so
 * no call ever waits for a socket that another User's service holds.
 */
export function pushAgent(credentials: PushCredentials): Agent {
  const { ca, cert, key } = credentials;
  return new Agent({
    keepAlive: true,
    maxFreeSockets: mostFreeSockets,
    timeout: idleSocketMs,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  });
}

/**
 * Pushes a message and says whether it was taken: 2xx is taken, and anything else, no answer within `timeoutMs`, or no
 * connection is not. The status line is the service's word: an answer that breaks off after it counts. Never rejects.
 */
export async function pushMessage(
  agent: Agent,
  url: string,
  message: StreamMessage,
  timeoutMs: number,
): Promise<PushOutcome> {
  const first = await callOnce(agent, url, message, timeoutMs);
  // a kept connection that the service closed as we sent: no failure of the service, so once more at once
  return first === 'connection-gone' ? finished(await callOnce(agent, url, message, timeoutMs)) : finished(first);
}

function finished(outcome: PushOutcome | 'connection-gone'): PushOutcome {
  return outcome === 'connection-gone' ? { isTaken: false, error: 'the connection was closed' } : outcome;
}

async function callOnce(
  agent: Agent,
  url: string,
  message: StreamMessage,
  timeoutMs: number,
): Promise<PushOutcome | 'connection-gone'> {
  if (!URL.canParse(url)) return { isTaken: false, error: 'the receive address is not a URL' };
  const outgoing = request(url, {
    agent,
    method: 'POST',
    headers: {
      'content-type': 'application/xml',
      'content-length': message.body.length,
      'penstock-position': formatPosition(message.position),
      'penstock-kind': kindName(message.kind),
    },
  });
  const posted = await settlePost(outgoing, message.body, timeoutMs);
  if (posted === 'connection-gone') return posted;
  if ('error' in posted) return { isTaken: false, error: posted.error };
  const { status } = posted;
  return status >= 200 && status < 300 ? { isTaken: true } : { isTaken: false, error: `HTTP ${status}` };
}
