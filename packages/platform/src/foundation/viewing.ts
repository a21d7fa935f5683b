import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { inTransaction } from './database/database.ts';
import { PenstockError } from './errors.ts';

/** A question that would read for longer, in seconds, is refused: others read and write meanwhile. */
const LONGEST_QUESTION_S = 10;
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
  return viewing(pool, { ...OWN_RECORD, userIds }, work);
}

/** As asViewerOf, for what these User IDs are responsible for at `now`; it may take so many seconds. */
export async function asInventoryViewerOf<Result>(
  pool: pg.Pool,
  { userIds, now, longest }: { userIds: readonly Eui[]; now: Date; longest: number },
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  return viewing(pool, { ...OWN_RECORD, userIds, viewedAt: now.toISOString(), longest }, work);
}

/**
 * As asViewerOf, as the role of those who look at the titles of their devices: it calls the functions that
 * tell what these User IDs may see of the device at `now`, and those by which erratic devices are found.
 */
export async function asTitleViewerOf<Result>(
  pool: pg.Pool,
  { userIds, device, now }: { userIds: readonly Eui[]; device?: Eui; now: Date },
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const view = { role: 'penstock_title_viewer', userIds, viewedAt: now.toISOString(), device: device ?? '' };
  return viewing(pool, { ...view, longest: LONGEST_QUESTION_S }, async (client) => {
    if (device !== undefined) {
      await client.query("select set_config('penstock.title_times', work_out_title_times(), true)");
    }
    return work(client);
  });
}

interface View {
  readonly role: string;
  readonly userIds: readonly Eui[];
  readonly viewedAt: string;
  readonly device: string;
  /** Seconds. */
  readonly longest: number;
}

const OWN_RECORD = { role: 'penstock_viewer', viewedAt: '', device: '', longest: LONGEST_QUESTION_S } as const;

async function viewing<Result>(
  pool: pg.Pool,
  { role, userIds, viewedAt, device, longest }: View,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  try {
    return await inTransaction(pool, async (client) => {
      await client.query('set transaction isolation level repeatable read, read only');
      await client.query(
        `select set_config('penstock.user_ids', $1, true), set_config('penstock.viewed_at', $2, true),
                set_config('penstock.title_device', $3, true), set_config('statement_timeout', $4, true),
                set_config('role', $5, true)`,
        [userIds.join(), viewedAt, device, `${longest}s`, role],
      );
      return await work(client);
    });
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === QUERY_CANCELLED) {
      throw new PenstockError('record.too-wide', { cause, detail: `it took longer than ${longest} s` });
    }
    throw cause;
  }
}
