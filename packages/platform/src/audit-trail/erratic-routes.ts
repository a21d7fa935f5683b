import { type ErraticDevice, erraticExportQuerySchema, erraticPageSchema, erraticQuerySchema } from '@penstock/api';
import type pg from 'pg';
import type { Clock } from '../foundation/clock.ts';
import { type CsvColumns, exportPages, sendCsv } from '../foundation/csv-export.ts';
import { type HttpApp, viewerOf } from '../foundation/http/server.ts';
import { pageOf } from './erratic-list.ts';
import { findErratic } from './erratic-store.ts';

/** The worst of its measures, and why the device is shown. */
const columns: CsvColumns<ErraticDevice> = {
  device: ({ device }) => device,
  kind: ({ kind }) => kind,
  score: ({ score }) => score,
  what: ({ measures: [worst] }) => worst?.what,
  basis: ({ measures: [worst] }) => worst?.basis,
  day: ({ measures: [worst] }) => worst?.day,
  count: ({ measures: [worst] }) => worst?.count,
  usual: ({ measures: [worst] }) => worst?.usual,
  ofKind: ({ measures: [worst] }) => worst?.ofKind,
  since: ({ measures: [worst] }) => worst?.since,
  finding: ({ finding }) => finding,
  shownBecause: ({ why }) => `${why.basis} ${why.role}`,
  userId: ({ why }) => why.userId,
};

/** Devices that do far more than they usually do, for whoever is responsible for them. */
export function erraticRoutes({ pool, clock }: { pool: pg.Pool; clock: Clock }): (app: HttpApp) => void {
  return (app) => {
    app.get(
      '/api/v1/devices/erratic',
      {
        config: { access: 'titles.see' },
        schema: { querystring: erraticQuerySchema, response: { 200: erraticPageSchema } },
      },
      async (request) => {
        const { userId, ...page } = request.query;
        const asked = { userId, what: 'erratic devices', now: clock.now() };
        return pageOf(await findErratic(pool, viewerOf(request), asked), page);
      },
    );
    app.get(
      '/api/v1/devices/erratic.csv',
      { config: { access: 'titles.see' }, schema: { querystring: erraticExportQuerySchema } },
      async (request, reply) => {
        const asked = { userId: request.query.userId, what: 'export erratic devices', now: clock.now() };
        const items = await findErratic(pool, viewerOf(request), asked);
        return sendCsv(reply, 'erratic-devices.csv', await exportPages(columns, async () => ({ items })));
      },
    );
  };
}
