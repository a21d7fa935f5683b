import multipart from '@fastify/multipart';
import {
  postSubmissionSchema,
  stoppedPageSchema,
  stoppedQuerySchema,
  submissionExportQuerySchema,
  submissionLifeSchema,
  submissionOwnerSchema,
  submissionPageSchema,
  submissionParametersSchema,
  submissionQuerySchema,
} from '@penstock/api';
import type { Eui } from '@penstock/duis';
import { MOST_SIGNATURE_BYTES } from '@penstock/files/signature';
import type { FastifyRequest } from 'fastify';
import type pg from 'pg';
import { authorOf } from '../foundation/author.ts';
import type { Clock } from '../foundation/clock.ts';
import { sendCsv } from '../foundation/csv-export.ts';
import { PenstockError } from '../foundation/errors.ts';
import { withoutLimit } from '../foundation/http/request-time.ts';
import { type HttpApp, viewerOf } from '../foundation/http/server.ts';
import type { Log } from '../foundation/log.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { findParty } from '../parties/parties-store.ts';
import type { ReleaseStart } from '../quarantine/quarantine.ts';
import { measured } from '../ways/health-store.ts';
import { requireOpen } from '../ways/ways-store.ts';
import { waitingFor } from './approvals-store.ts';
import { exportStopped, exportSubmissions } from './export.ts';
import { ownerOf, withdrawerOf } from './owner.ts';
import { type PaceLimits, uploadPace } from './pace.ts';
import { partsOf } from './parts.ts';
import { Places } from './places.ts';
import { listSubmissions, readSubmission, type SubmissionConditions } from './read-store.ts';
import { receiveFile, receiveSignature } from './receive.ts';
import { listStopped, tryAgain } from './tries-store.ts';
import type { TrustFiles } from './trust.ts';
import { withdraw } from './withdraw-store.ts';

/** Of what stands around the two parts. */
const ENVELOPE_BYTES = 64 * 1024 + 16 * 1024;

export interface SubmissionRouteParts {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  readonly log: Log;
  readonly operatorId: Eui;
  readonly trust: TrustFiles;
  readonly mostBytes: number;
  readonly mostKeptBytes: number;
  /** For tests: another pace than the usual. */
  readonly pace?: PaceLimits;
}

/** Signed files: delivery, and what became of them. */
export function submissionRoutes(parts: SubmissionRouteParts): (app: HttpApp) => void {
  const { pool, clock, operatorId, trust, mostBytes, mostKeptBytes, pace = uploadPace } = parts;
  const one = '/api/v1/submissions/:sha256';
  const places = new Places();

  function requireMultipart(request: FastifyRequest, parts: string): void {
    if (request.isMultipart()) return;
    throw new PenstockError('request.unsupported-media-type', { detail: `send multipart/form-data with ${parts}` });
  }

  /** The Operator's own files are taken always, so that whatever happens it can decide. */
  async function requireWay(userId: Eui): Promise<void> {
    if (userId !== operatorId) await requireOpen(pool, 'https', clock.now());
  }

  /** How the list is narrowed to what waits for a second officer. */
  async function approvalsFor(
    viewer: Viewer,
    userId: Eui,
    waitsFor: 'me' | 'others' | undefined,
  ): Promise<SubmissionConditions['approvals']> {
    if (waitsFor === undefined) return undefined;
    const email = viewer.person?.email;
    const files = email === undefined ? [] : await waitingFor(pool, [userId], email);
    return { are: waitsFor === 'me' ? 'among' : 'others', files };
  }

  async function take(request: FastifyRequest, userId: Eui, start: ReleaseStart, by: string): Promise<string> {
    requireMultipart(request, 'the parts file and signature');
    if (Number(request.headers['content-length'] ?? 0) > mostBytes + ENVELOPE_BYTES) {
      throw new PenstockError('request.too-large', { detail: `a file may have ${mostBytes} bytes`, where: 'file' });
    }
    trust.current();
    await requireWay(userId);
    const party = (await findParty(pool, userId)) ?? userId;
    const sha256 = await places.hold(party, () =>
      withoutLimit(request.raw, () =>
        measured(parts, 'https', () =>
          receiveFile(pool, {
            userId,
            parts: partsOf(request, mostBytes, pace),
            mostBytes,
            mostKeptBytes,
            start,
            way: 'https',
            by,
          }),
        ),
      ),
    );
    return sha256.toString('hex');
  }

  return (app) => {
    app.register(multipart);
    app.post(
      '/api/v1/submissions',
      {
        config: { access: 'submissions.change' },
        schema: {
          querystring: postSubmissionSchema,
          consumes: ['multipart/form-data'],
          response: { 202: submissionLifeSchema },
        },
      },
      async (request, reply) => {
        const viewer = viewerOf(request);
        const { paused, rate } = request.query;
        const userId = ownerOf(viewer, request.query.userId);
        const by = authorOf(viewer);
        const start = {
          pausedBy: paused === undefined ? undefined : by,
          rate: rate === undefined ? undefined : { perSecond: rate, by },
        };
        const sha256 = await take(request, userId, start, by);
        return reply.code(202).send(await readSubmission(pool, userId, sha256));
      },
    );
    app.post(
      `${one}/signatures`,
      {
        config: { access: 'submissions.change' },
        schema: {
          params: submissionParametersSchema,
          querystring: submissionOwnerSchema,
          consumes: ['multipart/form-data'],
          response: { 202: submissionLifeSchema },
        },
      },
      async (request, reply) => {
        const viewer = viewerOf(request);
        const userId = ownerOf(viewer, request.query.userId);
        const { sha256 } = request.params;
        requireMultipart(request, 'the part signature');
        trust.current();
        await requireWay(userId);
        await receiveSignature(pool, {
          userId,
          sha256: Buffer.from(sha256, 'hex'),
          parts: partsOf(request, MOST_SIGNATURE_BYTES, pace),
          way: 'https',
          by: authorOf(viewer),
        });
        return reply.code(202).send(await readSubmission(pool, userId, sha256));
      },
    );
    app.post(
      `${one}/withdraw`,
      {
        config: { access: 'submissions.change' },
        schema: {
          params: submissionParametersSchema,
          querystring: submissionOwnerSchema,
          response: { 200: submissionLifeSchema },
        },
      },
      async (request) => {
        const viewer = viewerOf(request);
        const userId = withdrawerOf(viewer, request.query.userId);
        const { sha256 } = request.params;
        await withdraw(pool, { userId, sha256: Buffer.from(sha256, 'hex'), by: authorOf(viewer) });
        return readSubmission(pool, userId, sha256);
      },
    );
    app.post(
      `${one}/retry`,
      {
        config: { access: 'stopped.change' },
        schema: {
          params: submissionParametersSchema,
          querystring: submissionOwnerSchema,
          response: { 200: submissionLifeSchema },
        },
      },
      async (request) => {
        const viewer = viewerOf(request);
        const userId = ownerOf(viewer, request.query.userId);
        const { sha256 } = request.params;
        await tryAgain(pool, { userId, sha256: Buffer.from(sha256, 'hex'), by: authorOf(viewer) });
        return readSubmission(pool, userId, sha256);
      },
    );
    app.get(
      '/api/v1/submissions/needing-operator',
      {
        config: { access: 'stopped.see' },
        schema: { querystring: stoppedQuerySchema, response: { 200: stoppedPageSchema } },
      },
      (request) => listStopped(pool, request.query),
    );
    app.get('/api/v1/submissions/needing-operator.csv', { config: { access: 'stopped.see' } }, async (_, reply) =>
      sendCsv(reply, 'stopped-files.csv', await exportStopped(pool)),
    );
    app.get(
      '/api/v1/submissions',
      {
        config: { access: 'submissions.see' },
        schema: { querystring: submissionQuerySchema, response: { 200: submissionPageSchema } },
      },
      async (request) => {
        const viewer = viewerOf(request);
        const { waitsFor, ...query } = request.query;
        const userId = ownerOf(viewer, query.userId);
        return listSubmissions(pool, userId, { ...query, approvals: await approvalsFor(viewer, userId, waitsFor) });
      },
    );
    app.get(
      '/api/v1/submissions.csv',
      { config: { access: 'submissions.see' }, schema: { querystring: submissionExportQuerySchema } },
      async (request, reply) => {
        const viewer = viewerOf(request);
        const { userId, state, waitsFor } = request.query;
        const owner = ownerOf(viewer, userId);
        const approvals = await approvalsFor(viewer, owner, waitsFor);
        return sendCsv(reply, 'signed-files.csv', await exportSubmissions(pool, owner, { state, approvals }));
      },
    );
    app.get(
      one,
      {
        config: { access: 'submissions.see' },
        schema: {
          params: submissionParametersSchema,
          querystring: submissionOwnerSchema,
          response: { 200: submissionLifeSchema },
        },
      },
      (request) => readSubmission(pool, ownerOf(viewerOf(request), request.query.userId), request.params.sha256),
    );
  };
}
