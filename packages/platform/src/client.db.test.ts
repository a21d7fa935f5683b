import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { ApiError, PenstockClient } from '@penstock/api';
import { requireEui } from '@penstock/duis';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApi } from './api.ts';
import { ExportWorker } from './audit-trail/export-worker.ts';
import { testTitles } from './audit-trail/testing-titles.ts';
import { loadConfig } from './foundation/config.ts';
import { ensurePartitions } from './foundation/database/partitions.ts';
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
  [fingerprintOf(certificateOf.operator.der), { kind: 'operator', userId: operatorId, certificate: 'of the Operator' }],
  [fingerprintOf(certificateOf.alpha.der), { kind: 'user', userIds: [alpha], certificate: 'of Alpha' }],
]);
const keyOf = (certificate: TestCertificate) => certificate.privateKey.export({ type: 'pkcs8', format: 'pem' });

let database: TestDatabase;
let api: HttpServer;
let front: Server;
/** Bytes of the next file after which its connection breaks. */
let breaksAfter: number | undefined;
const ranges: (string | undefined)[] = [];

function breakOff(response: ServerResponse, after: number): void {
  const write = response.write.bind(response) as (chunk: Buffer) => boolean;
  let sent = 0;
  response.write = (chunk: Buffer) => {
    sent += chunk.length;
    if (sent <= after) return write(chunk);
    write(chunk.subarray(0, chunk.length - (sent - after)));
    setImmediate(() => response.destroy());
    return true;
  };
}
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
    if (request.url?.includes('/file')) {
      ranges.push(request.headers.range);
      if (breaksAfter !== undefined) breakOff(response, breaksAfter);
      breaksAfter = undefined;
    }
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

describe('penstock audit', () => {
  const ROWS = 12_000;
  let folder: string;
  let worker: ExportWorker;

  beforeAll(async () => {
    const { pool } = database;
    folder = mkdtempSync(join(tmpdir(), 'penstock-audit-'));
    for (const who of ['alpha', 'unknown'] as const) {
      writeFileSync(join(folder, `${who}.pem`), certificateOf[who].pem);
      writeFileSync(join(folder, `${who}.key`), keyOf(certificateOf[who]));
    }
    writeFileSync(join(folder, 'ca.pem'), certificateOf.server.pem);
    await ensurePartitions(pool, { today: '2026-11-22', ahead: 1 });
    await pool.query(`insert into party (party_id, name, kind) values ('A', 'Alpha', 'other') on conflict do nothing`);
    await pool.query(`insert into user_id (user_id, party_id) values ($1, 'A') on conflict do nothing`, [alpha]);
    await insert(1, ROWS);
    worker = new ExportWorker({
      pool,
      titles: testTitles(pool),
      log: createLog({ level: 'silent' }),
      keepDays: 7,
      mostUserBytes: 64 * 1024 * 1024,
    });
    worker.start();
  });
  afterAll(async () => {
    await worker.stop();
    rmSync(folder, { recursive: true });
  });

  const insert = (from: number, to: number) =>
    database.pool.query(
      `insert into message_log (user_id, day, sequence, recorded_at, direction, kind, verdict, target, counter, code, size,
                                sha256, repetition)
       select $1, '2026-11-22', i, '2026-11-22T08:00:00Z'::timestamptz + i * interval '10 ms', 'northbound', 'device_alert',
              'passed', $2, i, case i % 2 when 0 then '8F3F' else '81A0' end, 100, sha256(i::text::bytea), i
       from generate_series($3::integer, $4::integer) i`,
      [alpha, '00-DB-12-34-56-78-00-02', from, to],
    );

  function run(who: string, ...args: string[]) {
    const bin = join(import.meta.dirname, '../../../bin/penstock.cjs');
    const child = spawn(process.execPath, [bin, 'audit', ...args], {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        PENSTOCK_SERVER: `https://localhost:${(front.address() as AddressInfo).port}`,
        PENSTOCK_CLIENT_CERTIFICATE: `${who}.pem`,
        PENSTOCK_CLIENT_KEY: `${who}.key`,
        PENSTOCK_CLIENT_CA: 'ca.pem',
      },
    });
    const said = { out: '', err: '' };
    child.stdout.on('data', (chunk) => {
      said.out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      said.err += chunk;
    });
    return { child, said, ended: once(child, 'close').then(([code]) => ({ code: code as number | null, ...said })) };
  }

  test('search shows the newest, as a table and as JSON, by conditions', async () => {
    const table = await run('alpha', 'search', '--limit', '2', '--code', '8F3F').ended;
    expect(table.out.match(/8F3F|81A0/g)).toEqual(['8F3F', '8F3F']);
    expect(table.err).toContain('There are more');
    const { items } = JSON.parse((await run('alpha', 'search', '--kind', 'device_alert', '--json').ended).out);
    expect(items[0].position).toBe(`2026-11-22/${ROWS}`);
  });

  test.each([
    [['search', '--limit', '1000'], 64],
    [['search', '--titles'], 64],
    [['export', '--titles', '--out', 'none.csv'], 64],
    [['search', '--from', 'yesterday'], 4],
    [['search', '--user', '90-B3-D5-1F-30-02-00-00'], 4],
    [['search', '--titles', '--device', '00-DB-12-34-56-78-00-02'], 4],
    [['export', '--titles', '--device', '00-DB-12-34-56-78-00-02', '--out', 'none.csv'], 4],
  ])('%j ends with %i', async (args, code) => expect((await run('alpha', ...args).ended).code).toBe(code));

  test('who is not known gets nothing', async () => {
    expect(await run('unknown', 'export', '--out', 'none.csv').ended).toMatchObject({ code: 4, out: '' });
  });

  test('export fetches all, goes on after a break, and in another process', async () => {
    breaksAfter = 1_000_000;
    const first = await run('alpha', 'export', '--out', 'one.csv', '--json').ended;
    expect(first).toMatchObject({ code: 0 });
    const made = JSON.parse(first.out);
    const whole = readFileSync(join(folder, 'one.csv'), 'utf8');
    expect([whole.trimEnd().split('\r\n').length, Buffer.byteLength(whole)]).toEqual([ROWS + 1, made.bytes]);
    expect(ranges.slice(-2)).toEqual([undefined, expect.stringMatching(/^bytes=\d+-$/)]);
    const asked = JSON.stringify({ format: 'csv' });
    const begun = JSON.stringify({ export: made.export, userId: alpha, asked });
    writeFileSync(join(folder, 'two.csv.part'), whole.slice(0, 500_000));
    writeFileSync(join(folder, 'two.csv.part.json'), begun);
    expect((await run('alpha', 'export', '--out', 'two.csv', '--code', '8F3F').ended).code).toBe(64);
    expect((await run('alpha', 'export', '--out', 'two.csv').ended).code).toBe(0);
    expect(ranges.at(-1)).toBe('bytes=500000-');
    expect(readFileSync(join(folder, 'two.csv'), 'utf8') === whole).toBe(true);
    expect(readdirSync(folder).filter((name) => name.includes('.part'))).toEqual([]);
  });

  test('tail tells what comes, each message once and in order', async () => {
    const tail = run('alpha', 'tail', '--json');
    const told = () => tail.said.out.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line).position]));
    await expect.poll(told).toHaveLength(10);
    await insert(ROWS + 1, ROWS + 300);
    await expect.poll(() => told().length).toBe(310);
    await insert(ROWS + 301, ROWS + 301);
    await expect.poll(() => told().at(-1)).toBe(`2026-11-22/${ROWS + 301}`);
    tail.child.kill('SIGINT');
    await tail.ended;
    expect(told()).toEqual(Array.from({ length: 311 }, (_, index) => `2026-11-22/${ROWS - 9 + index}`));
  });
});
