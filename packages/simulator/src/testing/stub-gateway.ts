/**
 * For tests only: the gateway's interface to Users and network in memory, to meet the simulator where the platform
 * cannot be started. It keeps no rule of DUIS; what it does is: take, answer, hand on, and misbehave when told.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, request, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { decodeFrames, encodeFrames, FRAMES_CONTENT_TYPE, type Frame } from '@penstock/api';
import { readMessage, writeAcknowledgement } from '@penstock/duis';
import type { Credential } from '../pki.ts';
import type { World } from '../simulation.ts';

/** What becomes of the next calls of Users: each says once how one call ends. */
export type Mishap = 'unavailable' | 'cut-off';

interface Sent {
  readonly path: string;
  readonly bytes: Buffer;
}

export class StubGateway {
  /** Requests that were answered with an acknowledgement, each RequestID once. */
  readonly accepted = new Map<string, Sent>();
  /** Every call of a User with a request, also those that met a mishap. */
  readonly calls: Sent[] = [];
  readonly mishaps: Mishap[] = [];
  /** What the network delivered. */
  readonly delivered: Frame[] = [];
  readonly acknowledged: string[] = [];
  /** How often each southbound frame is handed out. */
  handOut = 1;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #southbound: Frame[] = [];
  readonly #pulled = new Map<string, Frame[]>();
  #sequence = 0;

  constructor(world: World) {
    const { certificate, key } = world.pki.gateway;
    this.#server = createServer(
      { cert: certificate, key, ca: world.pki.authority, requestCert: true, rejectUnauthorized: true },
      (incoming, answer) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('end', () => this.#answer(incoming, answer, Buffer.concat(chunks)));
      },
    );
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** Puts a northbound message where the User pulls. */
  offer(user: string, body: Uint8Array): void {
    const frames = this.#pulled.get(user) ?? [];
    frames.push({ header: { position: this.#position(), kind: 'response' }, body });
    this.#pulled.set(user, frames);
  }

  #position(): string {
    this.#sequence += 1;
    return `2026-11-22/${this.#sequence}`;
  }

  #answer(incoming: IncomingMessage, answer: ServerResponse, body: Buffer): void {
    const url = new URL(incoming.url ?? '/', 'https://stub');
    switch (url.pathname) {
      case '/duis/transform':
      case '/duis/send-command':
      case '/duis/non-device':
        this.#take(url.pathname, answer, body);
        return;
      case '/duis/receive': {
        const user = [...this.#pulled.keys()][0] ?? '';
        sendFrames(answer, this.#pulled.get(user) ?? []);
        return;
      }
      case '/duis/receive/acknowledge':
        this.acknowledged.push(JSON.parse(body.toString()).position);
        answer.writeHead(204).end();
        return;
      case '/network/take': {
        const frames = this.#southbound.splice(0);
        sendFrames(answer, frames);
        if (frames.length > 0) this.handOut -= 1;
        if (this.handOut > 0) this.#southbound.unshift(...frames);
        return;
      }
      case '/network/acknowledge':
        answer.writeHead(204).end();
        return;
      case '/network/deliver': {
        const frames = decodeFrames(body);
        this.delivered.push(...frames);
        answer.writeHead(200, { 'content-type': 'application/json' });
        answer.end(JSON.stringify({ results: frames.map(() => ({ outcome: 'recorded' })) }));
        return;
      }
      default:
        answer.writeHead(404).end();
    }
  }

  #take(path: string, answer: ServerResponse, bytes: Buffer): void {
    this.calls.push({ path, bytes });
    switch (this.mishaps.shift()) {
      case 'unavailable':
        answer.writeHead(503, { 'retry-after': '0' }).end();
        return;
      case 'cut-off':
        answer.socket?.destroy();
        return;
    }
    const message = readMessage(bytes);
    if (message.type !== 'request') throw new Error('a User sent no request');
    const { requestId, serviceReferenceVariant } = message;
    const id = `${requestId.originator}:${requestId.target}:${requestId.counter}`;
    if (!this.accepted.has(id)) {
      this.accepted.set(id, { path, bytes });
      const header = { user: requestId.originator, position: this.#position(), kind: 'request' };
      this.#southbound.push({ header, body: bytes });
    }
    answer.writeHead(200, { 'content-type': 'application/xml' });
    answer.end(writeAcknowledgement({ requestId, serviceReferenceVariant, responseDateTime: new Date() }));
  }
}

function sendFrames(answer: ServerResponse, frames: readonly Frame[]): void {
  answer.writeHead(200, { 'content-type': FRAMES_CONTENT_TYPE }).end(encodeFrames(frames));
}

/** Pushes one message to a User's receive service as the gateway does. Rejects when there is no answer. */
export function push(
  port: number,
  gateway: Credential,
  authority: string,
  position: string,
  body: Uint8Array,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port,
        method: 'POST',
        path: '/duis',
        agent: false,
        ca: authority,
        cert: gateway.certificate,
        key: gateway.key,
        headers: { 'penstock-position': position, 'penstock-kind': 'response', 'content-type': 'application/xml' },
      },
      (incoming) => {
        incoming.resume();
        resolve(incoming.statusCode ?? 0);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
