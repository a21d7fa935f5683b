// What of sign-in is over leaves by itself: it counts for nothing already, and would only be kept.
import type pg from 'pg';
import { LONGEST_SESSION_MILLISECONDS } from './session-mark.ts';

/** Longer than anything is counted: wrong passwords for a quarter of an hour, codes for five minutes, calls for one. */
const COUNTED_MILLISECONDS = 30 * 60_000;

/** Drops sessions and challenges that have ended, and counts of tries that count no more. */
export async function dropEnded(pool: pg.Pool, now: Date): Promise<void> {
  const counted = new Date(now.getTime() - COUNTED_MILLISECONDS);
  await pool.query('delete from sign_in."session" where "expiresAt" <= $1 or "createdAt" <= $2', [
    now,
    new Date(now.getTime() - LONGEST_SESSION_MILLISECONDS),
  ]);
  await pool.query('delete from sign_in."verification" where "expiresAt" <= $1', [now]);
  await pool.query('delete from tried_code where tried_at <= $1', [counted]);
  await pool.query('delete from wrong_password where first_at <= $1', [counted]);
  await pool.query('delete from sign_in."rateLimit" where "lastRequest" <= $1', [counted.getTime()]);
}
