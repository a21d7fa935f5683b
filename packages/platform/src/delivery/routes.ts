import type { IncomingHttpHeaders } from 'node:http';
import {
  encodeFrames,
  FRAMES_CONTENT_TYPE,
  type NetworkAcknowledged,
  networkAcknowledgeSchema,
  networkTakeQuerySchema,
  type ReceiveAcknowledged,
  receiveAcknowledgeSchema,
  receiveQuerySchema,
} from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type { z } from 'zod';
import { databaseFailure } from '../foundation/database/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import { formatPosition, type Position, parsePosition } from '../messages/message.ts';
import type { AcknowledgementOutcome } from './acknowledgement.ts';
import type { DeliveryMetrics } from './metrics.ts';
import type { NetworkSide } from './network.ts';
import type { PullSide } from './receive.ts';
import { kindName, type StreamMessage } from './stream.ts';

// The HTTP of the two that take messages themselves. The gateway's door calls these with the peer that the client
// certificate stands for; pushing has no routes.

export interface DeliveryRequest {
  readonly peer: { readonly userId: Eui; readonly isNetwork: boolean };
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Aborted when the peer goes away or the process stops: a wait then ends at once. */
  readonly signal: AbortSignal;
}

export interface DeliveryAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer | string;
}

export type DeliveryHandler = (request: DeliveryRequest) => Promise<DeliveryAnswer>;

export interface RouteParts {
  readonly network: NetworkSide;
  readonly pull: PullSide;
  readonly metrics: DeliveryMetrics;
}

/** Of one answer; a larger message goes alone. The network is one or a few takers, Users that pull may be hundreds. */
const takeBytes = 16 * 1024 * 1024;
const pullBytes = 4 * 1024 * 1024;

/** What was recorded is delivered, so the configured size of a message counts at the entrance and not here. */
const frameLimits = { headerBytes: 1024, bodyBytes: Number.MAX_SAFE_INTEGER, frames: 10_000 };

/** The handlers by 'METHOD /path'. They throw PenstockError. */
export function deliveryRoutes({ network, pull, metrics }: RouteParts): ReadonlyMap<string, DeliveryHandler> {
  const take: DeliveryHandler = async ({ peer, url, signal }) => {
    requireNetwork(peer);
    const { max, wait, consumer, again } = readQuery(networkTakeQuerySchema, url);
    if (again === 'true') await network.letGo(consumer);
    const bounds = { messages: max, bytes: takeBytes };
    const messages = await network.take({ consumer, waitSeconds: wait, signal, ...bounds });
    metrics.handedOut('southbound', messages.length);
    return framesAnswer(messages, (message) => ({ user: message.userId }));
  };

  const acknowledge: DeliveryHandler = async ({ peer, body }) => {
    requireNetwork(peer);
    const { consumer, positions } = readJson(networkAcknowledgeSchema, body);
    const given = positions.map(({ user, position }) => ({
      userId: requireEui(user),
      position: requirePosition(position),
    }));
    const outcomes = await network.acknowledge(consumer, given);
    const answer: NetworkAcknowledged = {
      results: [...outcomes].map(([user, outcome]) => ({ user, ...networkResult(outcome) })),
    };
    return jsonAnswer(answer);
  };

  const receive: DeliveryHandler = async ({ peer, url, signal }) => {
    const { max, wait } = readQuery(receiveQuerySchema, url);
    const bounds = { messages: max, bytes: pullBytes };
    const messages = await pull.pull({ userId: peer.userId, waitSeconds: wait, signal, ...bounds });
    metrics.handedOut('northbound', messages.length);
    return framesAnswer(messages, () => ({}));
  };

  const acknowledgeReceived: DeliveryHandler = async ({ peer, body }) => {
    const { position } = readJson(receiveAcknowledgeSchema, body);
    const answer: ReceiveAcknowledged = { outcome: await pull.acknowledge(peer.userId, requirePosition(position)) };
    return jsonAnswer(answer);
  };

  return new Map([
    ['POST /network/take', guarded(take)],
    ['POST /network/acknowledge', guarded(acknowledge)],
    ['GET /duis/receive', guarded(receive)],
    ['POST /duis/receive/acknowledge', guarded(acknowledgeReceived)],
  ]);
}

/** A database that is away is no surprise: whoever asked asks again. */
function guarded(handler: DeliveryHandler): DeliveryHandler {
  return async (request) => {
    try {
      return await handler(request);
    } catch (error) {
      throw databaseFailure(error);
    }
  };
}

function requireNetwork(peer: DeliveryRequest['peer']): void {
  if (!peer.isNetwork) {
    throw new PenstockError('access.denied', {
      detail: 'only a certificate of the Operator that has no role takes for the network',
    });
  }
}

function invalid(error: z.ZodError): PenstockError {
  const [issue] = error.issues;
  const where = issue?.path.join('.') ?? '';
  return new PenstockError('request.invalid', {
    detail: issue?.message ?? 'the form is wrong',
    ...(where === '' ? {} : { where }),
  });
}

function readQuery<Schema extends z.ZodType>(schema: Schema, url: URL): z.output<Schema> {
  const parsed = schema.safeParse(Object.fromEntries(url.searchParams));
  if (!parsed.success) throw invalid(parsed.error);
  return parsed.data;
}

function readJson<Schema extends z.ZodType>(schema: Schema, body: Buffer): z.output<Schema> {
  let json: unknown;
  try {
    json = JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new PenstockError('request.invalid', { detail: 'the body is not JSON', cause });
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw invalid(parsed.error);
  return parsed.data;
}

function requirePosition(text: string): Position {
  const position = parsePosition(text);
  if (position === undefined) {
    throw new PenstockError('request.invalid', { detail: `${text} is no position`, where: 'position' });
  }
  return position;
}

function networkResult(outcome: AcknowledgementOutcome): Omit<NetworkAcknowledged['results'][number], 'user'> {
  switch (outcome) {
    case 'held-by-other':
      return { outcome: 'refused', code: 'delivery.held-by-other' };
    case 'unknown-position':
      return { outcome: 'refused', code: 'delivery.position-unknown' };
    default:
      return { outcome };
  }
}

function framesAnswer(
  messages: readonly StreamMessage[],
  header: (message: StreamMessage) => Record<string, string>,
): DeliveryAnswer {
  const frames = messages.map((message) => ({
    header: { ...header(message), position: formatPosition(message.position), kind: kindName(message.kind) },
    body: message.body,
  }));
  return { status: 200, contentType: FRAMES_CONTENT_TYPE, body: encodeFrames(frames, frameLimits) };
}

function jsonAnswer(value: NetworkAcknowledged | ReceiveAcknowledged): DeliveryAnswer {
  return { status: 200, contentType: 'application/json', body: JSON.stringify(value) };
}
