// Who administers a User ID or the Operator now. The people of the demonstration count only where it runs and they may
// sign in: else nobody would be left who can.
import type pg from 'pg';
import { PenstockError } from '../foundation/errors.ts';

/** Changes of roles and status come one after another: else two administrators could each remove the other. */
export async function lockPeople(client: pg.PoolClient): Promise<void> {
  await client.query('lock table person, person_role in share row exclusive mode');
}

export interface Organisation {
  readonly acting: string;
  /** Whether it wants a second administrator to approve what gives access. */
  readonly wantsSecond: boolean;
  readonly administrators: number;
  /** Those, and who was one within the last 72 hours: who ends a colleague's access is not the only one by that. */
  readonly lately: number;
}

interface OrganisationRow {
  acting: string;
  wants_second: boolean;
  administrators: number;
  lately: number;
}

/** What each of these is for the rules; of User IDs, the setting is their Party's. */
export async function readOrganisations(
  client: pg.Pool | pg.PoolClient,
  { actings, admitsDemonstration }: { actings: readonly string[]; admitsDemonstration: boolean },
): Promise<Organisation[]> {
  const { rows } = await client.query<OrganisationRow>(
    `with ended as (
       select distinct person_id, acting, what from people_activity
       where at > clock_timestamp() - interval '72 hours'
         and (what = 'status-changed' or what = 'role-changed' and detail like '%\\_administrator -> %')
     )
     select a.acting, coalesce(s.is_wanted, true) as wants_second, n.administrators, n.administrators + n.ended as lately
     from (select distinct acting from unnest($1::text[]) as acting) a
     left join user_id u on u.user_id = nullif(a.acting, 'operator')::macaddr8
     left join second_administrator s on s.party_id = coalesce(u.party_id, 'operator')
     cross join lateral (
       select count(*) filter (where is_one and status = 'active')::integer as administrators,
              count(*) filter (where case when is_one then status <> 'active' and is_ended else is_taken end)::integer as ended
       from (
         select p.status, coalesce(r.role in ('user_administrator', 'operator_administrator'), false) as is_one,
                exists (select from ended e where e.person_id = p.person_id and e.what = 'status-changed') as is_ended,
                exists (select from ended e where e.person_id = p.person_id and e.what = 'role-changed'
                                              and e.acting = a.acting) as is_taken
         from person p left join person_role r on r.person_id = p.person_id and r.acting = a.acting
         where ($2 or not p.is_demonstration)
           and (r.acting is not null or p.person_id in (select person_id from ended where acting = a.acting))
       ) one
     ) n
     order by a.acting`,
    [actings, admitsDemonstration],
  );
  return rows.map(({ wants_second: wantsSecond, ...row }) => ({ ...row, wantsSecond }));
}

/** @throws PenstockError 'people.last-administrator' when no active administrator would be left for one of these */
export async function requireAdministrators(
  client: pg.PoolClient,
  asked: { actings: readonly string[]; admitsDemonstration: boolean },
): Promise<void> {
  const left = (await readOrganisations(client, asked)).find(({ administrators }) => administrators === 0);
  if (left !== undefined) throw new PenstockError('people.last-administrator', { detail: `of ${left.acting}` });
}
