// The SQL of how the release of an action file is asked to begin, by those who deliver it.
import type pg from 'pg';
import { OPERATOR_AUTHOR } from '../foundation/author.ts';
import type { ReleaseStart } from '../quarantine/quarantine.ts';
import type { Submission } from './submission.ts';

/** What a delivery asks for; of two the later counts, but nobody takes the Operator's pause away. */
export async function storeReleaseStart(
  client: pg.PoolClient,
  { userId, sha256 }: Pick<Submission, 'userId' | 'sha256'>,
  { pausedBy, rate }: ReleaseStart,
): Promise<void> {
  await client.query(
    `update submission
     set release_paused_by = case when starts_with(release_paused_by, $6) then release_paused_by
                                  else coalesce($3, release_paused_by) end,
         release_rate = coalesce($4, release_rate), release_rate_by = coalesce($5, release_rate_by)
     where user_id = $1 and sha256 = $2 and ($3::text is not null or $4::integer is not null)`,
    [userId, sha256, pausedBy, rate?.perSecond, rate?.by, OPERATOR_AUTHOR],
  );
}

/** How the release of a file is to begin, read where it is applied: no later delivery of the file is lost. */
export async function readReleaseStart(
  client: pg.PoolClient,
  { userId, sha256 }: Submission,
  usualRate: number | undefined,
): Promise<ReleaseStart> {
  const { rows } = await client.query<{ paused_by: string | null; rate: number | null; rate_by: string }>(
    `select release_paused_by as paused_by, release_rate as rate, release_rate_by as rate_by
     from submission where user_id = $1 and sha256 = $2 for update`,
    [userId, sha256],
  );
  const asked = rows[0]?.rate == null ? undefined : { perSecond: rows[0].rate, by: rows[0].rate_by };
  const usual = usualRate === undefined ? undefined : { perSecond: usualRate, by: OPERATOR_AUTHOR };
  return { pausedBy: rows[0]?.paused_by ?? undefined, rate: asked ?? usual };
}
