/** The SQL of attribute limits. */

import type { LimitDocument } from '@penstock/api';
import { formatDecimal, parseDecimal } from '@penstock/duis';
import type pg from 'pg';
import { stopLanes } from '../messages/lanes.ts';
import { lockDirectory, moveDirectory } from '../parties/directory-version.ts';
import { type LimitInForce, type LimitPlan, type LimitSetting, planLimits } from './limits.ts';

/** There are some fifty attributes; a file a month for years stays below this. */
const MOST_LISTED_LIMITS = 2_000;

export interface LimitsToSet {
  /** All limits there shall be: one that is not among them ends. */
  readonly rows: readonly LimitSetting[];
  /** SHA-256 of the signed file, in hex; undefined: no file set them. */
  readonly submission: string | undefined;
  /** The service request by which those are set that name none of their own. */
  readonly reference: string;
  /** Undefined in production: the database's clock counts. */
  readonly now?: Date;
}

/**
 * Makes `rows` the limits, in the caller's transaction, and returns what changed; the same rows once more change
 * nothing. After the commit call `announceDirectory`. Nothing that is held is released by it.
 */
export async function replaceLimits(client: pg.PoolClient, setting: LimitsToSet): Promise<LimitPlan> {
  const { rows, submission, reference, now } = setting;
  await lockDirectory(client);
  const plan = planLimits(await readLimits(client), rows);
  if (plan.added.length + plan.ended.length === 0) return plan;
  const instant = await stopLanes(client, now);
  await client.query('update attribute_limit set ended_at = $2 where limit_id = any ($1::bigint[])', [
    plan.ended.map((limit) => limit.limitId.toString()),
    instant,
  ]);
  await client.query(
    `insert into attribute_limit (attribute, version, minimum, maximum, valid_from, valid_to, set_at,
                                  set_by_submission, reference)
     select a.attribute,
            coalesce((select max(l.version) from attribute_limit l where l.attribute = a.attribute), 0) + 1,
            a.minimum, a.maximum, a.valid_from, a.valid_to, $6, $7, coalesce(a.reference, $8)
     from unnest($1::text[], $2::numeric[], $3::numeric[], $4::timestamptz[], $5::timestamptz[], $9::text[])
            as a(attribute, minimum, maximum, valid_from, valid_to, reference)`,
    [
      plan.added.map((limit) => limit.attribute),
      plan.added.map(({ minimum }) => minimum && formatDecimal(minimum)),
      plan.added.map(({ maximum }) => maximum && formatDecimal(maximum)),
      plan.added.map((limit) => limit.from?.toISOString() ?? '-infinity'),
      plan.added.map((limit) => limit.to?.toISOString() ?? 'infinity'),
      instant,
      submission ?? null,
      reference,
      plan.added.map((limit) => limit.reference ?? null),
    ],
  );
  await moveDirectory(client);
  return plan;
}

/** The limits of now and of before, by attribute, the newest first. They are the Operator's, and everybody may know them. */
export async function listLimits(pool: pg.Pool): Promise<LimitDocument[]> {
  const { rows } = await pool.query<{
    limit_id: string;
    attribute: string;
    version: number;
    minimum: string | null;
    maximum: string | null;
    valid_from: Date | null;
    valid_to: Date | null;
    set_at: Date;
    ended_at: Date | null;
    submission: string | null;
    reference: string;
  }>(
    `select limit_id, attribute, version, minimum::text, maximum::text, set_at, ended_at,
            case when isfinite(valid_from) then valid_from end as valid_from,
            case when isfinite(valid_to) then valid_to end as valid_to, set_by_submission as submission, reference
     from attribute_limit order by attribute, version desc limit $1`,
    [MOST_LISTED_LIMITS],
  );
  return rows.map((row) => ({
    limitId: row.limit_id,
    attribute: row.attribute,
    version: row.version,
    setAt: row.set_at.toISOString(),
    reference: row.reference,
    ...(row.minimum === null ? {} : { minimum: row.minimum }),
    ...(row.maximum === null ? {} : { maximum: row.maximum }),
    ...(row.valid_from === null ? {} : { from: row.valid_from.toISOString() }),
    ...(row.valid_to === null ? {} : { to: row.valid_to.toISOString() }),
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at.toISOString() }),
    ...(row.submission === null ? {} : { submission: row.submission }),
  }));
}

/** The limits in force. */
export async function readLimits(client: pg.PoolClient): Promise<LimitInForce[]> {
  const { rows } = await client.query<{
    limit_id: string;
    version: number;
    attribute: string;
    minimum: string | null;
    maximum: string | null;
    valid_from: Date | number;
    valid_to: Date | number;
  }>(
    `select limit_id, version, attribute, minimum::text, maximum::text, valid_from, valid_to
     from attribute_limit where ended_at is null order by limit_id`,
  );
  return rows.map((row) => ({
    limitId: BigInt(row.limit_id),
    version: row.version,
    attribute: row.attribute,
    minimum: row.minimum === null ? undefined : parseDecimal(row.minimum),
    maximum: row.maximum === null ? undefined : parseDecimal(row.maximum),
    from: row.valid_from instanceof Date ? row.valid_from : undefined,
    to: row.valid_to instanceof Date ? row.valid_to : undefined,
  }));
}
