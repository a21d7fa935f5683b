// Links that are good once: invitations, and the recovery of somebody who lost password or second factor. A link has
// 256 random bits, of which only the SHA-256 is kept; it is good for 72 hours. Taking one is acceptance.ts's matter.
import { randomBytes } from 'node:crypto';
import { type InvitationPage, type PersonRole, postInvitationSchema } from '@penstock/api';
import type pg from 'pg';
import { inTransaction } from '../foundation/database/database.ts';
import { PenstockError } from '../foundation/errors.ts';
import { type LinkRow, linkDigest } from './acceptance.ts';
import { recordActivity } from './activity-store.ts';
import { type Manager, requireOther, requireScope, requireWhole } from './administration.ts';
import { type Change, findManaged, lockPeople, requireActing } from './administration-store.ts';
import { endAllSessions } from './people-store.ts';

const GOOD_FOR_MILLISECONDS = 72 * 3600 * 1000;

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
  /** For whom its maker acted: a User ID, or 'operator'. */
  readonly madeAs: string;
  readonly now: Date;
}

/** A new link makes the older ones of the same person and the same place void. */
export async function makeLink(client: pg.PoolClient, link: NewLink): Promise<Link> {
  const { kind, email, name, acting, role, madeBy, madeAs, now } = link;
  const token = randomBytes(32).toString('base64url');
  const expiresAt = new Date(now.getTime() + GOOD_FOR_MILLISECONDS);
  await client.query(
    `update invitation set withdrawn_at = $1
     where email = $2 and acting is not distinct from $3 and kind = $4 and used_at is null and withdrawn_at is null`,
    [now, email, acting, kind],
  );
  await client.query(
    `insert into invitation (token_sha256, kind, email, name, acting, role, made_by, made_as, made_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [linkDigest(token), kind, email, name, acting, role, madeBy, madeAs, now, expiresAt],
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
      madeAs: manager.acting,
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
    const maker = { madeBy: manager.personId, madeAs: manager.acting } as const;
    return makeLink(client, { kind: 'recovery', email, name, ...maker, now });
  });
}

/** Invitations that were not taken, the newest first; the Operator's administrators see those of all. */
export async function listInvitations(
  pool: pg.Pool,
  { acting, now, cursor, limit }: { acting: string; now: Date; cursor?: string | undefined; limit: number },
): Promise<InvitationPage> {
  const [at = 'infinity', id = 'ffffffff-ffff-ffff-ffff-ffffffffffff'] = cursor?.split('~') ?? [];
  const { rows } = await pool.query<LinkRow & { invitation_id: string; made_at: Date }>(
    `select * from invitation
     where kind = 'invitation' and used_at is null and withdrawn_at is null and expires_at > $2
       and ($1 = 'operator' or acting = $1) and (made_at, invitation_id) < ($3::timestamptz, $4::uuid)
     order by made_at desc, invitation_id desc limit $5`,
    [acting, now, at, id, limit + 1],
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.flatMap((row) =>
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
    cursor: rows.length > limit && last ? `${last.made_at.toISOString()}~${last.invitation_id}` : undefined,
  };
}

/** @throws PenstockError 'request.not-found' */
export async function withdrawInvitation(
  pool: pg.Pool,
  { manager, invitationId, address, now }: { manager: Manager; invitationId: string; address: string; now: Date },
): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<LinkRow>(
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
    const maker = { madeBy: undefined, madeAs: 'operator' } as const;
    const link = { kind: 'invitation', email, name, acting: 'operator', role, ...maker, now } as const;
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
