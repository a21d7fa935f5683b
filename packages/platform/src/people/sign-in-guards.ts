// What we add to better-auth's own checks: a lock after wrong passwords, each code of the second factor once, and no
// way round the second factor. Counted before anything is compared, so that calls at the same time gain nothing.
import { createHash } from 'node:crypto';
import { createAuthMiddleware } from '@better-auth/core/api';
import { APIError } from '@better-auth/core/error';
import { getSessionFromCtx } from 'better-auth/api';
import type pg from 'pg';
import type { Clock } from '../foundation/clock.ts';
import { PenstockError } from '../foundation/errors.ts';
import { type ActivityKind, recordOfPerson } from './activity-store.ts';
import { requireStrong } from './administration.ts';

/** Set by us on each request from the address of the peer; what came under this name is dropped. */
export const PEER_HEADER = 'penstock-peer';
export const SHORTEST_PASSWORD = 14;

const MOST_WRONG_PASSWORDS = 10;
const LOCK_MINUTES = 15;
/** A code is right for its 30 s and the 30 s before and after; a while longer costs nothing. */
const CODE_MINUTES = 5;

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Locked or not is the same for an address that nobody has: the answer tells nothing of who has an account. */
async function countTry(pool: pg.Pool, email: string, now: Date, address: string | undefined): Promise<void> {
  const { rows } = await pool.query<{ failures: number; first_at: Date }>(
    `insert into wrong_password as w (email_sha256, failures, first_at) values ($1, 1, $2)
     on conflict (email_sha256) do update set
       failures = case when w.first_at < $2 - make_interval(mins => $3) then 1 else w.failures + 1 end,
       first_at = case when w.first_at < $2 - make_interval(mins => $3) then $2 else w.first_at end
     returning failures, first_at`,
    [sha256(email), now, LOCK_MINUTES],
  );
  const [tried] = rows;
  if (tried === undefined || tried.failures <= MOST_WRONG_PASSWORDS) return;
  if (tried.failures === MOST_WRONG_PASSWORDS + 1) {
    await recordOfPerson(pool, { email }, { what: 'sign-in-locked', address });
  }
  const seconds = Math.ceil((tried.first_at.getTime() - now.getTime()) / 1000) + LOCK_MINUTES * 60;
  throw new APIError(
    'TOO_MANY_REQUESTS',
    {
      code: 'SIGN_IN_LOCKED',
      message: `Too many wrong passwords. Sign-in with this address is locked for ${LOCK_MINUTES} minutes.`,
    },
    { 'x-retry-after': String(Math.max(1, seconds)) },
  );
}

/** Each code once, for each person. @throws APIError */
async function useCode(pool: pg.Pool, personId: string, code: string, now: Date, address: string | undefined) {
  await pool.query('delete from tried_code where tried_at < $1::timestamptz - make_interval(mins => $2)', [
    now,
    CODE_MINUTES,
  ]);
  const { rowCount } = await pool.query(
    'insert into tried_code (person_id, code_sha256, tried_at) values ($1, $2, $3) on conflict do nothing',
    [personId, sha256(`${personId} ${code}`), now],
  );
  if (rowCount === 1) return;
  await recordOfPerson(pool, { personId }, { what: 'code-refused', address });
  throw new APIError('UNAUTHORIZED', {
    code: 'CODE_USED',
    message: 'This code was used before. Wait for the next one in your authenticator app.',
  });
}

const textOf = (body: unknown, name: string): string | undefined => {
  const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
  return typeof value === 'string' ? value : undefined;
};

/**
 * Runs when a session is made, after the password or the code was right: so the answer tells nothing to strangers.
 * @throws APIError for a person that is suspended, withdrawn, or of the demonstration where others reach it
 */
export async function requireAccess(pool: pg.Pool, personId: string, isLoopback: boolean): Promise<void> {
  const { rowCount } = await pool.query(
    `select from person where person_id = $1 and status = 'active' and ($2 or not is_demonstration)`,
    [personId, isLoopback],
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

/**
 * Passkeys are for who proved a second factor: a password alone adds none. Whoever came by its organisation's provider
 * neither: a passkey would then sign in for others too, for whom the provider does not speak.
 */
const PASSKEYS_OF_ONE =
  /^\/passkey\/(generate-register-options|verify-registration|list-user-passkeys|delete-passkey)$/;

/** Whether somebody takes a link by a passkey: acceptance.ts judges the link when the passkey is verified. */
function isForLink({ path, query }: { readonly path?: string | undefined; readonly query?: unknown }): boolean {
  if (path === '/passkey/verify-registration') return true;
  return path === '/passkey/generate-register-options' && textOf(query, 'context') !== undefined;
}

/** Runs before each of better-auth's endpoints. */
export function guardBefore({ pool, clock }: { pool: pg.Pool; clock: Clock }) {
  return createAuthMiddleware(async (context) => {
    const email = textOf(context.body, 'email');
    if (context.path === '/sign-in/email' && email !== undefined) {
      return countTry(pool, email.trim().toLowerCase(), clock.now(), addressOf(context.headers));
    }
    if (PASSKEYS_OF_ONE.test(context.path ?? '')) {
      const session = await getSessionFromCtx(context);
      const method: unknown = session?.session.method;
      if (method === 'password-and-code' || method === 'passkey') return;
      if (session === null && isForLink(context)) return;
      throw new APIError('FORBIDDEN', { code: 'SECOND_FACTOR_NEEDED', message: 'Set up an authenticator app first.' });
    }
    if (context.path === '/two-factor/enable') {
      const session = await getSessionFromCtx(context);
      if (session === null || ['password', 'provider'].includes(session.session.method)) return;
      throw new APIError('BAD_REQUEST', {
        code: 'TOTP_ALREADY_ENABLED',
        message: 'An authenticator app is set up after the first step of signing in.',
      });
    }
    if (context.path === '/change-password' || context.path === '/sign-out') {
      const session = await getSessionFromCtx(context);
      if (session === null) return;
      if (context.path === '/change-password') return requireStrongNew(context.body, session.user.email);
      const address = addressOf(context.headers);
      return recordOfPerson(pool, { personId: session.user.id }, { what: 'signed-out', address });
    }
    if (context.path !== '/two-factor/verify-totp') return;
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
    const cookie = context.context.createAuthCookie('two_factor');
    const challenge = await context.getSignedCookie(cookie.name, context.context.secret);
    const pending = challenge ? await context.context.internalAdapter.findVerificationValue(challenge) : null;
    const personId = signedIn?.user.id ?? pending?.value;
    if (personId !== undefined) await useCode(pool, personId, code, clock.now(), addressOf(context.headers));
  });
}

const addressOf = (headers: Headers | undefined): string | undefined => headers?.get(PEER_HEADER) ?? undefined;

/** The network address that a call came from. */
export const peerOf = (context: { readonly headers?: Headers | undefined }): string | undefined =>
  addressOf(context.headers);

function requireStrongNew(body: unknown, email: string): void {
  try {
    requireStrong(textOf(body, 'newPassword') ?? '', { shortest: SHORTEST_PASSWORD, email });
  } catch (error) {
    if (!(error instanceof PenstockError)) throw error;
    throw new APIError('UNPROCESSABLE_ENTITY', { code: 'WEAK_PASSWORD', message: `Too weak: ${error.detail}.` });
  }
}

/** Runs after each of better-auth's endpoints: a right password ends the count of wrong ones; what was done is recorded. */
export function guardAfter({ pool }: { pool: pg.Pool }) {
  return createAuthMiddleware(async (context) => {
    const address = addressOf(context.headers);
    const isRefused = context.context.returned instanceof Error;
    const record = (who: { personId: string } | { email: string }, what: ActivityKind) =>
      recordOfPerson(pool, who, { what, address });
    const made = context.context.newSession;
    switch (context.path) {
      case '/sign-in/email': {
        const email = (textOf(context.body, 'email') ?? '').trim().toLowerCase();
        if (isRefused) return record({ email }, 'password-refused');
        await pool.query('delete from wrong_password where email_sha256 = $1', [sha256(email)]);
        return;
      }
      case '/two-factor/verify-totp': {
        const isSetUp = context.context.session !== null;
        if (!isRefused && made)
          return record({ personId: made.user.id }, isSetUp ? 'second-factor-set-up' : 'signed-in');
        return;
      }
      case '/passkey/verify-authentication':
        if (!isRefused && made) return record({ personId: made.user.id }, 'signed-in');
        return;
      case '/passkey/verify-registration':
      case '/passkey/delete-passkey': {
        const own = context.context.session ?? made;
        const what = context.path === '/passkey/delete-passkey' ? 'passkey-removed' : 'passkey-added';
        if (!isRefused && own !== null) return record({ personId: own.user.id }, what);
        return;
      }
      case '/change-password': {
        const changed = context.context.session;
        if (isRefused || changed === null) return;
        // whoever knew the old password is out
        await pool.query('delete from sign_in."session" where "userId" = $1 and "id" <> all ($2)', [
          changed.user.id,
          [changed.session.id, made?.session.id ?? ''],
        ]);
        return record({ personId: changed.user.id }, 'password-changed');
      }
      default:
    }
  });
}
