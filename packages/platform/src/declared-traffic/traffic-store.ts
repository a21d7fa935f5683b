// What a change declares of traffic, beside the thresholds that would count it and the messages that came: read behind the second
// wall, as its owner's own, and for the Operator, whose use is written down.
import type { ChangeTraffic } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { requireOwn } from '../changes/changes-store.ts';
import { DAY } from '../changes/london.ts';
import type { ChangeParts } from '../changes/parts.ts';
import { recordUses } from '../changes/uses-store.ts';
import type { Span } from '../changes/windows.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { asViewerOf } from '../foundation/viewing.ts';
import { ALL_USERS } from '../thresholds/matching.ts';
import {
  type Bound,
  byFullness,
  type Came,
  compareWindow,
  type Declared,
  holdAgainst,
  type ThresholdFacts,
} from './traffic.ts';

interface ThresholdRow {
  readonly user_id: string;
  readonly threshold_id: string;
  readonly services: string[];
  readonly direction: 'sent' | 'processed';
  readonly period_seconds: number;
  readonly period: string;
  readonly bounds: readonly {
    kind: Bound['kind'];
    warning: number | null;
    quarantine: number;
    from: number;
    to: number;
  }[];
  readonly usual: number;
}

/** $1 owners, $2 SRVs, $3 before when looks at thresholds count. Open ends of bounds are beyond any change. */
const THRESHOLDS_SQL = `
  select t.user_id, t.threshold_id::text, t.services, t.direction, t.period_seconds::integer, iso_duration(t.period_seconds) as period,
         b.bounds, coalesce(u.usual, 0)::double precision as usual
  from threshold t
  join threshold_version v on v.threshold_id = t.threshold_id and v.ended_at is null
  cross join lateral (
    select json_agg(json_build_object(
             'kind', b.kind, 'warning', b.warning, 'quarantine', b.quarantine,
             'from', case when isfinite(b.valid_from) then extract(epoch from b.valid_from) * 1000 else -1e15 end,
             'to', case when isfinite(b.valid_to) then extract(epoch from b.valid_to) * 1000 else 1e15 end)
             order by b.valid_from) as bounds
    from threshold_bound b where b.threshold_id = t.threshold_id and b.version = v.version
  ) as b
  left join lateral (
    select max(l.count) as usual from threshold_usage l
    where l.user_id = t.user_id and l.threshold_id = t.threshold_id and l.at < $3
  ) as u on true
  where t.user_id = any ($1::macaddr8[]) and t.direction in ('sent', 'processed') and t.services && ($2::text[] || '{all}')
    and b.bounds is not null`;

async function readThresholds(
  client: pg.PoolClient,
  owners: readonly Eui[],
  { srvs, before }: { readonly srvs: readonly string[]; readonly before: Date },
): Promise<ThresholdFacts[]> {
  const { rows } = await client.query<ThresholdRow>(THRESHOLDS_SQL, [owners, srvs, before]);
  return rows.map((row) => ({
    thresholdId: row.threshold_id,
    isOverAll: requireEui(row.user_id) === ALL_USERS,
    services: row.services,
    direction: row.direction,
    period: row.period,
    periodSeconds: row.period_seconds,
    usual: row.usual,
    bounds: row.bounds.map((bound) => ({ ...bound, warning: bound.warning ?? undefined })),
  }));
}

/** Up to when all lanes are summed up, and the first day of which sums are kept. */
const SUMMED_SQL = `
  select (select min(time) from sum_cursor where isfinite(time)) as until,
         (select min(day)::timestamp at time zone 'UTC' from minute_end) as since`;

/** $1 User ID, $2 begins and $3 ends of windows, whole minutes; $4 SRVs: what passed in each, by SRV, from the sums of minutes. */
export const COUNTS_SQL = `
  with part as materialized (
    select s.window_number, (h.at at time zone 'UTC')::date as day, extract(hour from h.at at time zone 'UTC')::smallint as hour,
           1 + greatest(0, extract(epoch from s.begins - h.at) / 60)::integer as first_minute,
           least(60, extract(epoch from s.ends - h.at) / 60)::integer as last_minute
    from unnest($2::timestamptz[], $3::timestamptz[]) with ordinality as s(begins, ends, window_number)
    cross join generate_series(date_trunc('hour', s.begins, 'UTC'), s.ends - interval '1 minute', interval '1 hour') as h(at)
  )
  select p.window_number::integer as window, h.srv,
         sum((select sum(n) from unnest(h.minutes[p.first_minute : p.last_minute]) as n))::double precision as count
  from part p
  join hour_count h on h.user_id = $1 and h.day = p.day and h.hour = p.hour
  where h.direction = 'southbound' and h.srv = any ($4)
  group by 1, 2`;

async function countCame(
  client: pg.PoolClient,
  userId: Eui,
  { srvs, spans }: { readonly srvs: readonly string[]; readonly spans: readonly Span[] },
): Promise<Map<string, number>[]> {
  const counts = spans.map(() => new Map<string, number>());
  const { rows } = await client.query<{ window: number; srv: string; count: number }>(COUNTS_SQL, [
    userId,
    spans.map(({ from }) => new Date(from)),
    spans.map(({ to }) => new Date(to)),
    srvs,
  ]);
  for (const { window, srv, count } of rows) counts[window - 1]?.set(srv, count);
  return counts;
}

const MINUTE = 60_000;
const WEEK = 7 * DAY;

/** Windows as far as they are counted: none that has not begun, or that is older than what is kept. */
export function countedSpans(spans: readonly Span[], { since, until }: { since: number; until: number }): Span[] {
  const end = Math.floor(until / MINUTE) * MINUTE;
  return spans.flatMap(({ from, to }) => (from >= since && from < end ? [{ from, to: Math.min(to, end) }] : []));
}

const LOOKED = 'Requests that passed are counted, of the User whose change it is.';

function wordsOf(declared: readonly Declared[], until: Date | null): string {
  if (declared.length === 0) return 'It declares no traffic.';
  return until === null ? `${LOOKED} Nothing is counted yet.` : `${LOOKED} Counted up to ${until.toISOString()}.`;
}

/**
 * What its owner or the Operator is told of the traffic that a change declares.
 * @throws PenstockError 'request.not-found', also to whoever else sees it
 */
export async function readChangeTraffic(parts: ChangeParts, viewer: Viewer, change: string): Promise<ChangeTraffic> {
  const { content, owner, spans } = await requireOwn(parts, viewer, change);
  await recordUses(parts, viewer, { changes: [change], purpose: 'traffic' });
  const declared = content.traffic ?? [];
  const srvs = declared.map(({ srv }) => srv);
  const userId = requireEui(owner.userId);
  const owners = viewer.kind === 'operator' ? [userId, ALL_USERS] : [userId];
  const now = parts.now().getTime();
  if (declared.length === 0) return { words: wordsOf(declared, null), declared, thresholds: [], windows: [] };
  return asViewerOf(parts.pool, owners, async (client) => {
    const before = new Date(Math.min(now, spans[0]?.from ?? now));
    const thresholds = await readThresholds(client, owners, { srvs, before });
    const { rows } = await client.query<{ until: Date | null; since: Date | null }>(SUMMED_SQL);
    const { until = null, since = null } = rows[0] ?? {};
    const begun =
      until === null || since === null
        ? []
        : countedSpans(spans, { since: since.getTime(), until: Math.min(until.getTime(), now) });
    const came = await countCame(client, userId, { srvs, spans: begun });
    const earlier = begun.map(({ from, to }) => ({ from: from - WEEK, to: to - WEEK }));
    const weekBefore = await countCame(client, userId, { srvs, spans: earlier });
    return {
      words: wordsOf(declared, until),
      ...(until === null ? {} : { countedUntil: until.toISOString() }),
      declared,
      thresholds: thresholds.flatMap((one) => holdAgainst(one, declared, spans) ?? []).sort(byFullness),
      windows: begun.map((span, index) => {
        const none = new Map<string, number>();
        const counts: Came = { came: came[index] ?? none, weekBefore: weekBefore[index] ?? none };
        return compareWindow(span, declared, counts);
      }),
    };
  });
}
