import {
  putStatusSubscriptionSchema,
  type StatusDocument,
  statusHistoryQuerySchema,
  statusHistorySchema,
  statusSchema,
  statusSubscriptionQuerySchema,
  statusSubscriptionSchema,
} from '@penstock/api';
import { limitsAt, readAnnounced, readLimits } from '../changes/index.ts';
import { type HttpApp, viewerOf } from '../foundation/http/server.ts';
import type { Viewer } from '../foundation/viewer.ts';
import type { IncidentParts } from './incidents-store.ts';
import { stateOfService } from './status.ts';
import { putSubscription, readCurrent, readHistory, readSubscription } from './status-store.ts';

const list = '/api/v1/status';
const toSee = { config: { access: 'status.see' } } as const;
// the Operator sees all incidents, and subscribes to nothing
const toChange = { config: { access: 'status.change' } } as const;

async function readStatus(parts: IncidentParts, viewer: Viewer): Promise<StatusDocument> {
  const now = parts.now();
  const current = await readCurrent(parts.pool);
  const maintenance = await readAnnounced(parts, viewer);
  const { services } = limitsAt(await readLimits(parts.pool), now.getTime()).limits;
  return {
    asOf: now.toISOString(),
    services: services.map(({ name }) => ({ name, state: stateOfService(name, { current, maintenance }) })),
    current,
    maintenance,
  };
}

/** The status page: everybody reads all of it. */
export function statusRoutes(parts: IncidentParts): (app: HttpApp) => void {
  return (app) => {
    app.get(list, { ...toSee, schema: { response: { 200: statusSchema } } }, (request) =>
      readStatus(parts, viewerOf(request)),
    );
    app.get(
      `${list}/history`,
      { ...toSee, schema: { querystring: statusHistoryQuerySchema, response: { 200: statusHistorySchema } } },
      (request) => readHistory(parts.pool, request.query),
    );
    const answer = { 200: statusSubscriptionSchema };
    app.get(
      `${list}/subscription`,
      { ...toChange, schema: { querystring: statusSubscriptionQuerySchema, response: answer } },
      (request) => readSubscription(parts, viewerOf(request), request.query.userId),
    );
    app.put(
      `${list}/subscription`,
      { ...toChange, schema: { body: putStatusSubscriptionSchema, response: answer } },
      (request) => putSubscription(parts, viewerOf(request), request.body),
    );
  };
}
