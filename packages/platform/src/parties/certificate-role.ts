// As which a machine is known at the API by its certificate.
//
// What always holds: a machine of the Operator gets no more than whoever gives it has, so that nobody gets more through one;
// whoever has the machine that the platform runs on has all. A machine of a User gets a role of Users, as the people do whom the
// Operator invites for it, and the User is told.
import { operatorRoleNameSchema, type PersonRole } from '@penstock/api';
import type pg from 'pg';
import { type Author, recordChanges } from '../foundation/activity.ts';
import { inTransaction } from '../foundation/database/database.ts';
import { PenstockError } from '../foundation/errors.ts';
import { mayGiveMachine, rightsOf, rightsOfMachine } from '../foundation/rights.ts';
import { announceDirectory, lockDirectory, moveDirectory } from './directory-version.ts';
import { type CertificateRole, recordedCertificateRole } from './recorded.ts';

/** Whether an author may give a machine this role. */
export function mayGiveRole({ role: as, machineRole }: Author, role: PersonRole): boolean {
  if (as === 'console' || !operatorRoleNameSchema.safeParse(role).success) return true;
  return mayGiveMachine(as === 'machine' ? rightsOfMachine(machineRole) : rightsOf(as), role);
}

/**
 * Registers a certificate for TLS, which counts still, under another role; null: none. False when it has this one.
 * @throws PenstockError 'request.not-found'; 'request.invalid' for a role of the other side; 'certificates.more-than-own'
 */
export async function setCertificateRole(
  pool: pg.Pool,
  { fingerprint, role }: { fingerprint: string; role: PersonRole | null },
  author: Author,
): Promise<boolean> {
  const changed = await inTransaction(pool, async (client) => {
    await lockDirectory(client);
    const { rows } = await client.query<CertificateRole & { is_of_side: boolean }>(
      `select eui_text(user_id) as user_id, purpose, issuer, serial, encode(fingerprint, 'hex') as fingerprint,
              $2::text as role, role as role_before, is_machine_role(user_id, purpose, $2) as is_of_side
       from certificate where purpose = 'transport' and fingerprint = decode($1, 'hex') and revoked_at is null`,
      [fingerprint, role],
    );
    const [row] = rows;
    if (row === undefined) {
      const detail = 'there is no such certificate for TLS that counts';
      throw new PenstockError('request.not-found', { detail, where: 'fingerprint' });
    }
    if (!row.is_of_side) {
      throw new PenstockError('request.invalid', {
        detail: `this is no role of a machine of ${row.user_id}`,
        where: 'role',
      });
    }
    if (row.role_before === role) return false;
    if (role !== null && !mayGiveRole(author, role))
      throw new PenstockError('certificates.more-than-own', { where: 'role' });
    await client.query(
      `update certificate set role = $2 where purpose = 'transport' and fingerprint = decode($1, 'hex')`,
      [fingerprint, role],
    );
    await moveDirectory(client);
    await recordChanges(client, author, [recordedCertificateRole(row)]);
    return true;
  });
  if (changed) await announceDirectory(pool);
  return changed;
}
