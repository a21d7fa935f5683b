import {
  changedSchema,
  euiSchema,
  type OfficerDocument,
  officerExportQuerySchema,
  officerPageSchema,
  officerPolicySchema,
  officerQuerySchema,
  ownerQuerySchema,
  postOfficerSchema,
  revokeOfficerSchema,
} from '@penstock/api';
import type pg from 'pg';
import { z } from 'zod';
import { EXPORTED_ROWS, exportPages, fieldColumns, sendCsv } from '../foundation/csv-export.ts';
import { authorOfCall } from '../foundation/http/author.ts';
import { type HttpApp, viewerOf } from '../foundation/http/server.ts';
import { oneRow, runImport } from '../foundation/import.ts';
import { recordOwner } from '../foundation/viewer.ts';
import { officersImporter } from './officers-import.ts';
import { listOfficers, readOfficerPolicy, revokeOfficer, setOfficerPolicy } from './officers-store.ts';

const officerColumns = fieldColumns<OfficerDocument>(
  'userId',
  'name',
  'email',
  'telephone',
  'issuer',
  'serial',
  'fingerprint',
  'notBefore',
  'notAfter',
  'registeredAt',
  'registeredBy',
  'revokedAt',
  'revokedBy',
);

/** Officers. A single one goes the same way as an import of one row. */
export function officersRoutes(pool: pg.Pool): (app: HttpApp) => void {
  return (app) => {
    app.get(
      '/api/v1/officers',
      {
        config: { access: 'officers.see' },
        schema: { querystring: officerQuerySchema, response: { 200: officerPageSchema } },
      },
      (request) => listOfficers(pool, viewerOf(request), request.query),
    );
    app.get(
      '/api/v1/officers.csv',
      { config: { access: 'officers.see' }, schema: { querystring: officerExportQuerySchema } },
      async (request, reply) => {
        const read = (cursor: string | undefined) =>
          listOfficers(pool, viewerOf(request), { ...request.query, cursor, limit: EXPORTED_ROWS });
        return sendCsv(reply, 'officers.csv', await exportPages(officerColumns, read));
      },
    );
    app.post(
      '/api/v1/officers',
      { config: { access: 'officers.change' }, schema: { body: postOfficerSchema, response: { 200: changedSchema } } },
      async (request) => {
        const { userId, ...fields } = request.body;
        const row = { user_id: userId, ...fields };
        const { changed } = await runImport(pool, officersImporter, authorOfCall(request), (columns) =>
          oneRow(columns, row),
        );
        return { changed: changed > 0 };
      },
    );
    app.post(
      '/api/v1/officers/revoke',
      {
        config: { access: 'officers.change' },
        schema: { body: revokeOfficerSchema, response: { 200: changedSchema } },
      },
      async (request) => ({ changed: await revokeOfficer(pool, request.body, authorOfCall(request)) }),
    );
    app.put(
      '/api/v1/user-ids/:userId/officer-policy',
      {
        config: { access: 'officers.change' },
        schema: {
          params: z.strictObject({ userId: euiSchema }),
          body: officerPolicySchema,
          response: { 200: changedSchema },
        },
      },
      async (request) => ({
        changed: await setOfficerPolicy(pool, request.params.userId, request.body, authorOfCall(request)),
      }),
    );
    app.get(
      '/api/v1/officer-policy',
      {
        config: { access: 'officers.see' },
        schema: { querystring: ownerQuerySchema, response: { 200: officerPolicySchema } },
      },
      (request) => readOfficerPolicy(pool, recordOwner(viewerOf(request), request.query.userId)),
    );
  };
}
