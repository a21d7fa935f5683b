// What waits for a second administrator: how it is asked for and listed. What a yes or no does is in decide-approval.ts.
import type { ApprovalPage, PersonRole } from '@penstock/api';
import type pg from 'pg';
import { byManager, recordActivity } from './activity-store.ts';
import type { Manager } from './administration.ts';
import { readOrganisations } from './administrators-store.ts';
import { type Approval, type ApprovalKind, needsSecond } from './approvals.ts';

/** As links: whoever does not answer in this time did not approve. */
const WAITS = "interval '72 hours'";

/** Of a, with its link i: nobody said yes or no, there is still something to say it to, and who asked administers still. $1: now. */
export const IS_WAITING = `a.decided_at is null and a.expires_at > $1
  and (a.invitation_id is null or (i.used_at is null and i.withdrawn_at is null and i.expires_at > $1))
  and exists (select from person_role r join person p using (person_id)
              where r.person_id = a.asked_by and r.acting = a.asked_as and p.status = 'active'
                and r.role in ('user_administrator', 'operator_administrator'))`;

/** Whether a change that concerns these waits for a second administrator. */
export async function awaitsSecond(
  client: pg.PoolClient,
  asked: { actings: readonly string[]; admitsDemonstration: boolean },
): Promise<boolean> {
  return needsSecond(await readOrganisations(client, asked));
}

export interface Question {
  readonly kind: ApprovalKind;
  readonly manager: Manager;
  readonly acting: string;
  readonly personId?: string;
  readonly email: string;
  readonly name: string;
  readonly role?: string;
  /** The link that is good once it is approved. */
  readonly invitationId?: string;
  readonly address: string;
  readonly now: Date;
}

/** Takes the place of an older question about the same. */
export async function askApproval(client: pg.PoolClient, question: Question): Promise<void> {
  const { kind, manager, acting, personId, email, name, role, invitationId, address, now } = question;
  await dropQuestions(client, { kind, acting, email, now });
  await client.query(
    `insert into approval (kind, acting, person_id, email, name, role, invitation_id, asked_by, asked_by_email, asked_as,
                           asked_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::timestamptz, $11::timestamptz + ${WAITS})`,
    [kind, acting, personId, email, name, role, invitationId, manager.personId, manager.email, manager.acting, now],
  );
  await recordActivity(client, {
    what: `${kind}-asked`,
    ...(personId === undefined ? {} : { personId }),
    email,
    by: byManager(manager),
    acting,
    detail: role,
    address,
  });
}

/** What was asked about somebody and is not what is wanted any more. */
export async function dropQuestions(
  client: pg.PoolClient,
  { kind, acting, email, now }: { kind: ApprovalKind; acting: string; email: string; now: Date },
): Promise<void> {
  await client.query(
    `update approval set decided_at = $4, decision = 'dropped'
     where kind = $1 and acting = $2 and email = $3 and decided_at is null`,
    [kind, acting, email, now],
  );
}

interface ApprovalRow {
  approval_id: string;
  kind: ApprovalKind;
  acting: string;
  person_id: string | null;
  email: string;
  name: string;
  role: PersonRole | null;
  invitation_id: string | null;
  asked_by: string;
  asked_by_email: string;
  asked_as: string;
  asked_at: Date;
  expires_at: Date;
}

/** The newest first: what waits for the administrators of a User ID, to the Operator's of all. */
export async function listApprovals(
  pool: pg.Pool,
  { acting, now, cursor, limit }: { acting: string; now: Date; cursor?: string | undefined; limit: number },
): Promise<ApprovalPage> {
  const [at = 'infinity', id = 'ffffffff-ffff-ffff-ffff-ffffffffffff'] = cursor?.split('~') ?? [];
  const { rows } = await pool.query<ApprovalRow>(
    `select a.* from approval a left join invitation i using (invitation_id)
     where ${IS_WAITING} and ($2 = 'operator' or a.acting = $2) and (a.asked_at, a.approval_id) < ($3::timestamptz, $4::uuid)
     order by a.asked_at desc, a.approval_id desc limit $5`,
    [now, acting, at, id, limit + 1],
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map((row) => ({
      approvalId: row.approval_id,
      kind: row.kind,
      acting: row.acting,
      email: row.email,
      name: row.name,
      ...(row.role === null ? {} : { role: row.role }),
      askedBy: row.asked_by_email,
      askedAt: row.asked_at.toISOString(),
      expiresAt: row.expires_at.toISOString(),
    })),
    cursor: rows.length > limit && last ? `${last.asked_at.toISOString()}~${last.approval_id}` : undefined,
  };
}

export interface HeldApproval extends Approval {
  readonly name: string;
  readonly role: PersonRole | null;
  readonly invitationId: string | null;
  readonly askedAs: string;
}

/** One that waits still, locked; undefined when there is none. */
export async function lockApproval(
  client: pg.PoolClient,
  { approvalId, now }: { approvalId: string; now: Date },
): Promise<HeldApproval | undefined> {
  const { rows } = await client.query<ApprovalRow>(
    `select a.* from approval a left join invitation i using (invitation_id)
     where ${IS_WAITING} and a.approval_id = $2 for update of a`,
    [now, approvalId],
  );
  const [row] = rows;
  return (
    row && {
      kind: row.kind,
      acting: row.acting,
      askedBy: row.asked_by,
      askedByEmail: row.asked_by_email,
      askedAs: row.asked_as,
      personId: row.person_id ?? undefined,
      email: row.email,
      name: row.name,
      role: row.role,
      invitationId: row.invitation_id,
    }
  );
}
