import {
  type CertificateDocument,
  certificateExportQuerySchema,
  certificatePageSchema,
  certificateQuerySchema,
  changedSchema,
  euiSchema,
  type PartyDocument,
  partyExportQuerySchema,
  partyPageSchema,
  partyQuerySchema,
  postCertificateSchema,
  putPartySchema,
  putUserIdSchema,
  revokeCertificateSchema,
  setCertificateRoleSchema,
  type UserIdDocument,
  userIdExportQuerySchema,
  userIdPageSchema,
  userIdQuerySchema,
} from '@penstock/api';
import type pg from 'pg';
import { z } from 'zod';
import { type CsvColumns, EXPORTED_ROWS, exportPages, fieldColumns, sendCsv } from '../foundation/csv-export.ts';
import { authorOfCall } from '../foundation/http/author.ts';
import { type HttpApp, viewerOf } from '../foundation/http/server.ts';
import { oneRow, runImport } from '../foundation/import.ts';
import { setCertificateRole } from './certificate-role.ts';
import { certificatesImporter, partiesImporter, userIdsImporter } from './parties-import.ts';
import {
  listCertificates,
  listParties,
  listUserIds,
  revokeCertificate,
  setPartyStatus,
  setUserSwitches,
} from './parties-store.ts';

const partyColumns = fieldColumns<PartyDocument>('partyId', 'name', 'kind', 'status');
const userIdColumns: CsvColumns<UserIdDocument> = {
  ...fieldColumns<UserIdDocument>('userId', 'partyId', 'partyName', 'status'),
  roles: ({ roles }) =>
    roles.map(({ role, validFrom, validTo }) => `${role} ${validFrom ?? ''}/${validTo ?? ''}`).join('; '),
  ...fieldColumns<UserIdDocument>('delivery', 'receiveUrl'),
  risingCounters: ({ risingCounters }) => (risingCounters ? 'yes' : 'no'),
};
const certificateColumns = fieldColumns<CertificateDocument>(
  'userId',
  'purpose',
  'issuer',
  'serial',
  'fingerprint',
  'role',
  'notBefore',
  'notAfter',
  'registeredAt',
  'registeredBy',
  'revokedAt',
  'revokedBy',
);

/** Parties, User IDs and certificates. A single change goes the same way as an import of one row. */
export function partiesRoutes(pool: pg.Pool): (app: HttpApp) => void {
  return (app) => {
    app.get(
      '/api/v1/parties',
      {
        config: { access: 'directory.see' },
        schema: { querystring: partyQuerySchema, response: { 200: partyPageSchema } },
      },
      (request) => listParties(pool, viewerOf(request), request.query),
    );
    app.get(
      '/api/v1/parties.csv',
      { config: { access: 'directory.see' }, schema: { querystring: partyExportQuerySchema } },
      async (request, reply) => {
        const read = (cursor: string | undefined) =>
          listParties(pool, viewerOf(request), { ...request.query, cursor, limit: EXPORTED_ROWS });
        return sendCsv(reply, 'parties.csv', await exportPages(partyColumns, read));
      },
    );
    app.put(
      '/api/v1/parties/:partyId',
      {
        config: { access: 'directory.change' },
        schema: {
          params: z.strictObject({ partyId: z.string() }),
          body: putPartySchema,
          response: { 200: changedSchema },
        },
      },
      async (request) => {
        const { params, body } = request;
        const author = authorOfCall(request);
        const row = { party_id: params.partyId, name: body.name, kind: body.kind };
        const { changed } = await runImport(pool, partiesImporter, author, (columns) => oneRow(columns, row));
        const isSwitched =
          body.status !== undefined && (await setPartyStatus(pool, params.partyId, body.status, author));
        return { changed: changed > 0 || isSwitched };
      },
    );
    app.get(
      '/api/v1/user-ids',
      {
        config: { access: 'directory.see' },
        schema: { querystring: userIdQuerySchema, response: { 200: userIdPageSchema } },
      },
      (request) => listUserIds(pool, viewerOf(request), request.query),
    );
    app.get(
      '/api/v1/user-ids.csv',
      { config: { access: 'directory.see' }, schema: { querystring: userIdExportQuerySchema } },
      async (request, reply) => {
        const read = (cursor: string | undefined) =>
          listUserIds(pool, viewerOf(request), { ...request.query, cursor, limit: EXPORTED_ROWS });
        return sendCsv(reply, 'user-ids.csv', await exportPages(userIdColumns, read));
      },
    );
    app.put(
      '/api/v1/user-ids/:userId',
      {
        config: { access: 'directory.change' },
        schema: {
          params: z.strictObject({ userId: euiSchema }),
          body: putUserIdSchema,
          response: { 200: changedSchema },
        },
      },
      async (request) => {
        const { userId } = request.params;
        const { body } = request;
        const author = authorOfCall(request);
        const row = {
          user_id: userId,
          party_id: body.partyId,
          roles: body.roles.join('|'),
          receive_url: body.receiveUrl,
          delivery: body.delivery,
        };
        const { changed } = await runImport(pool, userIdsImporter, author, (columns) => oneRow(columns, row));
        const isSwitched = await setUserSwitches(pool, userId, body, author);
        return { changed: changed > 0 || isSwitched };
      },
    );
    app.get(
      '/api/v1/certificates',
      {
        config: { access: 'certificates.see' },
        schema: { querystring: certificateQuerySchema, response: { 200: certificatePageSchema } },
      },
      (request) => listCertificates(pool, viewerOf(request), request.query),
    );
    app.get(
      '/api/v1/certificates.csv',
      { config: { access: 'certificates.see' }, schema: { querystring: certificateExportQuerySchema } },
      async (request, reply) => {
        const read = (cursor: string | undefined) =>
          listCertificates(pool, viewerOf(request), { ...request.query, cursor, limit: EXPORTED_ROWS });
        return sendCsv(reply, 'certificates.csv', await exportPages(certificateColumns, read));
      },
    );
    app.post(
      '/api/v1/certificates',
      {
        config: { access: 'certificates.change' },
        schema: { body: postCertificateSchema, response: { 200: changedSchema } },
      },
      async (request) => {
        const { body } = request;
        const row = { user_id: body.userId, purpose: body.purpose, certificate: body.certificate, role: body.role };
        const { changed } = await runImport(pool, certificatesImporter, authorOfCall(request), (columns) =>
          oneRow(columns, row),
        );
        return { changed: changed > 0 };
      },
    );
    app.post(
      '/api/v1/certificates/role',
      {
        config: { access: 'certificates.change' },
        schema: { body: setCertificateRoleSchema, response: { 200: changedSchema } },
      },
      async (request) => ({ changed: await setCertificateRole(pool, request.body, authorOfCall(request)) }),
    );
    app.post(
      '/api/v1/certificates/revoke',
      {
        config: { access: 'certificates.change' },
        schema: { body: revokeCertificateSchema, response: { 200: changedSchema } },
      },
      async (request) => ({ changed: await revokeCertificate(pool, request.body, authorOfCall(request)) }),
    );
  };
}
