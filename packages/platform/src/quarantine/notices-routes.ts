import {
  changedSchema,
  type NoticeDocument,
  noticeChoiceSchema,
  noticeChoicesSchema,
  noticeExportQuerySchema,
  noticePageSchema,
  noticeQuerySchema,
  postNoticesReadSchema,
} from '@penstock/api';
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import type { Clock } from '../foundation/clock.ts';
import { type CsvColumns, EXPORTED_ROWS, exportPages, fieldColumns, sendCsv } from '../foundation/csv-export.ts';
import { type HttpApp, viewerOf } from '../foundation/http/server.ts';
import { recordOwner, type Viewer } from '../foundation/viewer.ts';
import { listChoices, setChoice } from './choices-store.ts';
import { listNotices, markRead, readerOf } from './notices-store.ts';

const columns: CsvColumns<NoticeDocument> = {
  ...fieldColumns<NoticeDocument>('at', 'userId', 'kind', 'about', 'words', 'count'),
  isRead: ({ isRead }) => (isRead ? 'yes' : 'no'),
};

export interface NoticesParts {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  /** Mails go out. */
  readonly isMailed: boolean;
}

/** What a User is told. Who may see it may mark it as read: the mark is for who asks alone, and changes nothing for others. */
export function noticesRoutes({ pool, clock, isMailed }: NoticesParts): (app: HttpApp) => void {
  const readers = (viewer: Viewer, named: string | undefined): { userId: Eui; reader: string } => ({
    userId: recordOwner(viewer, named),
    reader: readerOf(viewer),
  });
  return (app) => {
    app.get(
      '/api/v1/notice-choices',
      { config: { access: 'told.change' }, schema: { response: { 200: noticeChoicesSchema } } },
      async (request) => ({ ...(await listChoices(pool, viewerOf(request))), isMailed }),
    );
    app.put(
      '/api/v1/notice-choices',
      { config: { access: 'told.change' }, schema: { body: noticeChoiceSchema, response: { 200: changedSchema } } },
      async (request) => {
        await setChoice(pool, viewerOf(request), request.body, clock.now());
        return { changed: true };
      },
    );
    app.get(
      '/api/v1/notices',
      {
        config: { access: 'quarantine.see' },
        schema: { querystring: noticeQuerySchema, response: { 200: noticePageSchema } },
      },
      (request) => listNotices(pool, readers(viewerOf(request), request.query.userId), request.query),
    );
    app.get(
      '/api/v1/notices.csv',
      { config: { access: 'quarantine.see' }, schema: { querystring: noticeExportQuerySchema } },
      async (request, reply) => {
        const reader = readers(viewerOf(request), request.query.userId);
        const read = (cursor: string | undefined) =>
          listNotices(pool, reader, { ...request.query, cursor, limit: EXPORTED_ROWS });
        return sendCsv(reply, 'notices.csv', await exportPages(columns, read));
      },
    );
    app.post(
      '/api/v1/notices/read',
      {
        config: { access: 'quarantine.see' },
        schema: { body: postNoticesReadSchema, response: { 200: changedSchema } },
      },
      async (request) => ({
        changed: await markRead(pool, readers(viewerOf(request), request.body.userId), request.body),
      }),
    );
  };
}
