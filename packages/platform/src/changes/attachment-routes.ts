import { Readable } from 'node:stream';
import {
  attachmentListSchema,
  attachmentParametersSchema,
  attachmentSchema,
  changedSchema,
  changeParametersSchema,
  MOST_ATTACHMENT_BYTES,
  postAttachmentQuerySchema,
} from '@penstock/api';
import { PenstockError } from '../foundation/errors.ts';
import { asFile, digestHeader } from '../foundation/http/file-answer.ts';
import { type HttpApp, viewerOf } from '../foundation/http/server.ts';
import { actingOfViewer } from '../foundation/viewer.ts';
import {
  attach,
  listAttachments,
  openAttachment,
  readBytes,
  removeAttachment,
  requireMayAttach,
  tooLarge,
} from './attachments-store.ts';
import type { ChangeParts } from './parts.ts';

/** Files that are taken in at a time, in one process: each is held whole, since what it is shows at its end. */
const MOST_AT_ONCE = 12;

/** The files of a change. */
export function attachmentRoutes(parts: ChangeParts, app: HttpApp): void {
  const list = '/api/v1/changes/:change/attachments';
  const one = `${list}/:attachment`;
  const toSee = { config: { access: 'changes.see' } } as const;
  const toChange = { config: { access: 'changes.change' } } as const;
  const params = changeParametersSchema;
  const its = attachmentParametersSchema;
  const underWay = new Set<string>();

  /** One at a time for each User, so that none takes all the room. */
  async function inTurn<Result>(acting: string, work: () => Promise<Result>): Promise<Result> {
    if (underWay.has(acting) || underWay.size >= MOST_AT_ONCE) throw new PenstockError('changes.upload-under-way');
    underWay.add(acting);
    try {
      return await work();
    } finally {
      underWay.delete(acting);
    }
  }

  app.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));
  app.get(list, { ...toSee, schema: { params, response: { 200: attachmentListSchema } } }, (request) =>
    listAttachments(parts, viewerOf(request), request.params.change),
  );
  app.post(
    list,
    {
      ...toChange,
      schema: {
        params,
        querystring: postAttachmentQuerySchema,
        consumes: ['application/octet-stream'],
        response: { 200: attachmentSchema },
      },
    },
    async (request) => {
      const { body, query } = request;
      const viewer = viewerOf(request);
      const { change } = request.params;
      if (!(body instanceof Readable)) {
        throw new PenstockError('request.unsupported-media-type', {
          detail: 'send the file as application/octet-stream',
        });
      }
      await requireMayAttach(parts, viewer, change);
      if (Number(request.headers['content-length'] ?? 0) > MOST_ATTACHMENT_BYTES) throw tooLarge();
      return inTurn(actingOfViewer(viewer), async () =>
        attach(parts, viewer, { ...query, change, bytes: await readBytes(body.iterator({ destroyOnReturn: false })) }),
      );
    },
  );
  app.get(one, { ...toSee, schema: { params: its } }, async (request, reply) => {
    const { name, type, bytes, sha256, content } = await openAttachment(parts, viewerOf(request), request.params);
    return asFile(reply, name, type.startsWith('text/') ? `${type}; charset=utf-8` : type)
      .header('repr-digest', digestHeader(sha256))
      .header('content-length', bytes)
      .send(Readable.from(content, { objectMode: false }));
  });
  app.delete(one, { ...toChange, schema: { params: its, response: { 200: changedSchema } } }, async (request) => {
    await removeAttachment(parts, viewerOf(request), request.params);
    return { changed: true };
  });
}
