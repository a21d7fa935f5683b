import { requireEui } from '@penstock/duis';
import type pg from 'pg';
import { Limits } from './limits.ts';
import { readLimits } from './limits-store.ts';
import { type CountedDirection, Matching } from './matching.ts';
import type { Screening } from './screening.ts';

/** Reads what is in force; for the directory's reader, in its transaction (parties/directory-reader.ts). */
export async function loadScreening(client: pg.PoolClient): Promise<Screening> {
  const { rows } = await client.query<{
    threshold_id: string;
    user_id: string;
    services: string[];
    direction: CountedDirection;
  }>(
    `select t.threshold_id, t.user_id, t.services, t.direction
     from threshold t join threshold_version v on v.threshold_id = t.threshold_id and v.ended_at is null`,
  );
  const thresholds = new Matching(
    rows.map((row) => ({
      id: BigInt(row.threshold_id),
      owner: requireEui(row.user_id),
      services: row.services,
      direction: row.direction,
    })),
  );
  return { thresholds, limits: new Limits(await readLimits(client)) };
}
