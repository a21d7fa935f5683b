import {
  askPostponeSchema,
  changedSchema,
  changeIncidentsSchema,
  changeParametersSchema,
  escalateIncidentSchema,
  type IncidentDocument,
  incidentChangeParametersSchema,
  incidentChangesSchema,
  incidentExportQuerySchema,
  incidentPageSchema,
  incidentParametersSchema,
  incidentQuerySchema,
  incidentSchema,
  incidentTargetsListSchema,
  incidentUpdatePageSchema,
  incidentUpdateQuerySchema,
  moveIncidentSchema,
  postIncidentSchema,
  postIncidentTargetsSchema,
  postIncidentUpdateSchema,
  postponeChangeSchema,
  postVerdictSchema,
  publishIncidentSchema,
  putIncidentSchema,
  raisedIncidentSchema,
  savedChangeSchema,
} from '@penstock/api';
import { EXPORTED_ROWS, exportPages, fieldColumns, sendCsv } from '../foundation/csv-export.ts';
import { authorOfCall } from '../foundation/http/author.ts';
import { type HttpApp, viewerOf } from '../foundation/http/server.ts';
import {
  editIncident,
  escalateIncident,
  listUpdates,
  moveIncident,
  publishIncident,
  writeUpdate,
} from './change-store.ts';
import { type IncidentParts, listIncidents, readIncident } from './incidents-store.ts';
import { changesOfIncident, incidentsOfChange, judge } from './overlaps-store.ts';
import { askToPostpone, postponeChange } from './postpone-store.ts';
import { raiseIncident } from './raise-store.ts';
import { listTargets, setTargets } from './targets-store.ts';

const list = '/api/v1/incidents';
const one = `${list}/:incident`;
const toSee = { config: { access: 'incidents.see' } } as const;
const toChange = { config: { access: 'incidents.change' } } as const;
const params = incidentParametersSchema;
const answer = { 200: incidentSchema };

const columns = fieldColumns<IncidentDocument>(
  'incident',
  'userId',
  'state',
  'category',
  'title',
  'beganAt',
  'openedAt',
  'closedAt',
  'closing',
);

/** Incidents: raised, followed, moved. */
export function incidentRoutes(parts: IncidentParts): (app: HttpApp) => void {
  return (app) => {
    app.get(
      list,
      { ...toSee, schema: { querystring: incidentQuerySchema, response: { 200: incidentPageSchema } } },
      (request) => listIncidents(parts, viewerOf(request), request.query),
    );
    app.get(`${list}.csv`, { ...toSee, schema: { querystring: incidentExportQuerySchema } }, async (request, reply) => {
      const viewer = viewerOf(request);
      const read = (cursor: string | undefined) =>
        listIncidents(parts, viewer, { ...request.query, cursor, limit: EXPORTED_ROWS });
      return sendCsv(reply, 'incidents.csv', await exportPages(columns, read));
    });
    app.post(
      list,
      { ...toChange, schema: { body: postIncidentSchema, response: { 200: raisedIncidentSchema } } },
      (request) => raiseIncident(parts, viewerOf(request), request.body),
    );
    app.get(one, { ...toSee, schema: { params, response: answer } }, (request) =>
      readIncident(parts, viewerOf(request), request.params.incident),
    );
    app.put(one, { ...toChange, schema: { params, body: putIncidentSchema, response: answer } }, (request) =>
      editIncident(parts, viewerOf(request), { ...request.body, ...request.params }),
    );
    app.post(
      `${one}/move`,
      { ...toChange, schema: { params, body: moveIncidentSchema, response: answer } },
      (request) => moveIncident(parts, viewerOf(request), { ...request.body, ...request.params }),
    );
    app.post(
      `${one}/escalate`,
      { ...toChange, schema: { params, body: escalateIncidentSchema, response: answer } },
      (request) => escalateIncident(parts, viewerOf(request), { ...request.body, ...request.params }),
    );
    app.post(
      `${one}/publish`,
      { ...toChange, schema: { params, body: publishIncidentSchema, response: answer } },
      (request) => publishIncident(parts, viewerOf(request), { ...request.body, ...request.params }),
    );
    app.get(
      `${one}/updates`,
      {
        ...toSee,
        schema: { params, querystring: incidentUpdateQuerySchema, response: { 200: incidentUpdatePageSchema } },
      },
      (request) => listUpdates(parts, viewerOf(request), { ...request.query, ...request.params }),
    );
    app.post(
      `${one}/updates`,
      { ...toChange, schema: { params, body: postIncidentUpdateSchema, response: answer } },
      (request) => writeUpdate(parts, viewerOf(request), { ...request.body, ...request.params }),
    );
    overlapRoutes(parts, app);
    const targets = `${list}/targets`;
    const versions = { 200: incidentTargetsListSchema };
    app.get(targets, { ...toSee, schema: { response: versions } }, (request) => listTargets(parts, viewerOf(request)));
    app.post(
      targets,
      { config: { access: 'calendar.change' }, schema: { body: postIncidentTargetsSchema, response: versions } },
      (request) => setTargets(parts, viewerOf(request), request.body, authorOfCall(request)),
    );
  };
}

/** Changes that have to do with incidents, or are at risk by them. */
function overlapRoutes(parts: IncidentParts, app: HttpApp): void {
  const changes = `${one}/changes`;
  const found = { 200: incidentChangesSchema };
  app.get(changes, { ...toSee, schema: { params, response: found } }, (request) =>
    changesOfIncident(parts, viewerOf(request), request.params.incident),
  );
  app.get(
    '/api/v1/changes/:change/incidents',
    { ...toSee, schema: { params: changeParametersSchema, response: { 200: changeIncidentsSchema } } },
    (request) => incidentsOfChange(parts, viewerOf(request), request.params.change),
  );
  const each = `${changes}/:change`;
  const both = incidentChangeParametersSchema;
  app.post(each, { ...toChange, schema: { params: both, body: postVerdictSchema, response: found } }, (request) =>
    judge(parts, viewerOf(request), { ...request.body, ...request.params }),
  );
  app.post(
    `${each}/postpone`,
    {
      config: { access: 'changes.change' },
      schema: { params: both, body: postponeChangeSchema, response: { 200: savedChangeSchema } },
    },
    (request) => postponeChange(parts, viewerOf(request), { ...request.body, ...request.params }),
  );
  app.post(
    `${each}/ask`,
    { ...toChange, schema: { params: both, body: askPostponeSchema, response: { 200: changedSchema } } },
    async (request) => {
      await askToPostpone(parts, viewerOf(request), { ...request.body, ...request.params });
      return { changed: true };
    },
  );
}
