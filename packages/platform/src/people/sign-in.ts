// Sign-in as better-auth does it: passwords, second factors and sessions, in the schema sign_in. Which of its addresses
// there are is auth-routes.ts's matter, what we add to it is sign-in-guards.ts's.
import { passkey } from '@better-auth/passkey';
import { betterAuth } from 'better-auth';
import { twoFactor } from 'better-auth/plugins';
import { PostgresDialect } from 'kysely';
import type pg from 'pg';
import type { Clock } from '../foundation/clock.ts';
import type { Log } from '../foundation/log.ts';
import {
  guardAfter,
  guardBefore,
  PEER_HEADER,
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
  /** Whether only this machine reaches the pages: else people of the demonstration are refused. */
  readonly isLoopback: boolean;
  /** The origins of our own pages; the first is the address that people are given. */
  readonly origins: readonly string[];
}

export type SignIn = ReturnType<typeof createSignIn>;

/** The ways to prove who one is, by better-auth's address; a session is marked with the way it was made. */
const METHODS: Readonly<Record<string, SessionMethod>> = {
  '/sign-in/email': 'password',
  '/two-factor/verify-totp': 'password-and-code',
  '/passkey/verify-authentication': 'passkey',
};
export type SessionMethod = 'password' | 'password-and-code' | 'passkey';

export function createSignIn({ pool, clock, log, secret, isLoopback, origins }: SignInOptions) {
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
      additionalFields: { method: { type: 'string', required: true, input: false, returned: true } },
    },
    account: { accountLinking: { enabled: false } },
    databaseHooks: {
      session: {
        create: {
          before: async (session, context) => {
            await requireAccess(pool, session.userId, isLoopback);
            // one that takes the place of another, as after a change of the password, was proven as that was
            const method = METHODS[context?.path ?? ''] ?? context?.context.session?.session.method;
            return { data: { ...session, method } };
          },
        },
      },
    },
    hooks: { before: guardBefore({ pool, clock }), after: guardAfter({ pool }) },
    // Codes to get in without the second factor are not given out: recovery is an administrator's matter.
    plugins: [
      twoFactor({
        issuer: 'Penstock',
        backupCodeOptions: { amount: 0 },
        accountLockout: { enabled: true, maxFailedAttempts: 10, durationSeconds: 15 * MINUTE },
      }),
      // With the person verified (fingerprint, PIN) it is two factors by itself; without, it is one, and does not count.
      passkey({
        rpName: 'Penstock',
        origin: [...origins],
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        registration: {
          afterVerification: ({ verification }) => requireVerified(verification.registrationInfo?.userVerified),
        },
        authentication: {
          afterVerification: ({ verification }) => requireVerified(verification.authenticationInfo.userVerified),
        },
      }),
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
