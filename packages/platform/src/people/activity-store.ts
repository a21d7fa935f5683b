// What was done about sign-in and rights by people, and the record of activity as it is shown (foundation/activity.ts).
import {
  type ActivityCode,
  type ActivityGroup,
  type ActivityPage,
  activityGroups,
  type authorRoleSchema,
} from '@penstock/api';
import type pg from 'pg';
import type { z } from 'zod';
import type { Author } from '../foundation/activity.ts';
import type { Viewer } from '../foundation/viewer.ts';
import type { Manager } from './administration.ts';

/** The platform by itself, at its start. */
export const THE_MACHINE = {
  name: 'the machine itself',
  role: 'console',
  acting: 'operator',
  address: undefined,
} as const;

export interface Activity {
  readonly what: ActivityCode;
  readonly personId?: string | undefined;
  readonly email: string;
  /** Who did it; the person itself when left out. */
  readonly by?: Pick<Author, 'name' | 'role' | 'acting'>;
  readonly acting?: string | undefined;
  readonly detail?: string | undefined;
  readonly address?: string | undefined;
}

/** An administrator as an author. */
export function byManager({ email, acting }: Manager): NonNullable<Activity['by']> {
  return { name: email, role: acting === 'operator' ? 'operator_administrator' : 'user_administrator', acting };
}

export async function recordActivity(client: pg.Pool | pg.PoolClient, activity: Activity): Promise<void> {
  const { what, personId, email, by, acting, detail, address } = activity;
  await client.query(
    `insert into people_activity (what, person_id, email, author, author_role, author_acting, acting, detail, address)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [what, personId, email, by?.name ?? email, by?.role, by?.acting, acting, detail, address],
  );
}

/** Of somebody who signs in, by its id or by the address that was tried; nothing for an address that nobody has. */
export async function recordOfPerson(
  client: pg.Pool | pg.PoolClient,
  who: { readonly personId: string } | { readonly email: string },
  activity: {
    readonly what: ActivityCode;
    readonly address: string | undefined;
    readonly detail?: string | undefined;
  },
): Promise<void> {
  await client.query(
    `insert into people_activity (what, person_id, email, author, address, detail)
     select $1, person_id, email, email, $2, $5 from person where person_id = $3 or email = $4`,
    [
      activity.what,
      activity.address,
      'personId' in who ? who.personId : null,
      'email' in who ? who.email : null,
      activity.detail,
    ],
  );
}

interface ActivityRow {
  activity_id: string;
  at: Date;
  what: ActivityCode;
  email: string | null;
  acting: string | null;
  party_id: string | null;
  author: string;
  author_role: z.infer<typeof authorRoleSchema> | null;
  author_acting: string | null;
  detail: string | null;
  address: string | null;
}

export interface ActivityQuery {
  readonly cursor?: string | undefined;
  readonly limit: number;
  readonly find?: string | undefined;
  readonly about?: ActivityGroup | undefined;
}

/**
 * A page of those rows of which `of` holds. $1 and $2 where it begins, $3 the viewer's User IDs (null: the Operator), $4 how many
 * rows, $5 what they contain, $6 what they are about. From where the Operator's people work is nothing to a User, nor is it found.
 */
const pageSql = (of: string): string => `
  select activity_id, at, what, email, acting, party_id, author, author_role, author_acting, detail, d.address
  from people_activity a
  cross join lateral (
    select case when $3::text[] is null or author_acting is distinct from 'operator' then a.address end as address) d
  where (at, activity_id) < ($1::timestamptz, $2::uuid) and ${of}
    and is_found($5, email, author, replace(what, '-', ' '), detail, d.address, acting_words(acting), party_words(party_id))
    and ($6::text[] is null or what = any ($6))
  order by at desc, activity_id desc limit $4`;

/** Each branch descends an index of its own: a User's page reads a page of each, and nobody else's rows. */
export const ACTIVITY_OF_USER_SQL = `
  select * from (
    select r.* from unnest($3::text[]) u(acting) cross join lateral (${pageSql('a.acting = u.acting')}) r
    union
    select r.* from (select distinct person_id from person_role where acting = any ($3)) u
    cross join lateral (${pageSql('a.person_id = u.person_id and a.acting is null')}) r
    union
    select r.* from (select distinct party_id from user_id where user_id = any ($3::macaddr8[])) u
    cross join lateral (${pageSql('a.party_id = u.party_id')}) r
  ) o
  order by at desc, activity_id desc limit $4`;
const ACTIVITY_OF_ALL_SQL = pageSql('true');

/**
 * Newest first: of the Operator all; of a User what concerns its User ID and its Party, whoever did it, and the sign-ins of
 * who acts for it.
 */
export async function listActivity(
  pool: pg.Pool,
  viewer: Viewer,
  { cursor, limit, find, about }: ActivityQuery,
): Promise<ActivityPage> {
  const [at = 'infinity', id = 'ffffffff-ffff-ffff-ffff-ffffffffffff'] = cursor?.split('~') ?? [];
  const isOfAll = viewer.kind === 'operator';
  const { rows } = await pool.query<ActivityRow>(isOfAll ? ACTIVITY_OF_ALL_SQL : ACTIVITY_OF_USER_SQL, [
    at,
    id,
    isOfAll ? null : viewer.userIds,
    limit + 1,
    find,
    about === undefined ? null : activityGroups[about],
  ]);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map((row) => ({
      activityId: row.activity_id,
      at: row.at.toISOString(),
      what: row.what,
      email: row.email ?? undefined,
      acting: row.acting ?? undefined,
      partyId: row.party_id ?? undefined,
      by: row.author,
      byRole: row.author_role ?? undefined,
      byActing: row.author_acting ?? undefined,
      detail: row.detail ?? undefined,
      address: row.address ?? undefined,
    })),
    cursor: rows.length > limit && last !== undefined ? `${last.at.toISOString()}~${last.activity_id}` : undefined,
  };
}
