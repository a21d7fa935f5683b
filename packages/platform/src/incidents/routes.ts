import { incidentPageSchema, incidentQuerySchema } from '@penstock/api';
import type pg from 'pg';
import { type HttpApp, viewerOf } from '../foundation/http/server.ts';
import { recordOwner } from '../foundation/viewer.ts';
import { listIncidents } from './incidents.ts';

export function incidentRoutes(pool: pg.Pool): (app: HttpApp) => void {
  return (app) => {
    app.get(
      '/api/v1/incidents',
      {
        config: { access: 'incidents.see' },
        schema: { querystring: incidentQuerySchema, response: { 200: incidentPageSchema } },
      },
      (request) => {
        const viewer = viewerOf(request);
        const { userId } = request.query;
        const isOfAll = viewer.kind === 'operator' && userId === undefined;
        return listIncidents(pool, isOfAll ? 'all' : recordOwner(viewer, userId), request.query);
      },
    );
  };
}
