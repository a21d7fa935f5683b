// How ways fare, as whoever serves one tells: what came and went by it, and what it waits for.
import type pg from 'pg';
import type { Way } from './standing.ts';

/** Longest words about a failure that are kept. */
const LONGEST_DETAIL = 500;

/** One success or failure of a way at an instant: of a use of it, or of the platform's own try to reach it. */
export interface Told {
  readonly by: 'use' | 'probe';
  readonly ok: boolean;
  readonly at: Date;
  /** What failed, in words for the Operator; nothing of a file. */
  readonly detail?: string | undefined;
}

const USE_SQL = `
  update way set
    succeeded_at = case when $2 then greatest(succeeded_at, $3) else succeeded_at end,
    failed_at = case when $2 then failed_at else greatest(failed_at, $3) end,
    failure = case when $2 then failure else $4 end,
    failures = case when $2 then 0 else failures + 1 end
  where way = $1`;

const PROBE_SQL = `
  update way set
    probed_at = greatest(probed_at, $3),
    probe_fails_since = case when $2 then null else coalesce(probe_fails_since, $3) end,
    probe_failure = case when $2 then null else $4 end
  where way = $1`;

/**
 * Tells a success or a failure. A failure is the way's: that the database is away, that a peer cannot be reached; a
 * file that is refused is none. Told for each delivery, not for each request of one.
 */
export async function recordHealth(pool: pg.Pool, way: Way, { by, ok, at, detail }: Told): Promise<void> {
  await pool.query(by === 'use' ? USE_SQL : PROBE_SQL, [
    way,
    ok,
    at,
    ok ? null : (detail ?? '').slice(0, LONGEST_DETAIL),
  ]);
}

/** What came by a way and is not a submission yet. */
export interface Waiting {
  readonly count: number;
  readonly oldest: Date | undefined;
}

export async function recordWaiting(pool: pg.Pool, way: Way, { count, oldest }: Waiting): Promise<void> {
  await pool.query(
    `update way set waiting = $2, oldest_waiting_at = $3
     where way = $1 and (waiting, oldest_waiting_at) is distinct from ($2, $3)`,
    [way, count, oldest],
  );
}
