import {
  type IncidentDocument,
  incidentExportQuerySchema,
  incidentPageSchema,
  incidentQuerySchema,
} from '@penstock/api';
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { EXPORTED_ROWS, exportPages, fieldColumns, sendCsv } from '../foundation/csv-export.ts';
import { type HttpApp, viewerOf } from '../foundation/http/server.ts';
import { recordOwner, type Viewer } from '../foundation/viewer.ts';
import { listIncidents } from './incidents.ts';

const columns = fieldColumns<IncidentDocument>('incident', 'userId', 'state', 'title', 'event', 'openedAt', 'closedAt');

/** Whose incidents are asked for; of the Operator, who names nobody, all. */
function ownerOf(viewer: Viewer, named: string | undefined): Eui | 'all' {
  return viewer.kind === 'operator' && named === undefined ? 'all' : recordOwner(viewer, named);
}

export function incidentRoutes(pool: pg.Pool): (app: HttpApp) => void {
  return (app) => {
    app.get(
      '/api/v1/incidents',
      {
        config: { access: 'incidents.see' },
        schema: { querystring: incidentQuerySchema, response: { 200: incidentPageSchema } },
      },
      (request) => listIncidents(pool, ownerOf(viewerOf(request), request.query.userId), request.query),
    );
    app.get(
      '/api/v1/incidents.csv',
      { config: { access: 'incidents.see' }, schema: { querystring: incidentExportQuerySchema } },
      async (request, reply) => {
        const { userId, state } = request.query;
        const owner = ownerOf(viewerOf(request), userId);
        const read = (cursor: string | undefined) =>
          listIncidents(pool, owner, { state, cursor, limit: EXPORTED_ROWS });
        return sendCsv(reply, 'incidents.csv', await exportPages(columns, read));
      },
    );
  };
}
