/** POST /network/deliver: frames, each a DUIS Response and the User that it is for; answered after the commit. */
import { decodeFrames, FrameError, type NetworkDelivered } from '@penstock/api';
import { parseEui } from '@penstock/duis';
import { PenstockError } from '../foundation/errors.ts';
import type { DeliveredMessage, Returns } from './returns.ts';
import type { RouteHandler } from './server.ts';

/** Messages that may come in one call: they are recorded in one or two batches. */
const MOST_MESSAGES = 1_000;

export function deliverRoute(returns: Returns, maxMessageBytes: number): RouteHandler {
  return async ({ peer, body }) => {
    if (!peer.isNetwork) {
      throw new PenstockError('access.denied', {
        detail: 'only a certificate of the Operator that has no role delivers for the network',
      });
    }
    const answer: NetworkDelivered = { results: await returns.take(readFrames(body, maxMessageBytes)) };
    return { status: 200, contentType: 'application/json', body: JSON.stringify(answer) };
  };
}

function readFrames(body: Buffer, maxMessageBytes: number): DeliveredMessage[] {
  try {
    const frames = decodeFrames(body, { headerBytes: 1024, bodyBytes: maxMessageBytes, frames: MOST_MESSAGES });
    return frames.map((frame, index) => {
      const recipient = parseEui(frame.header.user ?? '');
      if (recipient === undefined) {
        throw new PenstockError('request.invalid', { detail: 'a frame names no User ID', where: `frame ${index + 1}` });
      }
      return { recipient, bytes: frame.body };
    });
  } catch (error) {
    if (error instanceof FrameError)
      throw new PenstockError('request.invalid', { detail: error.message, cause: error });
    throw error;
  }
}
