import {
  contributorsQuerySchema,
  contributorsSchema,
  explanationSchema,
  type LimitDocument,
  limitListSchema,
  messageLifeQuerySchema,
  messageParametersSchema,
  serviceListSchema,
  thresholdExportQuerySchema,
  thresholdPageSchema,
  thresholdParametersSchema,
  thresholdQuerySchema,
  thresholdUsageSchema,
} from '@penstock/api';
import { attributes, catalogue } from '@penstock/duis';
import type pg from 'pg';
import type { Clock } from '../foundation/clock.ts';
import { exportPages, fieldColumns, sendCsv } from '../foundation/csv-export.ts';
import { type HttpApp, viewerOf } from '../foundation/http/server.ts';
import { explainVerdict, listContributors } from './explain.ts';
import { exportThresholds, exportVersions } from './export.ts';
import { listLimits } from './limits-store.ts';
import { listThresholds } from './list-store.ts';
import { readUsage } from './usage-store.ts';

const limitColumns = fieldColumns<LimitDocument>(
  'attribute',
  'version',
  'minimum',
  'maximum',
  'from',
  'to',
  'setAt',
  'endedAt',
  'reference',
  'submission',
);

/** What the files that set thresholds and limits may name. */
const services = {
  services: [...catalogue.values()].map(({ srv, name }) => ({ srv, name })),
  attributes: [...attributes.keys()],
};

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
      '/api/v1/thresholds.csv',
      { config: { access: 'thresholds.see' }, schema: { querystring: thresholdExportQuerySchema } },
      async (request, reply) => {
        const asked = { userId: request.query.userId, now: clock.now() };
        return sendCsv(reply, 'thresholds.csv', await exportThresholds(pool, viewerOf(request), asked));
      },
    );
    app.get(
      '/api/v1/thresholds/:thresholdId/versions.csv',
      {
        config: { access: 'thresholds.see' },
        schema: { params: thresholdParametersSchema, querystring: thresholdExportQuerySchema },
      },
      async (request, reply) => {
        const { thresholdId } = request.params;
        const asked = { userId: request.query.userId, thresholdId, now: clock.now() };
        const name = `threshold-${thresholdId}.csv`;
        return sendCsv(reply, name, await exportVersions(pool, viewerOf(request), asked));
      },
    );
    app.get(
      '/api/v1/thresholds/:thresholdId/usage',
      {
        config: { access: 'thresholds.see' },
        schema: { params: thresholdParametersSchema, response: { 200: thresholdUsageSchema } },
      },
      (request) => readUsage(pool, viewerOf(request), request.params.thresholdId),
    );
    app.get(
      '/api/v1/limits',
      { config: { access: 'thresholds.see' }, schema: { response: { 200: limitListSchema } } },
      async () => ({ items: await listLimits(pool) }),
    );
    app.get('/api/v1/limits.csv', { config: { access: 'thresholds.see' } }, async (_request, reply) => {
      const read = async () => ({ items: await listLimits(pool) });
      return sendCsv(reply, 'limits.csv', await exportPages(limitColumns, read));
    });
    app.get(
      '/api/v1/services',
      { config: { access: 'thresholds.see' }, schema: { response: { 200: serviceListSchema } } },
      async () => services,
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
