import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { PenstockError } from './errors.ts';
import { recordOwner, type Viewer } from './viewer.ts';

/** No reason can be asked of a machine of the Operator; that it read is written down all the same, and by which User ID. */
const machineOf = ({ userId }: { userId: Eui }) => ({
  personId: `machine ${userId}`,
  email: `machine ${userId}`,
  role: 'operator_machine',
  reason: 'asked by a machine of the Operator',
});

/**
 * The User ID whose messages are about to be read, as `recordOwner`; `what` says which part. When the Operator asks, that
 * is recorded here before anything is read, of a person with the reason (people/readings-store.ts lists it). A User's own
 * people and machines leave no such row.
 * @throws PenstockError of recordOwner, and 'access.reason-needed'
 */
export async function readingOwner(
  pool: pg.Pool,
  { viewer, named, what }: { viewer: Viewer; named: string | undefined; what: string },
): Promise<Eui> {
  const owner = recordOwner(viewer, named);
  if (viewer.kind === 'user') return owner;
  const { personId, email, role, reason } = viewer.person ?? machineOf(viewer);
  if (reason === undefined) throw new PenstockError('access.reason-needed', { where: 'penstock-reason' });
  await pool.query(
    `insert into record_reading (user_id, read_at, person_id, email, role, reason, what)
     values ($1, date_trunc('milliseconds', clock_timestamp()), $2, $3, $4, $5, $6)`,
    [owner, personId, email, role, reason, what],
  );
  return owner;
}
