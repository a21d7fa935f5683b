import { ofDeviceMonthSchema, ofMonthSchema, ofNowSchema, reportListSchema, reportNames } from '@penstock/api';
import { requireEui } from '@penstock/duis';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type pg from 'pg';
import type { Clock } from '../foundation/clock.ts';
import { type HttpApp, viewerOf } from '../foundation/http/server.ts';
import { readingOwner } from '../foundation/record-reading.ts';
import { recordOwner } from '../foundation/viewer.ts';
import { isOfRecord, reports, writeReport } from './reports.ts';
import { saidOf } from './said.ts';

export interface ReportRouteParts {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  readonly logDays: number;
}

/** Reports: of the record with its right, of the inventory with that of devices. */
export function reportRoutes({ pool, clock, logDays }: ReportRouteParts): (app: HttpApp) => void {
  return (app) => {
    app.get(
      '/api/v1/reports',
      { config: { access: 'devices.see' }, schema: { response: { 200: reportListSchema } } },
      async () => ({
        items: reportNames.map((name) => {
          const { title, takes, columns } = reports[name];
          return { name, title, takes: [...takes], columns: [...columns] };
        }),
      }),
    );
    for (const name of reportNames) {
      const { takes } = reports[name];
      const querystring = takes.includes('device')
        ? ofDeviceMonthSchema
        : takes.includes('month')
          ? ofMonthSchema
          : ofNowSchema;
      app.get(
        `/api/v1/reports/${name}`,
        { config: { access: isOfRecord(name) ? 'record.see' : 'devices.see' }, schema: { querystring } },
        async (request: FastifyRequest, reply: FastifyReply) => {
          const {
            userId: named,
            month,
            device,
          } = request.query as { userId?: string; month?: string; device?: string };
          const viewer = viewerOf(request);
          const what = `report ${name} ${saidOf({ month, device })}`;
          const userId = isOfRecord(name)
            ? await readingOwner(pool, { viewer, named, what })
            : recordOwner(viewer, named);
          const question = { userId, month, device: device === undefined ? undefined : requireEui(device) };
          const text = await writeReport(pool, name, question, { now: clock.now(), logDays });
          return reply
            .type('text/csv; charset=utf-8; header=present')
            .header(
              'content-disposition',
              `attachment; filename="${name}${month === undefined ? '' : `-${month}`}.csv"`,
            )
            .send(text);
        },
      );
    }
  };
}
