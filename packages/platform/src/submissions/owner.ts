import { type Eui, parseEui } from '@penstock/duis';
import type pg from 'pg';
import { PenstockError } from '../foundation/errors.ts';
import { readingOwner } from '../foundation/record-reading.ts';
import { recordOwner, type Viewer } from '../foundation/viewer.ts';

/** The User ID whose files these are; the Operator's own unless it names another. */
export function ownerOf(viewer: Viewer, named: string | undefined): Eui {
  const userId = named === undefined ? undefined : parseEui(named);
  return viewer.kind === 'operator' && userId === undefined ? viewer.userId : recordOwner(viewer, named);
}

/**
 * Whose bytes, of a file or of a signature, are about to be read. They name RequestIDs, and so are of a User's own record
 * (a signature may have the file in it, though it is refused then); the Operator's own are read at once.
 * @throws PenstockError of readingOwner
 */
export async function bytesOwner(
  pool: pg.Pool,
  { viewer, named, what }: { viewer: Viewer; named: string | undefined; what: string },
): Promise<Eui> {
  const owner = ownerOf(viewer, named);
  return viewer.kind === 'operator' && owner === viewer.userId ? owner : readingOwner(pool, { viewer, named, what });
}

/**
 * Whose file is taken back: a User's by the User alone, the Operator's by the Operator.
 * @throws PenstockError 'access.denied'
 */
export function withdrawerOf(viewer: Viewer, named: string | undefined): Eui {
  const userId = ownerOf(viewer, named);
  if (viewer.kind === 'user' || viewer.userId === userId) return userId;
  throw new PenstockError('access.denied', { detail: 'only the User takes back its file', where: 'userId' });
}
