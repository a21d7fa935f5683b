import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Guidance, OutageReport, PlannedUses, Readiness, WaysDocument, WaysVersion } from '@penstock/api';
import { requireEui } from '@penstock/duis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../foundation/database/testing.ts';
import { createHttpServer, type HttpServer } from '../foundation/http/server.ts';
import { createLog } from '../foundation/log.ts';
import { machineOf } from '../foundation/testing-machine.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { recordHealth } from './health-store.ts';
import { tellBegun } from './outages-store.ts';
import { waysRoutes } from './routes.ts';
import { findStanding, writeSetUp } from './ways-store.ts';

const alpha = requireEui('90-B3-D5-1F-30-01-00-00');
const beta = requireEui('90-B3-D5-1F-30-02-00-00');
const operatorId = requireEui('90-B3-D5-1F-30-00-00-02');
const desk = { personId: 'p', email: 'desk@operator.example', role: 'service_desk', reason: undefined } as const;
const viewers: Readonly<Record<string, Viewer>> = {
  alpha: { kind: 'user', userIds: [alpha], machine: machineOf(`of ${alpha}`, 'user_administrator') },
  beta: { kind: 'user', userIds: [beta], machine: machineOf(`of ${beta}`, 'user_administrator') },
  operator: { kind: 'operator', userId: operatorId, machine: machineOf('of the Operator', 'change_manager') },
  desk: { kind: 'operator', userId: operatorId, person: desk, machine: machineOf('of the desk', 'service_desk') },
};

let database: TestDatabase;
let api: HttpServer;
let front: Server;
let address: string;
let now = new Date();
beforeAll(async () => {
  database = await testDatabase();
  const { pool } = database;
  await pool.query(
    `insert into party (party_id, name, kind) values ('A', 'Alpha', 'large_supplier'), ('B', 'Beta', 'other'),
       ('O', 'Operator', 'operator'), ('S', 'Suspended', 'other')`,
  );
  await pool.query(
    `insert into user_id (user_id, party_id, status)
     values ($1, 'A', 'active'), ($2, 'B', 'active'), ($3, 'O', 'active'), ('90-B3-D5-1F-30-09-00-00', 'S', 'suspended')`,
    [alpha, beta, operatorId],
  );
  const setUp = { portal: 'https://portal.example', api: 'https://api.example', mostBytes: 1024 };
  const sftp = { host: 'sftp.example', port: 22, fingerprint: 'SHA256:x', hostKey: 'ssh-ed25519 A', mostBytes: 1024 };
  await writeSetUp(pool, { https: setUp, sftp, email: { address: 'a@b.example', fingerprint: '', mostBytes: 1 } });
  api = await createHttpServer({
    log: createLog({ level: 'silent' }),
    version: '0',
    routes: [waysRoutes({ pool, clock: { now: () => now }, operatorId })],
  });
  front = createServer((request, response) =>
    api.handle(request, response, () => viewers[String(request.headers['x-as'])]),
  );
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(front.address() as AddressInfo).port}/api/v1/ways`;
});
afterAll(async () => {
  front?.close();
  await api?.close();
  await database?.drop();
});
beforeEach(async () => {
  now = new Date('2026-11-22T10:00:00Z');
  await database.pool.query(
    'delete from way_outage; delete from way_report; delete from notice; delete from way_use where version > 1; delete from way_version where version > 1',
  );
});

interface Answer<Body> {
  readonly status: number;
  readonly json: Body & { readonly code?: string; readonly detail?: string };
}

async function call<Body = object>(as: string, path = '', body?: object): Promise<Answer<Body>> {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const answer = await fetch(address + path, {
    ...init,
    headers: { 'x-as': as, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
  });
  return { status: answer.status, json: (await answer.json()) as Answer<Body>['json'] };
}

const noticesOf = async (userId: string): Promise<string[]> => {
  const { rows } = await database.pool.query<{ words: string }>(
    `select words from notice where user_id = $1 and kind = 'way' order by noticed_at`,
    [userId],
  );
  return rows.map(({ words }) => words);
};
const uses = (changes: Partial<PlannedUses> = {}): PlannedUses => ({
  https: { use: 'preferred', dependsOn: [] },
  sftp: { use: 'allowed', dependsOn: [] },
  email: { use: 'fallback', dependsOn: [] },
  sharepoint: { use: 'off', dependsOn: [] },
  ...changes,
});
const isOpen = async (way: 'email' | 'sftp' | 'https') => (await findStanding(database.pool, way, now)).isOpen;

describe('an outage', () => {
  test('opens fallbacks, is told to every active User, and closes them when it is ended', async () => {
    const reason = 'A certificate has expired';
    const { status, json } = await call<WaysDocument>('desk', '/outages', {
      way: 'https',
      reason,
      expectedEnd: '2026-11-22T14:00:00Z',
    });
    expect(status).toBe(200);
    expect(json.outages).toMatchObject([{ way: 'https', reason, declaredBy: 'Operator (desk@operator.example)' }]);
    expect(json.usable).toEqual(['sftp', 'email']);
    expect(await isOpen('email')).toBe(true);
    const [words] = await noticesOf(alpha);
    expect(words).toContain('Until it is ended, deliver files by SFTP or e-mail.');
    expect(await noticesOf(beta)).toEqual([words]);
    expect((await database.pool.query('select distinct user_id from notice')).rowCount).toBe(2);

    const seen = (await call<WaysDocument>('alpha')).json;
    expect(seen.outages).toMatchObject([{ declaredBy: 'Operator' }]);
    expect(seen.announcements).toMatchObject([{ kind: 'outage', words }]);

    const { outage = '' } = json.outages[0] ?? {};
    expect(await call('desk', '/outages', { way: 'https', reason })).toMatchObject({
      status: 409,
      json: { code: 'ways.outage-declared' },
    });
    // past its expected end it lasts, until somebody ends it
    now = new Date('2026-11-22T16:00:00Z');
    expect(await isOpen('email')).toBe(true);
    expect(await call('desk', `/outages/${outage}`, { expectedEnd: '2026-11-22T15:00:00Z' })).toMatchObject({
      status: 400,
    });
    expect(await call('desk', `/outages/${outage}`, { expectedEnd: '2026-11-22T18:00:00Z' })).toMatchObject({
      status: 200,
    });
    const ended = await call<WaysDocument>('desk', `/outages/${outage}/end`, { why: 'It was renewed.' });
    expect(ended.json).toMatchObject({ outages: [], announcements: [{ kind: 'outage-ended' }] });
    expect(await isOpen('email')).toBe(false);
    expect((await noticesOf(alpha)).slice(1)).toEqual([
      'The expected end of the outage of the portal or the API (HTTPS) is now 22 November 2026 at 18:00 UTC.',
      'The outage of the portal or the API (HTTPS) ended on 22 November 2026 at 16:00 UTC. E-mail is closed again. It was renewed.',
    ]);
    expect(await call('desk', `/outages/${outage}/end`, { why: 'x' })).toMatchObject({
      json: { code: 'ways.outage-ended' },
    });
    const { json: page } = await call<{ items: object[] }>('beta', '/outages?limit=1');
    expect(page.items).toMatchObject([{ outage, endedBy: 'Operator', endedWhy: 'It was renewed.' }]);
  });

  test('may be announced, and opens fallbacks when it begins; or is called off', async () => {
    const { json } = await call<WaysDocument>('desk', '/outages', {
      way: 'https',
      reason: 'Maintenance',
      from: '2026-11-22T12:00:00Z',
    });
    expect(json.announcements).toMatchObject([{ kind: 'outage-announced' }]);
    expect(await isOpen('email')).toBe(false);
    now = new Date('2026-11-22T12:00:00Z');
    expect(await isOpen('email')).toBe(true);
    for (let round = 0; round < 2; round++) await tellBegun(database.pool, { now, operatorId });
    expect((await noticesOf(beta))[1]).toMatch(/^Outage of the portal .* deliver files by SFTP or e-mail\./);
    now = new Date('2026-11-22T11:00:00Z');
    await call('desk', `/outages/${json.outages[0]?.outage}/end`, { why: 'Not needed.' });
    now = new Date('2026-11-22T12:30:00Z');
    expect(await isOpen('email')).toBe(false);
    const [, , last, ...more] = await noticesOf(beta);
    expect(last).toContain('is called off. Not needed.');
    expect(more).toEqual([]);
  });

  test('that two declare at a time is one', async () => {
    const body = { way: 'sftp', reason: 'r' };
    const both = await Promise.all([call('desk', '/outages', body), call('operator', '/outages', body)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(await noticesOf(alpha)).toHaveLength(1);
  });

  test.each([
    [{ way: 'sharepoint', reason: 'r' }, 422, 'ways.not-usable'],
    [{ way: 'https', reason: 'r', from: '2026-12-24T10:00:00Z' }, 400, 'request.invalid'],
    [{ way: 'https', reason: 'r', expectedEnd: '2026-11-22T09:00:00Z' }, 400, 'request.invalid'],
    [{ way: 'https', reason: 'two\nlines' }, 400, 'request.invalid'],
    [{ way: 'https', reason: ' ' }, 400, 'request.invalid'],
  ])('is refused with a reason: %j', async (body, status, code) => {
    expect(await call('desk', '/outages', body)).toMatchObject({ status, json: { code } });
    expect(await noticesOf(alpha)).toEqual([]);
  });
});

describe('what a User reports', () => {
  const report = (as: string, way = 'https') => call<OutageReport>(as, '/reports', { way, words: 'It answers 502.' });

  test('is seen by itself and the Operator, and answered by the outage that is declared', async () => {
    expect((await report('alpha')).json).toMatchObject({ userId: alpha, state: 'open', reportedBy: alpha });
    expect((await report('alpha')).json.code).toBe('ways.report-open');
    await report('beta');
    const reports = async (as: string) => (await call<{ items: OutageReport[] }>(as, '/reports')).json.items;
    expect(await reports('beta')).toMatchObject([{ userId: beta }]);
    expect(await reports('operator')).toHaveLength(2);
    expect(await call('beta', `/reports?userId=${alpha}`)).toMatchObject({ status: 403 });
    const declared = await call<WaysDocument>('desk', '/outages', { way: 'https', reason: 'r' });
    const { outage } = declared.json.outages[0] ?? {};
    for (const one of await reports('operator')) expect(one).toMatchObject({ state: 'declared', outage });
    expect((await report('alpha')).json.code).toBe('ways.outage-declared');
    expect(await reports('operator')).toHaveLength(2);
  });

  test('may be dismissed with an answer, which its User alone is told', async () => {
    const { json } = await report('alpha', 'sftp');
    const dismiss = (as: string) =>
      call(as, `/reports/${json.report}/dismiss`, { userId: alpha, answer: 'Your key was revoked.' });
    expect(await dismiss('alpha')).toMatchObject({ status: 403 });
    expect(await dismiss('desk')).toMatchObject({ status: 200, json: { state: 'dismissed' } });
    expect(await dismiss('desk')).toMatchObject({ status: 409, json: { code: 'ways.report-answered' } });
    expect(await noticesOf(alpha)).toEqual([
      'What was reported of SFTP is answered, no outage is declared: Your key was revoked.',
    ]);
    expect(await noticesOf(beta)).toEqual([]);
    expect(await report('operator')).toMatchObject({ status: 403 });
  });
});

describe('a version', () => {
  const set = (body: object) => call<WaysVersion>('operator', '/versions', { reason: 'The new contract', ...body });
  const sftpPreferred = uses({ https: { use: 'allowed', dependsOn: [] }, sftp: { use: 'preferred', dependsOn: [] } });

  test('comes at its instant, is told when it is set, and can be withdrawn before', async () => {
    const from = '2026-12-01T00:00:00.000Z';
    const { json } = await set({ effectiveFrom: from, ways: sftpPreferred });
    expect(json).toMatchObject({ version: 2, effectiveFrom: from, ways: { sftp: { use: 'preferred' } } });
    const [words] = await noticesOf(beta);
    expect(words).toContain('SFTP is the preferred way');
    const seen = (await call<WaysDocument>('alpha')).json;
    expect(seen).toMatchObject({ inForce: { version: 1 }, planned: [{ version: 2, setBy: 'Operator' }] });
    expect(seen.announcements).toMatchObject([{ kind: 'change-announced', way: 'sftp', words }]);
    now = new Date(from);
    expect((await call<WaysDocument>('alpha')).json).toMatchObject({
      inForce: { version: 2 },
      usable: ['sftp', 'https'],
    });
    expect((await call('operator', '/versions/2/withdraw', {})).json.code).toBe('ways.in-force');
    now = new Date('2026-11-30T00:00:00Z');
    expect(await call('operator', '/versions/2/withdraw', {})).toMatchObject({ status: 200 });
    expect((await noticesOf(beta))[1]).toMatch(/is withdrawn: .*SFTP is the preferred way/);
    now = new Date('2026-12-02T00:00:00Z');
    expect((await call<WaysDocument>('alpha')).json.inForce.version).toBe(1);
    const { json: page } = await call<{ items: WaysVersion[]; cursor?: string }>('alpha', '/versions?limit=1');
    expect(page).toMatchObject({ items: [{ version: 2, withdrawnBy: 'Operator' }], cursor: '2' });
    const next = await call<{ items: WaysVersion[] }>('alpha', '/versions?limit=1&cursor=2');
    expect(next.json.items).toMatchObject([{ version: 1 }]);
  });

  test('whose fallback shares a dependency with the preferred way must be said to be known, and is flagged', async () => {
    const shared = uses({
      https: { use: 'preferred', dependsOn: ['Office Suite', 'internet line'] },
      email: { use: 'fallback', dependsOn: ['office suite'] },
    });
    expect(await set({ ways: shared })).toMatchObject({
      status: 409,
      json: { code: 'ways.shared-dependency', detail: expect.stringContaining('"office suite"') },
    });
    expect((await set({ ways: shared, acceptsShared: true })).json.shared).toEqual([
      { way: 'email', with: 'https', names: ['office suite'] },
    ]);
    // nothing changes for Users
    expect(await noticesOf(alpha)).toEqual([]);
    const { json } = await call<WaysDocument>('desk', '/outages', { way: 'https', reason: 'r' });
    expect(json.shared).toEqual([{ way: 'email', with: 'https', names: ['office suite'] }]);
    expect(json.announcements[0]?.words).toContain('E-mail depends on "office suite", too, and may fail');
  });

  test.each([
    [{ ways: uses({ https: { use: 'allowed', dependsOn: [] } }) }, 422, 'ways.not-usable'],
    [
      { ways: uses({ https: { use: 'off', dependsOn: [] }, sharepoint: { use: 'preferred', dependsOn: [] } }) },
      422,
      'ways.not-usable',
    ],
    [{ ways: uses(), effectiveFrom: '2026-11-22T09:59:59Z' }, 400, 'request.invalid'],
    [{ ways: uses({ email: { use: 'fallback', dependsOn: ['<b>'] } }) }, 400, 'request.invalid'],
  ])('is refused with a reason: %j', async (body, status, code) => {
    expect(await set(body)).toMatchObject({ status, json: { code } });
    expect((await database.pool.query('select from way_version')).rowCount).toBe(1);
  });
});

test('the guidance has a version for each time that it changed, and the User ID of whoever reads', async () => {
  await database.pool.query('delete from way_guidance');
  const guidance = async (query = '') => (await call<Guidance>('alpha', `/guidance${query}`)).json;
  expect(await guidance()).toMatchObject({
    version: 1,
    sections: [{ way: 'https' }, { way: 'sftp' }, { way: 'email' }],
  });
  expect((await guidance()).versions).toHaveLength(1);
  await call('operator', '/versions', {
    reason: 'r',
    ways: uses({ sftp: { use: 'off', dependsOn: [] } }),
  });
  expect(await guidance()).toMatchObject({ version: 2, sections: [{ way: 'https' }, { way: 'email' }] });
  const first = await guidance('?version=1');
  expect(first).toMatchObject({ version: 1, versions: [{ version: 2 }, { version: 1 }] });
  expect(JSON.stringify(first.sections)).toContain(`sftp -i penstock-key -P 22 ${alpha}@sftp.example`);
  expect((await call('alpha', '/guidance?version=9')).status).toBe(404);
  expect(JSON.stringify((await call('operator', '/guidance?version=1')).json)).toContain('YOUR-USER-ID@');
});

test('readiness: a User sees its own, the Operator all that are active; keys, machines and deliveries count', async () => {
  const { pool } = database;
  await pool.query(
    `insert into ssh_key (user_id, fingerprint, algorithm, key, name, used_at)
     values ($1, sha256('k'), 'ssh-ed25519', '', 'host', $2)`,
    [alpha, now],
  );
  await pool.query(
    `insert into submission_delivery (user_id, sha256, signature_sha256, way, received_at)
     select $1, sha256('f'), sha256('s'), 'sftp', $2::timestamptz - n * interval '1 hour' from generate_series(0, 2) n`,
    [alpha, now],
  );
  const readiness = async (as: string, query = '') =>
    (await call<{ items: Readiness[]; cursor?: string }>(as, `/readiness${query}`)).json;
  const own = await readiness('alpha');
  expect(own.items).toMatchObject([{ userId: alpha, party: 'Alpha' }]);
  expect(own.items[0]?.ways[1]).toEqual({
    way: 'sftp',
    isReady: false,
    has: ['1 SSH key'],
    lacks: ['no officer has a valid certificate'],
    usedAt: now.toISOString(),
    deliveredAt: now.toISOString(),
  });
  const page = await readiness('operator', '?limit=1');
  expect(page).toMatchObject({ items: [{ userId: alpha }], cursor: alpha });
  expect(await readiness('operator', `?limit=1&cursor=${alpha}`)).toMatchObject({ items: [{ userId: beta }] });
  expect((await call('beta', `/readiness?userId=${alpha}`)).status).toBe(403);
});

test('health: what failed is told to the Operator, and to Users only that it did', async () => {
  await recordHealth(database.pool, 'sftp', { by: 'probe', ok: false, at: now, detail: 'refused by 10.0.0.1' });
  const health = async (as: string) => (await call<WaysDocument>(as)).json.ways[1]?.health;
  expect(await health('operator')).toMatchObject({ probeFailure: 'refused by 10.0.0.1', waiting: 0 });
  expect(await health('alpha')).toEqual({
    failures: 0,
    probedAt: now.toISOString(),
    probeFailsSince: now.toISOString(),
  });
});
