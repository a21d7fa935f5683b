// Whether a User may have its own record now: asked where a question begins, and again at each piece of a long answer.
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { PenstockError } from '../foundation/errors.ts';
import { recordOwner, type Viewer } from '../foundation/viewer.ts';

export async function isActive(client: pg.Pool | pg.PoolClient, userId: Eui): Promise<boolean> {
  const { rows } = await client.query(
    `select from user_id u join party p on p.party_id = u.party_id
     where u.user_id = $1 and u.status = 'active' and p.status = 'active'`,
    [userId],
  );
  return rows.length > 0;
}

/** The Operator reads of a User that is not active, too. @throws PenstockError 'access.denied' */
export async function requireActive(pool: pg.Pool, viewer: Viewer, userId: Eui): Promise<void> {
  if (viewer.kind === 'operator' || (await isActive(pool, userId))) return;
  throw new PenstockError('access.denied', { detail: 'the User ID is not active', where: 'userId' });
}

/** Whose record the viewer's exports are of. @throws PenstockError of recordOwner, and 'access.denied' for a User that is not active */
export async function activeOwner(pool: pg.Pool, viewer: Viewer, named: string | undefined): Promise<Eui> {
  const userId = recordOwner(viewer, named);
  await requireActive(pool, viewer, userId);
  return userId;
}
