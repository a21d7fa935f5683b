// Invitations, and the recovery of somebody who lost password or second factor. Taking the link is acceptance.ts's matter.
import type { InvitationPage, PersonRole } from '@penstock/api';
import type pg from 'pg';
import type { Author } from '../foundation/activity.ts';
import { inTransaction } from '../foundation/database/database.ts';
import { PenstockError } from '../foundation/errors.ts';
import type { LinkRow } from './acceptance.ts';
import { byManager, recordActivity } from './activity-store.ts';
import { type Manager, requireOther, requireScope, requireWhole } from './administration.ts';
import { type Change, findManaged, requireActing } from './administration-store.ts';
import { lockPeople } from './administrators-store.ts';
import { approversOf, isWeighty } from './approvals.ts';
import { askApproval, awaitsSecond } from './approvals-store.ts';
import { type Link, makeLink } from './links.ts';
import { endAllSessions } from './people-store.ts';

/** Open invitations of one Party: whoever has a session of an administrator makes no more with it. */
export const MOST_OPEN = 50;

/** @throws PenstockError 'people.too-many-invitations' */
async function requireFewOpen(
  client: pg.PoolClient,
  { email, acting, now }: { email: string; acting: string; now: Date },
): Promise<void> {
  const { rows } = await client.query<{ open: number }>(
    `select count(*)::integer as open from invitation i
     left join user_id u on u.user_id = nullif(i.acting, 'operator')::macaddr8
     where i.kind = 'invitation' and i.used_at is null and i.withdrawn_at is null and i.expires_at > $3
       and (i.email, i.acting) <> ($1, $2)
       and coalesce(u.party_id, 'operator')
           = coalesce((select party_id from user_id where user_id = nullif($2, 'operator')::macaddr8), 'operator')`,
    [email, acting, now],
  );
  if ((rows[0]?.open ?? 0) < MOST_OPEN) return;
  throw new PenstockError('people.too-many-invitations', { detail: `${MOST_OPEN} are open` });
}

/** A link that was made, and whether it is good only when a second administrator has approved it. */
export interface MadeLink extends Link {
  readonly awaitsApproval: boolean;
}

/** @throws PenstockError of requireScope and requireFewOpen, 'people.own-rights' for the own address */
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
    admitsDemonstration: boolean;
  },
): Promise<MadeLink> {
  const { manager, email, name, acting, role, address, now, admitsDemonstration } = asked;
  requireScope(manager, acting, role);
  if (email === manager.email) throw new PenstockError('people.own-rights');
  return inTransaction(pool, async (client) => {
    await lockPeople(client);
    await requireActing(client, acting);
    await requireFewOpen(client, { email, acting, now });
    const actings = [manager.acting, acting];
    const awaitsApproval = isWeighty(role) && (await awaitsSecond(client, { actings, admitsDemonstration }));
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
    const { invitationId } = link;
    const about = { manager, acting, email, name, role, invitationId, address, now } as const;
    if (awaitsApproval) await askApproval(client, { kind: 'invitation', ...about });
    else
      await recordActivity(client, { what: 'invited', email, by: byManager(manager), acting, detail: role, address });
    return { ...link, awaitsApproval };
  });
}

/** In the caller's transaction. */
export async function takeSignInAway(client: pg.PoolClient, personId: string): Promise<void> {
  await endAllSessions(client, personId);
  await client.query(`delete from sign_in."account" where "userId" = $1`, [personId]);
  await client.query(`delete from sign_in."twoFactor" where "userId" = $1`, [personId]);
  await client.query(`delete from sign_in."passkey" where "userId" = $1`, [personId]);
  await client.query(`update sign_in."user" set "twoFactorEnabled" = false where "id" = $1`, [personId]);
}

/**
 * Takes password, second factor and sessions away, and gives the link by which the person sets new ones. Where a second
 * administrator is wanted, all of it waits for the approval.
 */
export async function reset(pool: pg.Pool, change: Change): Promise<MadeLink> {
  const { manager, personId, address, now, admitsDemonstration } = change;
  requireOther(manager, personId);
  return inTransaction(pool, async (client) => {
    await lockPeople(client);
    const { email, name, roles } = await findManaged(client, manager, personId);
    requireWhole(manager, roles);
    const maker = { madeBy: manager.personId, madeAs: manager.acting } as const;
    const link = await makeLink(client, { kind: 'recovery', email, name, ...maker, now });
    const actings = [manager.acting, ...roles.map(({ acting }) => acting)];
    if (await awaitsSecond(client, { actings, admitsDemonstration })) {
      const { invitationId } = link;
      const about = { manager, acting: approversOf(roles), personId, email, name, invitationId, address, now };
      await askApproval(client, { kind: 'reset', ...about });
      return { ...link, awaitsApproval: true };
    }
    await takeSignInAway(client, personId);
    await recordActivity(client, { what: 'reset', personId, email, by: byManager(manager), address });
    return { ...link, awaitsApproval: false };
  });
}

/**
 * The same, made on the machine itself: for the only administrator there is, whom nobody else can reset.
 * @throws PenstockError 'request.not-found'
 */
export async function resetByMachine(
  pool: pg.Pool,
  { email, now, by }: { email: string; now: Date; by: Author },
): Promise<Link> {
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
    await recordActivity(client, { what: 'reset', ...who, by });
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
    const by = { by: byManager(manager), acting: row.acting ?? undefined, address };
    await recordActivity(client, { what: 'invitation-withdrawn', email: row.email, ...by });
  });
}
