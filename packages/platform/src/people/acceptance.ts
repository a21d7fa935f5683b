// Taking a link: what it is good for, and how whoever holds it proves from then on who it is: by a password (with an
// authenticator, set up at the first sign-in), by a passkey, by the organisation's provider, or by the account that
// is there already. A link alone proves nothing for longer than that.
import { createHash, randomBytes } from 'node:crypto';
import type { InvitationDocument, PersonRole } from '@penstock/api';
import { hashPassword } from 'better-auth/crypto';
import type pg from 'pg';
import { inTransaction } from '../foundation/database/database.ts';
import { PenstockError } from '../foundation/errors.ts';
import { recordActivity } from './activity-store.ts';
import { type HeldRole, isAdministrator, mayReopen, requireStrong } from './administration.ts';
import { lockPeople, requireAdministrators } from './administrators-store.ts';
import { bindProvider, type Providers } from './provider-people.ts';
import { SHORTEST_PASSWORD } from './sign-in-guards.ts';

export const linkDigest = (token: string): Buffer => createHash('sha256').update(token).digest();

export interface LinkRow {
  readonly kind: 'invitation' | 'recovery';
  readonly email: string;
  readonly name: string;
  readonly acting: string | null;
  readonly role: PersonRole | null;
  readonly made_by: string | null;
  readonly made_as: string;
  readonly expires_at: Date;
  readonly used_at: Date | null;
  readonly withdrawn_at: Date | null;
  /** Nobody has approved it who had to. */
  readonly awaits_approval: boolean;
}

const linkOver = (detail: string) => new PenstockError('people.link-over', { detail });

/** @throws PenstockError 'people.link-unknown', 'people.link-over' with why, 'people.approval-awaited' */
export async function findLink(
  client: pg.Pool | pg.PoolClient,
  digest: Buffer,
  now: Date,
  lock: '' | 'for update' = '',
): Promise<LinkRow> {
  const { rows } = await client.query<LinkRow>(
    `select i.*, exists (select from approval a
                         where a.invitation_id = i.invitation_id and a.decision is distinct from 'approve') as awaits_approval
     from invitation i where i.token_sha256 = $1 ${lock}`,
    [digest],
  );
  const [row] = rows;
  if (row === undefined) throw new PenstockError('people.link-unknown');
  if (row.used_at !== null) throw linkOver('it was used before');
  if (row.withdrawn_at !== null) throw linkOver('it was withdrawn, or another took its place');
  if (row.expires_at <= now) throw linkOver('it was good for 72 hours');
  if (row.awaits_approval) throw new PenstockError('people.approval-awaited');
  return row;
}

interface Account {
  readonly person_id: string;
  /** Whether there is any way to sign in to it. */
  readonly is_open: boolean;
  readonly roles: readonly HeldRole[];
}

async function findAccount(client: pg.Pool | pg.PoolClient, email: string): Promise<Account | undefined> {
  const { rows } = await client.query<Account>(
    `select p.person_id,
            exists (select from sign_in."account" a where a."userId" = p.person_id)
            or exists (select from sign_in."passkey" k where k."userId" = p.person_id) as is_open,
            coalesce((select jsonb_agg(jsonb_build_object('acting', r.acting, 'role', r.role))
                      from person_role r where r.person_id = p.person_id), '[]') as roles
     from person p where p.email = $1`,
    [email],
  );
  return rows[0];
}

/**
 * Whether a link sets a way to sign in; else it is taken signed in, by the account that is there.
 * @throws PenstockError 'people.link-over' for a recovery whose maker does not administer all of the person any more
 */
function opensAccount({ kind, made_as: madeAs }: LinkRow, account: Account | undefined): boolean {
  if (account === undefined) return true;
  if (account.is_open) return false;
  if (mayReopen({ kind, madeAs }, account.roles)) return true;
  if (kind === 'invitation') return false;
  throw linkOver('the person has come to act for others since it was made: the Operator resets the sign-in');
}

/** The Parties that a link is about, or 'operator': of an invitation one, of a recovery those that the person acts for. */
async function partiesOf(client: pg.Pool | pg.PoolClient, { acting, email }: LinkRow): Promise<string[]> {
  const { rows } = await client.query<{ party_id: string }>(
    `select distinct coalesce(u.party_id, 'operator') as party_id
     from (select $1::text as acting where $1 is not null
           union select r.acting from person_role r join person p using (person_id) where $1::text is null and p.email = $2) as l
     left join user_id u on u.user_id = nullif(l.acting, 'operator')::macaddr8`,
    [acting, email],
  );
  return rows.map((row) => row.party_id);
}

/** The organisation's provider by which a link may be taken, if any. */
export async function providerOfLink(client: pg.Pool | pg.PoolClient, providers: Providers, row: LinkRow) {
  const provider = providers.ofEmail(row.email);
  if (provider === undefined) return undefined;
  const parties = await partiesOf(client, row);
  return parties.some((party) => provider.speaksFor.has(party)) ? provider : undefined;
}

/** What a link is good for. */
export async function look(
  pool: pg.Pool,
  providers: Providers,
  { token, now }: { token: string; now: Date },
): Promise<InvitationDocument> {
  const row = await findLink(pool, linkDigest(token), now);
  const needsPassword = opensAccount(row, await findAccount(pool, row.email));
  const { rows } = await pool.query<{ name: string }>(
    `select party.name from user_id join party using (party_id) where user_id = nullif($1, 'operator')::macaddr8`,
    [row.acting],
  );
  const provider = needsPassword ? await providerOfLink(pool, providers, row) : undefined;
  return {
    kind: row.kind,
    email: row.email,
    name: row.name,
    ...(row.acting === null ? {} : { acting: row.acting }),
    ...(rows[0] === undefined ? {} : { party: rows[0].name }),
    ...(row.role === null ? {} : { role: row.role }),
    expiresAt: row.expires_at.toISOString(),
    needsPassword,
    ...(provider === undefined ? {} : { provider: provider.name }),
  };
}

/** How the one who takes a link proves to be itself; `session` by the account that it is signed in with. */
export type Proof =
  | { readonly kind: 'password'; readonly password: string }
  | { readonly kind: 'passkey' }
  | { readonly kind: 'provider'; readonly provider: string; readonly subject: string }
  | { readonly kind: 'session'; readonly email: string | undefined };

async function openAccount(
  client: pg.PoolClient,
  personId: string,
  { email, name }: LinkRow,
  proof: Proof,
  hash: string | undefined,
): Promise<void> {
  await client.query(
    `insert into sign_in."user" ("id", "name", "email", "emailVerified") values ($1, $2, $3, true)
     on conflict ("id") do nothing`,
    [personId, name, email],
  );
  if (proof.kind === 'provider') await bindProvider(client, { ...proof, personId });
  if (hash === undefined) return;
  await client.query(
    `insert into sign_in."account" ("id", "accountId", "providerId", "userId", "password", "updatedAt")
     values ($1, $1, 'credential', $1, $2, clock_timestamp())`,
    [personId, hash],
  );
}

async function grant(
  client: pg.PoolClient,
  given: { personId: string; acting: string; role: PersonRole; admitsDemonstration: boolean },
): Promise<void> {
  const { personId, acting, role, admitsDemonstration } = given;
  const held = await client.query<{ role: PersonRole }>(
    'select role from person_role where person_id = $1 and acting = $2',
    [personId, acting],
  );
  await client.query(
    `insert into person_role (person_id, acting, role) values ($1, $2, $3)
     on conflict (person_id, acting) do update set role = excluded.role`,
    [personId, acting, role],
  );
  // nobody who is the last one lays it down by a link either
  if (held.rows.some((before) => isAdministrator(before.role))) {
    await requireAdministrators(client, { actings: [acting], admitsDemonstration });
  }
}

/**
 * Takes what a link is for, once; resolves with the person. Whoever has an account takes it signed in, and nobody else
 * takes it for it; one that was reset is opened by its recovery alone (mayReopen).
 * @throws PenstockError of findLink, 'people.weak-password', 'people.sign-in-first', 'people.own-rights'
 */
export async function accept(
  pool: pg.Pool,
  taken: { digest: Buffer; proof: Proof; address: string | undefined; now: Date; admitsDemonstration: boolean },
): Promise<string> {
  const { digest, proof, address, now, admitsDemonstration } = taken;
  const known = await findLink(pool, digest, now);
  if (!opensAccount(known, await findAccount(pool, known.email))) {
    if (proof.kind !== 'session' || proof.email !== known.email) throw new PenstockError('people.sign-in-first');
  } else if (proof.kind === 'password' || proof.kind === 'session') {
    const password = proof.kind === 'password' ? proof.password : '';
    requireStrong(password, { shortest: SHORTEST_PASSWORD, email: known.email });
  }
  // costs some 100 ms of a processor, so not in the transaction, and not before the link was found to be good
  const hash = proof.kind === 'password' ? await hashPassword(proof.password) : undefined;
  return inTransaction(pool, async (client) => {
    await lockPeople(client);
    const row = await findLink(client, digest, now, 'for update');
    const account = await findAccount(client, row.email);
    if (account !== undefined && row.made_by === account.person_id) throw new PenstockError('people.own-rights');
    const opens = opensAccount(row, account);
    if (opens === (proof.kind === 'session')) throw new PenstockError('people.sign-in-first');
    const personId = account?.person_id ?? randomBytes(16).toString('base64url');
    if (account === undefined) {
      await client.query('insert into person (person_id, email, name) values ($1, $2, $3)', [
        personId,
        row.email,
        row.name,
      ]);
    }
    if (opens) await openAccount(client, personId, row, proof, hash);
    const { acting, role } = row;
    if (acting !== null && role !== null) await grant(client, { personId, acting, role, admitsDemonstration });
    await client.query('update invitation set used_at = $2 where token_sha256 = $1', [digest, now]);
    await recordActivity(client, {
      what: row.kind === 'recovery' ? 'reset-taken' : 'invitation-accepted',
      personId,
      email: row.email,
      acting: row.acting ?? undefined,
      detail: row.role ?? undefined,
      address,
    });
    return personId;
  });
}
