// Wrong passwords, counted by the address that was tried, before anything is compared: so that calls at the same time
// gain nothing.
import { createHash } from 'node:crypto';
import { APIError } from '@better-auth/core/error';
import type pg from 'pg';
import { recordOfPerson } from './activity-store.ts';

const MOST_WRONG_PASSWORDS = 10;
const LOCK_MINUTES = 15;

export const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Locked or not is the same for an address that nobody has: the answer tells nothing of who has an account. */
export async function countTry(
  pool: pg.Pool,
  { email, now, address }: { email: string; now: Date; address: string | undefined },
): Promise<void> {
  const { rows } = await pool.query<{ failures: number; first_at: Date }>(
    `insert into wrong_password as w (email_sha256, failures, first_at) values ($1, 1, $2)
     on conflict (email_sha256) do update set
       failures = case when w.first_at < $2 - make_interval(mins => $3) then 1 else w.failures + 1 end,
       first_at = case when w.first_at < $2 - make_interval(mins => $3) then $2 else w.first_at end
     returning failures, first_at`,
    [digestOf(email), now, LOCK_MINUTES],
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

/** A right password ends the count of wrong ones. */
export async function endCount(pool: pg.Pool, email: string): Promise<void> {
  await pool.query('delete from wrong_password where email_sha256 = $1', [digestOf(email)]);
}
