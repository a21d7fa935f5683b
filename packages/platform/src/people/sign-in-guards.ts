// What we add before better-auth's own checks: a lock after wrong passwords, each code of the second factor once, and no
// way round the second factor. What is recorded after them is sign-in-activity.ts's matter.
import type { GenericEndpointContext } from '@better-auth/core';
import { createAuthMiddleware } from '@better-auth/core/api';
import { APIError } from '@better-auth/core/error';
import { getSessionFromCtx } from 'better-auth/api';
import type pg from 'pg';
import type { Clock } from '../foundation/clock.ts';
import { PenstockError } from '../foundation/errors.ts';
import { recordOfPerson } from './activity-store.ts';
import { requireStrong } from './administration.ts';
import { requireOtherWay, requireRoom, requireShortName } from './passkey-limits.ts';
import { countCode, requireFresh, useCode } from './second-factor.ts';
import { type SessionTimes, WITH_SECOND_FACTOR } from './session-mark.ts';
import { countTry } from './sign-in-tries.ts';

/** Set by us on each request from the address of the caller; what came under this name is dropped. */
export const PEER_HEADER = 'penstock-peer';
export const SHORTEST_PASSWORD = 14;

export const textOf = (body: unknown, name: string): string | undefined => {
  const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
  return typeof value === 'string' ? value : undefined;
};

/** The network address that a call came from. */
export const peerOf = (context: { readonly headers?: Headers | undefined }): string | undefined =>
  context.headers?.get(PEER_HEADER) ?? undefined;

/** The e-mail address that somebody signs in with, as it is kept. */
export const emailOf = (body: unknown): string | undefined => textOf(body, 'email')?.trim().toLowerCase();

/**
 * Runs when a session is made, after the password or the code was right: so the answer tells nothing to strangers.
 * @throws APIError for a person that is suspended, withdrawn, or of the demonstration where others reach it
 */
export async function requireAccess(pool: pg.Pool, personId: string, admitsDemonstration: boolean): Promise<void> {
  const { rowCount } = await pool.query(
    `select from person where person_id = $1 and status = 'active' and ($2 or not is_demonstration)`,
    [personId, admitsDemonstration],
  );
  if (rowCount === 1) return;
  throw new APIError('FORBIDDEN', { code: 'NO_ACCESS', message: 'Your access has ended. Ask your administrator.' });
}

/** That the authenticator verified the person, and not only that somebody touched it. @throws APIError */
export async function requireVerified(isVerified: boolean | undefined): Promise<void> {
  if (isVerified === true) return;
  throw new APIError('UNAUTHORIZED', {
    code: 'NOT_VERIFIED',
    message: 'The passkey must ask for a fingerprint, a face or a PIN.',
  });
}

/** Of whose second factor a code is tried, for what is recorded after it (sign-in-activity.ts). */
const triedBy = new WeakMap<object, string>();
export const codeTriedBy = (context: { readonly context: object }): string | undefined => triedBy.get(context.context);

/** Passkeys of somebody who is signed in: those that are there are read, added to, removed. */
const PASSKEYS_OF_ONE =
  /^\/passkey\/(generate-register-options|verify-registration|list-user-passkeys|delete-passkey)$/;

/** Whether somebody takes a link by a passkey: acceptance.ts judges the link when the passkey is verified. */
function isForLink({ path, query }: { readonly path?: string | undefined; readonly query?: unknown }): boolean {
  if (path === '/passkey/verify-registration') return true;
  return path === '/passkey/generate-register-options' && textOf(query, 'context') !== undefined;
}

/** Runs before each of better-auth's endpoints. */
export function guardBefore({ pool, clock }: { pool: pg.Pool; clock: Clock }) {
  /**
   * Passkeys are for who proved a second factor, lately when one is added or removed: neither a password alone nor a
   * session that somebody left open adds one. Whoever came by its organisation's provider adds none either: a passkey
   * would then sign in for others too, for whom the provider does not speak.
   */
  async function guardPasskeys(context: GenericEndpointContext): Promise<void> {
    requireShortName(textOf(context.body, 'name'));
    const signedIn = await getSessionFromCtx(context);
    if (signedIn === null && isForLink(context)) return;
    const method: unknown = signedIn?.session.method;
    if (signedIn === null || (method !== 'password-and-code' && method !== 'passkey')) {
      throw new APIError('FORBIDDEN', { code: 'SECOND_FACTOR_NEEDED', message: 'Set up an authenticator app first.' });
    }
    if (context.path === '/passkey/list-user-passkeys') return;
    requireFresh(signedIn.session as SessionTimes, clock.now());
    const personId = signedIn.user.id;
    if (context.path !== '/passkey/delete-passkey') return requireRoom(pool, personId);
    return requireOtherWay(pool, personId, textOf(context.body, 'id') ?? '');
  }

  async function guardCode(context: GenericEndpointContext): Promise<void> {
    const code = textOf(context.body, 'code');
    if (code === undefined || !/^\d{6}$/.test(code)) {
      throw new APIError('BAD_REQUEST', { code: 'INVALID_CODE', message: 'The code has six digits.' });
    }
    if (Reflect.get(context.body, 'trustDevice') !== undefined) {
      throw new APIError('BAD_REQUEST', {
        code: 'NO_TRUSTED_DEVICES',
        message: 'The second factor is asked for at every sign-in.',
      });
    }
    const signedIn = await getSessionFromCtx(context);
    const personId = signedIn?.user.id ?? (await challenged(context));
    if (personId === undefined) return;
    triedBy.set(context.context, personId);
    const tried = { personId, now: clock.now(), address: peerOf(context) };
    if (signedIn !== null && WITH_SECOND_FACTOR.has(signedIn.session.method)) await countCode(pool, tried);
    await useCode(pool, { ...tried, code });
  }

  return createAuthMiddleware(async (context) => {
    const email = emailOf(context.body);
    switch (context.path) {
      case '/sign-in/email':
        if (email !== undefined) await countTry(pool, { email, now: clock.now(), address: peerOf(context) });
        return;
      case '/change-password':
      case '/two-factor/enable':
      case '/sign-out': {
        const signedIn = await getSessionFromCtx(context);
        if (signedIn === null) return;
        const { user, session } = signedIn;
        const address = peerOf(context);
        if (context.path === '/sign-out') {
          return recordOfPerson(pool, { personId: user.id }, { what: 'signed-out', address });
        }
        if (context.path === '/change-password') requireStrongNew(context.body, user.email);
        else requireFirstStep(session.method);
        return countTry(pool, { email: user.email, now: clock.now(), address });
      }
      case '/two-factor/verify-totp':
        return guardCode(context);
      default:
        if (PASSKEYS_OF_ONE.test(context.path ?? '')) return guardPasskeys(context);
    }
  });
}

/** The person whose password was right, or whom a provider named, and who is asked for the code. */
async function challenged({ context, getSignedCookie }: GenericEndpointContext): Promise<string | undefined> {
  const cookie = context.createAuthCookie('two_factor');
  const challenge = await getSignedCookie(cookie.name, context.secret);
  const pending = challenge ? await context.internalAdapter.findVerificationValue(challenge) : null;
  return pending?.value;
}

function requireFirstStep(method: string): void {
  if (!WITH_SECOND_FACTOR.has(method)) return;
  throw new APIError('BAD_REQUEST', {
    code: 'TOTP_ALREADY_ENABLED',
    message: 'An authenticator app is set up after the first step of signing in.',
  });
}

function requireStrongNew(body: unknown, email: string): void {
  try {
    requireStrong(textOf(body, 'newPassword') ?? '', { shortest: SHORTEST_PASSWORD, email });
  } catch (error) {
    if (!(error instanceof PenstockError)) throw error;
    throw new APIError('UNPROCESSABLE_ENTITY', { code: 'WEAK_PASSWORD', message: `Too weak: ${error.detail}.` });
  }
}
