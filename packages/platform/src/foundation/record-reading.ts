import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { PenstockError } from './errors.ts';
import { recordOwner, type Viewer } from './viewer.ts';

/**
 * The User ID whose messages are about to be read, as `recordOwner`; `what` says which part. When a person of the Operator
 * asks, that and the reason are recorded here, before anything is read (people/readings-store.ts lists it). A User's own
 * people and the machines leave no such row: the Operator's machines act by contract, and no reason can be asked of them.
 * @throws PenstockError of recordOwner, and 'access.reason-needed'
 */
export async function readingOwner(
  pool: pg.Pool,
  { viewer, named, what }: { viewer: Viewer; named: string | undefined; what: string },
): Promise<Eui> {
  const owner = recordOwner(viewer, named);
  if (viewer.kind === 'user' || viewer.person === undefined) return owner;
  const { personId, email, role, reason } = viewer.person;
  if (reason === undefined) throw new PenstockError('access.reason-needed', { where: 'penstock-reason' });
  await pool.query(
    `insert into record_reading (user_id, read_at, person_id, email, role, reason, what)
     values ($1, date_trunc('milliseconds', clock_timestamp()), $2, $3, $4, $5, $6)`,
    [owner, personId, email, role, reason, what],
  );
  return owner;
}
