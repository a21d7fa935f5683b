import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { PenstockError } from './errors.ts';
import { type ActingMachine, type ActingPerson, recordOwner, type Viewer } from './viewer.ts';

/** A machine as a reader: named by the beginning of its certificate's SHA-256, as in the record of activity. */
function machineReader({ certificate, role, reason }: ActingMachine) {
  return { personId: `machine ${certificate}`, email: `machine ${certificate.slice(0, 16)}`, role, reason };
}

/** Who reads, as the records of readings name it. */
export function readerOf({ person, machine }: Viewer): Partial<ActingPerson> {
  if (person !== undefined || machine === undefined) return person ?? {};
  const { role, ...reader } = machineReader(machine);
  return role === undefined ? reader : { ...reader, role };
}

/**
 * The User ID whose messages are about to be read, as `recordOwner`; `what` says which part. When the Operator asks, that
 * is recorded here before anything is read, with the reason (people/readings-store.ts lists it). A User's own
 * people and machines leave no such row.
 * @throws PenstockError of recordOwner, and 'access.reason-needed'
 */
export async function readingOwner(
  pool: pg.Pool,
  { viewer, named, what }: { viewer: Viewer; named: string | undefined; what: string },
): Promise<Eui> {
  const owner = recordOwner(viewer, named);
  if (viewer.kind === 'user') return owner;
  const { personId, email, role, reason } = readerOf(viewer);
  if (reason === undefined) throw new PenstockError('access.reason-needed', { where: 'penstock-reason' });
  await pool.query(
    `insert into record_reading (user_id, read_at, person_id, email, role, reason, what)
     values ($1, date_trunc('milliseconds', clock_timestamp()), $2, $3, $4, $5, $6)`,
    [owner, personId, email, role, reason, what],
  );
  return owner;
}
