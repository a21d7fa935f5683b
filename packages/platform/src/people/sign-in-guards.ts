// What we add to better-auth's own checks: a lock after wrong passwords, each code of the second factor once, and no
// way round the second factor. Counted before anything is compared, so that calls at the same time gain nothing.
import { createHash } from 'node:crypto';
import { APIError, createAuthMiddleware, getSessionFromCtx } from 'better-auth/api';
import type pg from 'pg';
import type { Clock } from '../foundation/clock.ts';

const MOST_WRONG_PASSWORDS = 10;
const LOCK_MINUTES = 15;
/** A code is right for its 30 s and the 30 s before and after; a while longer costs nothing. */
const CODE_MINUTES = 5;

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Locked or not is the same for an address that nobody has: the answer tells nothing of who has an account. */
async function countTry(pool: pg.Pool, email: string, now: Date): Promise<void> {
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
async function useCode(pool: pg.Pool, personId: string, code: string, now: Date): Promise<void> {
  await pool.query('delete from tried_code where tried_at < $1::timestamptz - make_interval(mins => $2)', [
    now,
    CODE_MINUTES,
  ]);
  const { rowCount } = await pool.query(
    'insert into tried_code (person_id, code_sha256, tried_at) values ($1, $2, $3) on conflict do nothing',
    [personId, sha256(`${personId} ${code}`), now],
  );
  if (rowCount === 1) return;
  throw new APIError('UNAUTHORIZED', {
    code: 'CODE_USED',
    message: 'This code was used before. Wait for the next one in your authenticator app.',
  });
}

const textOf = (body: unknown, name: string): string | undefined => {
  const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
  return typeof value === 'string' ? value : undefined;
};

/** Runs before each of better-auth's endpoints. */
export function guardBefore({ pool, clock }: { pool: pg.Pool; clock: Clock }) {
  return createAuthMiddleware(async (context) => {
    const email = textOf(context.body, 'email');
    if (context.path === '/sign-in/email' && email !== undefined) {
      return countTry(pool, email.trim().toLowerCase(), clock.now());
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
    if (personId !== undefined) await useCode(pool, personId, code, clock.now());
  });
}

/** Runs after each of better-auth's endpoints: a right password ends the count of wrong ones. */
export function guardAfter({ pool }: { pool: pg.Pool }) {
  return createAuthMiddleware(async (context) => {
    const email = textOf(context.body, 'email');
    if (context.path !== '/sign-in/email' || email === undefined) return;
    if (context.context.returned instanceof Error) return;
    await pool.query('delete from wrong_password where email_sha256 = $1', [sha256(email.trim().toLowerCase())]);
  });
}
