import { Readable } from 'node:stream';
import {
  changedSchema,
  type DeviceDocument,
  deviceListSchema,
  deviceQuerySchema,
  deviceSchema,
  euiSchema,
  importKindSchema,
  importResultSchema,
  postDeviceSchema,
} from '@penstock/api';
import { requireEui } from '@penstock/duis';
import type pg from 'pg';
import { z } from 'zod';
import type { Clock } from '../foundation/clock.ts';
import { type CsvColumns, exportPages, fieldColumns, sendCsv } from '../foundation/csv-export.ts';
import { PenstockError } from '../foundation/errors.ts';
import { authorOfCall } from '../foundation/http/author.ts';
import { type HttpApp, viewerOf } from '../foundation/http/server.ts';
import { oneRow, runImport } from '../foundation/import.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { devicesImporter } from './devices-import.ts';
import { getDevice, listDevices } from './devices-store.ts';
import { importFile } from './import-file.ts';

const deviceColumns: CsvColumns<DeviceDocument> = {
  ...fieldColumns<DeviceDocument>(
    'device',
    'kind',
    'status',
    'home',
    'manufacturer',
    'model',
    'firmware',
    'region',
    'smets',
    'updatedAt',
    'importMpan',
    'exportMpan',
    'mprn',
  ),
  responsible: ({ responsible }) =>
    responsible
      .map(({ role, userId, validFrom, validTo }) => `${role} ${userId} ${validFrom ?? ''}/${validTo ?? ''}`)
      .join('; '),
};

/** A million devices with all their fields are some 150 MB. */
const MOST_IMPORT_BYTES = 512 * 1024 * 1024;

async function* bounded(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.byteLength;
    if (bytes > MOST_IMPORT_BYTES) {
      throw new PenstockError('request.too-large', { detail: `a file may have ${MOST_IMPORT_BYTES} bytes` });
    }
    yield chunk;
  }
}

/** Devices, and the imports of every kind. */
export function devicesRoutes({ pool, clock }: { pool: pg.Pool; clock: Clock }): (app: HttpApp) => void {
  /** Those of one home: some ten at most. */
  async function ofHome(viewer: Viewer, { mpxn, home }: z.output<typeof deviceQuerySchema>): Promise<DeviceDocument[]> {
    if ((mpxn === undefined) === (home === undefined)) {
      throw new PenstockError('request.invalid', { where: 'mpxn', detail: 'say either mpxn or home' });
    }
    const asked = { mpxn, home: home === undefined ? undefined : requireEui(home), now: clock.now() };
    return listDevices(pool, viewer, asked);
  }
  return (app) => {
    app.addContentTypeParser('text/csv', (_request, payload, done) => done(null, payload));
    app.post(
      '/api/v1/imports/:kind',
      {
        config: { access: 'directory.change' },
        schema: {
          params: z.strictObject({ kind: importKindSchema }),
          consumes: ['text/csv'],
          response: { 200: importResultSchema },
        },
      },
      async (request) => {
        const { params, body } = request;
        if (!(body instanceof Readable)) {
          throw new PenstockError('request.unsupported-media-type', { detail: 'send the file as text/csv' });
        }
        return importFile(pool, params.kind, bounded(body), authorOfCall(request));
      },
    );
    app.get(
      '/api/v1/devices',
      {
        config: { access: 'devices.see' },
        schema: { querystring: deviceQuerySchema, response: { 200: deviceListSchema } },
      },
      async (request) => ({ items: await ofHome(viewerOf(request), request.query) }),
    );
    app.get(
      '/api/v1/devices.csv',
      { config: { access: 'devices.see' }, schema: { querystring: deviceQuerySchema } },
      async (request, reply) => {
        const read = async () => ({ items: await ofHome(viewerOf(request), request.query) });
        return sendCsv(reply, 'devices.csv', await exportPages(deviceColumns, read));
      },
    );
    app.get(
      '/api/v1/devices/:device',
      {
        config: { access: 'devices.see' },
        schema: { params: z.strictObject({ device: euiSchema }), response: { 200: deviceSchema } },
      },
      (request) => getDevice(pool, viewerOf(request), requireEui(request.params.device), clock.now()),
    );
    app.post(
      '/api/v1/devices',
      { config: { access: 'devices.change' }, schema: { body: postDeviceSchema, response: { 200: changedSchema } } },
      async (request) => {
        const { importMpan, exportMpan, ...rest } = request.body;
        const row = { ...rest, import_mpan: importMpan, export_mpan: exportMpan };
        const { changed } = await runImport(pool, devicesImporter, authorOfCall(request), (columns) =>
          oneRow(columns, row),
        );
        return { changed: changed > 0 };
      },
    );
  };
}
