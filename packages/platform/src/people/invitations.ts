// Invitations, and the recovery of somebody who lost password or second factor. Taking the link is acceptance.ts's matter.
import type { InvitationPage, PersonRole } from '@penstock/api';
import type pg from 'pg';
import { inTransaction } from '../foundation/database/database.ts';
import { PenstockError } from '../foundation/errors.ts';
import type { LinkRow } from './acceptance.ts';
import { recordActivity, THE_MACHINE } from './activity-store.ts';
import { type Manager, requireOther, requireScope, requireWhole } from './administration.ts';
import { type Change, findManaged, lockPeople, requireActing } from './administration-store.ts';
import { type Link, makeLink } from './links.ts';
import { endAllSessions } from './people-store.ts';

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

async function takeSignInAway(client: pg.PoolClient, personId: string): Promise<void> {
  await endAllSessions(client, personId);
  await client.query(`delete from sign_in."account" where "userId" = $1`, [personId]);
  await client.query(`delete from sign_in."twoFactor" where "userId" = $1`, [personId]);
  await client.query(`delete from sign_in."passkey" where "userId" = $1`, [personId]);
  await client.query(`update sign_in."user" set "twoFactorEnabled" = false where "id" = $1`, [personId]);
}

/** Takes password, second factor and sessions away, and gives the link by which the person sets new ones. */
export async function reset(pool: pg.Pool, { manager, personId, address, now }: Change & { now: Date }): Promise<Link> {
  requireOther(manager, personId);
  return inTransaction(pool, async (client) => {
    await lockPeople(client);
    const { email, name, roles } = await findManaged(client, manager, personId);
    requireWhole(manager, roles);
    await takeSignInAway(client, personId);
    await recordActivity(client, { what: 'reset', personId, email, byEmail: manager.email, address });
    const maker = { madeBy: manager.personId, madeAs: manager.acting } as const;
    return makeLink(client, { kind: 'recovery', email, name, ...maker, now });
  });
}

/**
 * The same, made on the machine itself: for the only administrator there is, whom nobody else can reset.
 * @throws PenstockError 'request.not-found'
 */
export async function resetByMachine(pool: pg.Pool, { email, now }: { email: string; now: Date }): Promise<Link> {
  return inTransaction(pool, async (client) => {
    await lockPeople(client);
    const { rows } = await client.query<{ person_id: string; email: string; name: string }>(
      'select person_id, email, name from person where email = lower($1)',
      [email.trim()],
    );
    const [person] = rows;
    if (person === undefined) throw new PenstockError('request.not-found', { detail: 'nobody has this address' });
    await takeSignInAway(client, person.person_id);
    const who = { personId: person.person_id, email: person.email };
    await recordActivity(client, { what: 'reset', ...who, byEmail: THE_MACHINE });
    const maker = { madeBy: undefined, madeAs: 'operator' } as const;
    return makeLink(client, { kind: 'recovery', email: person.email, name: person.name, ...maker, now });
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
