import {
  messageExportQuerySchema,
  messageLifeQuerySchema,
  messageLifeSchema,
  messagePageSchema,
  messageParametersSchema,
  messageQuerySchema,
  type StreamDocument,
  streamExportQuerySchema,
  streamPageSchema,
  streamQuerySchema,
} from '@penstock/api';
import type pg from 'pg';
import type { Clock } from '../foundation/clock.ts';
import { exportPages, fieldColumns, sendCsv } from '../foundation/csv-export.ts';
import { type HttpApp, viewerOf } from '../foundation/http/server.ts';
import { exportRecord } from './record-export.ts';
import type { RecordStore } from './record-store.ts';
import { listStreams } from './stream-status.ts';

/** Users a page of the file: the backlog of each is counted. */
const EXPORTED_USERS = 50;
const streamColumns = fieldColumns<StreamDocument>(
  'userId',
  'direction',
  'waiting',
  'oldestRecordedAt',
  'cursor',
  'movedAt',
  'failingSince',
  'failures',
  'retryAt',
  'lastError',
  'heldSince',
  'expired',
);

/** A User's own record, and what waits for it. */
export function auditTrailRoutes({
  pool,
  record,
  clock,
  logDays,
}: {
  pool: pg.Pool;
  record: RecordStore;
  clock: Clock;
  logDays: number;
}): (app: HttpApp) => void {
  return (app) => {
    app.get(
      '/api/v1/messages',
      {
        config: { access: 'record.see' },
        schema: { querystring: messageQuerySchema, response: { 200: messagePageSchema } },
      },
      (request) => record.list(viewerOf(request), request.query),
    );
    app.get(
      '/api/v1/messages.csv',
      { config: { access: 'record.see' }, schema: { querystring: messageExportQuerySchema } },
      async (request, reply) =>
        sendCsv(
          reply,
          'messages.csv',
          await exportRecord({ pool, now: clock.now(), logDays }, viewerOf(request), request.query),
        ),
    );
    app.get(
      '/api/v1/messages/:day/:sequence',
      {
        config: { access: 'record.see' },
        schema: {
          params: messageParametersSchema,
          querystring: messageLifeQuerySchema,
          response: { 200: messageLifeSchema },
        },
      },
      (request) => {
        const { day, sequence } = request.params;
        return record.life(viewerOf(request), request.query.userId, day, sequence);
      },
    );
    app.get(
      '/api/v1/streams',
      {
        config: { access: 'streams.see' },
        schema: { querystring: streamQuerySchema, response: { 200: streamPageSchema } },
      },
      (request) => listStreams(pool, viewerOf(request), request.query),
    );
    app.get(
      '/api/v1/streams.csv',
      { config: { access: 'streams.see' }, schema: { querystring: streamExportQuerySchema } },
      async (request, reply) => {
        const read = (cursor: string | undefined) =>
          listStreams(pool, viewerOf(request), { ...request.query, cursor, limit: EXPORTED_USERS });
        return sendCsv(reply, 'streams.csv', await exportPages(streamColumns, read));
      },
    );
  };
}
