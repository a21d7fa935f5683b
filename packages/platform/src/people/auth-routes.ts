// The addresses of better-auth that there are, each by its name: what is not listed here does not exist, whatever a
// version of it brings. Its answers keep its own form, which its client in the browser reads.
import type { IncomingHttpHeaders } from 'node:http';
import {
  authFailureSchema,
  beginAtProviderSchema,
  ceremonySchema,
  changePasswordSchema,
  deletePasskeySchema,
  enrolmentSchema,
  enrolSchema,
  finishAtProviderSchema,
  finishedAtProviderSchema,
  keepPasskeySchema,
  lookInvitationSchema,
  passwordChangedSchema,
  providerAddressSchema,
  signedInSchema,
  signInSchema,
  usePasskeySchema,
  verifyCodeSchema,
} from '@penstock/api';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type pg from 'pg';
import { z } from 'zod';
import type { Clock } from '../foundation/clock.ts';
import { requireOwnOrigin } from '../foundation/http/caller.ts';
import { addressOf, type HttpApp } from '../foundation/http/server.ts';
import { isOverdue } from './session-mark.ts';
import type { SignIn } from './sign-in.ts';
import { PEER_HEADER } from './sign-in-guards.ts';

/** What the API's document says of an address that the portal uses: what is sent, and what is read of the answer. */
interface Described {
  readonly body?: z.ZodType;
  readonly answer: z.ZodType;
}
const anything = z.unknown();

const addresses: readonly (readonly ['GET' | 'POST', string, Described?])[] = [
  ['GET', 'get-session'],
  ['POST', 'sign-in/email', { body: signInSchema, answer: signedInSchema }],
  ['POST', 'sign-out', { answer: anything }],
  ['POST', 'change-password', { body: changePasswordSchema, answer: passwordChangedSchema }],
  // asks for the password, gives the secret once, and counts only when a code was right
  ['POST', 'two-factor/enable', { body: enrolSchema, answer: enrolmentSchema }],
  ['POST', 'two-factor/verify-totp', { body: verifyCodeSchema, answer: anything }],
  ['GET', 'passkey/generate-register-options', { answer: ceremonySchema }],
  ['POST', 'passkey/verify-registration', { body: keepPasskeySchema, answer: anything }],
  ['GET', 'passkey/generate-authenticate-options', { answer: ceremonySchema }],
  ['POST', 'passkey/verify-authentication', { body: usePasskeySchema, answer: anything }],
  ['GET', 'passkey/list-user-passkeys'],
  ['POST', 'passkey/delete-passkey', { body: deletePasskeySchema, answer: anything }],
  ['POST', 'provider/begin', { body: beginAtProviderSchema, answer: providerAddressSchema }],
  ['POST', 'provider/finish', { body: finishAtProviderSchema, answer: finishedAtProviderSchema }],
];

const answersOf = (answer: z.ZodType) => ({ 200: answer, '4xx': authFailureSchema });

/** As `generate-register-options` for who holds a link, whose secret comes in the body: addresses stand in logs. */
const OPTIONS_FOR_LINK = 'passkey/register-options-for-link';

const PASSED_ON = ['cookie', 'content-type', 'origin', 'referer', 'user-agent', 'sec-fetch-site', 'sec-fetch-mode'];

/** Only the headers that it needs: nothing that says from where a request is forwarded, or for which host. */
function headersOf(headers: IncomingHttpHeaders, peer: string): Headers {
  const passed = new Headers({ [PEER_HEADER]: peer });
  for (const name of PASSED_ON) {
    const value = headers[name];
    if (typeof value === 'string') passed.set(name, value);
  }
  return passed;
}

export function authRoutes(options: {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  readonly signIn: () => SignIn;
  readonly origins: () => readonly string[];
}): (app: HttpApp) => void {
  const { pool, clock, signIn, origins } = options;

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    requireOwnOrigin(request.method, request.headers, origins());
    const url = new URL(request.url, origins()[0]);
    return pass(request, reply, url, request.method);
  }

  /** better-auth knows no longest time: a session that had it is nobody's here either, however much it was used. */
  async function endOverdue({ cookie }: IncomingHttpHeaders): Promise<void> {
    if (cookie === undefined) return;
    const found = await signIn().api.getSession({ headers: new Headers({ cookie }), query: { disableRefresh: true } });
    if (found === null || !isOverdue(found.session, clock.now())) return;
    await pool.query('delete from sign_in."session" where "id" = $1', [found.session.id]);
  }

  async function pass(request: FastifyRequest, reply: FastifyReply, url: URL, method: string): Promise<FastifyReply> {
    await endOverdue(request.headers);
    const body = method === 'GET' ? undefined : JSON.stringify(request.body ?? {});
    const headers = headersOf(request.headers, addressOf(request));
    if (body !== undefined) headers.set('content-type', 'application/json');
    const response = await signIn().handler(
      new Request(url, { method, headers, ...(body === undefined ? {} : { body }) }),
    );
    const cookies = response.headers.getSetCookie();
    if (cookies.length > 0) reply.header('set-cookie', cookies);
    const retryAfter = response.headers.get('x-retry-after');
    if (retryAfter !== null) reply.header('retry-after', retryAfter);
    const type = response.headers.get('content-type') ?? 'application/json';
    return reply
      .code(response.status)
      .type(type)
      .send(Buffer.from(await response.arrayBuffer()));
  }

  return (app) => {
    app.post(
      `/api/auth/${OPTIONS_FOR_LINK}`,
      { config: { access: 'anyone' }, schema: { body: lookInvitationSchema, response: answersOf(ceremonySchema) } },
      (request, reply) => {
        requireOwnOrigin(request.method, request.headers, origins());
        const url = new URL('/api/auth/passkey/generate-register-options', origins()[0]);
        url.searchParams.set('context', request.body.token);
        return pass(request, reply, url, 'GET');
      },
    );
    for (const [method, path, described] of addresses) {
      app.route({
        method,
        url: `/api/auth/${path}`,
        config: { access: 'anyone' },
        schema:
          described === undefined
            ? { hide: true }
            : { ...(described.body && { body: described.body }), response: answersOf(described.answer) },
        // what is sent is judged by better-auth alone
        validatorCompiler: () => (value) => ({ value }),
        handler: answer,
      });
    }
  };
}
