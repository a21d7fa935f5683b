import {
  affectedSchema,
  eventParametersSchema,
  heldMessageExportQuerySchema,
  heldMessagePageSchema,
  heldMessageQuerySchema,
  ownerQuerySchema,
  postEventSchema,
  postNoteSchema,
  postReleaseSchema,
  quarantineEventExportQuerySchema,
  quarantineEventPageSchema,
  quarantineEventQuerySchema,
  quarantineLifeSchema,
  releaseExportQuerySchema,
  releasePageSchema,
  releaseParametersSchema,
  releaseQuerySchema,
  releaseSchema,
} from '@penstock/api';
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { authorOf } from '../foundation/author.ts';
import type { Clock } from '../foundation/clock.ts';
import { sendCsv } from '../foundation/csv-export.ts';
import { type FileSigner, signDigest } from '../foundation/file-signer.ts';
import { type HttpApp, viewerOf } from '../foundation/http/server.ts';
import { readingOwner } from '../foundation/record-reading.ts';
import { recordOwner } from '../foundation/viewer.ts';
import { readAffected } from './affected-store.ts';
import { addNote, changeEvent, listEvents, readEvent } from './events-store.ts';
import { exportEvents, exportHeld, exportReleases } from './export.ts';
import { listHeld } from './held-store.ts';
import { listReleases, switchRelease } from './releases-store.ts';
import type { Reports } from './report.ts';

export interface QuarantineRouteParts {
  readonly pool: pg.Pool;
  readonly reports: Reports;
  readonly operatorId: Eui;
  /** How the Operator's service desk is reached. */
  readonly desk: string | undefined;
  readonly clock: Clock;
  /** Undefined: reports are not signed. */
  readonly signer: FileSigner | undefined;
}

/** Events, what they hold, and their releases: each User's own, and for the Operator those of the User that it names. */
export function quarantineRoutes(parts: QuarantineRouteParts): (app: HttpApp) => void {
  const { pool, reports, operatorId, desk, clock, signer } = parts;
  const readOne = (userId: Eui, event: string) => readEvent(pool, userId, event, desk);
  return (app) => {
    const events = '/api/v1/quarantine/events';
    const toSee = { config: { access: 'quarantine.see' } } as const;
    const toChange = { config: { access: 'quarantine.change' } } as const;
    const toRead = { config: { access: 'record.see' } } as const;
    app.get(
      events,
      {
        ...toSee,
        schema: { querystring: quarantineEventQuerySchema, response: { 200: quarantineEventPageSchema } },
      },
      (request) => listEvents(pool, viewerOf(request), request.query),
    );
    app.get(
      `${events}.csv`,
      { ...toSee, schema: { querystring: quarantineEventExportQuerySchema } },
      async (request, reply) =>
        sendCsv(reply, 'events.csv', await exportEvents(pool, viewerOf(request), request.query)),
    );
    const one = { params: eventParametersSchema, querystring: ownerQuerySchema };
    app.get(`${events}/:event`, { ...toSee, schema: { ...one, response: { 200: quarantineLifeSchema } } }, (request) =>
      readOne(recordOwner(viewerOf(request), request.query.userId), request.params.event),
    );
    app.get(
      `${events}/:event/affected`,
      { ...toSee, schema: { ...one, response: { 200: affectedSchema } } },
      (request) => readAffected(pool, recordOwner(viewerOf(request), request.query.userId), request.params.event),
    );
    app.post(
      `${events}/:event`,
      { ...toChange, schema: { ...one, body: postEventSchema, response: { 200: quarantineLifeSchema } } },
      async (request) => {
        const asking = viewerOf(request);
        const userId = recordOwner(asking, request.query.userId);
        const { event } = request.params;
        await changeEvent(pool, { userId, event, author: authorOf(asking), change: request.body });
        return readOne(userId, event);
      },
    );
    app.post(
      `${events}/:event/notes`,
      { ...toChange, schema: { ...one, body: postNoteSchema, response: { 200: quarantineLifeSchema } } },
      async (request) => {
        const asking = viewerOf(request);
        const userId = recordOwner(asking, request.query.userId);
        const { event } = request.params;
        await addNote(pool, { userId, event, author: authorOf(asking), note: request.body.note });
        return readOne(userId, event);
      },
    );
    app.get(
      `${events}/:event/held`,
      {
        ...toRead,
        schema: {
          params: eventParametersSchema,
          querystring: heldMessageQuerySchema,
          response: { 200: heldMessagePageSchema },
        },
      },
      async (request) => {
        const { event } = request.params;
        const asked = { viewer: viewerOf(request), named: request.query.userId, what: `messages held by ${event}` };
        const userId = await readingOwner(pool, asked);
        return listHeld(pool, userId, event, request.query);
      },
    );
    app.get(
      `${events}/:event/held.csv`,
      { ...toRead, schema: { params: eventParametersSchema, querystring: heldMessageExportQuerySchema } },
      async (request, reply) => {
        const { event } = request.params;
        const asked = { viewer: viewerOf(request), named: request.query.userId, what: `messages held by ${event}` };
        const userId = await readingOwner(pool, asked);
        return sendCsv(reply, `held-${event}.csv`, await exportHeld(pool, userId, event, request.query));
      },
    );
    app.get(`${events}/:event/report`, { ...toRead, schema: one }, async (request, reply) => {
      const { event } = request.params;
      const asked = { viewer: viewerOf(request), named: request.query.userId, what: `report of ${event}` };
      const userId = await readingOwner(pool, asked);
      const ended = new AbortController();
      reply.raw.once('close', () => ended.abort());
      const { stream, sha256 } = await reports.open({ userId, event, operatorId, signal: ended.signal });
      reply.header('repr-digest', `sha-256=:${sha256.toString('base64')}:`);
      // beside the bytes that it is over: another call would make another report
      if (signer !== undefined) {
        reply.header('penstock-signature', signDigest(sha256, signer, clock.now()).toString('base64'));
      }
      return reply.type('text/csv; charset=utf-8').send(stream);
    });
    app.get(
      '/api/v1/releases',
      {
        config: { access: 'releases.see' },
        schema: { querystring: releaseQuerySchema, response: { 200: releasePageSchema } },
      },
      (request) => listReleases(pool, recordOwner(viewerOf(request), request.query.userId), request.query),
    );
    app.get(
      '/api/v1/releases.csv',
      { config: { access: 'releases.see' }, schema: { querystring: releaseExportQuerySchema } },
      async (request, reply) => {
        const userId = recordOwner(viewerOf(request), request.query.userId);
        return sendCsv(reply, 'releases.csv', await exportReleases(pool, userId, request.query.event));
      },
    );
    app.post(
      '/api/v1/releases/:submission',
      {
        config: { access: 'releases.change' },
        schema: {
          params: releaseParametersSchema,
          querystring: ownerQuerySchema,
          body: postReleaseSchema,
          response: { 200: releaseSchema },
        },
      },
      (request) => {
        const asking = viewerOf(request);
        const userId = recordOwner(asking, request.query.userId);
        const { submission } = request.params;
        return switchRelease(pool, { userId, submission, author: authorOf(asking), change: request.body });
      },
    );
  };
}
