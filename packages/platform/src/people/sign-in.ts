// Sign-in as better-auth does it: passwords, second factors and sessions, in the schema sign_in. Which of its addresses
// there are is auth-routes.ts's matter, what we add to it is sign-in-guards.ts's.

import type { GenericEndpointContext } from '@better-auth/core';
import { passkey } from '@better-auth/passkey';
import type { Eui } from '@penstock/duis';
import { betterAuth } from 'better-auth';
import { getSessionFromCtx } from 'better-auth/api';
import { twoFactor } from 'better-auth/plugins';
import { PostgresDialect } from 'kysely';
import type pg from 'pg';
import type { Clock } from '../foundation/clock.ts';
import type { Log } from '../foundation/log.ts';
import { acceptByPasskey, linkHolder } from './passkey-links.ts';
import { providerBeforeCode, providerSignIn } from './provider-sign-in.ts';
import type { Providers } from './providers.ts';
import { LOCK_SECONDS, MOST_WRONG_CODES } from './second-factor.ts';
import { type SessionMethod, type SessionTimes, WITH_SECOND_FACTOR } from './session-mark.ts';
import { guardAfter } from './sign-in-activity.ts';
import {
  guardBefore,
  PEER_HEADER,
  peerOf,
  requireAccess,
  requireVerified,
  SHORTEST_PASSWORD,
} from './sign-in-guards.ts';

/** Seconds after which a session that nobody used has ended. */
const IDLE_SECONDS = 2 * 3600;
/** A session that is used is lengthened at most this often. */
const LENGTHEN_SECONDS = 300;
const MINUTE = 60;

export interface SignInOptions {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  readonly log: Log;
  readonly secret: string;
  readonly operatorId: Eui;
  readonly providers: Providers;
  /** The demonstration runs, and only this machine reaches the pages: else its people are refused. */
  readonly admitsDemonstration: boolean;
  /** The origins of our own pages; the first is the address that people are given. */
  readonly origins: readonly string[];
}

export type SignIn = ReturnType<typeof createSignIn>;

/** The ways to prove who one is, by better-auth's address. */
const METHODS: Readonly<Record<string, SessionMethod>> = {
  '/sign-in/email': 'password',
  '/passkey/verify-authentication': 'passkey',
  // of who takes a link by it
  '/passkey/verify-registration': 'passkey',
};

interface Mark {
  readonly method: SessionMethod | undefined;
  readonly provider: string | undefined;
  readonly provenAt: Date | undefined;
}

/**
 * What a new session is marked with. One that takes the place of another, as after a change of the password, is as that
 * was, and as old: nothing was proven by it.
 */
async function markOf(
  session: Record<string, unknown>,
  context: GenericEndpointContext | null,
  now: Date,
): Promise<Mark & { readonly createdAt?: Date }> {
  const path = context?.path ?? '';
  const marked = (method: SessionMethod, provider?: string): Mark => ({
    method,
    provider,
    provenAt: WITH_SECOND_FACTOR.has(method) ? now : undefined,
  });
  if (path === '/provider/finish') return marked(session.method as SessionMethod, String(session.provider));
  const before = context?.context.session?.session as (Mark & SessionTimes) | undefined;
  if (path === '/two-factor/verify-totp' && context !== null) {
    const provider = before?.provider ?? (before === undefined ? await providerBeforeCode(context) : undefined);
    return marked(provider ? 'provider-and-factor' : 'password-and-code', provider);
  }
  const method = METHODS[path];
  if (method !== undefined) return marked(method);
  if (before === undefined) throw new Error(`${path} makes a session, and nobody says how it was proven`);
  return { method: before.method, provider: before.provider, provenAt: before.provenAt, createdAt: before.createdAt };
}

export function createSignIn(options: SignInOptions) {
  const { pool, clock, log, secret, admitsDemonstration, origins } = options;
  const [baseURL = ''] = origins;
  return betterAuth({
    appName: 'Penstock',
    baseURL,
    basePath: '/api/auth',
    trustedOrigins: [...origins],
    secret,
    database: { dialect: new PostgresDialect({ pool }), type: 'postgres', schemaName: 'sign_in' },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: SHORTEST_PASSWORD,
      maxPasswordLength: 128,
    },
    session: {
      expiresIn: IDLE_SECONDS,
      updateAge: LENGTHEN_SECONDS,
      additionalFields: {
        method: { type: 'string', required: true, input: false, returned: true },
        provenAt: { type: 'date', required: false, input: false, returned: true },
      },
    },
    account: { accountLinking: { enabled: false } },
    databaseHooks: {
      session: {
        create: {
          before: async (session, context) => {
            await requireAccess(pool, session.userId, admitsDemonstration);
            const mark = await markOf(session, context, clock.now());
            // whoever asks not to be remembered would have a day without use
            return { data: { ...session, ...mark, expiresAt: new Date(Date.now() + IDLE_SECONDS * 1000) } };
          },
        },
      },
    },
    hooks: { before: guardBefore({ pool, clock }), after: guardAfter({ pool, clock }) },
    // Codes to get in without the second factor are not given out: recovery is an administrator's matter.
    plugins: [
      twoFactor({
        issuer: 'Penstock',
        // of who has no password, because it comes by its organisation's provider
        allowPasswordless: true,
        backupCodeOptions: { amount: 0 },
        accountLockout: { enabled: true, maxFailedAttempts: MOST_WRONG_CODES, durationSeconds: LOCK_SECONDS },
      }),
      // With the person verified (fingerprint, PIN) it is two factors by itself; without, it is one, and does not count.
      passkey({
        rpName: 'Penstock',
        origin: [...origins],
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        registration: {
          // whoever is not signed in takes a link by it
          requireSession: false,
          resolveUser: ({ context }) => linkHolder(pool, clock, context),
          afterVerification: async ({ ctx, verification, context }) => {
            await requireVerified(verification.registrationInfo?.userVerified);
            // whoever is signed in adds it to the own account, whatever link went with it
            if ((await getSessionFromCtx(ctx)) !== null) return undefined;
            return acceptByPasskey(pool, clock, { token: context, peer: peerOf(ctx), admitsDemonstration });
          },
        },
        authentication: {
          afterVerification: ({ verification }) => requireVerified(verification.authenticationInfo.userVerified),
        },
      }),
      providerSignIn(options),
    ],
    rateLimit: {
      enabled: true,
      storage: 'database',
      window: MINUTE,
      max: 120,
      customRules: {
        '/sign-in/email': { window: MINUTE, max: 20 },
        '/two-factor/*': { window: MINUTE, max: 20 },
        '/passkey/*': { window: MINUTE, max: 20 },
        '/provider/*': { window: MINUTE, max: 20 },
        '/change-password': { window: MINUTE, max: 5 },
      },
    },
    advanced: {
      cookiePrefix: 'penstock',
      useSecureCookies: baseURL.startsWith('https:'),
      defaultCookieAttributes: { httpOnly: true, sameSite: 'strict', path: '/' },
      ipAddress: { ipAddressHeaders: [PEER_HEADER] },
    },
    telemetry: { enabled: false },
    // its lines say who tried what: the record of activity does, and no log. What fails unexpectedly is thrown below.
    logger: { disabled: true },
    onAPIError: {
      onError: (error) => {
        const isAnswer = error instanceof Error && error.name === 'APIError';
        if (!isAnswer) log.error({ err: error }, 'a sign-in failed');
      },
    },
  });
}
