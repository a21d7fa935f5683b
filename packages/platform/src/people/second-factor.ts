// The second factor beyond what better-auth asks of it: each code counts once, a fresh one is asked for where ways to sign
// in are changed, and codes that are given by somebody who is signed in are counted as those of a sign-in are.
import { APIError } from '@better-auth/core/error';
import type pg from 'pg';
import { recordOfPerson } from './activity-store.ts';
import { isFresh, type SessionTimes } from './session-mark.ts';
import { digestOf } from './sign-in-tries.ts';

/** Wrong codes in a row, of all sessions and sign-ins of a person. */
export const MOST_WRONG_CODES = 10;
export const LOCK_SECONDS = 15 * 60;
/** A code is right for its 30 s and the 30 s before and after; a while longer costs nothing. */
const CODE_MINUTES = 5;

/** Each code once, for each person. @throws APIError */
export async function useCode(
  pool: pg.Pool,
  { personId, code, now, address }: { personId: string; code: string; now: Date; address: string | undefined },
): Promise<void> {
  await pool.query('delete from tried_code where tried_at < $1::timestamptz - make_interval(mins => $2)', [
    now,
    CODE_MINUTES,
  ]);
  const { rowCount } = await pool.query(
    'insert into tried_code (person_id, code_sha256, tried_at) values ($1, $2, $3) on conflict do nothing',
    [personId, digestOf(`${personId} ${code}`), now],
  );
  if (rowCount === 1) return;
  await recordOfPerson(pool, { personId }, { what: 'code-refused', detail: 'used before', address });
  throw new APIError('UNAUTHORIZED', {
    code: 'CODE_USED',
    message: 'This code was used before. Wait for the next one in your authenticator app.',
  });
}

/**
 * Counts a code of somebody who is signed in, before it is compared: better-auth counts those of sign-ins alone, and
 * whoever got hold of a session could try codes for as long as it lives. @throws APIError when the second factor is locked
 */
export async function countCode(
  pool: pg.Pool,
  { personId, now, address }: { personId: string; now: Date; address: string | undefined },
): Promise<void> {
  const { rows } = await pool.query<{ is_locked: boolean }>(
    `update sign_in."twoFactor" as t set
       "failedVerificationCount" = c.failures,
       "lockedUntil" = case when t."lockedUntil" > $2 then t."lockedUntil"
                            when c.failures > $3 then $2 + make_interval(secs => $4) end
     from (select "id", case when "lockedUntil" <= $2 then 1 else coalesce("failedVerificationCount", 0) + 1 end as failures
           from sign_in."twoFactor" where "userId" = $1 for update) c
     where t."id" = c."id"
     returning coalesce(t."lockedUntil" > $2, false) as is_locked`,
    [personId, now, MOST_WRONG_CODES, LOCK_SECONDS],
  );
  if (rows[0]?.is_locked !== true) return;
  await recordOfPerson(pool, { personId }, { what: 'code-refused', detail: 'second factor locked', address });
  await recordLock(pool, { personId, now, address });
  throw new APIError('TOO_MANY_REQUESTS', {
    code: 'ACCOUNT_TEMPORARILY_LOCKED',
    message: 'Too many wrong codes. The second factor is locked for 15 minutes.',
  });
}

/** A right code of somebody who is signed in: the count ends, and the session is fresh. */
export async function proveAgain(
  pool: pg.Pool,
  { personId, sessionId, now }: { personId: string; sessionId: string; now: Date },
): Promise<void> {
  await pool.query(
    `update sign_in."twoFactor" set "failedVerificationCount" = 0, "lockedUntil" = null where "userId" = $1`,
    [personId],
  );
  await pool.query(`update sign_in."session" set "provenAt" = $2 where "id" = $1`, [sessionId, now]);
}

/** Records once that the second factor of a person was locked, when it is. */
export async function recordLock(
  pool: pg.Pool,
  { personId, now, address }: { personId: string; now: Date; address: string | undefined },
): Promise<void> {
  await pool.query(
    `insert into people_activity (what, person_id, email, author, address)
     select 'second-factor-locked', p.person_id, p.email, p.email, $3
     from person p join sign_in."twoFactor" t on t."userId" = p.person_id
     where p.person_id = $1 and t."lockedUntil" > $2
       and not exists (select from people_activity a
                       where a.person_id = p.person_id and a.what = 'second-factor-locked'
                         and a.at > t."lockedUntil" - make_interval(secs => $4))`,
    [personId, now, address, LOCK_SECONDS + 5],
  );
}

/** @throws APIError */
export function requireFresh(session: SessionTimes, now: Date): void {
  if (isFresh(session, now)) return;
  throw new APIError('FORBIDDEN', {
    code: 'FRESH_FACTOR_NEEDED',
    message: 'Prove again that it is you: by a code of your authenticator app, or a passkey.',
  });
}
