// Runs after each of better-auth's endpoints: what was done, and what was refused, goes into the record of activity; what
// must end with it is ended. A refusal of somebody whom nobody knows is recorded of nobody.
import type { GenericEndpointContext } from '@better-auth/core';
import { createAuthMiddleware } from '@better-auth/core/api';
import { APIError } from '@better-auth/core/error';
import type { ActivityCode } from '@penstock/api';
import { getSessionFromCtx } from 'better-auth/api';
import type pg from 'pg';
import type { Clock } from '../foundation/clock.ts';
import { recordOfPerson } from './activity-store.ts';
import { endOtherSessions } from './people-store.ts';
import { proveAgain, recordLock } from './second-factor.ts';
import { codeTriedBy, emailOf, peerOf, textOf } from './sign-in-guards.ts';
import { endCount } from './sign-in-tries.ts';

/** Why, beside what the kind of activity says already. */
const reasons: Readonly<Record<string, string>> = {
  NO_ACCESS: 'access has ended',
  ACCOUNT_TEMPORARILY_LOCKED: 'second factor locked',
  TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE: 'too many in one sign-in',
  NOT_VERIFIED: 'person not verified',
};

type Who = { readonly personId: string } | { readonly email: string };

export function guardAfter({ pool, clock }: { pool: pg.Pool; clock: Clock }) {
  async function afterCode(context: GenericEndpointContext, refused: APIError | undefined): Promise<void> {
    const { session, newSession } = context.context;
    const personId = newSession?.user.id ?? codeTriedBy(context);
    if (personId === undefined) return;
    const address = peerOf(context);
    const now = clock.now();
    if (refused !== undefined) {
      await record(context, { personId }, 'code-refused', reasonOf(refused));
      return recordLock(pool, { personId, now, address });
    }
    if (newSession === null) {
      // signed in before: nothing but that it is still the same person
      if (session === null) return;
      await proveAgain(pool, { personId, sessionId: session.session.id, now });
      return record(context, { personId }, 'proven-again');
    }
    if (session === null) return record(context, { personId }, 'signed-in');
    // sessions of one step, by whoever else knew the password before there was a second factor
    await endOtherSessions(pool, { personId, kept: [newSession.session.id] });
    return record(context, { personId }, 'second-factor-set-up');
  }

  async function afterPasskey(context: GenericEndpointContext, refused: APIError | undefined): Promise<void> {
    const made = context.context.newSession;
    if (refused !== undefined || made === null) {
      const personId = await ownerOf(pool, context.body);
      return personId === undefined
        ? undefined
        : record(context, { personId }, 'passkey-refused', refused && reasonOf(refused));
    }
    // whoever proves again who it is goes on in the new session alone
    const before = await getSessionFromCtx(context);
    if (before?.user.id === made.user.id) {
      await pool.query('delete from sign_in."session" where "id" = $1', [before.session.id]);
    }
    return record(context, { personId: made.user.id }, 'signed-in');
  }

  async function afterPasswordChange(context: GenericEndpointContext, returned: unknown) {
    const { session, newSession } = context.context;
    if (session === null) return;
    const personId = session.user.id;
    if (returned instanceof APIError) {
      const isWrong = codeOf(returned) === 'INVALID_PASSWORD';
      return isWrong ? record(context, { personId }, 'password-refused', 'when it was to be changed') : undefined;
    }
    await endCount(pool, session.user.email);
    // whoever knew the old password is out
    await endOtherSessions(pool, { personId, kept: [session.session.id, newSession?.session.id ?? ''] });
    const { rows } = await pool.query<{ name: string | null }>(
      `select "name" from sign_in."passkey" where "userId" = $1 order by "createdAt", "id"`,
      [personId],
    );
    const stay = rows.length === 1 ? '1 passkey stays' : `${rows.length} passkeys stay`;
    await record(context, { personId }, 'password-changed', rows.length === 0 ? undefined : stay);
    // a passkey that somebody else added signs in still: who changes a password for fear of that must be told
    return { ...(returned as object), passkeys: rows.map(({ name }) => ({ name })) };
  }

  function record(context: GenericEndpointContext, who: Who, what: ActivityCode, detail?: string): Promise<void> {
    return recordOfPerson(pool, who, { what, detail, address: peerOf(context) });
  }

  return createAuthMiddleware(async (context) => {
    const { returned, session, newSession } = context.context;
    const refused = returned instanceof APIError ? returned : undefined;
    switch (context.path) {
      case '/sign-in/email': {
        const email = emailOf(context.body) ?? '';
        if (refused === undefined) return endCount(pool, email);
        return record(context, { email }, 'password-refused', reasonOf(refused));
      }
      case '/two-factor/enable':
        if (session === null) return;
        if (refused === undefined) return endCount(pool, session.user.email);
        return record(context, { personId: session.user.id }, 'password-refused', 'at setting up an authenticator');
      case '/two-factor/verify-totp':
        return afterCode(context, refused);
      case '/passkey/verify-authentication':
        return afterPasskey(context, refused);
      case '/passkey/verify-registration':
      case '/passkey/delete-passkey': {
        const personId = (session ?? newSession)?.user.id;
        if (personId === undefined) return;
        if (refused !== undefined) return record(context, { personId }, 'passkey-refused', reasonOf(refused));
        const what = context.path === '/passkey/delete-passkey' ? 'passkey-removed' : 'passkey-added';
        return record(context, { personId }, what);
      }
      case '/change-password':
        return afterPasswordChange(context, returned);
      default:
    }
  });
}

const codeOf = (refused: APIError): string => textOf(refused.body, 'code') ?? '';
const reasonOf = (refused: APIError): string | undefined => reasons[codeOf(refused)];

/** Whose passkey was shown; undefined for one that nobody has. */
async function ownerOf(pool: pg.Pool, body: unknown): Promise<string | undefined> {
  const shown = typeof body === 'object' && body !== null ? textOf(Reflect.get(body, 'response'), 'id') : undefined;
  if (shown === undefined) return undefined;
  const { rows } = await pool.query<{ userId: string }>(
    'select "userId" from sign_in."passkey" where "credentialID" = $1',
    [shown],
  );
  return rows[0]?.userId;
}
