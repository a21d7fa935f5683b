/** The SQL of setting thresholds. Their counts are made and moved in migrations/0006_thresholds.sql. */
import type { Eui } from '@penstock/duis';
import { findExcess } from '@penstock/files';
import type pg from 'pg';
import { PenstockError } from '../foundation/errors.ts';
import { stopLanes } from '../messages/lanes.ts';
import { lockDirectory, moveDirectory } from '../parties/directory-version.ts';
import type { CountedDirection } from './matching.ts';
import { NewCounts } from './new-counts.ts';
import {
  identityOf,
  planThresholds,
  type ThresholdBound,
  type ThresholdInForce,
  type ThresholdPlan,
  type ThresholdSetting,
} from './thresholds.ts';

export interface ThresholdsToSet {
  /** A User ID, or ALL_USERS. */
  readonly owner: Eui;
  /** All thresholds of the owner: one that is not among them ends. Each identity once. */
  readonly rows: readonly ThresholdSetting[];
  /** SHA-256 of the signed file, in hex; undefined: no file set them. */
  readonly submission: string | undefined;
  /** The service request by which those are set that name none of their own. */
  readonly reference: string;
  /** Undefined in production: the database's clock counts. */
  readonly now?: Date;
}

/**
 * Makes `rows` the thresholds of their owner, in the caller's transaction, and returns what changed; the same rows once
 * more change nothing. After the commit call `announceDirectory`.
 *
 * Every message recorded after the commit is judged by them. A new threshold begins with the exact count of its period,
 * made from the log and its sums, in passes of which each counts what came during the one before: nothing is locked for others while
 * the log of the period is counted; the directory is for what came meanwhile; and the lanes stand still for what came
 * during that, until the transaction ends: set one owner's thresholds in a transaction, and commit. Nothing held is
 * released by it.
 *
 * @throws PenstockError 'thresholds.too-many', 'thresholds.count-too-long'
 */
export async function replaceThresholds(client: pg.PoolClient, setting: ThresholdsToSet): Promise<ThresholdPlan> {
  const { owner, rows, submission, reference, now } = setting;
  refuseExcess(rows);
  // of one owner one at a time; the key of the directory is not taken yet
  await lockThresholds(client, owner);
  const plan = planThresholds(await readInForce(client, owner), rows);
  if (plan.added.length + plan.changed.length + plan.ended.length === 0) return plan;
  const added = await insertThresholds(client, owner, plan.added);
  const addedIds = added.map((one) => one.thresholdId.toString());
  const counts = new NewCounts(client, owner, added);
  await allow(client, LONGEST_COUNT);
  await counts.begin().catch(refuseCancelled);
  // the whole log of a period took minutes: what came in these is counted before others wait for the directory
  await counts.goOn().catch(refuseCancelled);
  await lockDirectory(client);
  await allow(client, LONGEST_STANDING);
  await counts.goOn();
  const instant = await stopLanes(client, now);
  await counts.goOn();
  await client.query('select open_counters($1, $2, $3)', [owner, addedIds, instant]);
  await endVersions(client, [...plan.changed, ...plan.ended], instant);
  await insertVersions(client, [...added, ...plan.changed], { instant, submission, reference });
  await client.query(
    `with ended as (delete from threshold_count where user_id = $1 and threshold_id = any ($2::bigint[]))
     delete from threshold_bucket where user_id = $1 and threshold_id = any ($2::bigint[])`,
    [owner, plan.ended.map((one) => one.thresholdId.toString())],
  );
  // the next message reads the numbers anew
  await client.query(
    `update threshold_count c set version = v.version, good_until = '-infinity', warned_at = null
     from unnest($2::bigint[], $3::integer[]) as v(threshold_id, version)
     where c.user_id = $1 and c.threshold_id = v.threshold_id`,
    [owner, ...columnsOf([...added, ...plan.changed])],
  );
  await moveDirectory(client);
  return plan;
}

/** To the end of the transaction nobody else sets thresholds of this owner. */
export async function lockThresholds(client: pg.PoolClient, owner: Eui): Promise<void> {
  await client.query(`select pg_advisory_xact_lock(hashtextextended('thresholds ' || $1, 0))`, [owner]);
}

/** A month's log may hold hundreds of millions of messages; nobody waits meanwhile but this owner's next file. */
const LONGEST_COUNT = '10min';
/**
 * For each statement while others wait. Eight new periods, up to 31 days, over 200 Users with a log of a million
 * messages on a busy machine with two cores: the first pass takes 24 s, and each pass under the locks 0.15 s when nothing
 * came; with periods up to 8 days, 0.3 s for 10,000 messages.
 */
const LONGEST_STANDING = '10s';
const QUERY_CANCELLED = '57014';

async function allow(client: pg.PoolClient, longest: string): Promise<void> {
  await client.query(`select set_config('statement_timeout', $1, true)`, [longest]);
}

function refuseCancelled(cause: unknown): never {
  if (!(cause instanceof Error && 'code' in cause && cause.code === QUERY_CANCELLED)) throw cause;
  throw new PenstockError('thresholds.count-too-long', { detail: `it took more than ${LONGEST_COUNT}`, cause });
}

/** The same bounds that a file is read by: whatever sets thresholds, nobody's messages cost others more. */
function refuseExcess(rows: readonly ThresholdSetting[]): void {
  const [first] = findExcess(rows);
  if (first === undefined) return;
  const detail = `${identityOf(first.threshold)}: ${first.message}`;
  throw new PenstockError('thresholds.too-many', { detail });
}

interface BoundDocument {
  readonly kind: ThresholdBound['kind'];
  readonly warning: string | null;
  readonly quarantine: string;
  /** Milliseconds since 1970; null: unbounded. */
  readonly from: number | null;
  readonly to: number | null;
}

/** The thresholds of an owner that are in force. */
export async function readInForce(client: pg.PoolClient, owner: Eui): Promise<ThresholdInForce[]> {
  const { rows } = await client.query<{
    threshold_id: string;
    version: number;
    services: string[];
    direction: CountedDirection;
    period_seconds: string;
    bounds: BoundDocument[];
  }>(
    `select t.threshold_id, v.version, t.services, t.direction, t.period_seconds,
            json_agg(json_build_object(
              'kind', b.kind, 'warning', b.warning::text, 'quarantine', b.quarantine::text,
              'from', case when isfinite(b.valid_from) then extract(epoch from b.valid_from) * 1000 end,
              'to', case when isfinite(b.valid_to) then extract(epoch from b.valid_to) * 1000 end)) as bounds
     from threshold t
     join threshold_version v on v.threshold_id = t.threshold_id and v.ended_at is null
     join threshold_bound b on b.threshold_id = v.threshold_id and b.version = v.version
     where t.user_id = $1
     group by t.threshold_id, v.version`,
    [owner],
  );
  return rows.map((row) => ({
    thresholdId: BigInt(row.threshold_id),
    version: row.version,
    services: row.services,
    direction: row.direction,
    periodSeconds: Number(row.period_seconds),
    bounds: row.bounds.map(({ kind, warning, quarantine, from, to }) => ({
      kind,
      warning: warning === null ? undefined : BigInt(warning),
      quarantine: BigInt(quarantine),
      from: from === null ? undefined : new Date(from),
      to: to === null ? undefined : new Date(to),
    })),
  }));
}

/** Identities that are new, or were in force before: with the version that they get. */
async function insertThresholds(
  client: pg.PoolClient,
  owner: Eui,
  added: readonly ThresholdSetting[],
): Promise<ThresholdInForce[]> {
  const found: ThresholdInForce[] = [];
  for (const setting of added) {
    const identity = [owner, setting.services, setting.direction, setting.periodSeconds];
    await client.query(
      `insert into threshold (user_id, services, direction, period_seconds) values ($1, $2, $3, $4)
       on conflict do nothing`,
      identity,
    );
    const { rows } = await client.query<{ threshold_id: string; version: number }>(
      `select t.threshold_id,
              1 + coalesce((select max(version) from threshold_version v where v.threshold_id = t.threshold_id), 0) as version
       from threshold t where (t.user_id, t.services, t.direction, t.period_seconds) = ($1, $2, $3, $4)`,
      identity,
    );
    const row = rows[0];
    if (row !== undefined) found.push({ ...setting, thresholdId: BigInt(row.threshold_id), version: row.version });
  }
  return found;
}

function columnsOf(versions: readonly ThresholdInForce[]): [string[], number[]] {
  return [versions.map((one) => one.thresholdId.toString()), versions.map((one) => one.version)];
}

async function endVersions(client: pg.PoolClient, ended: readonly ThresholdInForce[], instant: string): Promise<void> {
  await client.query(
    'update threshold_version set ended_at = $2 where threshold_id = any ($1::bigint[]) and ended_at is null',
    [columnsOf(ended)[0], instant],
  );
}

async function insertVersions(
  client: pg.PoolClient,
  versions: readonly ThresholdInForce[],
  { instant, submission, reference }: { instant: string; submission: string | undefined; reference: string },
): Promise<void> {
  await client.query(
    `insert into threshold_version (threshold_id, version, set_at, set_by_submission, reference)
     select v.threshold_id, v.version, $3, $4, coalesce(v.reference, $5)
     from unnest($1::bigint[], $2::integer[], $6::text[]) as v(threshold_id, version, reference)`,
    [
      ...columnsOf(versions),
      instant,
      submission ?? null,
      reference,
      versions.map((version) => version.reference ?? null),
    ],
  );
  const bounds = versions.flatMap(({ thresholdId, version, bounds }) =>
    bounds.map((bound) => ({ ...bound, thresholdId, version })),
  );
  await client.query(
    `insert into threshold_bound (threshold_id, version, kind, warning, quarantine, valid_from, valid_to)
     select * from unnest($1::bigint[], $2::integer[], $3::text[], $4::bigint[], $5::bigint[], $6::timestamptz[],
                          $7::timestamptz[])`,
    [
      bounds.map((bound) => bound.thresholdId.toString()),
      bounds.map((bound) => bound.version),
      bounds.map((bound) => bound.kind),
      bounds.map((bound) => bound.warning?.toString() ?? null),
      bounds.map((bound) => bound.quarantine.toString()),
      bounds.map((bound) => bound.from?.toISOString() ?? '-infinity'),
      bounds.map((bound) => bound.to?.toISOString() ?? 'infinity'),
    ],
  );
}
