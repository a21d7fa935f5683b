import type { ThresholdDocument } from '@penstock/api';
import { requireEui } from '@penstock/duis';
import type pg from 'pg';
import { PenstockError } from '../foundation/errors.ts';
import { recordOwner, type Viewer } from '../foundation/viewer.ts';
import { asViewerOf } from '../foundation/viewing.ts';
import { ALL_USERS, type CountedDirection } from './matching.ts';

/**
 * $1 owner, $2 threshold after which the page begins, $3 how many, $4 now: thresholds with their versions, the newest
 * first, and how far the one in force is used.
 */
const THRESHOLDS_SQL = `
  select t.threshold_id, t.services, t.direction, iso_duration(t.period_seconds) as period, v.versions, u.*
  from threshold t
  cross join lateral (
    select json_agg(json_build_object(
             'version', v.version, 'setAt', v.set_at, 'endedAt', v.ended_at, 'submission', v.set_by_submission,
             'reference', v.reference, 'bounds', b.bounds) order by v.version desc) as versions
    from threshold_version v
    cross join lateral (
      select json_agg(json_build_object(
               'kind', b.kind, 'warning', b.warning, 'quarantine', b.quarantine,
               'from', case when isfinite(b.valid_from) then b.valid_from end,
               'to', case when isfinite(b.valid_to) then b.valid_to end) order by b.kind desc, b.valid_from) as bounds
      from threshold_bound b where b.threshold_id = v.threshold_id and b.version = v.version
    ) as b
    where v.threshold_id = t.threshold_id
  ) as v
  left join lateral usage_at(t.user_id, t.threshold_id, $4) as u on true
  where t.user_id = $1 and t.threshold_id > $2
  order by t.threshold_id limit $3`;

interface ThresholdRow {
  threshold_id: string;
  services: string[];
  direction: CountedDirection;
  period: string;
  versions: Record<string, unknown>[];
  window_from: Date | null;
  count: string | null;
  warning: string | null;
  quarantine: string | null;
}

/**
 * A page of the thresholds of a User, or (the Operator, naming no User) over all Users, in order of their numbers.
 * @throws PenstockError of recordOwner, 'request.invalid'
 */
export async function listThresholds(
  pool: pg.Pool,
  viewer: Viewer,
  { userId, cursor, limit, now }: { userId: string | undefined; cursor: string | undefined; limit: number; now: Date },
): Promise<{ items: ThresholdDocument[]; cursor: string | undefined }> {
  const owner = viewer.kind === 'operator' && userId === undefined ? ALL_USERS : recordOwner(viewer, userId);
  if (cursor !== undefined && !/^\d{1,18}$/.test(cursor)) {
    throw new PenstockError('request.invalid', { detail: 'this is no cursor of this list', where: 'cursor' });
  }
  const { rows } = await asViewerOf(pool, [owner], (client) =>
    client.query<ThresholdRow>(THRESHOLDS_SQL, [owner, cursor ?? '0', limit + 1, now]),
  );
  const shown = rows.slice(0, limit);
  return {
    items: shown.map((row) => ({
      thresholdId: row.threshold_id,
      ...(owner === ALL_USERS ? {} : { userId: requireEui(owner) }),
      services: row.services,
      direction: row.direction,
      period: row.period,
      versions: withoutNulls(row.versions) as ThresholdDocument['versions'],
      ...(row.window_from === null
        ? {}
        : {
            usage: {
              windowFrom: row.window_from.toISOString(),
              count: Number(row.count),
              ...(row.warning === null ? {} : { warning: Number(row.warning) }),
              ...(row.quarantine === null ? {} : { quarantine: Number(row.quarantine) }),
            },
          }),
    })),
    cursor: rows.length > limit ? shown.at(-1)?.threshold_id : undefined,
  };
}

/** What the database's JSON holds, without what it left open. Its times have the offset of its session. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== null)
      .map(([name, field]) => [name, isTime(name, field) ? new Date(field).toISOString() : withoutNulls(field)]),
  );
}

function isTime(name: string, field: unknown): field is string {
  return ['setAt', 'endedAt', 'from', 'to'].includes(name) && typeof field === 'string';
}
