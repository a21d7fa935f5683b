import { requireEui } from '@penstock/duis';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reports } from './audit-trail/reports.ts';
import { ensurePartitions } from './foundation/database/index.ts';
import { asInventoryViewerOf, asViewerOf } from './foundation/viewing.ts';
import { addPerson, TestBrowser } from './people/testing-people.ts';
import { alpha, beta, hub, meter, startTestApi, type TestApi } from './testing-api.ts';
import { sumUpLog } from './thresholds/log-sums.ts';

let started: TestApi;
let pool: pg.Pool;
const hours = `array_fill(0::bigint, array[8]) || $5::bigint || array_fill(0::bigint, array[15])`;

beforeAll(async () => {
  started = await startTestApi();
  ({ pool } = started.database);
  const theirs = '00-DB-12-34-56-78-00-03';
  await started.bring(
    'devices',
    `${meter},ESME,Commissioned,${hub},1000000000001,,,Maker,=1+2,1.0,North,`,
    `${theirs},ESME,Pending,,2000000000002,,,Maker,M2,1.0,South,`,
  );
  await started.bring('registrations', `2000000000002,IS,${beta},2026-11-10T00:00:00Z,`);
  const count = (user: string, day: string, srv: string, kind: string, messages: number) =>
    pool.query(`insert into day_count values ($1, $2, 'southbound', $3::message_kind, $4, ${hours})`, [
      ...[user, day, kind, srv, messages],
    ]);
  await count(alpha, '2026-11-21', '4.1.1', 'service_request', 40);
  await count(alpha, '2026-11-22', '4.1.1', 'service_request', 2);
  await count(alpha, '2026-11-22', '11.1', 'service_request', 1);
  await count(beta, '2026-11-22', '4.1.1', 'service_request', 999);
});
afterAll(() => started.stop());

/** How it is read, with the values that it is asked with. */
async function planOf(client: pg.PoolClient, sql: string, values: readonly unknown[]): Promise<string> {
  const { rows } = await client.query<{ 'QUERY PLAN': unknown }>(`explain (format json) ${sql}`, [...values]);
  return JSON.stringify(rows[0]?.['QUERY PLAN']);
}

const report = (as: string, path: string) => started.call(as, 'GET', `/api/v1/reports/${path}`);
const linesOf = (text: string) => text.trimEnd().split('\r\n').slice(1);

describe('reports', () => {
  test('RSAT_001 has the sums of the month, of one User', async () => {
    const { text, status } = await report('alpha', 'RSAT_001?month=2026-11');
    expect(status).toBe(200);
    expect(text.split('\r\n')[0]).toBe(reports.RSAT_001.columns.join());
    expect(linesOf(text)).toEqual([
      `2026-11,${alpha},4.1.1,Read Instantaneous Import Registers,southbound,service_request,42`,
      expect.stringMatching(/,11\.1,[^,]+,southbound,service_request,1$/),
    ]);
    expect(linesOf((await report('operator security', `RSAT_001?month=2026-11&userId=${beta}`)).text)[0]).toContain(
      ',999',
    );
  });

  test('RSAT_001 counts what the log has, once it is summed up', async () => {
    await pool.query('truncate day_count');
    await pool.query(`update lane set sequence = 2, time = '2026-11-22T10:00:00Z'`);
    await sumUpLog(pool);
    const { text } = await report('alpha', 'RSAT_001?month=2026-11');
    expect(linesOf(text).map((line) => line.split(',').at(-1))).toEqual(['1']);
  });

  test('RSAT_002 has one device of the own record', async () => {
    const { text } = await report('alpha', `RSAT_002?month=2026-11&device=${meter}`);
    expect(linesOf(text)).toEqual([
      `2026-11,${alpha},${meter},4.1.1,Read Instantaneous Import Registers,southbound,service_request,passed,I99,1,2026-11-22T10:00:00.000Z,2026-11-22T10:00:00.000Z`,
    ]);
    expect(linesOf((await report('alpha', `RSAT_002?month=2026-11&device=${hub}`)).text)).toEqual([]);
  });

  test('RSMI_001 to RSMI_004 have the devices of one User, as they are now', async () => {
    const now = '2026-11-22T12:00:00.000Z';
    expect(linesOf((await report('alpha', 'RSMI_001')).text)).toContain(`${now},${alpha},ESME,Commissioned,1`);
    expect(linesOf((await report('beta', 'RSMI_001')).text)).toContain(`${now},${beta},ESME,Pending,1`);
    expect((await report('alpha', 'RSMI_001')).text).not.toContain('Pending');
    expect(linesOf((await report('alpha', 'RSMI_002')).text)).toContain(`${now},${alpha},ESME,Maker,'=1+2,1.0,2,1`);
    expect(linesOf((await report('alpha', 'RSMI_003')).text)).toContain(`${now},${alpha},North,ESME,1`);
    expect(linesOf((await report('beta', 'RSMI_004?month=2026-11')).text)).toContain(
      `2026-11,${beta},IS,ESME,gained,1`,
    );
    expect(linesOf((await report('beta', 'RSMI_004?month=2026-10')).text)).toEqual([]);
  });

  test.each([
    ['alpha', 'RSAT_001', 400],
    ['alpha', 'RSAT_001?month=2026-13', 400],
    ['alpha', 'RSAT_001?month=2026-11-01', 400],
    ['alpha', 'RSAT_001?month=2026-07', 400],
    ['alpha', `RSAT_001?month=2026-11&userId=${beta}`, 403],
    ['alpha', `RSMI_001?userId=${beta}`, 403],
    ['alpha', 'RSAT_002?month=2026-11', 400],
    ['alpha', "RSAT_002?month=2026-11&device=00-DB' or 1=1", 400],
    ['alpha', 'RSMI_001?month=2026-11', 400],
    ['alpha', 'RSMI_005', 404],
    ['operator security', 'RSAT_001?month=2026-11', 400],
    ['nobody', 'RSMI_001', 401],
  ])('%s asks %s: %i', async (as, path, status) => expect((await report(as, path)).status).toBe(status));

  test('devices of a User are found by its index, and a device of a month in the days of that month', async () => {
    await pool.query(
      `insert into responsibility (device, role, user_id, valid_from, valid_to)
       select ('01db' || lpad(to_hex(n), 12, '0'))::macaddr8, 'IS', $1, '2026-01-01T00:00:00Z', 'infinity'
       from generate_series(1, 20000) n`,
      [beta],
    );
    await pool.query('analyze responsibility');
    const ofInventory = await asInventoryViewerOf(
      pool,
      { userIds: [alpha], now: new Date('2026-11-22T12:00:00Z'), longest: 30 },
      (client) => planOf(client, reports.RSMI_001.sql, [alpha]),
    );
    expect(ofInventory).toContain('"responsibility_user"');
    expect(ofInventory).not.toMatch(/"Seq Scan"[^{}]*"Relation Name":"responsibility"/);

    await ensurePartitions(pool, { today: '2026-10-30', ahead: 1 });
    await pool.query(
      `insert into message_log (user_id, day, sequence, recorded_at, direction, kind, verdict, target, counter, srv, code,
                                size, sha256, repetition)
       select $1, '2026-11-22', 1000 + n, '2026-11-22T10:00:00Z', 'southbound', 'service_request', 'passed',
              ('01db' || lpad(to_hex(n), 12, '0'))::macaddr8, n, '4.1.1', 'I99', 100, sha256(''), 0
       from generate_series(1, 5000) n`,
      [alpha],
    );
    await pool.query('analyze message_log');
    const ofMonth = await asViewerOf(pool, [alpha], (client) =>
      planOf(client, reports.RSAT_002.sql, [alpha, '2026-11-01', '2026-11-30', meter]),
    );
    const days = new Set(
      [...ofMonth.matchAll(/"(?:message_log|named_device)_(\d{6})\d\d"/g)].map(([, month]) => month),
    );
    expect(days).toEqual(new Set(['202611']));
    expect(ofMonth).toMatch(/"message_log_20261122_target_[^"]*"/);
    expect(ofMonth).toContain('"message_log_20261122_pkey"');
    expect(ofMonth).not.toMatch(/"Seq Scan"[^{}]*"Relation Name":"message_log_20261122"/);
  });
});

describe('saved views', () => {
  let ann: TestBrowser;
  let bob: TestBrowser;
  beforeAll(async () => {
    [ann, bob] = (await Promise.all(
      (['ann', 'bob'] as const).map(async (name) => {
        const browser = new TestBrowser(started.own);
        const roles = name === 'ann' ? { [alpha]: 'read_only', [beta]: 'analyst' } : { [alpha]: 'user_administrator' };
        await browser.signIn(await addPerson(pool, { name, roles: roles as { [userId: string]: 'analyst' } }));
        return browser;
      }),
    )) as [TestBrowser, TestBrowser];
  });
  const forAlpha = { 'penstock-acting': alpha };
  const save = (body: object, headers: Record<string, string> = forAlpha) =>
    ann.call('POST', '/api/v1/views', body, headers);
  const search = { device: meter, mpxn: '1000000000001', code: 'E20', from: '2026-11-01T00:00:00Z' };
  const view = { name: 'Erratic <b>meter</b>', shown: { page: 'messages', search } };

  test('are kept, renamed and deleted; nobody else has them, nor the same person for another', async () => {
    const { status, json } = await save(view);
    expect(status).toBe(200);
    const listed = await ann.call('GET', '/api/v1/views', undefined, forAlpha);
    expect(listed.json.items).toMatchObject([{ ...view, view: json.view }]);
    const path = `/api/v1/views/${json.view}`;
    expect((await ann.call('GET', '/api/v1/views', undefined, { 'penstock-acting': beta })).json.items).toEqual([]);
    expect((await bob.call('GET', '/api/v1/views')).json.items).toEqual([]);
    expect((await bob.call('PUT', path, { name: 'mine' })).status).toBe(404);
    expect((await bob.call('DELETE', path)).status).toBe(404);
    expect((await ann.call('DELETE', path, undefined, { 'penstock-acting': beta })).status).toBe(404);
    expect((await ann.call('PUT', path, { name: '  Other  ' }, forAlpha)).status).toBe(200);
    const renamed = await ann.call('GET', '/api/v1/views?page=messages', undefined, forAlpha);
    expect(renamed.json.items).toMatchObject([{ name: 'Other' }]);
    expect((await ann.call('GET', '/api/v1/views?page=titles', undefined, forAlpha)).json.items).toEqual([]);
    expect((await ann.call('DELETE', path, undefined, forAlpha)).status).toBe(200);
    expect((await ann.call('DELETE', path, undefined, forAlpha)).status).toBe(404);
    expect((await started.call('alpha', 'GET', '/api/v1/views')).status).toBe(403);
  });

  test.each([
    [{ ...view, name: '' }],
    [{ ...view, name: '   ' }],
    [{ ...view, name: 'x'.repeat(81) }],
    [{ ...view, name: 'a\u202eb' }],
    [{ ...view, name: 'a\u0000b' }],
    [{ ...view, shown: { page: 'people', search: {} } }],
    [{ ...view, shown: { page: '__proto__', search: {} } }],
    [{ ...view, shown: { page: 'messages', search: { sql: '1' } } }],
    [{ ...view, shown: { page: 'messages', search: { device: `${requireEui(meter)}x` } } }],
    [{ ...view, shown: { page: 'messages', search: { code: 'javascript:alert(1)' } } }],
    [{ ...view, shown: { page: 'titles', search: {} } }],
    [{ ...view, to: 'https://elsewhere.example' }],
  ])('%j is refused', async (body) => expect((await save(body)).status).toBe(400));

  test('so many are kept', async () => {
    await pool.query(
      `insert into saved_view select person_id, acting, gen_random_uuid(), 'x', 'messages', '{}', now()
       from person_role, generate_series(1, 50) where acting = $1 and role = 'read_only'`,
      [alpha],
    );
    expect((await save(view)).json.code).toBe('view.too-many');
    expect((await save(view, { 'penstock-acting': beta })).status).toBe(200);
  });
});
