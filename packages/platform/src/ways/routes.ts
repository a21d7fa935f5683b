import { randomUUID } from 'node:crypto';
import {
  changeOutageSchema,
  dismissReportSchema,
  endOutageSchema,
  guidanceQuerySchema,
  guidanceSchema,
  outagePageSchema,
  outageParametersSchema,
  outageReportExportQuerySchema,
  outageReportPageSchema,
  outageReportParametersSchema,
  outageReportQuerySchema,
  outageReportSchema,
  personRoleSchema,
  postOutageReportSchema,
  postOutageSchema,
  postWaysVersionSchema,
  readinessExportQuerySchema,
  readinessPageSchema,
  readinessQuerySchema,
  waysPageQuerySchema,
  waysSchema,
  waysVersionPageSchema,
  waysVersionParametersSchema,
  waysVersionSchema,
} from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type { FastifyRequest } from 'fastify';
import type pg from 'pg';
import type { Clock } from '../foundation/clock.ts';
import { sendCsv } from '../foundation/csv-export.ts';
import { PenstockError } from '../foundation/errors.ts';
import { authorOfCall } from '../foundation/http/author.ts';
import { type HttpApp, viewerOf } from '../foundation/http/server.ts';
import { rightsOf } from '../foundation/rights.ts';
import { recordOwner, type Viewer } from '../foundation/viewer.ts';
import { exportOutages, exportReadiness, exportReports, exportVersions } from './export.ts';
import { readGuidance } from './guidance-store.ts';
import { changeOutage, declareOutage, endOutage, listOutages } from './outages-store.ts';
import { listReadiness } from './readiness-store.ts';
import { dismissReport, listReports, reportOutage } from './reports-store.ts';
import { listVersions, readVersions, setVersion, withdrawVersion } from './versions-store.ts';
import { readWays } from './ways-reading.ts';

export interface WaysRouteParts {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  readonly operatorId: Eui;
}

/** Of a list that a User has of its own, and the Operator of all unless it names one. */
function usersOf(viewer: Viewer, named: string | undefined): readonly Eui[] | 'all' {
  if (named !== undefined) return [recordOwner(viewer, named)];
  return viewer.kind === 'operator' ? 'all' : viewer.userIds;
}

/** Reporting is for Users, answering for the Operator: both have the right, each its own half. */
function requireKind(viewer: Viewer, kind: Viewer['kind'], detail: string): void {
  if (viewer.kind !== kind) throw new PenstockError('access.denied', { detail });
}

const deliverers = personRoleSchema.options.filter((role) => rightsOf(role).has('submissions.change'));

/** Ways: how each stands, what is told of them, and how they are changed. */
export function waysRoutes({ pool, clock, operatorId }: WaysRouteParts): (app: HttpApp) => void {
  const acting = (request: FastifyRequest) => ({
    viewer: viewerOf(request),
    author: authorOfCall(request),
    now: clock.now(),
    operatorId,
  });
  return (app) => {
    app.get('/api/v1/ways', { config: { access: 'ways.see' }, schema: { response: { 200: waysSchema } } }, (request) =>
      readWays(pool, viewerOf(request), clock.now()),
    );
    app.get(
      '/api/v1/ways/versions',
      {
        config: { access: 'ways.see' },
        schema: { querystring: waysPageQuerySchema, response: { 200: waysVersionPageSchema } },
      },
      (request) => listVersions(pool, viewerOf(request), request.query),
    );
    app.get('/api/v1/ways/versions.csv', { config: { access: 'ways.see' } }, async (request, reply) =>
      sendCsv(reply, 'ways.csv', await exportVersions(pool, viewerOf(request))),
    );
    app.post(
      '/api/v1/ways/versions',
      {
        config: { access: 'ways.change' },
        schema: { body: postWaysVersionSchema, response: { 200: waysVersionSchema } },
      },
      (request) => setVersion(pool, request.body, acting(request)),
    );
    app.post(
      '/api/v1/ways/versions/:version/withdraw',
      {
        config: { access: 'ways.change' },
        schema: { params: waysVersionParametersSchema, response: { 200: waysVersionSchema } },
      },
      (request) => withdrawVersion(pool, request.params.version, acting(request)),
    );
    app.get(
      '/api/v1/ways/guidance',
      {
        config: { access: 'ways.see' },
        schema: { querystring: guidanceQuerySchema, response: { 200: guidanceSchema } },
      },
      async (request) => {
        const { viewer, now } = acting(request);
        const { version, userId } = request.query;
        const only = viewer.kind === 'user' && viewer.userIds.length === 1 ? viewer.userIds[0] : undefined;
        const { inForce } = await readVersions(pool, viewer, now);
        return readGuidance(pool, {
          uses: inForce.ways,
          now,
          version,
          userId: userId === undefined ? only : recordOwner(viewer, userId),
        });
      },
    );
    app.get(
      '/api/v1/ways/readiness',
      {
        config: { access: 'ways.see' },
        schema: { querystring: readinessQuerySchema, response: { 200: readinessPageSchema } },
      },
      (request) => {
        const { viewer, now } = acting(request);
        const { userId, cursor, limit } = request.query;
        return listReadiness(pool, { users: usersOf(viewer, userId), now, operatorId, deliverers, cursor, limit });
      },
    );
    app.get(
      '/api/v1/ways/readiness.csv',
      { config: { access: 'ways.see' }, schema: { querystring: readinessExportQuerySchema } },
      async (request, reply) => {
        const { viewer, now } = acting(request);
        const asked = { users: usersOf(viewer, request.query.userId), now, operatorId, deliverers };
        return sendCsv(reply, 'readiness.csv', await exportReadiness(pool, asked));
      },
    );
    app.get('/api/v1/ways/outages.csv', { config: { access: 'outages.see' } }, async (request, reply) =>
      sendCsv(reply, 'outages.csv', await exportOutages(pool, viewerOf(request))),
    );
    app.get(
      '/api/v1/ways/outages',
      {
        config: { access: 'outages.see' },
        schema: { querystring: waysPageQuerySchema, response: { 200: outagePageSchema } },
      },
      (request) => listOutages(pool, viewerOf(request), request.query),
    );
    app.post(
      '/api/v1/ways/outages',
      { config: { access: 'outages.change' }, schema: { body: postOutageSchema, response: { 200: waysSchema } } },
      async (request) => {
        const who = acting(request);
        await declareOutage(pool, { ...request.body, outage: randomUUID() }, who);
        return readWays(pool, who.viewer, who.now);
      },
    );
    app.post(
      '/api/v1/ways/outages/:outage',
      {
        config: { access: 'outages.change' },
        schema: { params: outageParametersSchema, body: changeOutageSchema, response: { 200: waysSchema } },
      },
      async (request) => {
        const who = acting(request);
        const { expectedEnd } = request.body;
        const end = expectedEnd === null ? undefined : new Date(expectedEnd);
        await changeOutage(pool, { outage: request.params.outage, expectedEnd: end }, who);
        return readWays(pool, who.viewer, who.now);
      },
    );
    app.post(
      '/api/v1/ways/outages/:outage/end',
      {
        config: { access: 'outages.change' },
        schema: { params: outageParametersSchema, body: endOutageSchema, response: { 200: waysSchema } },
      },
      async (request) => {
        const who = acting(request);
        await endOutage(pool, { outage: request.params.outage, why: request.body.why }, who);
        return readWays(pool, who.viewer, who.now);
      },
    );
    app.get(
      '/api/v1/ways/reports',
      {
        config: { access: 'reports.see' },
        schema: { querystring: outageReportQuerySchema, response: { 200: outageReportPageSchema } },
      },
      (request) => listReports(pool, usersOf(viewerOf(request), request.query.userId), request.query),
    );
    app.get(
      '/api/v1/ways/reports.csv',
      { config: { access: 'reports.see' }, schema: { querystring: outageReportExportQuerySchema } },
      async (request, reply) => {
        const { userId, state } = request.query;
        const users = usersOf(viewerOf(request), userId);
        return sendCsv(reply, 'outage-reports.csv', await exportReports(pool, users, state));
      },
    );
    app.post(
      '/api/v1/ways/reports',
      {
        config: { access: 'reports.change' },
        schema: { body: postOutageReportSchema, response: { 200: outageReportSchema } },
      },
      (request) => {
        const { viewer, author, now } = acting(request);
        requireKind(viewer, 'user', 'Users report; the Operator declares');
        const { userId, way, words } = request.body;
        const owner = recordOwner(viewer, userId);
        return reportOutage(pool, { report: randomUUID(), userId: owner, way, words }, { viewer, author, now });
      },
    );
    app.post(
      '/api/v1/ways/reports/:report/dismiss',
      {
        config: { access: 'reports.change' },
        schema: {
          params: outageReportParametersSchema,
          body: dismissReportSchema,
          response: { 200: outageReportSchema },
        },
      },
      (request) => {
        const { viewer, author, now } = acting(request);
        requireKind(viewer, 'operator', 'the Operator answers what is reported');
        const { userId, answer } = request.body;
        return dismissReport(
          pool,
          { report: request.params.report, userId: requireEui(userId), answer },
          { viewer, author, now },
        );
      },
    );
  };
}
