import { Readable } from 'node:stream';
import {
  bankHolidaysSchema,
  calendarPageSchema,
  calendarParametersSchema,
  calendarQuerySchema,
  changedSchema,
  changeExportQuerySchema,
  changeFindingsSchema,
  changeHistoryQuerySchema,
  changeIntakeSchema,
  changePageSchema,
  changeParametersSchema,
  changePreviewSchema,
  changeQuerySchema,
  changeSlotsSchema,
  changeUsePageSchema,
  changeVersionPageSchema,
  changeViewSchema,
  clashListSchema,
  clashQuerySchema,
  euiSchema,
  holidayParametersSchema,
  limitsListSchema,
  monthParametersSchema,
  monthScheduleSchema,
  moveChangeSchema,
  postCalendarSchema,
  postChangeSchema,
  postLimitsSchema,
  previewChangeSchema,
  putChangeSchema,
  savedChangeSchema,
} from '@penstock/api';
import { z } from 'zod';
import { EXPORTED_ROWS, exportPages, sendCsv } from '../foundation/csv-export.ts';
import { PenstockError } from '../foundation/errors.ts';
import { authorOfCall } from '../foundation/http/author.ts';
import { type HttpApp, viewerOf } from '../foundation/http/server.ts';
import { attachmentRoutes } from './attachment-routes.ts';
import { listCalendar, listLimits, postEvent, setLimits, withdrawEvent } from './calendar-store.ts';
import { listChanges, readChange, requireOwn } from './changes-store.ts';
import { allClashes, findingsOf, slotsOf, tellEvent } from './findings-store.ts';
import { listUses, listVersions } from './history-store.ts';
import { takeInDrafts } from './intake.ts';
import { changeColumns } from './list-csv.ts';
import type { ChangeParts } from './parts.ts';
import { previewChange } from './preview-store.ts';
import { copyChange, createChange, editChange, moveChange } from './save-store.ts';
import { monthPdf } from './schedule-pdf.ts';
import { monthLines, readMonth } from './schedule-store.ts';
import { talkRoutes } from './talk-routes.ts';
import { deleteTemplate } from './template-store.ts';
import { bankHolidaysOf } from './working-days.ts';

const list = '/api/v1/changes';
const one = `${list}/:change`;
const toSee = { config: { access: 'changes.see' } } as const;
const toChange = { config: { access: 'changes.change' } } as const;
const toPlan = { config: { access: 'calendar.change' } } as const;
const params = changeParametersSchema;
const saved = { 200: savedChangeSchema };

/** Changes: what everybody may see of them, and one's own. */
export function changesRoutes(parts: ChangeParts): (app: HttpApp) => void {
  return (app) => {
    ownRoutes(parts, app);
    calendarRoutes(parts, app);
    talkRoutes(parts, app);
    attachmentRoutes(parts, app);
    const { pool } = parts;
    app.get(
      list,
      { ...toSee, schema: { querystring: changeQuerySchema, response: { 200: changePageSchema } } },
      (request) => listChanges(parts, viewerOf(request), request.query),
    );
    app.get(`${list}.csv`, { ...toSee, schema: { querystring: changeExportQuerySchema } }, async (request, reply) => {
      const read = (cursor: string | undefined) =>
        listChanges(parts, viewerOf(request), { ...request.query, cursor, limit: EXPORTED_ROWS });
      return sendCsv(reply, 'changes.csv', await exportPages(changeColumns, read));
    });
    app.get(one, { ...toSee, schema: { params, response: { 200: changeViewSchema } } }, (request) =>
      readChange(parts, viewerOf(request), request.params.change),
    );
    app.get(
      `${one}/clashes`,
      { ...toSee, schema: { params, response: { 200: changeFindingsSchema } } },
      async (request) => {
        const viewer = viewerOf(request);
        return findingsOf(parts, viewer, await requireOwn(parts, viewer, request.params.change), pool);
      },
    );
    app.get(`${one}/slots`, { ...toSee, schema: { params, response: { 200: changeSlotsSchema } } }, (request) =>
      slotsOf(parts, viewerOf(request), request.params.change),
    );
    const page = { params, querystring: changeHistoryQuerySchema };
    app.get(
      `${one}/history`,
      { ...toSee, schema: { ...page, response: { 200: changeVersionPageSchema } } },
      (request) => listVersions(parts, viewerOf(request), { ...request.query, ...request.params }),
    );
    app.get(`${one}/uses`, { ...toSee, schema: { ...page, response: { 200: changeUsePageSchema } } }, (request) =>
      listUses(parts, viewerOf(request), { ...request.query, ...request.params }),
    );
    const times = { querystring: clashQuerySchema, response: { 200: clashListSchema } };
    app.get(`${list}/clashes`, { ...toSee, schema: times }, (request) =>
      allClashes(parts, viewerOf(request), request.query),
    );
    const month = { params: monthParametersSchema };
    app.get(
      `${list}/schedule/:month`,
      { ...toSee, schema: { ...month, response: { 200: monthScheduleSchema } } },
      (request) => readMonth(parts, viewerOf(request), request.params.month),
    );
    app.get(`${list}/schedule/:month/csv`, { ...toSee, schema: month }, async (request, reply) => {
      const schedule = await readMonth(parts, viewerOf(request), request.params.month);
      return sendCsv(reply, `planned-maintenance-${schedule.month}.csv`, monthLines(schedule));
    });
    app.get(`${list}/schedule/:month/pdf`, { ...toSee, schema: month }, async (request, reply) => {
      const schedule = await readMonth(parts, viewerOf(request), request.params.month);
      return reply
        .type('application/pdf')
        .header('content-disposition', `attachment; filename="planned-maintenance-${schedule.month}.pdf"`)
        .send(await monthPdf(schedule));
    });
  };
}

/** Making, editing, moving. */
function ownRoutes(parts: ChangeParts, app: HttpApp): void {
  app.post(list, { ...toChange, schema: { body: postChangeSchema, response: saved } }, (request) =>
    createChange(parts, viewerOf(request), request.body),
  );
  const preview = { body: previewChangeSchema, response: { 200: changePreviewSchema } };
  app.post(`${list}/preview`, { ...toChange, schema: preview }, (request) =>
    previewChange(parts, viewerOf(request), request.body),
  );
  app.put(one, { ...toChange, schema: { params, body: putChangeSchema, response: saved } }, (request) =>
    editChange(parts, viewerOf(request), { ...request.body, ...request.params }),
  );
  app.post(`${one}/move`, { ...toChange, schema: { params, body: moveChangeSchema, response: saved } }, (request) =>
    moveChange(parts, viewerOf(request), { ...request.body, ...request.params }),
  );
  app.post(`${one}/copy`, { ...toChange, schema: { params, response: saved } }, (request) =>
    copyChange(parts, viewerOf(request), request.params.change),
  );
  app.delete(one, { ...toChange, schema: { params, response: { 200: changedSchema } } }, async (request) => {
    await deleteTemplate(parts, viewerOf(request), { ...request.params, author: authorOfCall(request) });
    return { changed: true };
  });
  const querystring = z.strictObject({ userId: euiSchema.optional() });
  app.post(
    `${list}/intake`,
    { ...toChange, schema: { querystring, consumes: ['text/csv'], response: { 200: changeIntakeSchema } } },
    async (request) => {
      const { body } = request;
      if (!(body instanceof Readable)) {
        throw new PenstockError('request.unsupported-media-type', { detail: 'send the file as text/csv' });
      }
      return { changes: await takeInDrafts(parts, viewerOf(request), { ...request.query, source: body }) };
    },
  );
}

/** Limits, freezes, maintenance windows, rehearsals. */
function calendarRoutes(parts: ChangeParts, app: HttpApp): void {
  const limits = `${list}/limits`;
  app.get(limits, { config: { access: 'calendar.see' }, schema: { response: { 200: limitsListSchema } } }, (request) =>
    listLimits(parts, viewerOf(request)),
  );
  app.post(limits, { ...toPlan, schema: { body: postLimitsSchema, response: { 200: limitsListSchema } } }, (request) =>
    setLimits(parts, viewerOf(request), request.body, authorOfCall(request)),
  );
  const year = { params: holidayParametersSchema, response: { 200: bankHolidaysSchema } };
  app.get(`${list}/bank-holidays/:year`, { config: { access: 'calendar.see' }, schema: year }, (request) => ({
    days: bankHolidaysOf(request.params.year),
  }));
  const calendar = `${list}/calendar`;
  app.get(
    calendar,
    {
      config: { access: 'calendar.see' },
      schema: { querystring: calendarQuerySchema, response: { 200: calendarPageSchema } },
    },
    (request) => listCalendar(parts, viewerOf(request), request.query),
  );
  app.post(
    calendar,
    { ...toPlan, schema: { body: postCalendarSchema, response: { 200: calendarParametersSchema } } },
    async (request) => ({
      event: await postEvent(parts, viewerOf(request), request.body, {
        author: authorOfCall(request),
        tell: (client, event) => tellEvent(parts, client, event),
      }),
    }),
  );
  app.post(
    `${calendar}/:event/withdraw`,
    { ...toPlan, schema: { params: calendarParametersSchema, response: { 200: changedSchema } } },
    async (request) => {
      const { event } = request.params;
      await withdrawEvent(parts, viewerOf(request), { event, author: authorOfCall(request) });
      return { changed: true };
    },
  );
}
