// A yes or no of a second administrator, and what it does. One transaction with its record: of two who answer at the same
// time one is first, and the other finds nothing that waits.
import type pg from 'pg';
import { inTransaction } from '../foundation/database/database.ts';
import { PenstockError } from '../foundation/errors.ts';
import { byManager, recordActivity } from './activity-store.ts';
import { type HeldRole, type Manager, requireOther } from './administration.ts';
import { applyRole } from './administration-store.ts';
import { lockPeople } from './administrators-store.ts';
import { requireMayDecide } from './approvals.ts';
import { type HeldApproval, lockApproval } from './approvals-store.ts';
import { takeSignInAway } from './invitations.ts';
import { applyWish } from './second-administrator.ts';

interface Decision {
  readonly manager: Manager;
  readonly approvalId: string;
  readonly decision: 'approve' | 'refuse';
  readonly address: string;
  readonly now: Date;
  readonly admitsDemonstration: boolean;
}

/** @throws PenstockError of requireMayDecide, and of what is approved */
export async function decideApproval(pool: pg.Pool, asked: Decision): Promise<void> {
  const { manager, approvalId, decision, address, now } = asked;
  await inTransaction(pool, async (client) => {
    await lockPeople(client);
    const approval = await lockApproval(client, { approvalId, now });
    if (approval === undefined) {
      throw new PenstockError('request.not-found', { detail: 'nothing of this waits for an approval' });
    }
    requireMayDecide(manager, approval, decision, await readRoles(client, approval.personId));
    await client.query(
      'update approval set decided_at = $2, decision = $3, decided_by_email = $4 where approval_id = $1',
      [approvalId, now, decision, manager.email],
    );
    if (decision === 'approve') await carryOut(client, approval, asked);
    else if (approval.invitationId !== null) {
      await client.query('update invitation set withdrawn_at = $2 where invitation_id = $1', [
        approval.invitationId,
        now,
      ]);
    }
    const { kind, personId, email, acting, role } = approval;
    await recordActivity(client, {
      what: decision === 'approve' ? 'approved' : 'approval-refused',
      personId,
      email,
      by: byManager(manager),
      acting,
      detail: role === null ? kind : `${kind}: ${role}`,
      address,
    });
  });
}

async function readRoles(client: pg.PoolClient, personId: string | undefined): Promise<HeldRole[]> {
  const { rows } = await client.query<HeldRole>('select acting, role from person_role where person_id = $1', [
    personId,
  ]);
  return rows;
}

/** In the name of who asked. An invitation needs nothing more: its link is good from now on (acceptance.ts). */
async function carryOut(client: pg.PoolClient, approval: HeldApproval, asked: Decision): Promise<void> {
  const { kind, personId = '', email, acting, role } = approval;
  const { address, now, admitsDemonstration } = asked;
  const manager = { personId: approval.askedBy, email: approval.askedByEmail, acting: approval.askedAs };
  requireOther(manager, personId);
  if (kind === 'role') await applyRole(client, { manager, personId, address, now, admitsDemonstration, acting, role });
  if (kind === 'reset') {
    await takeSignInAway(client, personId);
    await recordActivity(client, { what: 'reset', personId, email, by: byManager(manager), address });
  }
  if (kind === 'policy') await applyWish(client, { manager, isWanted: false, address });
}
