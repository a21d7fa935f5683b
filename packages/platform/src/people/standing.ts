// Whether what a connection rests on that stays open still stands: read from the database as it is now, for many at once.
import type { PersonRole } from '@penstock/api';
import type pg from 'pg';
import { LONGEST_SESSION_MILLISECONDS } from './session-mark.ts';

export interface Standing {
  readonly personId: string;
  readonly sessionId: string;
  /** For whom it acts, and as what it was when it began. */
  readonly views: readonly { readonly acting: string; readonly role: PersonRole }[];
}

/** Those of which everything holds as it did: the session, the person, each role, its User ID and its Party. */
export async function findStanding<Asked extends Standing>(
  pool: pg.Pool,
  asked: readonly Asked[],
  now: Date,
): Promise<ReadonlySet<Asked>> {
  const each = asked.flatMap(({ personId, sessionId, views }, item) =>
    views.map(({ acting, role }) => ({ item, personId, sessionId, acting, role })),
  );
  const { rows } = await pool.query<{ item: number }>({
    name: 'find_standing',
    text: `select w.item
           from unnest($1::integer[], $2::text[], $3::text[], $4::text[], $5::text[])
                  as w(item, session_id, person_id, acting, role)
           left join (
             sign_in."session" s
             join person p on p.person_id = s."userId" and p.status = 'active'
             join person_role r on r.person_id = p.person_id
             left join user_id u on u.user_id = case when r.acting <> 'operator' then r.acting::macaddr8 end
             left join party on party.party_id = u.party_id
           ) on s.id = w.session_id and s."userId" = w.person_id and s."expiresAt" > $6 and s."createdAt" > $7
                and r.acting = w.acting and r.role = w.role
                and (r.acting = 'operator' or (u.status = 'active' and party.status = 'active'))
           where s.id is null`,
    values: [
      each.map(({ item }) => item),
      each.map(({ sessionId }) => sessionId),
      each.map(({ personId }) => personId),
      each.map(({ acting }) => acting),
      each.map(({ role }) => role),
      now,
      new Date(now.getTime() - LONGEST_SESSION_MILLISECONDS),
    ],
  });
  const fallen = new Set(rows.map(({ item }) => item));
  return new Set(asked.filter((_, item) => !fallen.has(item)));
}
