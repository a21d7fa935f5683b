// The HTTP server of the REST API, health and metrics. It answers on its own address (loopback) and takes over
// requests that came in by the gateway's TLS address, where the peer is known by its certificate.
//
// What always holds: access is denied by default. A route says which right it takes to call it, and a server with a
// route that does not say so does not start. Whoever loses that right in the middle of a long answer has no more of it.
// Every failure is one problem document with a registered code.

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import { Readable } from 'node:stream';
import swagger from '@fastify/swagger';
import Fastify, { type FastifyRequest } from 'fastify';
import {
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import { PenstockError, problemContentType } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Right } from '../rights.ts';
import { actingOfViewer, type Viewer } from '../viewer.ts';
import {
  type Access,
  asksOfUser,
  type Caller,
  callerOfMachine,
  isForPeople,
  requireAccess,
  requireOwnOrigin,
  type Sessions,
  type SignedIn,
} from './caller.ts';
import { problemOf } from './problems.ts';
import { limitTime, requestTimeoutError } from './request-time.ts';

export type { Access };

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
    /** What it takes besides, of the Operator, to ask for a User's by its `userId`. */
    accessOfUsers?: Right;
  }
  interface FastifyRequest {
    /** Who is asking; undefined when nobody is known. Routes ask `viewerOf`. */
    viewer: Viewer | undefined;
    /** The person who is signed in; undefined for a machine. Routes ask `personOf`. */
    signedIn: SignedIn | undefined;
    /** As whom the call is made, of a person; undefined for a machine. */
    caller: Caller | undefined;
  }
}

/** Bytes of a JSON body; files come as streams with a limit of their own. */
const MOST_BODY_BYTES = 1024 * 1024;
/** Until a request has arrived whole; what takes files bounds them by their pace. */
const LONGEST_REQUEST_MILLISECONDS = 120_000;

export interface HttpServerOptions {
  readonly log: Log;
  readonly version: string;
  /** The routes of the rooms. */
  readonly routes: readonly ((app: HttpApp) => void)[];
  /** Undefined where only machines call. */
  readonly sessions?: Sessions | undefined;
  /** Proxies that may say for whom they call; what others say of it counts for nothing. */
  readonly trustedProxies?: readonly string[];
  /** People come by TLS, which a proxy has: browsers are told to come by nothing else. */
  readonly isBehindTls?: boolean;
  /** For tests: milliseconds until a request has arrived whole. */
  readonly longestRequest?: number;
}

/** A year, which is as long as browsers' own lists ask for. */
const STRICT_TRANSPORT = 'max-age=31536000';

function createApp(trustedProxies: readonly string[]) {
  return Fastify({
    bodyLimit: MOST_BODY_BYTES,
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    genReqId: () => randomUUID(),
    // of each request instead (limitTime)
    requestTimeout: 0,
    routerOptions: { maxParamLength: 200 },
    // It changes `ip` (see addressOf), and `host` and `protocol`, which nothing here reads: origins are configured.
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
  }).withTypeProvider<ZodTypeProvider>();
}
export type HttpApp = ReturnType<typeof createApp>;

export interface AccessRule {
  readonly method: string;
  readonly url: string;
  readonly access: Access;
  readonly accessOfUsers: Right | undefined;
}

export interface HttpServer {
  /** Listens and returns where. */
  listen(options: { host: string; port: number }): Promise<AddressInfo>;
  /** Answers a request that another server took; `who` says who its peer is at the moment that it is asked. */
  handle(request: IncomingMessage, response: ServerResponse, who: () => Viewer | undefined): void;
  /** For tests: every route with who may call it. */
  readonly accessRules: readonly AccessRule[];
  /** Ends when all requests under way are answered. */
  close(): Promise<void>;
}

/** The one who is asking, in a route that nobody unknown can call. */
export function viewerOf(request: { readonly viewer: Viewer | undefined }): Viewer {
  if (request.viewer === undefined) throw new PenstockError('access.unauthenticated');
  return request.viewer;
}

/** The person who is asking, in a route that nobody else can call. */
export function personOf(request: { readonly signedIn: SignedIn | undefined }): SignedIn {
  if (request.signedIn === undefined) throw new PenstockError('access.unauthenticated');
  return request.signedIn;
}

/**
 * Where a call comes from: the nearest address that is no trusted proxy's. When a proxy passes on what is no address (some
 * write the port behind it), it is the address of the one that called: all of them share a limit then, and none has none.
 */
export function addressOf({ ip, socket }: Pick<FastifyRequest, 'ip' | 'socket'>): string {
  const address = isIP(ip) === 0 ? (socket.remoteAddress ?? '') : ip;
  // an IPv4 address, as a socket for both families has it
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

/** Builds the server with all its routes. @throws when a route does not say who may call it */
export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { log, version, routes, sessions, trustedProxies = [], isBehindTls = false } = options;
  const { longestRequest = LONGEST_REQUEST_MILLISECONDS } = options;
  const app = createApp(trustedProxies);
  const peers = new WeakMap<IncomingMessage, () => Viewer | undefined>();
  const accessRules: AccessRule[] = [];

  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.decorateRequest('viewer', undefined);
  app.decorateRequest('signedIn', undefined);
  app.decorateRequest('caller', undefined);
  app.addHook('onRoute', ({ method, url, config }) => {
    const access = config?.access;
    if (access === undefined) throw new Error(`${method} ${url} does not say who may call it`);
    for (const one of [method].flat()) {
      accessRules.push({ method: one, url, access, accessOfUsers: config?.accessOfUsers });
    }
  });
  app.addHook('onRequest', async (request, reply) => {
    limitTime(request.raw, longestRequest, () => {
      if (reply.raw.headersSent) request.raw.destroy();
      else app.server.emit('clientError', requestTimeoutError(), request.raw.socket);
    });
    reply.header('x-request-id', request.id);
    reply.header('x-content-type-options', 'nosniff');
    reply.header('cache-control', 'no-store');
    if (isBehindTls) reply.header('strict-transport-security', STRICT_TRANSPORT);
    const { access } = request.routeOptions.config;
    if (request.is404 || access === undefined || access === 'anyone') return;
    const { person, caller } = await admit(request, access);
    if (person !== undefined && person.cookies.length > 0) reply.header('set-cookie', [...person.cookies]);
    request.signedIn = person;
    request.caller = caller;
    request.viewer = caller?.viewer;
  });
  /** Who calls, judged as of now. @throws PenstockError of requireOwnOrigin, Sessions and requireAccess */
  async function admit(request: FastifyRequest, access: Access) {
    const { accessOfUsers } = request.routeOptions.config;
    const machine = peers.get(request.raw)?.();
    let person: SignedIn | undefined;
    let caller = machine && callerOfMachine(machine, request.headers);
    if (caller === undefined && sessions !== undefined && request.headers.cookie !== undefined) {
      person = await sessions.personOf(request.headers);
      if (person !== undefined) {
        requireOwnOrigin(request.method, request.headers, sessions.origins());
        if (!isForPeople(access)) caller = sessions.callerOf(person, request.headers);
      }
    }
    requireAccess(access, caller, person);
    if (accessOfUsers !== undefined && asksOfUser(caller, request.query)) requireAccess(accessOfUsers, caller, person);
    return { person, caller };
  }
  /** The pieces of a long answer, each after the first only while its reader may have it. */
  async function* stillAdmitted(request: FastifyRequest, access: Access, pieces: Readable): AsyncGenerator<unknown> {
    let isFirst = true;
    for await (const piece of pieces) {
      if (!isFirst) {
        const { caller } = await admit(request, access);
        // whoever names nobody acts for the only one there is, which may be another now
        if (
          caller !== undefined &&
          request.viewer !== undefined &&
          actingOfViewer(caller.viewer) !== actingOfViewer(request.viewer)
        ) {
          throw new PenstockError('access.denied', { detail: 'you act for another now' });
        }
      }
      isFirst = false;
      yield piece;
    }
  }
  app.addHook('onSend', async (request, _, payload) => {
    const { access } = request.routeOptions.config;
    if (!(payload instanceof Readable) || access === undefined || access === 'anyone') return payload;
    return Readable.from(stillAdmitted(request, access, payload));
  });
  app.setNotFoundHandler(() => {
    throw new PenstockError('request.not-found');
  });
  app.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error);
    if (problem.code === 'internal.unexpected') {
      log.error(
        { err: error, method: request.method, route: request.routeOptions.url, requestId: request.id },
        'a call of the API failed',
      );
    }
    if (problem.status === 503) reply.header('retry-after', '5');
    // whoever is too slow is not waited for any more
    if (problem.status === 408) reply.header('connection', 'close');
    reply.serializer(JSON.stringify);
    return reply
      .code(problem.status)
      .type(problemContentType)
      .send({ ...problem, requestId: request.id });
  });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Penstock',
        description:
          'The gate and the window of a smart metering network. Client certificates say which machine is asking, sessions which person.',
        version,
      },
    },
    transform: jsonSchemaTransform,
  });
  for (const addRoutes of routes) addRoutes(app);
  app.get('/api/openapi.json', { config: { access: 'anyone' }, schema: { hide: true } }, async (_, reply) =>
    reply.type('application/json').send(JSON.stringify(app.swagger())),
  );
  await app.ready();

  return {
    accessRules,
    async listen({ host, port }) {
      await app.listen({ host, port });
      const [address] = app.addresses();
      if (address === undefined || typeof address === 'string') throw new Error('the server listens nowhere');
      return address;
    },
    handle(request, response, who) {
      peers.set(request, who);
      app.routing(request, response);
    },
    close: () => app.close(),
  };
}
