import {
  changedSchema,
  euiSchema,
  setTitleSwitchSchema,
  type TitleReadingPage,
  timelineQuerySchema,
  timelineSchema,
  titleExportQuerySchema,
  titlePageSchema,
  titleQuerySchema,
  titleReadingExportQuerySchema,
  titleReadingPageSchema,
  titleReadingQuerySchema,
  titleSwitchListSchema,
} from '@penstock/api';
import { requireEui } from '@penstock/duis';
import type pg from 'pg';
import { z } from 'zod';
import { authorOf } from '../foundation/author.ts';
import type { Clock } from '../foundation/clock.ts';
import { EXPORTED_ROWS, exportPages, fieldColumns, sendCsv } from '../foundation/csv-export.ts';
import { authorOfCall } from '../foundation/http/author.ts';
import { type HttpApp, viewerOf } from '../foundation/http/server.ts';
import type { RecordStore } from './record-store.ts';
import { listSwitches, setSwitch } from './switches-store.ts';
import { readTimeline } from './timeline-store.ts';
import { exportTitles } from './title-export.ts';
import { listTitleReadings } from './title-readings-store.ts';
import type { TitleStore } from './title-store.ts';

const deviceParameters = z.strictObject({ device: euiSchema });

const readingColumns = fieldColumns<TitleReadingPage['items'][number]>(
  'readAt',
  'side',
  'email',
  'role',
  'userId',
  'device',
  'what',
  'refused',
);

/** Titles of a device, its timeline, what they show, and who looked at them. */
export function titleRoutes({
  pool,
  record,
  titles,
  clock,
  logDays,
}: {
  pool: pg.Pool;
  record: RecordStore;
  titles: TitleStore;
  clock: Clock;
  logDays: number;
}): (app: HttpApp) => void {
  const timelines = { pool, record, titles, now: () => clock.now(), logDays };
  return (app) => {
    app.get(
      '/api/v1/devices/:device/timeline',
      {
        config: { access: 'titles.see' },
        schema: { params: deviceParameters, querystring: timelineQuerySchema, response: { 200: timelineSchema } },
      },
      (request) => readTimeline(timelines, viewerOf(request), requireEui(request.params.device), request.query),
    );
    app.get(
      '/api/v1/devices/:device/titles',
      {
        config: { access: 'titles.see' },
        schema: { params: deviceParameters, querystring: titleQuerySchema, response: { 200: titlePageSchema } },
      },
      (request) => titles.list(viewerOf(request), requireEui(request.params.device), request.query),
    );
    app.get(
      '/api/v1/devices/:device/titles.csv',
      { config: { access: 'titles.see' }, schema: { params: deviceParameters, querystring: titleExportQuerySchema } },
      async (request, reply) => {
        const device = requireEui(request.params.device);
        return sendCsv(reply, 'titles.csv', await exportTitles(titles, viewerOf(request), device, request.query));
      },
    );
    app.get(
      '/api/v1/title-readings',
      {
        config: { access: 'lookups.see' },
        schema: { querystring: titleReadingQuerySchema, response: { 200: titleReadingPageSchema } },
      },
      (request) => listTitleReadings(pool, viewerOf(request), request.query),
    );
    app.get(
      '/api/v1/title-readings.csv',
      { config: { access: 'lookups.see' }, schema: { querystring: titleReadingExportQuerySchema } },
      async (request, reply) => {
        const read = (cursor: string | undefined) =>
          listTitleReadings(pool, viewerOf(request), { ...request.query, cursor, limit: EXPORTED_ROWS });
        return sendCsv(reply, 'title-readings.csv', await exportPages(readingColumns, read));
      },
    );
    app.get(
      '/api/v1/title-switches',
      { config: { access: 'switches.see' }, schema: { response: { 200: titleSwitchListSchema } } },
      async (request) => ({ items: await listSwitches(pool, viewerOf(request)) }),
    );
    app.post(
      '/api/v1/title-switches',
      {
        config: { access: 'switches.change' },
        schema: { body: setTitleSwitchSchema, response: { 200: changedSchema } },
      },
      async (request) => {
        const by = { author: authorOf(viewerOf(request)), recordedBy: authorOfCall(request), now: clock.now() };
        await setSwitch(pool, { change: request.body, ...by });
        return { changed: true };
      },
    );
  };
}
