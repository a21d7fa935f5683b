// People as their administrators see and change them. Every change and its row of activity are one transaction.
import type { Asked, PersonPage, PersonRole } from '@penstock/api';
import { requireEui } from '@penstock/duis';
import type pg from 'pg';
import { inTransaction } from '../foundation/database/database.ts';
import { PenstockError } from '../foundation/errors.ts';
import { byManager, recordActivity } from './activity-store.ts';
import {
  changesStatus,
  type HeldRole,
  isAdministrator,
  type Manager,
  type PersonStatus,
  requireOther,
  requireScope,
  requireWhole,
  type Side,
  sideOf,
} from './administration.ts';
import { lockPeople, requireAdministrators } from './administrators-store.ts';
import { isWeighty } from './approvals.ts';
import { askApproval, awaitsSecond, dropQuestions } from './approvals-store.ts';
import { endAllSessions } from './people-store.ts';

interface PersonRow {
  person_id: string;
  name: string;
  email: string;
  status: PersonStatus;
  status_by: Side | null;
  is_enrolled: boolean;
  signed_in_at: Date | null;
  roles: PersonPage['items'][number]['roles'] | null;
}

/** In order of their addresses. To an administrator of a User ID: who acts for it, with that role only. */
export async function listPeople(
  pool: pg.Pool,
  acting: string,
  { cursor = '', limit, find }: { cursor?: string | undefined; limit: number; find?: string | undefined },
): Promise<PersonPage> {
  const { rows } = await pool.query<PersonRow>(
    `select p.person_id, p.name, p.email, p.status, p.status_by,
            coalesce((select u."twoFactorEnabled" from sign_in."user" u where u."id" = p.person_id), false)
            or exists (select from sign_in."passkey" k where k."userId" = p.person_id)
            or exists (select from sign_in."account" a where a."userId" = p.person_id and a."password" is null) as is_enrolled,
            (select max(a.at) from people_activity a
             where a.person_id = p.person_id and a.what in ('signed-in', 'second-factor-set-up')) as signed_in_at,
            (select jsonb_agg(jsonb_build_object('acting', r.acting, 'role', r.role) order by r.acting)
             from person_role r
             where r.person_id = p.person_id and ($1 = 'operator' or r.acting = $1)) as roles
     from person p
     where p.email > $2
       and ($1 = 'operator' or exists (select from person_role r where r.person_id = p.person_id and r.acting = $1))
       and is_found($4, p.name, p.email, (
             select string_agg(replace(r.role, '_', ' ') || ' ' || acting_words(r.acting), ' ') from person_role r
             where r.person_id = p.person_id and ($1 = 'operator' or r.acting = $1)))
     order by p.email limit $3`,
    [acting, cursor, limit + 1, find],
  );
  const shown = rows.slice(0, limit);
  return {
    items: shown.map((row) => ({
      personId: row.person_id,
      name: row.name,
      email: row.email,
      status: row.status,
      ...(row.status === 'active' || row.status_by === null ? {} : { statusBy: row.status_by }),
      isEnrolled: row.is_enrolled,
      ...(row.signed_in_at === null ? {} : { signedInAt: row.signed_in_at.toISOString() }),
      roles: row.roles ?? [],
    })),
    cursor: rows.length > limit ? shown.at(-1)?.email : undefined,
  };
}

interface Managed {
  readonly email: string;
  readonly name: string;
  readonly status: PersonStatus;
  readonly statusBy: Side | null;
  readonly roles: readonly HeldRole[];
}

interface ManagedRow extends Pick<PersonRow, 'email' | 'name' | 'status' | 'status_by'> {
  acting: string | null;
  role: PersonRole;
}

/**
 * A person that a manager may know: one who acts for what it administers.
 * @throws PenstockError 'request.not-found', alike for one that is unknown
 */
export async function findManaged(client: pg.PoolClient, manager: Manager, personId: string): Promise<Managed> {
  const { rows } = await client.query<ManagedRow>(
    `select p.email, p.name, p.status, p.status_by, r.acting, r.role
     from person p left join person_role r using (person_id)
     where p.person_id = $1`,
    [personId],
  );
  const roles = rows.flatMap(({ acting, role }) => (acting === null ? [] : [{ acting, role }]));
  const [first] = rows;
  const mayKnow = manager.acting === 'operator' || roles.some(({ acting }) => acting === manager.acting);
  if (first === undefined || !mayKnow)
    throw new PenstockError('request.not-found', { detail: 'there is no such person' });
  const { email, name, status, status_by: statusBy } = first;
  return { email, name, status, statusBy, roles };
}

/** Links that somebody made who may not any more are void. */
async function withdrawLinksOf(client: pg.PoolClient, personId: string): Promise<void> {
  await client.query(
    'update invitation set withdrawn_at = clock_timestamp() where made_by = $1 and used_at is null and withdrawn_at is null',
    [personId],
  );
}

/** That a User ID is there; 'operator' always is. @throws PenstockError 'request.invalid' */
export async function requireActing(client: pg.PoolClient, acting: string): Promise<void> {
  if (acting === 'operator') return;
  const { rowCount } = await client.query('select from user_id where user_id = $1', [requireEui(acting)]);
  if (rowCount === 0)
    throw new PenstockError('request.invalid', { where: 'acting', detail: 'there is no such User ID' });
}

export interface Change {
  readonly manager: Manager;
  readonly personId: string;
  readonly address: string;
  readonly now: Date;
  /** Whether the demonstration's people count as administrators. */
  readonly admitsDemonstration: boolean;
}

export interface RoleChange extends Change {
  readonly acting: string;
  readonly role: PersonRole | null;
}

/**
 * Gives a person another role for `acting`, or takes it away; what it takes a second administrator for waits for one.
 * Nothing has changed when it is so already.
 */
export async function changeRole(pool: pg.Pool, change: RoleChange): Promise<Asked> {
  const { manager, personId, acting, role, admitsDemonstration } = change;
  requireScope(manager, acting, role);
  requireOther(manager, personId);
  return inTransaction(pool, async (client) => {
    await lockPeople(client);
    await requireActing(client, acting);
    const { email, name, roles } = await findManaged(client, manager, personId);
    if (role === (roles.find((held) => held.acting === acting)?.role ?? null)) return { changed: false };
    if (isWeighty(role) && (await awaitsSecond(client, { actings: [manager.acting, acting], admitsDemonstration }))) {
      await askApproval(client, { ...change, kind: 'role', email, name, role: role ?? '' });
      return { changed: false, awaitsApproval: true };
    }
    await applyRole(client, change);
    return { changed: true };
  });
}

/** In the caller's transaction, which holds the lock of people. */
export async function applyRole(
  client: pg.PoolClient,
  { manager, personId, address, now, acting, role, admitsDemonstration }: RoleChange,
): Promise<void> {
  const { email, roles } = await findManaged(client, manager, personId);
  const before = roles.find((held) => held.acting === acting)?.role ?? null;
  await dropQuestions(client, { kind: 'role', acting, email, now });
  await client.query('delete from person_role where person_id = $1 and acting = $2', [personId, acting]);
  if (role !== null) {
    await client.query('insert into person_role (person_id, acting, role) values ($1, $2, $3)', [
      personId,
      acting,
      role,
    ]);
  }
  if (before !== null && isAdministrator(before)) {
    await requireAdministrators(client, { actings: [acting], admitsDemonstration });
    await withdrawLinksOf(client, personId);
  }
  const detail = `${before ?? 'none'} -> ${role ?? 'none'}`;
  const by = { by: byManager(manager), acting, address };
  await recordActivity(client, { what: 'role-changed', personId, email, detail, ...by });
}

/**
 * Suspends or withdraws a person, whose sessions end, or lets it in again. False when it is so already.
 * @throws PenstockError of requireOther, findManaged, requireWhole, changesStatus, requireAdministrators
 */
export async function changeStatus(
  pool: pg.Pool,
  { manager, personId, address, status, admitsDemonstration }: Change & { status: PersonStatus },
): Promise<boolean> {
  requireOther(manager, personId);
  return inTransaction(pool, async (client) => {
    await lockPeople(client);
    const { email, roles, status: before, statusBy } = await findManaged(client, manager, personId);
    requireWhole(manager, roles);
    if (!changesStatus(manager, { status: before, by: statusBy }, status)) return false;
    await client.query('update person set status = $2, status_by = $3 where person_id = $1', [
      personId,
      status,
      status === 'active' ? null : sideOf(manager.acting),
    ]);
    const actings = roles.filter(({ role }) => isAdministrator(role)).map(({ acting }) => acting);
    if (status !== 'active') {
      await requireAdministrators(client, { actings, admitsDemonstration });
      await endAllSessions(client, personId);
      await withdrawLinksOf(client, personId);
    }
    const acting = manager.acting === 'operator' ? undefined : manager.acting;
    const by = { by: byManager(manager), acting, address };
    await recordActivity(client, { what: 'status-changed', personId, email, detail: status, ...by });
    return true;
  });
}
