import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { importColumns } from '@penstock/api';
import { requireEui } from '@penstock/duis';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApi } from './api.ts';
import { loadConfig } from './foundation/config.ts';
import { ensurePartitions } from './foundation/database/partitions.ts';
import { type TestDatabase, testDatabase } from './foundation/database/testing.ts';
import type { Access, HttpServer } from './foundation/http/server.ts';
import { createLog } from './foundation/log.ts';
import type { Viewer } from './foundation/viewer.ts';
import { testCertificate } from './parties/testing-certificates.ts';

const alpha = requireEui('90-B3-D5-1F-30-01-00-00');
const beta = requireEui('90-B3-D5-1F-30-02-00-00');
const operatorId = requireEui('90-B3-D5-1F-30-00-00-02');
const viewers: Readonly<Record<string, Viewer | undefined>> = {
  nobody: undefined,
  alpha: { kind: 'user', userIds: [alpha] },
  beta: { kind: 'user', userIds: [beta] },
  operator: { kind: 'operator', userId: operatorId },
};
const now = new Date('2026-11-22T12:00:00Z');
const hub = '00-DB-12-34-56-78-00-01';
const meter = '00-DB-12-34-56-78-00-02';

let database: TestDatabase;
let api: HttpServer;
// As the gateway hands requests over, with who the peer's certificate says it is; here a header says it.
let front: Server;
let address: string;

beforeAll(async () => {
  database = await testDatabase();
  await ensurePartitions(database.pool, { today: '2026-11-21', ahead: 2 });
  api = await createApi({
    pool: database.pool,
    clock: { now: () => now },
    log: createLog({ level: 'silent' }),
    operation: { checks: [], metrics: () => new Registry().metrics() },
    version: '0',
    config: loadConfig({ environment: {}, workingFolder: '/nowhere' }),
  });
  front = createServer((request, response) => api.handle(request, response, viewers[String(request.headers['x-as'])]));
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;

  await bring('parties', 'A,Alpha,large_supplier', 'B,Beta,small_supplier', 'O,Operator,operator');
  await bring('user-ids', `${alpha},A,IS|ES,,`, `${beta},B,IS,,`, `${operatorId},O,OPERATOR,,`);
  await bring('devices', `${hub},CHF,Commissioned,,,,,,,,,`, `${meter},ESME,Commissioned,${hub},1000000000001,,,,,,,`);
  await bring('registrations', `1000000000001,IS,${alpha},2020-01-01T00:00:00Z,`);
  await database.pool.query(
    `insert into message_log (user_id, day, sequence, recorded_at, direction, kind, verdict, originator, target,
                              counter, srv, code, size, sha256, repetition)
     select u, '2026-11-22', i, '2026-11-22T10:00:00Z', 'southbound', 'service_request', 'passed', u, $3, i, '4.1.1',
            'I99', 1900, sha256(''), 0
     from unnest(array[$1, $2]::macaddr8[]) with ordinality as users(u, i)`,
    [alpha, beta, meter],
  );
});
afterAll(async () => {
  front.close();
  await api.close();
  await database.drop();
});

async function call(as: string, method: string, path: string, body?: object | string) {
  const type = typeof body === 'string' ? 'text/csv' : 'application/json';
  const answer = await fetch(address + path, {
    method,
    headers: { 'x-as': as, ...(body === undefined ? {} : { 'content-type': type }) },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, json: JSON.parse(text) as Record<string, unknown>, text };
}
async function bring(kind: keyof typeof importColumns, ...lines: string[]) {
  const text = `${importColumns[kind].join(',')}\n${lines.join('\n')}\n`;
  expect(await call('operator', 'POST', `/api/v1/imports/${kind}`, text)).toMatchObject({ status: 200 });
}

describe('who may call what', () => {
  // Every route there is; one that is added must be added here with who may call it.
  const table: Readonly<Record<string, Access>> = {
    'GET /healthz': 'anyone',
    'GET /readyz': 'anyone',
    'GET /metrics': 'anyone',
    'GET /api/openapi.json': 'anyone',
    'GET /api/v1/parties': 'viewer',
    'PUT /api/v1/parties/:partyId': 'operator',
    'GET /api/v1/user-ids': 'viewer',
    'PUT /api/v1/user-ids/:userId': 'operator',
    'GET /api/v1/certificates': 'viewer',
    'POST /api/v1/certificates': 'operator',
    'POST /api/v1/certificates/revoke': 'operator',
    'GET /api/v1/officers': 'viewer',
    'POST /api/v1/officers': 'operator',
    'POST /api/v1/officers/revoke': 'operator',
    'PUT /api/v1/user-ids/:userId/officer-policy': 'operator',
    'POST /api/v1/imports/:kind': 'operator',
    'POST /api/v1/submissions': 'viewer',
    'GET /api/v1/submissions': 'viewer',
    'GET /api/v1/submissions/:sha256': 'viewer',
    'GET /api/v1/quarantine/events': 'viewer',
    'GET /api/v1/quarantine/events/:event': 'viewer',
    'POST /api/v1/quarantine/events/:event': 'viewer',
    'GET /api/v1/quarantine/events/:event/held': 'viewer',
    'GET /api/v1/quarantine/events/:event/report': 'viewer',
    'POST /api/v1/quarantine/events/:event/notes': 'viewer',
    'GET /api/v1/releases': 'viewer',
    'POST /api/v1/releases/:submission': 'viewer',
    'GET /api/v1/notices': 'viewer',
    'GET /api/v1/incidents': 'viewer',
    'GET /api/v1/devices/:device': 'viewer',
    'POST /api/v1/devices': 'operator',
    'GET /api/v1/messages': 'viewer',
    'GET /api/v1/messages/:day/:sequence': 'viewer',
    'GET /api/v1/messages/:day/:sequence/verdict': 'viewer',
    'GET /api/v1/streams': 'viewer',
    'GET /api/v1/thresholds': 'viewer',
    'GET /api/v1/thresholds/:thresholdId/contributors': 'operator',
  };

  test('the table names every route', () => {
    const found = Object.fromEntries(api.accessRules.map(({ method, url, access }) => [`${method} ${url}`, access]));
    expect(found).toEqual(table);
  });

  for (const [route, access] of Object.entries(table)) {
    test(`${route}: ${access}`, async () => {
      const [method = '', url = ''] = route.split(' ');
      const path = url
        .replace(':partyId', 'A')
        .replace(':userId', alpha)
        .replace(':kind', 'parties')
        .replace(':device', meter)
        .replace(':day', '2026-11-22')
        .replace(':sequence', '1')
        .replace(':thresholdId', '1')
        .replace(':sha256', '00'.repeat(32))
        .replace(':submission', '00'.repeat(32))
        .replace(':event', '20261122000000000001');
      const statuses: Record<string, number> = {};
      for (const as of Object.keys(viewers)) {
        const answer = await fetch(address + path, { method, headers: { 'x-as': as } });
        await answer.arrayBuffer();
        statuses[as] = answer.status;
      }
      // Past the door a bare call may still be refused for what it lacks, never with 401; 403 only for another's.
      const isIn = (as: string) => statuses[as] !== 401 && statuses[as] !== 403;
      expect({ nobody: isIn('nobody'), alpha: isIn('alpha'), beta: isIn('beta'), operator: isIn('operator') }).toEqual({
        nobody: access === 'anyone',
        alpha: access !== 'operator',
        beta: access !== 'operator',
        operator: true,
      });
      if (access !== 'anyone') expect(statuses.nobody).toBe(401);
      if (access === 'operator') expect([statuses.alpha, statuses.beta]).toEqual([403, 403]);
    });
  }

  test('what nobody may see says what to do', async () => {
    const { json } = await call('nobody', 'GET', '/api/v1/messages');
    expect(json).toMatchObject({ code: 'access.unauthenticated', status: 401 });
    expect(json.detail).toMatch(/client certificate/);
  });

  test('each sees its own', async () => {
    const items = async (as: string, path: string) => (await call(as, 'GET', path)).json.items as { userId?: string }[];
    for (const list of ['/api/v1/messages', '/api/v1/streams', '/api/v1/user-ids']) {
      expect(new Set((await items('alpha', list)).map((item) => item.userId))).toEqual(new Set([alpha]));
      expect(new Set((await items('beta', list)).map((item) => item.userId))).toEqual(new Set([beta]));
    }
    expect(await call('alpha', 'GET', `/api/v1/messages?userId=${beta}`)).toMatchObject({ status: 403 });
    expect(await call('operator', 'GET', '/api/v1/messages')).toMatchObject({ status: 400 });
    expect((await items('operator', `/api/v1/messages?userId=${beta.toLowerCase()}`))[0]?.userId).toBe(beta);
    expect(await call('alpha', 'GET', '/api/v1/messages/2026-11-22/1')).toMatchObject({ status: 200 });
    expect(await call('beta', 'GET', '/api/v1/messages/2026-11-22/1')).toMatchObject({ status: 404 });
    expect(await call('alpha', 'GET', `/api/v1/devices/${meter}`)).toMatchObject({ status: 200 });
    expect(await call('beta', 'GET', `/api/v1/devices/${meter}`)).toMatchObject({ status: 404 });
  });
});

describe('changes by the Operator', () => {
  test('an import answers with every fault, and is applied whole or not at all', async () => {
    const text = 'party_id,name,kind\nC,Gamma,other\nD,,other\nE,E,nobody\n';
    const { status, json } = await call('operator', 'POST', '/api/v1/imports/parties', text);
    expect(status).toBe(422);
    expect(json).toMatchObject({ code: 'import.refused', faultCount: 2, where: 'parties' });
    expect(json.faults).toMatchObject([
      { line: 3, column: 'name', code: 'import.value.missing' },
      { line: 4, column: 'kind', code: 'import.value.invalid' },
    ]);
    const { json: parties } = await call('operator', 'GET', '/api/v1/parties');
    expect((parties.items as { partyId: string }[]).map((item) => item.partyId)).toEqual(['A', 'B', 'O']);
  });

  test('single changes go the same way, with the same faults', async () => {
    const party = { name: 'Gamma', kind: 'other' };
    expect((await call('operator', 'PUT', '/api/v1/parties/C', party)).json).toEqual({ changed: true });
    expect((await call('operator', 'PUT', '/api/v1/parties/C', party)).json).toEqual({ changed: false });
    const user = { partyId: 'C', roles: ['OU'], status: 'suspended' };
    expect((await call('operator', 'PUT', '/api/v1/user-ids/90-B3-D5-1F-30-09-00-00', user)).json).toEqual({
      changed: true,
    });
    const wrong = {
      userId: beta,
      purpose: 'signing',
      certificate: testCertificate({ userId: alpha, serial: '01' }).pem,
    };
    expect((await call('operator', 'POST', '/api/v1/certificates', wrong)).json).toMatchObject({
      code: 'import.refused',
      faults: [{ code: 'import.certificate.user' }],
    });
    const right = { ...wrong, userId: alpha };
    expect((await call('operator', 'POST', '/api/v1/certificates', right)).json).toEqual({ changed: true });
    const { json } = await call('alpha', 'GET', '/api/v1/certificates');
    const [certificate] = json.items as { fingerprint: string }[];
    const revocation = { purpose: 'signing', fingerprint: certificate?.fingerprint };
    expect((await call('operator', 'POST', '/api/v1/certificates/revoke', revocation)).json).toEqual({ changed: true });
    const device = { device: meter, kind: 'ESME', status: 'Suspended', home: hub, importMpan: '1000000000001' };
    expect((await call('operator', 'POST', '/api/v1/devices', device)).json).toEqual({ changed: true });
    expect((await call('alpha', 'GET', `/api/v1/devices/${meter}`)).json).toMatchObject({ status: 'Suspended' });
  });
});
