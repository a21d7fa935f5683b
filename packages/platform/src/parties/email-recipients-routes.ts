import {
  changedSchema,
  emailRecipientPageSchema,
  emailRecipientQuerySchema,
  postEmailRecipientSchema,
  revokeEmailRecipientSchema,
} from '@penstock/api';
import type pg from 'pg';
import { authorOfCall } from '../foundation/http/author.ts';
import { type HttpApp, viewerOf } from '../foundation/http/server.ts';
import { listEmailRecipients, registerEmailRecipient, revokeEmailRecipient } from './email-recipients-store.ts';

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
