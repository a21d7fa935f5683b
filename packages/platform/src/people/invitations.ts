// Links that are good once: invitations, and the recovery of somebody who lost password or second factor. A link has
// 256 random bits, of which only the SHA-256 is kept; it is good for 72 hours.
import { createHash, randomBytes } from 'node:crypto';
import { type InvitationList, type invitationSchema, type PersonRole, postInvitationSchema } from '@penstock/api';
import { hashPassword } from 'better-auth/crypto';
import type pg from 'pg';
import type { z } from 'zod';
import { inTransaction } from '../foundation/database/database.ts';
import { PenstockError } from '../foundation/errors.ts';
import type { SignedIn } from '../foundation/http/caller.ts';
import { recordActivity } from './activity-store.ts';
import {
  isAdministrator,
  type Manager,
  requireOther,
  requireScope,
  requireStrong,
  requireWhole,
} from './administration.ts';
import { type Change, findManaged, lockPeople, requireActing, requireAdministrators } from './administration-store.ts';
import { endAllSessions } from './people-store.ts';
import { SHORTEST_PASSWORD } from './sign-in-guards.ts';

const GOOD_FOR_MILLISECONDS = 72 * 3600 * 1000;

const sha256 = (token: string): Buffer => createHash('sha256').update(token).digest();

export interface Link {
  readonly token: string;
  readonly expiresAt: Date;
}

interface NewLink {
  readonly kind: 'invitation' | 'recovery';
  readonly email: string;
  readonly name: string;
  readonly acting?: string;
  readonly role?: PersonRole;
  readonly madeBy: string | undefined;
  readonly now: Date;
}

/** A new link makes the older ones of the same person and the same place void. */
export async function makeLink(client: pg.PoolClient, link: NewLink): Promise<Link> {
  const { kind, email, name, acting, role, madeBy, now } = link;
  const token = randomBytes(32).toString('base64url');
  const expiresAt = new Date(now.getTime() + GOOD_FOR_MILLISECONDS);
  await client.query(
    `update invitation set withdrawn_at = $1
     where email = $2 and acting is not distinct from $3 and kind = $4 and used_at is null and withdrawn_at is null`,
    [now, email, acting, kind],
  );
  await client.query(
    `insert into invitation (token_sha256, kind, email, name, acting, role, made_by, made_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [sha256(token), kind, email, name, acting, role, madeBy, now, expiresAt],
  );
  return { token, expiresAt };
}

/** @throws PenstockError of requireScope, 'people.own-rights' for the own address */
export async function invite(
  pool: pg.Pool,
  asked: {
    manager: Manager;
    email: string;
    name: string;
    acting: string;
    role: PersonRole;
    address: string;
    now: Date;
  },
): Promise<Link> {
  const { manager, email, name, acting, role, address, now } = asked;
  requireScope(manager, acting, role);
  if (email === manager.email) throw new PenstockError('people.own-rights');
  return inTransaction(pool, async (client) => {
    await requireActing(client, acting);
    const link = await makeLink(client, {
      kind: 'invitation',
      email,
      name,
      acting,
      role,
      madeBy: manager.personId,
      now,
    });
    await recordActivity(client, { what: 'invited', email, byEmail: manager.email, acting, detail: role, address });
    return link;
  });
}

/** Takes password, second factor and sessions away, and gives the link by which the person sets new ones. */
export async function reset(pool: pg.Pool, { manager, personId, address, now }: Change & { now: Date }): Promise<Link> {
  requireOther(manager, personId);
  return inTransaction(pool, async (client) => {
    await lockPeople(client);
    const { email, name, roles } = await findManaged(client, manager, personId);
    requireWhole(manager, roles);
    await endAllSessions(client, personId);
    await client.query(`delete from sign_in."account" where "userId" = $1`, [personId]);
    await client.query(`delete from sign_in."twoFactor" where "userId" = $1`, [personId]);
    await client.query(`delete from sign_in."passkey" where "userId" = $1`, [personId]);
    await client.query(`update sign_in."user" set "twoFactorEnabled" = false where "id" = $1`, [personId]);
    await recordActivity(client, { what: 'reset', personId, email, byEmail: manager.email, address });
    return makeLink(client, { kind: 'recovery', email, name, madeBy: manager.personId, now });
  });
}

/** Invitations that were not taken, the newest first; the Operator's administrators see those of all. */
export async function listInvitations(pool: pg.Pool, acting: string, now: Date): Promise<InvitationList> {
  const { rows } = await pool.query<Row & { invitation_id: string; made_at: Date }>(
    `select * from invitation
     where kind = 'invitation' and used_at is null and withdrawn_at is null and expires_at > $2
       and ($1 = 'operator' or acting = $1)
     order by made_at desc, invitation_id limit 200`,
    [acting, now],
  );
  return {
    items: rows.flatMap((row) =>
      row.acting === null || row.role === null
        ? []
        : {
            invitationId: row.invitation_id,
            email: row.email,
            name: row.name,
            acting: row.acting,
            role: row.role,
            madeAt: row.made_at.toISOString(),
            expiresAt: row.expires_at.toISOString(),
          },
    ),
  };
}

/** @throws PenstockError 'request.not-found' */
export async function withdrawInvitation(
  pool: pg.Pool,
  { manager, invitationId, address, now }: { manager: Manager; invitationId: string; address: string; now: Date },
): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<Row>(
      `update invitation set withdrawn_at = $3
       where invitation_id = $1 and kind = 'invitation' and used_at is null and withdrawn_at is null
         and ($2 = 'operator' or acting = $2)
       returning *`,
      [invitationId, manager.acting, now],
    );
    const [row] = rows;
    if (row === undefined) throw new PenstockError('request.not-found', { detail: 'there is no such open invitation' });
    const by = { byEmail: manager.email, acting: row.acting ?? undefined, address };
    await recordActivity(client, { what: 'invitation-withdrawn', email: row.email, ...by });
  });
}

interface Row {
  kind: 'invitation' | 'recovery';
  email: string;
  name: string;
  acting: string | null;
  role: PersonRole | null;
  made_by: string | null;
  expires_at: Date;
  used_at: Date | null;
  withdrawn_at: Date | null;
}

/** @throws PenstockError 'people.link-unknown', 'people.link-over' with why */
async function findLink(
  client: pg.Pool | pg.PoolClient,
  token: string,
  now: Date,
  lock: '' | 'for update',
): Promise<Row> {
  const { rows } = await client.query<Row>(`select * from invitation where token_sha256 = $1 ${lock}`, [sha256(token)]);
  const [row] = rows;
  if (row === undefined) throw new PenstockError('people.link-unknown');
  const over = (detail: string) => new PenstockError('people.link-over', { detail });
  if (row.used_at !== null) throw over('it was used before');
  if (row.withdrawn_at !== null) throw over('it was withdrawn, or another took its place');
  if (row.expires_at <= now) throw over('it was good for 72 hours');
  return row;
}

interface Account {
  readonly person_id: string;
  readonly has_password: boolean;
}

async function findAccount(client: pg.Pool | pg.PoolClient, email: string): Promise<Account | undefined> {
  const { rows } = await client.query<Account>(
    `select p.person_id, exists (select from sign_in."account" a where a."userId" = p.person_id) as has_password
     from person p where p.email = $1`,
    [email],
  );
  return rows[0];
}

/** What a link is good for. */
export async function look(pool: pg.Pool, token: string, now: Date): Promise<z.infer<typeof invitationSchema>> {
  const row = await findLink(pool, token, now, '');
  const account = await findAccount(pool, row.email);
  const { rows } = await pool.query<{ name: string }>(
    `select party.name from user_id join party using (party_id) where user_id = nullif($1, 'operator')::macaddr8`,
    [row.acting],
  );
  return {
    kind: row.kind,
    email: row.email,
    name: row.name,
    ...(row.acting === null ? {} : { acting: row.acting }),
    ...(rows[0] === undefined ? {} : { party: rows[0].name }),
    ...(row.role === null ? {} : { role: row.role }),
    expiresAt: row.expires_at.toISOString(),
    needsPassword: account?.has_password !== true,
  };
}

async function setPassword(client: pg.PoolClient, personId: string, { email, name }: Row, hash: string): Promise<void> {
  await client.query(
    `insert into sign_in."user" ("id", "name", "email", "emailVerified") values ($1, $2, $3, true)
     on conflict ("id") do nothing`,
    [personId, name, email],
  );
  await client.query(
    `insert into sign_in."account" ("id", "accountId", "providerId", "userId", "password", "updatedAt")
     values ($1, $1, 'credential', $1, $2, clock_timestamp())`,
    [personId, hash],
  );
}

/**
 * Takes what a link is for: a new person sets a password, somebody who has an account takes it signed in.
 * @throws PenstockError of findLink, 'people.weak-password', 'people.sign-in-first', 'people.own-rights'
 */
export async function accept(
  pool: pg.Pool,
  asked: { token: string; password: string | undefined; signedIn: SignedIn | undefined; address: string; now: Date },
): Promise<void> {
  const { token, password = '', signedIn, address, now } = asked;
  const known = await findLink(pool, token, now, '');
  const needsPassword = (await findAccount(pool, known.email))?.has_password !== true;
  if (needsPassword) requireStrong(password, { shortest: SHORTEST_PASSWORD, email: known.email });
  else if (signedIn?.email !== known.email) throw new PenstockError('people.sign-in-first');
  // costs some 100 ms of a processor, so not in the transaction, and not before the link was found to be good
  const hash = needsPassword ? await hashPassword(password) : undefined;
  await inTransaction(pool, async (client) => {
    await lockPeople(client);
    const row = await findLink(client, token, now, 'for update');
    const account = await findAccount(client, row.email);
    if (account !== undefined && row.made_by === account.person_id) throw new PenstockError('people.own-rights');
    if (account?.has_password === true && hash !== undefined) throw new PenstockError('people.sign-in-first');
    const personId = account?.person_id ?? randomBytes(16).toString('base64url');
    if (account === undefined) {
      await client.query('insert into person (person_id, email, name) values ($1, $2, $3)', [
        personId,
        row.email,
        row.name,
      ]);
    }
    if (hash !== undefined) await setPassword(client, personId, row, hash);
    if (row.acting !== null) {
      const held = await client.query<{ role: PersonRole }>(
        'select role from person_role where person_id = $1 and acting = $2',
        [personId, row.acting],
      );
      await client.query(
        `insert into person_role (person_id, acting, role) values ($1, $2, $3)
         on conflict (person_id, acting) do update set role = excluded.role`,
        [personId, row.acting, row.role],
      );
      // nobody who is the last one lays it down by a link either
      if (held.rows.some(({ role }) => isAdministrator(role))) await requireAdministrators(client, [row.acting]);
    }
    await client.query('update invitation set used_at = $2 where token_sha256 = $1', [sha256(token), now]);
    const what = row.kind === 'recovery' ? 'reset-taken' : 'invitation-accepted';
    const acting = row.acting ?? undefined;
    await recordActivity(client, { what, personId, email: row.email, acting, detail: row.role ?? undefined, address });
  });
}

/**
 * The link for the first administrator of the Operator, made on the machine itself.
 * @throws PenstockError 'people.administrator-exists', 'request.invalid'
 */
export async function inviteFirstAdministrator(
  pool: pg.Pool,
  asked: { email: string; name: string; now: Date },
): Promise<Link> {
  const { now } = asked;
  const checked = postInvitationSchema
    .pick({ email: true, name: true })
    .safeParse({ email: asked.email, name: asked.name });
  if (!checked.success) {
    const issues = checked.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new PenstockError('request.invalid', { detail: issues.join('; ') });
  }
  const { email, name } = checked.data;
  return inTransaction(pool, async (client) => {
    await lockPeople(client);
    if (await hasAdministrator(client)) throw new PenstockError('people.administrator-exists');
    const role = 'operator_administrator';
    const link = { kind: 'invitation', email, name, acting: 'operator', role, madeBy: undefined, now } as const;
    await recordActivity(client, {
      what: 'invited',
      email,
      byEmail: 'the command line',
      acting: 'operator',
      detail: role,
    });
    return makeLink(client, link);
  });
}

export async function hasAdministrator(client: pg.Pool | pg.PoolClient): Promise<boolean> {
  const { rowCount } = await client.query(
    `select from person_role join person using (person_id)
     where acting = 'operator' and role = 'operator_administrator' and status = 'active' limit 1`,
  );
  return rowCount === 1;
}
