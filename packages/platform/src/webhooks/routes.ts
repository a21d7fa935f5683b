import {
  changedSchema,
  postWebhookSchema,
  putWebhookSchema,
  webhookDeliveriesQuerySchema,
  webhookDeliveryPageSchema,
  webhookListSchema,
  webhookParametersSchema,
  webhookQuerySchema,
  webhookSecretSchema,
} from '@penstock/api';
import type { Eui } from '@penstock/duis';
import { z } from 'zod';
import { authorOfCall } from '../foundation/http/author.ts';
import { type HttpApp, viewerOf } from '../foundation/http/server.ts';
import { recordOwner, type Viewer } from '../foundation/viewer.ts';
import {
  changeWebhook,
  listDeliveries,
  listWebhooks,
  makeWebhook,
  removeWebhook,
  renewSecret,
  testWebhook,
  type WebhookParts,
} from './webhooks-store.ts';

const list = '/api/v1/webhooks';
const one = `${list}/:webhook`;
const toSee = { config: { access: 'webhooks.see' } } as const;
const toChange = { config: { access: 'webhooks.change' } } as const;
const params = webhookParametersSchema;
const querystring = webhookQuerySchema;

/** The Operator's are its own; a User's are not the Operator's to see. */
const ownerOf = (viewer: Viewer, named: string | undefined): Eui =>
  viewer.kind === 'operator' ? viewer.userId : recordOwner(viewer, named);

/** Webhooks of a User or the Operator, and what they were sent. */
export function webhookRoutes(parts: WebhookParts): (app: HttpApp) => void {
  return (app) => {
    app.get(list, { ...toSee, schema: { querystring, response: { 200: webhookListSchema } } }, async (request) => {
      const viewer = viewerOf(request);
      return { items: await listWebhooks(parts, viewer, ownerOf(viewer, request.query.userId)) };
    });
    app.post(
      list,
      { ...toChange, schema: { body: postWebhookSchema, response: { 200: webhookSecretSchema } } },
      (request) => {
        const viewer = viewerOf(request);
        const userId = ownerOf(viewer, request.body.userId);
        return makeWebhook(parts, viewer, { userId, made: request.body, author: authorOfCall(request) });
      },
    );
    app.put(
      one,
      {
        ...toChange,
        schema: { params, querystring, body: putWebhookSchema, response: { 200: changedSchema } },
      },
      async (request) => {
        const viewer = viewerOf(request);
        const whose = { userId: ownerOf(viewer, request.query.userId), ...request.params };
        const changed = await changeWebhook(parts, viewer, { whose, put: request.body, author: authorOfCall(request) });
        return { changed };
      },
    );
    app.post(
      `${one}/secret`,
      { ...toChange, schema: { params, querystring, response: { 200: webhookSecretSchema } } },
      (request) => {
        const viewer = viewerOf(request);
        const whose = { userId: ownerOf(viewer, request.query.userId), ...request.params };
        return renewSecret(parts, viewer, { whose, author: authorOfCall(request) });
      },
    );
    app.post(
      `${one}/test`,
      { ...toChange, schema: { params, querystring, response: { 200: z.object({ message: z.uuid() }) } } },
      async (request) => {
        const userId = ownerOf(viewerOf(request), request.query.userId);
        return { message: await testWebhook(parts, { userId, ...request.params }) };
      },
    );
    app.post(
      `${one}/remove`,
      { ...toChange, schema: { params, querystring, response: { 200: changedSchema } } },
      async (request) => {
        const viewer = viewerOf(request);
        const whose = { userId: ownerOf(viewer, request.query.userId), ...request.params };
        await removeWebhook(parts, viewer, { whose, author: authorOfCall(request) });
        return { changed: true };
      },
    );
    app.get(
      `${one}/deliveries`,
      {
        ...toSee,
        schema: { params, querystring: webhookDeliveriesQuerySchema, response: { 200: webhookDeliveryPageSchema } },
      },
      (request) => {
        const userId = ownerOf(viewerOf(request), request.query.userId);
        return listDeliveries(parts, { userId, ...request.params }, request.query);
      },
    );
  };
}
