import {
  exportOwnerSchema,
  exportPageSchema,
  exportParametersSchema,
  exportQuerySchema,
  exportSchema,
  postExportSchema,
} from '@penstock/api';
import type pg from 'pg';
import type { Clock } from '../foundation/clock.ts';
import { type HttpApp, viewerOf } from '../foundation/http/server.ts';
import { readingOwner } from '../foundation/record-reading.ts';
import { sendExport } from './export-file.ts';
import { cancelExport, createExport, exportOwner, listExports, readExport } from './exports-store.ts';
import { saidOf } from './said.ts';

/** Exports of a User's own record. */
export function exportRoutes({
  pool,
  clock,
  logDays,
}: {
  pool: pg.Pool;
  clock: Clock;
  logDays: number;
}): (app: HttpApp) => void {
  const toSee = { config: { access: 'record.see' } } as const;
  const one = { params: exportParametersSchema, querystring: exportOwnerSchema };
  return (app) => {
    app.post(
      '/api/v1/exports',
      { ...toSee, schema: { body: postExportSchema, response: { 200: exportSchema } } },
      async (request) => {
        const viewer = viewerOf(request);
        const { userId: named } = request.body;
        await exportOwner(pool, viewer, named);
        const userId = await readingOwner(pool, { viewer, named, what: `export of messages ${saidOf(request.body)}` });
        return createExport(pool, viewer, userId, { question: request.body, now: clock.now(), logDays });
      },
    );
    app.get(
      '/api/v1/exports',
      { ...toSee, schema: { querystring: exportQuerySchema, response: { 200: exportPageSchema } } },
      async (request) => {
        const viewer = viewerOf(request);
        return listExports(pool, viewer, await exportOwner(pool, viewer, request.query.userId), request.query);
      },
    );
    app.get(
      '/api/v1/exports/:export',
      { ...toSee, schema: { ...one, response: { 200: exportSchema } } },
      async (request) => {
        const viewer = viewerOf(request);
        const userId = await exportOwner(pool, viewer, request.query.userId);
        return readExport(pool, viewer, userId, request.params.export);
      },
    );
    app.post(
      '/api/v1/exports/:export/cancel',
      { ...toSee, schema: { ...one, response: { 200: exportSchema } } },
      async (request) => {
        const viewer = viewerOf(request);
        const userId = await exportOwner(pool, viewer, request.query.userId);
        return cancelExport(pool, viewer, userId, request.params.export);
      },
    );
    app.get('/api/v1/exports/:export/file', { ...toSee, schema: one }, async (request, reply) => {
      const viewer = viewerOf(request);
      const { export: name } = request.params;
      const named = await exportOwner(pool, viewer, request.query.userId);
      const found = await readExport(pool, viewer, named, name);
      await readingOwner(pool, { viewer, named, what: `file of export ${name}` });
      return sendExport(pool, reply, found);
    });
  };
}
