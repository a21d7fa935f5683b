import {
  euiSchema,
  exportOwnerSchema,
  exportPageSchema,
  exportParametersSchema,
  exportQuerySchema,
  exportSchema,
  postExportSchema,
  postTitleExportSchema,
} from '@penstock/api';
import { requireEui } from '@penstock/duis';
import { z } from 'zod';
import { type HttpApp, viewerOf } from '../foundation/http/server.ts';
import { readingOwner } from '../foundation/record-reading.ts';
import { type AskingParts, askForRecord, askForTitles } from './export-asked.ts';
import { sendExport } from './export-file.ts';
import { cancelExport, createExport, findExport, listExports, readExport } from './exports-store.ts';
import { activeOwner } from './own-record.ts';

/** Exports of a User's own record and of the titles of its devices; whoever may see the one may see the other. */
export function exportRoutes(parts: AskingParts): (app: HttpApp) => void {
  const { pool } = parts;
  const toSee = { config: { access: 'record.see' } } as const;
  const one = { params: exportParametersSchema, querystring: exportOwnerSchema };
  return (app) => {
    app.post(
      '/api/v1/exports',
      { ...toSee, schema: { body: postExportSchema, response: { 200: exportSchema } } },
      async (request) => {
        const viewer = viewerOf(request);
        return createExport(pool, viewer, await askForRecord(parts, viewer, request.body));
      },
    );
    app.post(
      '/api/v1/devices/:device/titles/exports',
      {
        config: { access: 'titles.see' },
        schema: {
          params: z.strictObject({ device: euiSchema }),
          body: postTitleExportSchema,
          response: { 200: exportSchema },
        },
      },
      async (request) => {
        const viewer = viewerOf(request);
        const asked = { device: requireEui(request.params.device), question: request.body };
        return createExport(pool, viewer, await askForTitles(parts, viewer, asked));
      },
    );
    app.get(
      '/api/v1/exports',
      { ...toSee, schema: { querystring: exportQuerySchema, response: { 200: exportPageSchema } } },
      async (request) => {
        const viewer = viewerOf(request);
        return listExports(pool, viewer, await activeOwner(pool, viewer, request.query.userId), request.query);
      },
    );
    app.get(
      '/api/v1/exports/:export',
      { ...toSee, schema: { ...one, response: { 200: exportSchema } } },
      async (request) => {
        const viewer = viewerOf(request);
        const userId = await activeOwner(pool, viewer, request.query.userId);
        return readExport(pool, viewer, userId, request.params.export);
      },
    );
    app.post(
      '/api/v1/exports/:export/cancel',
      { ...toSee, schema: { ...one, response: { 200: exportSchema } } },
      async (request) => {
        const viewer = viewerOf(request);
        const userId = await activeOwner(pool, viewer, request.query.userId);
        return cancelExport(pool, viewer, userId, request.params.export);
      },
    );
    app.get('/api/v1/exports/:export/file', { ...toSee, schema: one }, async (request, reply) => {
      const viewer = viewerOf(request);
      const { export: name } = request.params;
      const named = await activeOwner(pool, viewer, request.query.userId);
      const found = await findExport(pool, viewer, named, name);
      await readingOwner(pool, { viewer, named, what: `file of export ${name}` });
      return sendExport(parts, reply, viewer, found);
    });
  };
}
