import {
  contributorsQuerySchema,
  contributorsSchema,
  explanationSchema,
  messageLifeQuerySchema,
  messageParametersSchema,
  thresholdPageSchema,
  thresholdParametersSchema,
  thresholdQuerySchema,
} from '@penstock/api';
import type pg from 'pg';
import type { Clock } from '../foundation/clock.ts';
import { type HttpApp, viewerOf } from '../foundation/http/server.ts';
import { explainVerdict, listContributors } from './explain.ts';
import { listThresholds } from './list-store.ts';

/** Thresholds in force and before, and why messages passed or were held. Nothing is set here: that takes a signed file. */
export function thresholdsRoutes({ pool, clock }: { pool: pg.Pool; clock: Clock }): (app: HttpApp) => void {
  return (app) => {
    app.get(
      '/api/v1/thresholds',
      {
        config: { access: 'thresholds.see' },
        schema: { querystring: thresholdQuerySchema, response: { 200: thresholdPageSchema } },
      },
      (request) => {
        const { userId, cursor, limit } = request.query;
        return listThresholds(pool, viewerOf(request), { userId, cursor, limit, now: clock.now() });
      },
    );
    app.get(
      '/api/v1/thresholds/:thresholdId/contributors',
      {
        config: { access: 'contributors.see' },
        schema: {
          params: thresholdParametersSchema,
          querystring: contributorsQuerySchema,
          response: { 200: contributorsSchema },
        },
      },
      (request) => {
        const { at } = request.query;
        const { thresholdId } = request.params;
        return listContributors(pool, { thresholdId, at: at === undefined ? clock.now() : new Date(at) });
      },
    );
    app.get(
      '/api/v1/messages/:day/:sequence/verdict',
      {
        config: { access: 'record.see' },
        schema: {
          params: messageParametersSchema,
          querystring: messageLifeQuerySchema,
          response: { 200: explanationSchema },
        },
      },
      (request) => {
        const { day, sequence } = request.params;
        const position = { day, sequence: BigInt(sequence) };
        return explainVerdict(pool, viewerOf(request), {
          userId: request.query.userId,
          position,
          now: clock.now(),
        });
      },
    );
  };
}
