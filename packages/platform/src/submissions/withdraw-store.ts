// A User takes back a file that is not applied yet.
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { inTransaction } from '../foundation/database/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import type { SubmissionState } from './submission.ts';
import { changeState, WITHDRAWABLE } from './submissions-store.ts';

/**
 * Withdraws a file: nothing of it is applied, and the signatures that it has count no more; to deliver it after all it is
 * signed anew. Whoever applies it at the same moment is done before or finds it withdrawn. Twice is once.
 * @throws PenstockError 'request.not-found', 'submissions.settled'
 */
export async function withdraw(
  pool: pg.Pool,
  { userId, sha256, by }: { userId: Eui; sha256: Buffer; by: string },
): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ state: SubmissionState }>(
      'select state from submission where user_id = $1 and sha256 = $2 for update',
      [userId, sha256],
    );
    const state = rows[0]?.state;
    if (state === undefined) throw new PenstockError('request.not-found', { detail: 'there is no such submission' });
    if (state === 'withdrawn') return;
    if (!WITHDRAWABLE.includes(state)) throw new PenstockError('submissions.settled', { detail: `it is ${state}` });
    await changeState(client, { userId, sha256 }, { state: 'withdrawn', by }, WITHDRAWABLE);
  });
}
