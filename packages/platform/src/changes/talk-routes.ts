import {
  answerCommentSchema,
  changedSchema,
  changeParametersSchema,
  closeMediationSchema,
  commentPageSchema,
  commentParametersSchema,
  commentQuerySchema,
  consultationSchema,
  joinTestingSchema,
  mediationPageSchema,
  mediationParametersSchema,
  mediationQuerySchema,
  mediationThreadSchema,
  postCommentSchema,
  postMediationMessageSchema,
  postMediationSchema,
} from '@penstock/api';
import { z } from 'zod';
import { type HttpApp, viewerOf } from '../foundation/http/server.ts';
import { answerComment, joinTesting, listComments, postComment, readConsultation } from './consultation-store.ts';
import { listMediations, readMediation } from './mediations-read-store.ts';
import { closeMediation, openMediation, writeInMediation } from './mediations-store.ts';
import type { ChangeParts } from './parts.ts';

const one = '/api/v1/changes/:change';
const toSee = { config: { access: 'changes.see' } } as const;
const toChange = { config: { access: 'changes.change' } } as const;
const params = changeParametersSchema;
const changed = { 200: changedSchema };

/** What is said about changes: consultations, who joins testing, mediations. */
export function talkRoutes(parts: ChangeParts, app: HttpApp): void {
  mediationRoutes(parts, app);
  app.get(`${one}/consultation`, { ...toSee, schema: { params, response: { 200: consultationSchema } } }, (request) =>
    readConsultation(parts, viewerOf(request), request.params.change),
  );
  app.get(
    `${one}/comments`,
    { ...toSee, schema: { params, querystring: commentQuerySchema, response: { 200: commentPageSchema } } },
    (request) => listComments(parts, viewerOf(request), { ...request.query, ...request.params }),
  );
  const made = { 200: z.object({ comment: z.uuid() }) };
  app.post(
    `${one}/comments`,
    { ...toChange, schema: { params, body: postCommentSchema, response: made } },
    async (request) => ({
      comment: await postComment(parts, viewerOf(request), { ...request.body, ...request.params }),
    }),
  );
  app.post(
    `${one}/comments/:comment/answer`,
    { ...toChange, schema: { params: commentParametersSchema, body: answerCommentSchema, response: changed } },
    async (request) => {
      await answerComment(parts, viewerOf(request), { ...request.body, ...request.params });
      return { changed: true };
    },
  );
  app.post(
    `${one}/testing`,
    { ...toChange, schema: { params, body: joinTestingSchema, response: changed } },
    async (request) => {
      await joinTesting(parts, viewerOf(request), { ...request.body, ...request.params });
      return { changed: true };
    },
  );
}

function mediationRoutes(parts: ChangeParts, app: HttpApp): void {
  const list = '/api/v1/changes/mediations';
  const thread = { 200: mediationThreadSchema };
  const its = mediationParametersSchema;
  app.get(
    list,
    { ...toSee, schema: { querystring: mediationQuerySchema, response: { 200: mediationPageSchema } } },
    (request) => listMediations(parts, viewerOf(request), request.query),
  );
  app.post(list, { ...toChange, schema: { body: postMediationSchema, response: thread } }, async (request) => {
    const viewer = viewerOf(request);
    return readMediation(parts, viewer, await openMediation(parts, viewer, request.body));
  });
  app.get(`${list}/:mediation`, { ...toSee, schema: { params: its, response: thread } }, (request) =>
    readMediation(parts, viewerOf(request), request.params.mediation),
  );
  app.post(
    `${list}/:mediation/messages`,
    { ...toChange, schema: { params: its, body: postMediationMessageSchema, response: thread } },
    async (request) => {
      const { mediation } = request.params;
      await writeInMediation(parts, viewerOf(request), { ...request.body, mediation });
      return readMediation(parts, viewerOf(request), mediation);
    },
  );
  app.post(
    `${list}/:mediation/close`,
    { ...toChange, schema: { params: its, body: closeMediationSchema, response: thread } },
    async (request) => {
      const { mediation } = request.params;
      await closeMediation(parts, viewerOf(request), { ...request.body, mediation });
      return readMediation(parts, viewerOf(request), mediation);
    },
  );
}
