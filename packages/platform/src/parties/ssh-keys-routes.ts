import {
  changedSchema,
  postSshKeySchema,
  revokeSshKeySchema,
  type SshKeyDocument,
  sshKeyExportQuerySchema,
  sshKeyPageSchema,
  sshKeyQuerySchema,
} from '@penstock/api';
import type pg from 'pg';
import { EXPORTED_ROWS, exportPages, fieldColumns, sendCsv } from '../foundation/csv-export.ts';
import { PenstockError } from '../foundation/errors.ts';
import { authorOfCall } from '../foundation/http/author.ts';
import { type HttpApp, viewerOf } from '../foundation/http/server.ts';
import { readSshKey, type SshKey, SshKeyFault } from './ssh-keys.ts';
import { listSshKeys, registerSshKey, revokeSshKey } from './ssh-keys-store.ts';

const sshKeyColumns = fieldColumns<SshKeyDocument>(
  'userId',
  'name',
  'algorithm',
  'fingerprint',
  'registeredAt',
  'registeredBy',
  'revokedAt',
  'revokedBy',
  'usedAt',
);

function keyOf(text: string): SshKey {
  try {
    return readSshKey(text);
  } catch (error) {
    if (!(error instanceof SshKeyFault)) throw error;
    throw new PenstockError('request.invalid', { detail: error.message, where: 'key' });
  }
}

/** SSH keys, by which machines come in by SFTP. */
export function sshKeysRoutes(pool: pg.Pool): (app: HttpApp) => void {
  return (app) => {
    app.get(
      '/api/v1/ssh-keys',
      {
        config: { access: 'certificates.see' },
        schema: { querystring: sshKeyQuerySchema, response: { 200: sshKeyPageSchema } },
      },
      (request) => listSshKeys(pool, viewerOf(request), request.query),
    );
    app.get(
      '/api/v1/ssh-keys.csv',
      { config: { access: 'certificates.see' }, schema: { querystring: sshKeyExportQuerySchema } },
      async (request, reply) => {
        const read = (cursor: string | undefined) =>
          listSshKeys(pool, viewerOf(request), { ...request.query, cursor, limit: EXPORTED_ROWS });
        return sendCsv(reply, 'ssh-keys.csv', await exportPages(sshKeyColumns, read));
      },
    );
    app.post(
      '/api/v1/ssh-keys',
      {
        config: { access: 'certificates.change' },
        schema: { body: postSshKeySchema, response: { 200: changedSchema } },
      },
      async (request) => {
        const { userId, name, key } = request.body;
        return { changed: await registerSshKey(pool, { userId, name, key: keyOf(key) }, authorOfCall(request)) };
      },
    );
    app.post(
      '/api/v1/ssh-keys/revoke',
      {
        config: { access: 'certificates.change' },
        schema: { body: revokeSshKeySchema, response: { 200: changedSchema } },
      },
      async (request) => ({ changed: await revokeSshKey(pool, request.body, authorOfCall(request)) }),
    );
  };
}
