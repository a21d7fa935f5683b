// Whom an organisation's provider may sign in: a person whom an administrator invited, by the verified address of a domain
// that the provider speaks for, who acts for one of its Parties. The first time the account at the provider is bound
// to the person; from then on only that one signs it in, whoever gets the address later.
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { findPerson } from './people-store.ts';
import type { ProviderClaims } from './provider-client.ts';
import { type Provider, speaksFor } from './providers.ts';

export type { Providers } from './providers.ts';

/** As better-auth's accounts name it; never 'credential', which is a password. */
const accountProvider = (provider: string): string => `provider:${provider}`;

export interface Bound {
  readonly personId: string;
  /** Whether the person has an authenticator app. */
  readonly hasCode: boolean;
}

export type ProviderRefusal = 'address' | 'not-invited' | 'other-account' | 'not-for-it';

/** The address that a provider's word counts for; undefined when it counts for none. */
export function addressOf(provider: Provider, { email, isEmailVerified }: ProviderClaims): string | undefined {
  if (email === undefined || !isEmailVerified) return undefined;
  return provider.emailDomains.has(email.slice(email.lastIndexOf('@') + 1)) ? email : undefined;
}

export async function bindProvider(
  client: pg.Pool | pg.PoolClient,
  { personId, provider, subject }: { personId: string; provider: string; subject: string },
): Promise<void> {
  await client.query(
    `insert into sign_in."account" ("id", "accountId", "providerId", "userId", "updatedAt")
     values (gen_random_uuid(), $2, $3, $1, clock_timestamp())`,
    [personId, subject, accountProvider(provider)],
  );
}

interface Row {
  person_id: string;
  has_code: boolean | null;
  is_open: boolean;
  bound_subject: string | null;
  bound_to: string | null;
}

/** The person that the provider's word is about, bound to its account there; or why there is none. */
export async function findBound(
  pool: pg.Pool,
  provider: Provider,
  { claims, operatorId }: { claims: ProviderClaims; operatorId: Eui },
): Promise<Bound | { readonly refused: ProviderRefusal; readonly email: string | undefined }> {
  const email = addressOf(provider, claims);
  if (email === undefined) return { refused: 'address', email: undefined };
  const { rows } = await pool.query<Row>(
    `select p.person_id, u."twoFactorEnabled" as has_code,
            exists (select from sign_in."account" a where a."userId" = p.person_id)
            or exists (select from sign_in."passkey" k where k."userId" = p.person_id) as is_open,
            (select a."accountId" from sign_in."account" a
             where a."userId" = p.person_id and a."providerId" = $1) as bound_subject,
            (select a."userId" from sign_in."account" a where a."providerId" = $1 and a."accountId" = $2) as bound_to
     from person p left join sign_in."user" u on u."id" = p.person_id
     where p.email = $3`,
    [accountProvider(provider.id), claims.subject, email],
  );
  const [row] = rows;
  // one who was reset comes in by the link that the reset gave, and not by what was taken away
  if (row === undefined || !row.is_open) return { refused: 'not-invited', email };
  const isBound = row.bound_subject !== null || row.bound_to !== null;
  if (isBound && (row.bound_subject !== claims.subject || row.bound_to !== row.person_id)) {
    return { refused: 'other-account', email };
  }
  const person = await findPerson(pool, row.person_id, operatorId);
  if (!person?.choices.some((choice) => speaksFor(provider, choice))) return { refused: 'not-for-it', email };
  if (!isBound) await bindProvider(pool, { personId: row.person_id, provider: provider.id, subject: claims.subject });
  return { personId: row.person_id, hasCode: row.has_code === true };
}
