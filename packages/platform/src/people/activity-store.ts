// What was done about sign-in and rights: who, what, when, from where. Rows are only added.
import type { ActivityPage } from '@penstock/api';
import type pg from 'pg';
import type { Viewer } from '../foundation/viewer.ts';
import type { ApprovalKind } from './approvals.ts';

export type ActivityKind =
  | 'signed-in'
  | 'password-refused'
  | 'provider-refused'
  | 'code-refused'
  | 'passkey-refused'
  | 'sign-in-locked'
  | 'second-factor-locked'
  | 'proven-again'
  | 'second-factor-set-up'
  | 'passkey-added'
  | 'passkey-removed'
  | 'password-changed'
  | 'signed-out'
  | 'session-ended'
  | 'signed-out-everywhere'
  | 'invited'
  | 'invitation-withdrawn'
  | 'invitation-accepted'
  | 'role-changed'
  | 'status-changed'
  | 'reset'
  | 'reset-taken'
  | `${ApprovalKind}-asked`
  | 'approved'
  | 'approval-refused'
  | 'policy-changed';

/** Who did what was done on the machine itself. */
export const THE_MACHINE = 'the machine itself';

export interface Activity {
  readonly what: ActivityKind;
  readonly personId?: string | undefined;
  readonly email: string;
  /** Who did it; the person itself when left out. */
  readonly byEmail?: string | undefined;
  readonly acting?: string | undefined;
  readonly detail?: string | undefined;
  readonly address?: string | undefined;
}

export async function recordActivity(client: pg.Pool | pg.PoolClient, activity: Activity): Promise<void> {
  const { what, personId, email, byEmail = email, acting, detail, address } = activity;
  await client.query(
    `insert into people_activity (what, person_id, email, by_email, acting, detail, address)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [what, personId, email, byEmail, acting, detail, address],
  );
}

/** Of somebody who signs in, by its id or by the address that was tried; nothing for an address that nobody has. */
export async function recordOfPerson(
  pool: pg.Pool,
  who: { readonly personId: string } | { readonly email: string },
  activity: {
    readonly what: ActivityKind;
    readonly address: string | undefined;
    readonly detail?: string | undefined;
  },
): Promise<void> {
  await pool.query(
    `insert into people_activity (what, person_id, email, by_email, address, detail)
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
  what: string;
  email: string;
  by_email: string;
  acting: string | null;
  detail: string | null;
  address: string | null;
}

/** Newest first: of the Operator all; of a User what concerns its User ID, and the sign-ins of who acts for it. */
export async function listActivity(
  pool: pg.Pool,
  viewer: Viewer,
  { cursor, limit, find }: { cursor?: string | undefined; limit: number; find?: string | undefined },
): Promise<ActivityPage> {
  const [at = 'infinity', id = 'ffffffff-ffff-ffff-ffff-ffffffffffff'] = cursor?.split('~') ?? [];
  const { rows } = await pool.query<ActivityRow>(
    `select activity_id, at, what, email, by_email, acting, detail, address from people_activity a
     where (at, activity_id) < ($1::timestamptz, $2::uuid)
       and ($3::text[] is null or a.acting = any ($3)
            or (a.acting is null
                and exists (select from person_role r where r.person_id = a.person_id and r.acting = any ($3))))
       and is_found($5, email, by_email, replace(what, '-', ' '), detail, address, acting_words(acting))
     order by at desc, activity_id desc limit $4`,
    [at, id, viewer.kind === 'operator' ? null : viewer.userIds, limit + 1, find],
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map((row) => ({
      at: row.at.toISOString(),
      what: row.what,
      email: row.email,
      byEmail: row.by_email,
      ...(row.acting === null ? {} : { acting: row.acting }),
      ...(row.detail === null ? {} : { detail: row.detail }),
      ...(row.address === null ? {} : { address: row.address }),
    })),
    cursor: rows.length > limit && last !== undefined ? `${last.at.toISOString()}~${last.activity_id}` : undefined,
  };
}
