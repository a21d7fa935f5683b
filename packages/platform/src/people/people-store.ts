// Sessions of people as they count here, and for whom each person may act.
import type { AccountDocument, Choice, SessionDocument } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { PenstockError } from '../foundation/errors.ts';

export interface KnownPerson {
  readonly personId: string;
  readonly email: string;
  readonly name: string;
  readonly isDemonstration: boolean;
  readonly choices: readonly Choice[];
}

interface ChoiceRow {
  email: string;
  name: string;
  is_demonstration: boolean;
  acting: string | null;
  role: Choice['role'];
  party_id: string | null;
  party_name: string | null;
}

// A User ID that is not active, or whose Party is not, is no choice: access ends with the next call.
const PERSON_SQL = `
  select p.email, p.name, p.is_demonstration, r.acting, r.role,
         party.party_id, party.name as party_name
  from person p
  left join (
    person_role r
    left join user_id u on u.user_id = case r.acting when 'operator' then $2::macaddr8 else r.acting::macaddr8 end
    left join party on party.party_id = u.party_id
  ) on r.person_id = p.person_id
    and (r.acting = 'operator' or (u.status = 'active' and party.status = 'active'))
  where p.person_id = $1 and p.status = 'active'
  order by (r.acting = 'operator') desc, party.name, r.acting`;

function toChoice(row: ChoiceRow, operatorId: Eui): Choice {
  const party = { partyId: row.party_id ?? 'operator', name: row.party_name ?? 'The Operator' };
  const userId = row.acting === 'operator' ? operatorId : requireEui(row.acting ?? '');
  // the check of person_role says which roles go with which side
  return { kind: row.acting === 'operator' ? 'operator' : 'user', userId, party, role: row.role } as Choice;
}

/** A person who may act now, with all choices; undefined when there is none, or it is suspended or withdrawn. */
export async function findPerson(pool: pg.Pool, personId: string, operatorId: Eui): Promise<KnownPerson | undefined> {
  const { rows } = await pool.query<ChoiceRow>(PERSON_SQL, [personId, operatorId]);
  const [first] = rows;
  if (first === undefined) return undefined;
  return {
    personId,
    email: first.email,
    name: first.name,
    isDemonstration: first.is_demonstration,
    choices: rows.filter((row) => row.acting !== null).map((row) => toChoice(row, operatorId)),
  };
}

interface SessionRow {
  id: string;
  createdAt: Date;
  updatedAt: Date;
  expiresAt: Date;
  ipAddress: string | null;
  userAgent: string | null;
}

/** The sessions of a person that have not ended, the newest first. */
export async function listSessions(
  pool: pg.Pool,
  { personId, sessionId, now }: { personId: string; sessionId: string; now: Date },
): Promise<SessionDocument[]> {
  const { rows } = await pool.query<SessionRow>(
    `select "id", "createdAt", "updatedAt", "expiresAt", "ipAddress", "userAgent" from sign_in."session"
     where "userId" = $1 and "expiresAt" > $2 order by "createdAt" desc, "id"`,
    [personId, now],
  );
  return rows.map((row) => ({
    sessionId: row.id,
    isThis: row.id === sessionId,
    signedInAt: row.createdAt.toISOString(),
    usedAt: row.updatedAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    ...(row.ipAddress ? { address: row.ipAddress } : {}),
    ...(row.userAgent ? { browser: row.userAgent.slice(0, 300) } : {}),
  }));
}

/** @throws PenstockError 'request.not-found', alike for a session that is unknown and for another person's */
export async function endSession(client: pg.PoolClient, personId: string, sessionId: string): Promise<void> {
  const { rowCount } = await client.query('delete from sign_in."session" where "id" = $1 and "userId" = $2', [
    sessionId,
    personId,
  ]);
  if (rowCount === 0) throw new PenstockError('request.not-found', { detail: 'you have no such session' });
}

/** Ends all sessions of a person, wherever it is signed in; how many there were. */
export async function endAllSessions(client: pg.Pool | pg.PoolClient, personId: string): Promise<number> {
  const { rowCount } = await client.query('delete from sign_in."session" where "userId" = $1', [personId]);
  return rowCount ?? 0;
}

/** Ends the sessions of a person but those that are kept. */
export async function endOtherSessions(
  client: pg.Pool | pg.PoolClient,
  { personId, kept }: { personId: string; kept: readonly string[] },
): Promise<void> {
  await client.query('delete from sign_in."session" where "userId" = $1 and "id" <> all ($2)', [personId, kept]);
}

interface AccountRow {
  has_password: boolean;
  has_authenticator: boolean;
  provider: string | null;
  passkeys: { passkeyId: string; name: string | null; addedAt: string | null }[] | null;
}

/** The ways in which a person can sign in, and the id of the provider that made the session. */
export async function readAccount(
  pool: pg.Pool,
  { personId, sessionId }: { personId: string; sessionId: string },
): Promise<AccountDocument> {
  const { rows } = await pool.query<AccountRow>(
    `select exists (select from sign_in."account" a where a."userId" = $1 and a."password" is not null) as has_password,
            exists (select from sign_in."twoFactor" t where t."userId" = $1 and t."verified") as has_authenticator,
            (select s."provider" from sign_in."session" s where s."id" = $2) as provider,
            (select jsonb_agg(jsonb_build_object(
                      'passkeyId', k."id", 'name', k."name",
                      'addedAt', to_char(k."createdAt" at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
                    order by k."createdAt", k."id")
             from sign_in."passkey" k where k."userId" = $1) as passkeys`,
    [personId, sessionId],
  );
  const [row] = rows;
  return {
    hasPassword: row?.has_password === true,
    hasAuthenticator: row?.has_authenticator === true,
    ...(row?.provider ? { provider: row.provider } : {}),
    passkeys: (row?.passkeys ?? []).map(({ passkeyId, name, addedAt }) => ({
      passkeyId,
      ...(name === null ? {} : { name }),
      ...(addedAt === null ? {} : { addedAt }),
    })),
  };
}
