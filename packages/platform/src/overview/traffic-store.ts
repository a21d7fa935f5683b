// Traffic by kind, of a User or of all together. The counts follow the log (sum_up_log).
import { type TrafficDocument, type TrafficKind, trafficKinds } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import type { Viewer } from '../foundation/viewer.ts';
import { asViewerOf } from '../foundation/viewing.ts';

/** The owner of what all Users did together; nobody's User ID. */
const EVERYBODY = requireEui('00-00-00-00-00-00-00-00');
export const SPAN_SECONDS = 300;
const SPANS = (24 * 3600) / SPAN_SECONDS;
const KEPT_HOURS = 48;

/** What the pages do not show any more. */
export async function dropOldTraffic(pool: pg.Pool, now: Date): Promise<void> {
  await pool.query('delete from traffic_count where bucket < $1', [new Date(now.getTime() - KEPT_HOURS * 3600 * 1000)]);
}

/** The last 24 hours of the viewer's own messages; the Operator's are those of all Users. */
export async function readTraffic(pool: pg.Pool, viewer: Viewer, now: Date): Promise<TrafficDocument> {
  const owners: readonly Eui[] = viewer.kind === 'operator' ? [EVERYBODY] : viewer.userIds;
  const span = SPAN_SECONDS * 1000;
  const last = Math.floor(now.getTime() / span) * span;
  const instants = Array.from({ length: SPANS }, (_, index) => last - (SPANS - 1 - index) * span);
  const first = instants[0] ?? last;
  const { rows } = await asViewerOf(pool, owners, (client) =>
    client.query<{ bucket: Date; kind: TrafficKind; count: string }>(
      `select bucket, kind, sum(count)::text as count from traffic_count
       where user_id = any ($1) and bucket >= $2 and bucket <= $3 group by bucket, kind`,
      [owners, new Date(first), new Date(last)],
    ),
  );
  const counts = Object.fromEntries(trafficKinds.map((kind) => [kind, Array<number>(SPANS).fill(0)])) as Record<
    TrafficKind,
    number[]
  >;
  for (const { bucket, kind, count } of rows) counts[kind][(bucket.getTime() - first) / span] = Number(count);
  return {
    spanSeconds: SPAN_SECONDS,
    instants: instants.map((instant) => new Date(instant).toISOString()),
    counts,
  };
}
