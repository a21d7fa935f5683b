import { overviewSchema, trafficSchema } from '@penstock/api';
import type pg from 'pg';
import type { Clock } from '../foundation/clock.ts';
import { type HttpApp, viewerOf } from '../foundation/http/server.ts';
import { readAccessNews } from '../people/access-news-store.ts';
import { type CountApprovals, OverviewStore } from './overview-store.ts';
import { readTraffic } from './traffic-store.ts';

/** Numbers only, of what every role may see: nothing of a record. */
export function overviewRoutes({
  pool,
  clock,
  countApprovals,
}: {
  pool: pg.Pool;
  clock: Clock;
  countApprovals: CountApprovals;
}): (app: HttpApp) => void {
  const store = new OverviewStore(pool, countApprovals);
  return (app) => {
    app.get(
      '/api/v1/overview',
      { config: { access: 'streams.see' }, schema: { response: { 200: overviewSchema } } },
      async (request) => {
        const viewer = viewerOf(request);
        const people = await readAccessNews(pool, viewer, clock.now());
        return { ...(await store.read(viewer)), ...(people === undefined ? {} : { people }) };
      },
    );
    app.get(
      '/api/v1/traffic',
      { config: { access: 'streams.see' }, schema: { response: { 200: trafficSchema } } },
      (request) => readTraffic(pool, viewerOf(request), clock.now()),
    );
  };
}
