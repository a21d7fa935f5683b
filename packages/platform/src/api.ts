// The REST API of the rooms that are there; main.ts starts it. What runs by itself hands its own routes in.
import type pg from 'pg';
import { createRecordStore } from './audit-trail/record-store.ts';
import { auditTrailRoutes } from './audit-trail/routes.ts';
import { devicesRoutes } from './devices/routes.ts';
import type { Clock } from './foundation/clock.ts';
import { type OperationParts, operationRoutes } from './foundation/http/operation-routes.ts';
import { createHttpServer, type HttpServer } from './foundation/http/server.ts';
import type { Log } from './foundation/log.ts';
import { officersRoutes } from './parties/officers-routes.ts';
import { partiesRoutes } from './parties/routes.ts';
import { thresholdsRoutes } from './thresholds/routes.ts';

export function createApi(options: {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  readonly log: Log;
  /** Health, readiness and metrics; undefined where another server answers for the whole. */
  readonly operation: OperationParts | undefined;
  readonly version: string;
  /** Days for which the log is kept. */
  readonly logDays: number;
}): Promise<HttpServer> {
  const { pool, clock, log, operation, version, logDays } = options;
  const record = createRecordStore({ pool, now: () => clock.now(), logDays });
  return createHttpServer({
    log,
    version,
    routes: [
      ...(operation === undefined ? [] : [operationRoutes({ log, ...operation })]),
      partiesRoutes(pool),
      officersRoutes(pool),
      devicesRoutes({ pool, clock }),
      auditTrailRoutes({ pool, record }),
      thresholdsRoutes({ pool, clock }),
    ],
  });
}
