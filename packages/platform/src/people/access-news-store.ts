// What an administrator is told at once of what the others do: what waits for an approval, and who was given access lately.
import type { AccessNews } from '@penstock/api';
import type pg from 'pg';
import { rightsOf } from '../foundation/rights.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { IS_WAITING } from './approvals-store.ts';

/**
 * $1 now, $2 for whom one acts, $3 the person, $4 its address. Of what waits, what this person may say yes to; to the
 * Operator's what is its own, and what nobody else is left to approve.
 */
const WAITING_SQL = `
  select count(*)::integer as approvals from approval a left join invitation i using (invitation_id)
  where ${IS_WAITING} and a.asked_by <> $3 and a.person_id is distinct from $3 and a.email <> $4
    and (a.acting = $2
         or $2 = 'operator' and not exists (
              select from person_role r join person p using (person_id)
              where r.acting = a.acting and r.role = 'user_administrator' and p.status = 'active'
                and p.person_id <> a.asked_by and p.person_id is distinct from a.person_id and p.email <> a.email))`;

/** $1 now, $2 for whom one acts, $3 one's address. Of whom one administers, or by who administers the same; as long as a link. */
const GIVEN_SQL = `
  select a.what, a.email, a.author, a.at, count(*) over ()::integer as total from people_activity a
  where a.at > $1::timestamptz - interval '72 hours' and a.what in ('invited', 'reset', 'role-changed', 'policy-changed')
    and a.author <> $3
    and (a.acting = $2
         or a.acting is null and exists (
              select from person_role r where r.person_id = a.person_id and r.acting = $2)
         or exists (
              select from person_role r join person p using (person_id)
              where p.email = a.author and r.acting = $2
                and r.role in ('user_administrator', 'operator_administrator')))
  order by a.at desc, a.activity_id desc limit 1`;

interface GivenRow {
  what: NonNullable<AccessNews['last']>['what'];
  email: string;
  author: string;
  at: Date;
  total: number;
}

/** Undefined for whoever administers nobody. */
export async function readAccessNews(pool: pg.Pool, viewer: Viewer, now: Date): Promise<AccessNews | undefined> {
  const { person } = viewer;
  if (person === undefined || !rightsOf(person.role).has('people.change')) return undefined;
  const acting = viewer.kind === 'operator' ? 'operator' : viewer.userIds[0];
  const waiting = await pool.query<{ approvals: number }>(WAITING_SQL, [now, acting, person.personId, person.email]);
  const given = await pool.query<GivenRow>(GIVEN_SQL, [now, acting, person.email]);
  const [last] = given.rows;
  return {
    approvals: waiting.rows[0]?.approvals ?? 0,
    given: last?.total ?? 0,
    ...(last === undefined
      ? {}
      : { last: { what: last.what, email: last.email, byEmail: last.author, at: last.at.toISOString() } }),
  };
}
