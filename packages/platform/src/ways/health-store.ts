// How ways fare, as whoever serves one tells: what came and went by it, and what it waits for.
import type { WayHealth } from '@penstock/api';
import type pg from 'pg';
import type { Clock } from '../foundation/clock.ts';
import { messageOf, PenstockError } from '../foundation/errors.ts';
import type { Log } from '../foundation/log.ts';
import type { Viewer } from '../foundation/viewer.ts';
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

const ENDED_SQL = `
  update way set refused = refused + case when $2 then 0 else 1 end, broken_off = broken_off + case when $2 then 1 else 0 end
  where way = $1`;

/** What the sender did, and no way can help. */
const SENDERS_DOING: readonly string[] = ['submissions.broken-off', 'submissions.too-slow'];

/**
 * Does what serves one delivery by a way, and tells what became of it. What is refused, or broken off by its sender, is no
 * failure of the way, and is counted apart; that it could not be told is one of the log.
 */
export async function measured<Result>(
  { pool, log, clock }: { readonly pool: pg.Pool; readonly log: Log; readonly clock: Clock },
  way: Way,
  work: () => Promise<Result>,
): Promise<Result> {
  const kept = (told: Promise<unknown>) =>
    told.catch((err: unknown) => log.warn({ err, way }, 'how a way fares was not kept'));
  const tell = (ok: boolean, detail?: string) =>
    kept(recordHealth(pool, way, { by: 'use', ok, at: clock.now(), detail }));
  try {
    const result = await work();
    await tell(true);
    return result;
  } catch (error) {
    if (!(error instanceof PenstockError && error.status < 500)) await tell(false, messageOf(error));
    else await kept(pool.query(ENDED_SQL, [way, SENDERS_DOING.includes(error.code)]));
    throw error;
  }
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

interface HealthRow {
  way: Way;
  succeeded_at: Date | null;
  failed_at: Date | null;
  failure: string | null;
  failures: number;
  refused: string;
  broken_off: string;
  probed_at: Date | null;
  probe_fails_since: Date | null;
  probe_failure: string | null;
  waiting: number;
  oldest_waiting_at: Date | null;
}

/** A field that is left out where there is nothing. */
function when<Name extends string>(name: Name, at: Date | null): Partial<Record<Name, string>> {
  return at === null ? {} : ({ [name]: at.toISOString() } as Record<Name, string>);
}

/** What is told to everybody, and to the Operator also what failed and what waits: that may be another User's matter. */
function documentOf(row: HealthRow, viewer: Viewer): WayHealth {
  return {
    ...when('succeededAt', row.succeeded_at),
    ...when('failedAt', row.failed_at),
    failures: row.failures,
    ...when('probedAt', row.probed_at),
    ...when('probeFailsSince', row.probe_fails_since),
    ...(viewer.kind === 'user'
      ? {}
      : {
          ...(row.failure === null ? {} : { failure: row.failure }),
          refused: Number(row.refused),
          brokenOff: Number(row.broken_off),
          ...(row.probe_failure === null ? {} : { probeFailure: row.probe_failure }),
          waiting: row.waiting,
          ...when('oldestWaitingAt', row.oldest_waiting_at),
        }),
  };
}

export async function readHealth(pool: pg.Pool, viewer: Viewer): Promise<ReadonlyMap<Way, WayHealth>> {
  const { rows } = await pool.query<HealthRow>('select * from way');
  return new Map(rows.map((row) => [row.way, documentOf(row, viewer)]));
}
