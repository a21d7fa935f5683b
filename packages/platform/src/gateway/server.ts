/**
 * The gateway's door: one TLS server for Users and for the network (DESIGN, step 1, "admit").
 *
 * What it does: it knows the peer by its registered client certificate, bounds the size, time and memory of what comes
 * in, finds the address, and writes the answer. What it does not: judge messages (intake.ts, returns.ts) or streams
 * (delivery/). What always holds: everything but sending a signed message needs a registered client certificate of the
 * right kind, and when mutual TLS is required that does too.
 */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { PersonRole } from '@penstock/api';
import type { Eui, WebService } from '@penstock/duis';
import type { Clock } from '../foundation/clock.ts';
import { type ErrorCode, PenstockError, problemContentType, toProblem } from '../foundation/errors.ts';
import { limitTime, requestTimeoutError } from '../foundation/http/request-time.ts';
import type { Log } from '../foundation/log.ts';
import type { DirectoryReader } from '../parties/directory-reader.ts';
import { standingOf } from '../parties/parties.ts';
import { type Answer, failureProblem, problemAnswer } from './answer.ts';
import { BodyReader } from './body-reader.ts';
import type { Intake } from './intake.ts';
import type { IntakeMetrics } from './metrics.ts';

/** Who is on the other side, by its registered and valid client certificate. */
export interface Peer {
  readonly userId: Eui;
  /** It takes and delivers for the network: the Operator's, by a certificate that has no role at the API. */
  readonly isNetwork: boolean;
}

/** As the API needs it. */
export interface KnownPeer extends Peer {
  readonly isOperator: boolean;
  /** SHA-256 of its certificate, in hex. */
  readonly fingerprint: string;
  /** As which its certificate is registered; undefined: for the gateway only. */
  readonly role: PersonRole | undefined;
}

export interface RoutedRequest {
  readonly peer: Peer;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** Aborted when the peer goes away. */
  readonly signal: AbortSignal;
}

export type RouteAnswer = Omit<Answer, 'outcome'>;
export type RouteHandler = (request: RoutedRequest) => Promise<RouteAnswer>;

export interface GatewayOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: { readonly key: Buffer; readonly cert: Buffer };
  readonly requiresClientCertificate: boolean;
  readonly maxMessageBytes: number;
  readonly headerTimeoutSeconds: number;
  readonly bodyTimeoutSeconds: number;
}

export interface GatewayParts {
  readonly intake: Intake;
  readonly directory: DirectoryReader;
  readonly clock: Clock;
  readonly operatorId: Eui;
  readonly metrics: IntakeMetrics;
  readonly log: Log;
  /** Too much waits already: new messages are told to come back. */
  isFull(): boolean;
  /** By 'METHOD /path'; all need a registered peer. */
  readonly routes: ReadonlyMap<string, RouteHandler>;
  /** Takes what begins with /api/, with the peer it came from as it is known when that is asked. */
  readonly api: (request: IncomingMessage, response: ServerResponse, peer: () => KnownPeer | undefined) => void;
}

const services: ReadonlyMap<string, WebService> = new Map([
  ['/duis/transform', 'transform'],
  ['/duis/send-command', 'send-command'],
  ['/duis/non-device', 'non-device'],
]);

const CONTENT_TYPES: ReadonlySet<string> = new Set(['application/xml', 'text/xml']);
/** Node looks for connections past their time this often; its 30 s would let a slow one hold on for half a minute. */
const TIMEOUT_CHECK_MILLISECONDS = 2_000;
const KEEP_ALIVE_MILLISECONDS = 75_000;
/** Longer than any wait that is asked for (60 s). */
const SILENCE_MILLISECONDS = 120_000;

const connectionFailures: ReadonlyMap<string, ErrorCode> = new Map([
  ['ERR_HTTP_REQUEST_TIMEOUT', 'request.timeout'],
  ['HPE_HEADER_OVERFLOW', 'request.headers-too-large'],
]);

export class GatewayServer {
  private readonly options: GatewayOptions;
  private readonly parts: GatewayParts;
  private readonly server: Server;
  private readonly bodies: BodyReader;
  private readonly fingerprints = new WeakMap<object, string | undefined>();
  /** Requests whose handler has not ended: a peer that went away does not end its handler at once. */
  private readonly underWay = new Set<Promise<void>>();
  private isStopping = false;
  private readonly stopped = new AbortController();

  constructor(options: GatewayOptions, parts: GatewayParts) {
    this.options = options;
    this.parts = parts;
    this.bodies = new BodyReader(options.maxMessageBytes);
    this.server = createServer(
      {
        key: options.tls.key,
        cert: options.tls.cert,
        // Asked for, and judged by the directory: a certificate is accepted because it is registered.
        requestCert: true,
        rejectUnauthorized: false,
        minVersion: 'TLSv1.2',
        noDelay: true,
        headersTimeout: options.headerTimeoutSeconds * 1000,
        // of each request instead (limitTime): a file may take longer
        requestTimeout: 0,
        keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
        connectionsCheckingInterval: TIMEOUT_CHECK_MILLISECONDS,
        maxHeaderSize: 16 * 1024,
      },
      (request, response) => this.serve(request, response),
    );
    // a peer that takes nothing of its answer, or sends nothing of its request, does not hold on for ever
    this.server.setTimeout(SILENCE_MILLISECONDS);
    this.server.on('clientError', (error, socket) => this.refuseConnection(error, socket));
    this.server.on('tlsClientError', (error) => {
      parts.metrics.answered('tls', 'tls-failed');
      parts.log.debug({ err: error }, 'a TLS handshake failed');
    });
  }

  /** Listens; resolves to the port. */
  async start(): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(this.options.port, this.options.host, () => {
        this.server.off('error', reject);
        resolve();
      });
    });
    return (this.server.address() as AddressInfo).port;
  }

  /** Takes no new connection, ends those that wait for nothing, and resolves when the last request is done with. */
  async stop(): Promise<void> {
    this.isStopping = true;
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.stopped.abort();
    this.server.closeIdleConnections();
    // Node looks for slow requests no more once it is closing: one that is half sent would hold the stop for ever
    const deadline = setTimeout(() => this.server.closeAllConnections(), this.options.bodyTimeoutSeconds * 1000);
    await closed;
    clearTimeout(deadline);
    await Promise.all(this.underWay);
  }

  /** What is no HTTP request, or did not come in time: said in HTTP, as far as the peer still listens. */
  private refuseConnection(error: Error & { code?: string }, socket: Duplex): void {
    const known = connectionFailures.get(error.code ?? '');
    const problem = toProblem(
      new PenstockError(known ?? 'request.invalid', { detail: 'this is no complete HTTP request' }),
    );
    this.parts.metrics.answered('http', problem.code);
    if (!socket.writable) {
      socket.destroy();
      return;
    }
    const body = JSON.stringify(problem);
    socket.end(
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\nconnection: close\r\n` +
        `content-type: ${problemContentType}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  }

  private serve(request: IncomingMessage, response: ServerResponse): void {
    limitTime(request, this.options.bodyTimeoutSeconds * 1000, () => {
      if (response.headersSent) request.destroy();
      else this.refuseConnection(requestTimeoutError(), request.socket);
    });
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const service = services.get(path);
    if (service !== undefined) {
      this.track(this.answer(request, response, service, () => this.takeMessage(request, service)));
    } else if (path.startsWith('/api/')) {
      this.parts.api(request, response, () => this.peer(request));
    } else {
      this.track(this.answer(request, response, 'streams', () => this.route(request, response, path)));
    }
  }

  private track(handling: Promise<void>): void {
    this.underWay.add(handling);
    void handling.finally(() => this.underWay.delete(handling));
  }

  private async answer(
    request: IncomingMessage,
    response: ServerResponse,
    service: string,
    take: () => Promise<Answer>,
  ): Promise<void> {
    let answer: Answer;
    try {
      if (this.isStopping) throw new PenstockError('service.not-ready', { detail: 'this process is stopping' });
      answer = await take();
    } catch (error) {
      const problem = failureProblem(error);
      if (problem.status === 500) this.parts.log.error({ err: error }, 'a message was not taken');
      answer = problemAnswer(problem);
    }
    this.parts.metrics.answered(service, answer.outcome);
    if (response.destroyed || response.headersSent) return;
    // a body that was not read to its end would be read as the next request
    const closes = this.isStopping || !request.complete;
    response.writeHead(answer.status, {
      ...answer.headers,
      ...(closes ? { connection: 'close' } : {}),
      'content-type': answer.contentType,
      'content-length': Buffer.byteLength(answer.body),
    });
    response.end(answer.body);
  }

  private async takeMessage(request: IncomingMessage, service: WebService): Promise<Answer> {
    requireMethod(request, 'POST');
    if (this.options.requiresClientCertificate) this.requirePeer(request);
    const type = request.headers['content-type'];
    if (type !== undefined && !CONTENT_TYPES.has(type.split(';', 1)[0]?.trim().toLowerCase() ?? '')) {
      throw new PenstockError('request.unsupported-media-type', {
        detail: 'send application/xml',
        where: 'content-type',
      });
    }
    if (this.parts.isFull()) {
      throw new PenstockError('service.not-ready', { detail: 'too many messages wait to be recorded' });
    }
    const body = await this.bodies.read(request);
    try {
      return await this.parts.intake.take(service, body);
    } finally {
      this.bodies.release(body);
    }
  }

  private async route(request: IncomingMessage, response: ServerResponse, path: string): Promise<Answer> {
    const handler = this.parts.routes.get(`${request.method} ${path}`);
    if (handler === undefined) {
      const known = [...this.parts.routes.keys()].some((key) => key.endsWith(` ${path}`));
      throw new PenstockError(known ? 'request.method-not-allowed' : 'request.not-found');
    }
    const peer = this.requirePeer(request);
    const body = await this.bodies.read(request);
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    try {
      const signal = AbortSignal.any([gone.signal, this.stopped.signal]);
      const url = new URL(request.url ?? '/', 'https://gateway');
      return { ...(await handler({ peer, url, headers: request.headers, body, signal })), outcome: 'answered' };
    } finally {
      this.bodies.release(body);
    }
  }

  private requirePeer(request: IncomingMessage): Peer {
    const peer = this.peer(request);
    if (peer === undefined) {
      throw new PenstockError('access.unauthenticated', {
        detail: 'no registered and valid client certificate was shown',
      });
    }
    return peer;
  }

  private peer(request: IncomingMessage): KnownPeer | undefined {
    const fingerprint = this.fingerprint(request.socket as TLSSocket);
    if (fingerprint === undefined) return undefined;
    const directory = this.parts.directory.current();
    const certificate = directory.transportPeer(fingerprint);
    if (certificate === undefined || standingOf(certificate, this.parts.clock.now().getTime()) !== 'valid')
      return undefined;
    if (directory.user(certificate.userId)?.status !== 'active') return undefined;
    const { userId, role } = certificate;
    const isOperator = userId === this.parts.operatorId;
    return { userId, isOperator, isNetwork: isOperator && role === undefined, fingerprint, role };
  }

  /** Read once a connection: parsing the certificate costs as much as verifying a message. */
  private fingerprint(socket: TLSSocket): string | undefined {
    if (!this.fingerprints.has(socket)) {
      const certificate = socket.getPeerX509Certificate();
      this.fingerprints.set(socket, certificate?.fingerprint256.replaceAll(':', '').toLowerCase());
    }
    return this.fingerprints.get(socket);
  }
}

function requireMethod(request: IncomingMessage, method: string): void {
  if (request.method !== method) throw new PenstockError('request.method-not-allowed', { detail: `send ${method}` });
}
