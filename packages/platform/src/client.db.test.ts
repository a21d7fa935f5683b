import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { ApiError, PenstockClient } from '@penstock/api';
import { requireEui } from '@penstock/duis';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApi } from './api.ts';
import { loadConfig } from './foundation/config.ts';
import { type TestDatabase, testDatabase } from './foundation/database/testing.ts';
import type { HttpServer } from './foundation/http/server.ts';
import { createLog } from './foundation/log.ts';
import type { Viewer } from './foundation/viewer.ts';
import { type TestCertificate, testCertificate } from './parties/testing-certificates.ts';
import { Reports } from './quarantine/report.ts';

const operatorId = requireEui('90-B3-D5-1F-30-00-00-02');
const alpha = requireEui('90-B3-D5-1F-30-01-00-00');
const certificateOf = {
  operator: testCertificate({ userId: operatorId, serial: '01' }),
  alpha: testCertificate({ userId: alpha, serial: '02' }),
  unknown: testCertificate({ serial: '03' }),
  server: testCertificate({ serial: '04', issuer: 'server', serverName: 'localhost' }),
};
const fingerprintOf = (der: Uint8Array) => createHash('sha256').update(der).digest('hex');
const viewers = new Map<string, Viewer>([
  [fingerprintOf(certificateOf.operator.der), { kind: 'operator', userId: operatorId }],
  [fingerprintOf(certificateOf.alpha.der), { kind: 'user', userIds: [alpha] }],
]);
const keyOf = (certificate: TestCertificate) => certificate.privateKey.export({ type: 'pkcs8', format: 'pem' });

let database: TestDatabase;
let api: HttpServer;
let front: Server;
const clients: PenstockClient[] = [];

beforeAll(async () => {
  database = await testDatabase();
  api = await createApi({
    pool: database.pool,
    reports: new Reports(database.pool),
    clock: { now: () => new Date('2026-11-22T12:00:00Z') },
    log: createLog({ level: 'silent' }),
    operation: { checks: [], metrics: () => new Registry().metrics() },
    people: undefined,
    events: undefined,
    demonstration: undefined,
    portal: undefined,
    version: '0',
    config: loadConfig({ environment: {}, workingFolder: '/nowhere' }),
  });
  const { server } = certificateOf;
  const tls = { cert: server.pem, key: keyOf(server), requestCert: true, rejectUnauthorized: false };
  front = createServer(tls, (request, response) => {
    const peer = (request.socket as TLSSocket).getPeerX509Certificate();
    api.handle(request, response, peer === undefined ? undefined : viewers.get(fingerprintOf(peer.raw)));
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  for (const client of clients) client.close();
  front.close();
  await api.close();
  await database.drop();
});

function clientOf(who: 'operator' | 'alpha' | 'unknown', authorities = certificateOf.server.pem): PenstockClient {
  const certificate = certificateOf[who];
  const client = new PenstockClient({
    address: `https://localhost:${(front.address() as AddressInfo).port}`,
    certificate: certificate.pem,
    key: keyOf(certificate),
    authorities,
  });
  clients.push(client);
  return client;
}
async function errorOf(work: Promise<unknown>): Promise<ApiError> {
  const [result] = await Promise.allSettled([work]);
  if (result?.status === 'rejected' && result.reason instanceof ApiError) return result.reason;
  throw new Error('it did not fail as an ApiError', { cause: result });
}
async function* file(...lines: string[]) {
  for (const line of lines) yield Buffer.from(`${line}\n`);
}

describe('the client', () => {
  test('imports, asks and changes with typed answers', async () => {
    const operator = clientOf('operator');
    expect(await operator.import('parties', file('party_id,name,kind', 'A,Alpha,other'))).toEqual({
      kind: 'parties',
      rows: 1,
      changed: 1,
    });
    expect(await operator.putUserId(alpha, { partyId: 'A', roles: ['IS'] })).toEqual({ changed: true });
    expect((await operator.userIds()).items[0]).toMatchObject({ userId: alpha, roles: [{ role: 'IS' }] });
    const { items } = await clientOf('alpha').streams();
    expect(items.map(({ direction, waiting }) => [direction, waiting])).toEqual([
      ['southbound', 0],
      ['northbound', 0],
    ]);
    expect((await clientOf('alpha').messages({ limit: 10, kind: 'response' })).items).toEqual([]);
  });

  test('a failure is an ApiError with the problem; of an import, with its faults', async () => {
    const refused = await errorOf(clientOf('operator').import('parties', file('party_id,name,kind', 'A,,x')));
    expect(refused.status).toBe(422);
    expect(refused.problem?.faults?.map((fault) => fault.column)).toEqual(['name', 'kind']);
    const denied = await errorOf(clientOf('alpha').import('parties', file('party_id,name,kind', 'A,Alpha,other')));
    expect(denied.problem?.code).toBe('access.denied');
    const unknown = await errorOf(clientOf('unknown').messages());
    expect(unknown.problem?.code).toBe('access.unauthenticated');
    const missing = await errorOf(clientOf('alpha').message('2026-11-22/1'));
    expect(missing.problem?.code).toBe('request.not-found');
    expect(missing.message).toMatch(/there is no such message/);
  });

  test('an upload that is refused at the door is answered though it was not read', async () => {
    async function* endless() {
      for (let chunks = 0; chunks < 400; chunks += 1) yield Buffer.alloc(65_536, 'x');
    }
    expect((await errorOf(clientOf('alpha').import('devices', endless()))).status).toBe(403);
  });

  test('a gateway that is not the one expected is not talked to', async () => {
    await expect(clientOf('alpha', certificateOf.unknown.pem).messages()).rejects.toThrow(/certificate/);
  });
});
