import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { inTransaction } from './database/database.ts';
import { PenstockError } from './errors.ts';

/** A question that would read for longer is refused: others read and write meanwhile. */
const LONGEST_QUESTION = '10s';
const QUERY_CANCELLED = '57014';

/**
 * Runs `work` behind the second wall: in a read-only transaction, as the role of viewers, who see rows of these
 * User IDs only, whatever the SQL says. The switches end with the transaction.
 * @throws PenstockError 'record.too-wide' when it takes too long
 */
export async function asViewerOf<Result>(
  pool: pg.Pool,
  userIds: readonly Eui[],
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  try {
    return await inTransaction(pool, async (client) => {
      await client.query('set transaction isolation level repeatable read, read only');
      await client.query(
        `select set_config('penstock.user_ids', $1, true), set_config('statement_timeout', $2, true),
                set_config('role', 'penstock_viewer', true)`,
        [userIds.join(), LONGEST_QUESTION],
      );
      return await work(client);
    });
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === QUERY_CANCELLED) {
      throw new PenstockError('record.too-wide', { cause });
    }
    throw cause;
  }
}
