// How many passkeys a person has, and how few: better-auth asks for neither.
import { APIError } from '@better-auth/core/error';
import type pg from 'pg';

const MOST_PASSKEYS = 20;
const LONGEST_NAME = 100;

/** @throws APIError for a name that is no label any more */
export function requireShortName(name: string | undefined): void {
  if (name === undefined || name.length <= LONGEST_NAME) return;
  throw new APIError('BAD_REQUEST', {
    code: 'NAME_TOO_LONG',
    message: `The name of a passkey has at most ${LONGEST_NAME} characters.`,
  });
}

/** @throws APIError when no other is added */
export async function requireRoom(pool: pg.Pool, personId: string): Promise<void> {
  const { rows } = await pool.query<{ count: number }>(
    'select count(*)::integer as count from sign_in."passkey" where "userId" = $1',
    [personId],
  );
  if ((rows[0]?.count ?? 0) < MOST_PASSKEYS) return;
  throw new APIError('CONFLICT', {
    code: 'TOO_MANY_PASSKEYS',
    message: `A person has at most ${MOST_PASSKEYS} passkeys. Remove one first.`,
  });
}

/** @throws APIError when the person could not sign in any more without this passkey */
export async function requireOtherWay(pool: pg.Pool, personId: string, passkeyId: string): Promise<void> {
  const { rowCount } = await pool.query(
    `select from sign_in."account" where "userId" = $1
     union all select from sign_in."passkey" where "userId" = $1 and "id" <> $2`,
    [personId, passkeyId],
  );
  if (rowCount !== 0) return;
  throw new APIError('CONFLICT', {
    code: 'LAST_WAY_IN',
    message: 'This is your only way to sign in. Add another passkey first.',
  });
}
