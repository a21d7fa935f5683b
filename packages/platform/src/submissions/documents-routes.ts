import { Readable } from 'node:stream';
import {
  receiptQuerySchema,
  submissionOwnerSchema,
  submissionParametersSchema,
  submissionSignatureParametersSchema,
} from '@penstock/api';
import type pg from 'pg';
import type { Clock } from '../foundation/clock.ts';
import { PenstockError } from '../foundation/errors.ts';
import { type FileSigner, signDocument } from '../foundation/file-signer.ts';
import { asFile, digestHeader } from '../foundation/http/file-answer.ts';
import { type HttpApp, viewerOf } from '../foundation/http/server.ts';
import { readOriginal, readSignatureOf } from './original.ts';
import { bytesOwner, ownerOf } from './owner.ts';
import { readReceipt } from './receipts.ts';

export interface DocumentRouteParts {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  /** Undefined: receipts are not signed. */
  readonly signer: FileSigner | undefined;
}

const SIGNATURE_TYPE = 'application/pkcs7-signature';

/** Of a signed file: its original bytes, its signatures, and its receipt with the Operator's signature. */
export function submissionDocumentRoutes({ pool, clock, signer }: DocumentRouteParts): (app: HttpApp) => void {
  const one = '/api/v1/submissions/:sha256';
  const toSee = { config: { access: 'submissions.see' } } as const;
  const toRead = { config: { access: 'submissions.see', accessOfUsers: 'record.see' } } as const;
  const ofReceipt = { params: submissionParametersSchema, querystring: receiptQuerySchema };
  return (app) => {
    app.get(
      `${one}/file`,
      { ...toRead, schema: { params: submissionParametersSchema, querystring: submissionOwnerSchema } },
      async (request, reply) => {
        const { sha256 } = request.params;
        const asked = { viewer: viewerOf(request), named: request.query.userId, what: `signed file ${sha256}` };
        const { size, name, bytes } = await readOriginal(pool, await bytesOwner(pool, asked), sha256);
        return asFile(reply, name ?? `${sha256.slice(0, 16)}.csv`, 'application/octet-stream')
          .header('repr-digest', digestHeader(sha256))
          .header('content-length', size)
          .send(Readable.from(bytes, { objectMode: false }));
      },
    );
    app.get(
      `${one}/signatures/:signature`,
      { ...toRead, schema: { params: submissionSignatureParametersSchema, querystring: submissionOwnerSchema } },
      async (request, reply) => {
        const { sha256, signature } = request.params;
        const what = `signature of file ${sha256}`;
        const userId = await bytesOwner(pool, { viewer: viewerOf(request), named: request.query.userId, what });
        const bytes = await readSignatureOf(pool, { userId, sha256, signature });
        return asFile(reply, `${sha256.slice(0, 16)}.p7s`, SIGNATURE_TYPE)
          .header('repr-digest', digestHeader(signature))
          .send(bytes);
      },
    );
    app.get(`${one}/receipt`, { ...toSee, schema: ofReceipt }, async (request, reply) => {
      const userId = ownerOf(viewerOf(request), request.query.userId);
      const { name, bytes } = await readReceipt(pool, { ...request.query, userId, sha256: request.params.sha256 });
      // already serialised: the bytes are what was signed
      return asFile(reply, name, 'application/json; charset=utf-8').send(bytes);
    });
    app.get(`${one}/receipt/signature`, { ...toSee, schema: ofReceipt }, async (request, reply) => {
      const userId = ownerOf(viewerOf(request), request.query.userId);
      if (signer === undefined) {
        const detail = 'the Operator has configured no key to sign receipts with';
        throw new PenstockError('request.not-found', { detail });
      }
      const { name, bytes } = await readReceipt(pool, { ...request.query, userId, sha256: request.params.sha256 });
      return asFile(reply, `${name}.p7s`, SIGNATURE_TYPE).send(signDocument(bytes, signer, clock.now()));
    });
  };
}
