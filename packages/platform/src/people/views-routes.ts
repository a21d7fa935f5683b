import {
  changedSchema,
  postViewSchema,
  renameViewSchema,
  viewListSchema,
  viewParametersSchema,
  viewQuerySchema,
} from '@penstock/api';
import type pg from 'pg';
import { z } from 'zod';
import type { Clock } from '../foundation/clock.ts';
import { type HttpApp, viewerOf } from '../foundation/http/server.ts';
import { deleteView, listViews, renameView, saveView, viewOwner } from './views-store.ts';

/** A person's own views, for the one for whom it acts: whatever its role. */
export function viewsRoutes({ pool, clock }: { pool: pg.Pool; clock: Clock }): (app: HttpApp) => void {
  const own = { config: { access: 'views.change' } } as const;
  return (app) => {
    app.get(
      '/api/v1/views',
      { ...own, schema: { querystring: viewQuerySchema, response: { 200: viewListSchema } } },
      async (request) => ({ items: await listViews(pool, viewOwner(viewerOf(request)), request.query.page) }),
    );
    app.post(
      '/api/v1/views',
      { ...own, schema: { body: postViewSchema, response: { 200: z.object({ view: z.string() }) } } },
      async (request) => ({
        view: await saveView(pool, viewOwner(viewerOf(request)), request.body, clock.now()),
      }),
    );
    app.put(
      '/api/v1/views/:view',
      {
        ...own,
        schema: { params: viewParametersSchema, body: renameViewSchema, response: { 200: changedSchema } },
      },
      async (request) => {
        await renameView(pool, viewOwner(viewerOf(request)), request.params.view, request.body.name);
        return { changed: true };
      },
    );
    app.delete(
      '/api/v1/views/:view',
      { ...own, schema: { params: viewParametersSchema, response: { 200: changedSchema } } },
      async (request) => {
        await deleteView(pool, viewOwner(viewerOf(request)), request.params.view);
        return { changed: true };
      },
    );
  };
}
