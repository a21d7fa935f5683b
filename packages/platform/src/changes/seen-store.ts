// A change for those who see the whole of it: what is said about it, and what is attached, is theirs too, and nobody else's.
import type { Eui } from '@penstock/duis';
import { PenstockError } from '../foundation/errors.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { type ChangeRow, COLUMNS, type Kept, ownersOf, toKept } from './changes-store.ts';
import type { Asked, ChangeParts } from './parts.ts';
import { readerOf, seesOf } from './sharing.ts';

export interface SeenWhole {
  readonly kept: Kept;
  /** Its owner asks. */
  readonly isOwn: boolean;
  /** Its owner or the Operator, who are told who did what. */
  readonly isInside: boolean;
}

/**
 * `isKept`: as it stands until the transaction ends.
 * @throws PenstockError 'request.not-found', also to whoever sees an outline
 */
export async function requireSeenWhole(
  parts: Pick<ChangeParts, 'pool'>,
  viewer: Viewer,
  change: string,
  { client = parts.pool, isKept = false }: { readonly client?: Asked; readonly isKept?: boolean } = {},
): Promise<SeenWhole> {
  const { rows } = await client.query<ChangeRow>(
    `select ${COLUMNS} from change c where c.change = $1 ${isKept ? 'for no key update' : ''}`,
    [change],
  );
  const [kept] = await toKept(client, rows);
  const sees = kept === undefined ? 'nothing' : seesOf(kept, readerOf(viewer));
  if (kept === undefined || (sees !== 'own' && sees !== 'whole')) {
    throw new PenstockError('request.not-found', { detail: 'there is no such change' });
  }
  return { kept, isOwn: sees === 'own', isInside: sees === 'own' || viewer.kind === 'operator' };
}

/** The name of the Party that says or does something; of a suspended User nobody does. @throws PenstockError 'access.denied' */
export async function requireActive(client: Asked, userId: Eui): Promise<string> {
  const owner = (await ownersOf(client, [userId])).get(userId);
  if (owner === undefined || owner.isSuspended) {
    throw new PenstockError('access.denied', { detail: 'this User ID is not active' });
  }
  return owner.party;
}
