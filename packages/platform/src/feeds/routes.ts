import {
  changedSchema,
  feedLinkSchema,
  feedListSchema,
  feedParametersSchema,
  feedQuerySchema,
  feedTokenSchema,
  postFeedSchema,
} from '@penstock/api';
import type { Eui } from '@penstock/duis';
import type { FastifyRequest } from 'fastify';
import { authorOfCall } from '../foundation/http/author.ts';
import { type HttpApp, viewerOf } from '../foundation/http/server.ts';
import { recordOwner, type Viewer } from '../foundation/viewer.ts';
import { type FeedParts, readFeed } from './feed.ts';
import { listLinks, makeLink, revokeLink } from './links-store.ts';

const list = '/api/v1/feeds';
const own = { config: { access: 'feeds.change' } } as const;
const MEDIA_TYPE = 'text/calendar; charset=utf-8; method=PUBLISH';

/** For whom somebody's links act: for its own User ID, or for the Operator. */
const ownerOf = (viewer: Viewer, named: string | undefined): Eui =>
  viewer.kind === 'operator' ? viewer.userId : recordOwner(viewer, named);
/** Whoever keeps the people of a User sees and revokes the links of all of them. */
const isAll = ({ caller }: FastifyRequest) => caller?.choice !== undefined && caller.rights.has('people.change');

/** Calendar links, and what they give. `findPerson` undefined: where only machines call, nothing is fetched by links. */
export function feedRoutes(
  parts: Omit<FeedParts, 'findPerson'>,
  findPerson: FeedParts['findPerson'] | undefined,
): (app: HttpApp) => void {
  return (app) => {
    app.get(
      list,
      { ...own, schema: { querystring: feedQuerySchema, response: { 200: feedListSchema } } },
      async (request) => {
        const viewer = viewerOf(request);
        const whose = { userId: ownerOf(viewer, request.query.userId), isAll: isAll(request) };
        return { items: await listLinks(parts, viewer, whose) };
      },
    );
    app.post(list, { ...own, schema: { body: postFeedSchema, response: { 200: feedLinkSchema } } }, (request) => {
      const viewer = viewerOf(request);
      const { userId, name, service } = request.body;
      return makeLink(parts, viewer, {
        userId: ownerOf(viewer, userId),
        name,
        service,
        author: authorOfCall(request),
      });
    });
    app.post(
      `${list}/:feed/revoke`,
      {
        ...own,
        schema: { params: feedParametersSchema, querystring: feedQuerySchema, response: { 200: changedSchema } },
      },
      async (request) => {
        const viewer = viewerOf(request);
        await revokeLink(parts, viewer, {
          userId: ownerOf(viewer, request.query.userId),
          feed: request.params.feed,
          isAll: isAll(request),
          author: authorOfCall(request),
        });
        return { changed: true };
      },
    );
    if (findPerson === undefined) return;
    app.get(
      `${list}/:token/schedule.ics`,
      { config: { access: 'anyone' }, schema: { params: feedTokenSchema } },
      async (request, reply) => {
        const { text, etag } = await readFeed({ ...parts, findPerson }, request.params.token);
        reply.header('etag', etag).header('cache-control', 'private, no-cache');
        if (request.headers['if-none-match'] === etag) return reply.code(304).send();
        return reply.type(MEDIA_TYPE).header('content-disposition', 'inline; filename="schedule.ics"').send(text);
      },
    );
  };
}
