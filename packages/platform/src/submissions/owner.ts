import { type Eui, parseEui } from '@penstock/duis';
import { PenstockError } from '../foundation/errors.ts';
import { recordOwner, type Viewer } from '../foundation/viewer.ts';

/** The User ID whose files these are; the Operator's own unless it names another. */
export function ownerOf(viewer: Viewer, named: string | undefined): Eui {
  const userId = named === undefined ? undefined : parseEui(named);
  return viewer.kind === 'operator' && userId === undefined ? viewer.userId : recordOwner(viewer, named);
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
