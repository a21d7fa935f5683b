import {
  changedSchema,
  type EmailRecipientDocument,
  emailRecipientExportQuerySchema,
  emailRecipientPageSchema,
  emailRecipientQuerySchema,
  postEmailRecipientSchema,
  revokeEmailRecipientSchema,
} from '@penstock/api';
import type pg from 'pg';
import { EXPORTED_ROWS, exportPages, fieldColumns, sendCsv } from '../foundation/csv-export.ts';
import { authorOfCall } from '../foundation/http/author.ts';
import { type HttpApp, viewerOf } from '../foundation/http/server.ts';
import { listEmailRecipients, registerEmailRecipient, revokeEmailRecipient } from './email-recipients-store.ts';

const columns = fieldColumns<EmailRecipientDocument>(
  'userId',
  'address',
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

/** Addresses to which receipts and reports go by e-mail. */
export function emailRecipientsRoutes(pool: pg.Pool): (app: HttpApp) => void {
  return (app) => {
    app.get(
      '/api/v1/email-recipients',
      {
        config: { access: 'certificates.see' },
        schema: { querystring: emailRecipientQuerySchema, response: { 200: emailRecipientPageSchema } },
      },
      (request) => listEmailRecipients(pool, viewerOf(request), request.query),
    );
    app.get(
      '/api/v1/email-recipients.csv',
      { config: { access: 'certificates.see' }, schema: { querystring: emailRecipientExportQuerySchema } },
      async (request, reply) => {
        const read = (cursor: string | undefined) =>
          listEmailRecipients(pool, viewerOf(request), { ...request.query, cursor, limit: EXPORTED_ROWS });
        return sendCsv(reply, 'email-recipients.csv', await exportPages(columns, read));
      },
    );
    app.post(
      '/api/v1/email-recipients',
      {
        config: { access: 'certificates.change' },
        schema: { body: postEmailRecipientSchema, response: { 200: changedSchema } },
      },
      async (request) => ({ changed: await registerEmailRecipient(pool, request.body, authorOfCall(request)) }),
    );
    app.post(
      '/api/v1/email-recipients/revoke',
      {
        config: { access: 'certificates.change' },
        schema: { body: revokeEmailRecipientSchema, response: { 200: changedSchema } },
      },
      async (request) => ({ changed: await revokeEmailRecipient(pool, request.body, authorOfCall(request)) }),
    );
  };
}
