import type { MessageDocument, TitleDocument } from '@penstock/api';
import { requireEui } from '@penstock/duis';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bytesOf } from './audit-trail/export-file.ts';
import { ExportWorker } from './audit-trail/export-worker.ts';
import { dropExpiredExports, findExport } from './audit-trail/exports-store.ts';
import { exportRecord } from './audit-trail/record-export.ts';
import { testTitles } from './audit-trail/testing-titles.ts';
import type { TitleStore } from './audit-trail/title-store.ts';
import { openDatabase } from './foundation/database/index.ts';
import { createLog } from './foundation/log.ts';
import { addPerson, TestBrowser } from './people/testing-people.ts';
import { alpha, beta, meter, startTestApi, type TestApi } from './testing-api.ts';

const log = createLog({ level: 'silent' });
const ROWS = 25_000;
const hostile = "=cmd|' /C calc'!A0,\"\r\nx";

let started: TestApi;
let pool: pg.Pool;
let titles: TitleStore;
let worker: ExportWorker;

beforeAll(async () => {
  started = await startTestApi();
  ({ pool } = started.database);
  titles = testTitles(pool);
  worker = new ExportWorker({ pool, titles, log, keepDays: 7, mostUserBytes: 64 * 1024 * 1024 });
  // roles are from the import on, which was later than the API's now
  await pool.query(`update user_role set valid_from = '2020-01-01'`);
  // two days, the second with enough for several pages; what others chose is hostile in one row of a hundred
  await pool.query(
    `insert into message_log (user_id, day, sequence, recorded_at, direction, kind, verdict, originator, target, counter,
                              srv, code, size, sha256, repetition, command_variant, schema_version, response_id,
                              responded_at, preceding, first_in_sequence)
     select $1, d.day, 100 + i, d.day + interval '9 hours' + i * interval '10 ms',
            case i % 2 when 0 then 'southbound' else 'northbound' end::message_direction,
            case i % 2 when 0 then 'service_request' else 'response' end::message_kind, 'passed',
            case when i % 3 > 0 then $1::macaddr8 end, ('00db1234567800' || lpad(to_hex(i % 200), 2, '0'))::macaddr8, i,
            case when i % 5 > 0 then '4.1.1' end, case i % 100 when 7 then $3 else 'I0' end, 2000, sha256(i::text::bytea),
            i, case i % 2 when 0 then 1 end, case i % 100 when 9 then '-1+1' else '5.4' end,
            case i % 2 when 1 then '' end, case i % 2 when 1 then d.day + interval '1 ms' * i end,
            case i % 7 when 0 then $4 end, case i % 4 when 0 then i % 8 = 0 end
     from unnest(array['2026-11-21', '2026-11-22']::date[]) d(day), generate_series(1, $2::integer / 2) i`,
    [alpha, ROWS, hostile, `${alpha}:${beta}:1`],
  );
  await pool.query(
    `insert into named_device (user_id, day, sequence, device)
     select user_id, day, sequence, $1 from message_log
     where sequence % 3 = 0 and target <> $1`,
    [meter],
  );
});
afterAll(() => started.stop());
beforeEach(() => pool.query('truncate export, export_chunk'));

const ask = (as: string, body: object = {}) => started.call(as, 'POST', '/api/v1/exports', body);
async function made(as: string, body: object = {}): Promise<Record<string, unknown>> {
  const { json } = await ask(as, body);
  while (await worker.makeNext());
  return (await started.call(as, 'GET', `/api/v1/exports/${json.export}${of(json)}`)).json;
}
const of = ({ userId }: Record<string, unknown>) => `?userId=${userId}`;

async function file(as: string, one: Record<string, unknown>, headers: Record<string, string> = {}) {
  const answer = await fetch(`${started.address}/api/v1/exports/${one.export}/file${of(one)}`, {
    headers: { 'x-as': as, ...headers },
  });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

/** All of the record, by the pages of the list. */
async function listed(query = ''): Promise<MessageDocument[]> {
  const items: MessageDocument[] = [];
  for (let cursor: unknown = ''; cursor !== undefined; ) {
    const path = `/api/v1/messages?limit=200${query}${cursor === '' ? '' : `&cursor=${cursor}`}`;
    const { json, status } = await started.call('alpha', 'GET', path);
    expect([path, status]).toEqual([path, 200]);
    items.push(...(json.items as MessageDocument[]));
    cursor = json.cursor;
  }
  return items;
}

describe('a file', () => {
  test('has what the list has, to the letter, as JSON lines', async () => {
    const one = await made('alpha', { format: 'jsonl' });
    // the row of the test's world beside them
    expect(one).toMatchObject({ state: 'done', rows: ROWS + 1, days: { done: 93, all: 93 } });
    const { text } = await file('alpha', one);
    const lines = text.trimEnd().split('\n');
    expect(lines.length).toBe(ROWS + 1);
    const byPosition = new Map(lines.map((line) => JSON.parse(line)).map((item) => [item.position, item]));
    for (const item of await listed('&from=2026-11-22T09:01:55Z')) expect(byPosition.get(item.position)).toEqual(item);
    const positions = lines.map((line) => JSON.parse(line).position);
    expect(new Set(positions).size).toBe(ROWS + 1);
    expect(positions).toEqual([...positions].sort((a, b) => order(b) - order(a)));
  });
  const order = (position: string) => Number(position.slice(8, 10)) * 1e9 + Number(position.slice(11));

  test('is the same as the list’s CSV file, and no cell of it is a formula', async () => {
    const one = await made('alpha', { code: hostile });
    const { text, headers } = await file('alpha', one);
    expect(headers.get('content-type')).toContain('text/csv');
    expect(one.rows).toBe(ROWS / 100);
    const quoted = `"'${hostile.replaceAll('"', '""')}"`;
    expect(text.split(quoted).length - 1).toBe(ROWS / 100);
    const direct = await started.call('alpha', 'GET', `/api/v1/messages.csv?code=${encodeURIComponent(hostile)}`);
    expect(direct.text).toBe(text);
    const versions = await started.call('alpha', 'GET', '/api/v1/messages.csv?from=2026-11-22T09:02:04Z');
    expect(versions.text).toContain(`,"'-1+1"\r\n`);
    expect(versions.text.split('\r\n')[0]).toContain('recordedAt,position,userId');
  });

  test('by each condition has what the list has', async () => {
    const request = `${alpha}:00-DB-12-34-56-78-00-01:1`;
    const conditions: Record<string, string>[] = [
      { device: meter },
      { requestId: request },
      { requestId: request, device: '00-DB-12-34-56-78-00-01' },
      { requestId: request, device: meter },
      { mpxn: '1000000000001', code: hostile },
      { mpxn: '1000000000001', device: '00-DB-12-34-56-78-00-01', from: '2026-11-22T09:01:00Z' },
      { mpxn: '1000000000001', requestId: request },
      { mpxn: '1000000000002' },
      { kind: 'response', from: '2026-11-21T09:00:01Z', to: '2026-11-21T09:00:02+00:00' },
      { serviceReferenceVariant: '4.1.1', from: '2026-11-21T09:02:00Z', to: '2026-11-21T09:02:05Z' },
      { from: '2027-01-01T00:00:00Z' },
      { from: '0001-01-01T00:00:00Z', to: '0001-01-02T00:00:00Z' },
      { from: '9999-12-31T23:59:59-14:00' },
      { serviceReferenceVariant: "4.1.1' or true --", code: '%' },
    ];
    for (const each of conditions) {
      const one = await made('alpha', { ...each, format: 'jsonl' });
      const { text } = await file('alpha', one);
      const positions = text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line).position]));
      const query = new URLSearchParams(each).toString();
      expect(positions, query).toEqual((await listed(`&${query}`)).map((item) => item.position));
      const direct = await started.call('alpha', 'GET', `/api/v1/messages.csv?${query}`);
      expect(positionsOf(direct.text), query).toEqual(positions);
      await pool.query('truncate export, export_chunk');
    }
  });
  const positionsOf = (csv: string) => csv.match(/2026-11-2[0-9]\/[0-9]+/g) ?? [];

  test('has nothing that came after it was asked for', async () => {
    const { json } = await ask('alpha', { format: 'jsonl' });
    await pool.query(
      `insert into message_log (user_id, day, sequence, recorded_at, direction, kind, verdict, target, counter, size, sha256,
                                repetition)
       values ($1, '2026-11-22', 900000, '2026-11-22T12:00:01Z', 'northbound', 'device_alert', 'passed', $1, 1, 1, '\\x00', 1)`,
      [alpha],
    );
    while (await worker.makeNext());
    expect((await file('alpha', json)).text).not.toContain('2026-11-22/900000');
    await pool.query('delete from message_log where sequence = 900000');
  });

  test('is whole however often its maker is cut off, and whoever goes on', async () => {
    const reference = await file('alpha', await made('alpha'));
    const { json } = await ask('alpha');
    const name = 'cut off';
    const victim = openDatabase({ url: started.database.url, poolSize: 2, applicationName: name, log });
    const doomed = new ExportWorker({ pool: victim.pool, titles, log, keepDays: 7, mostUserBytes: 64 * 1024 * 1024 });
    let cut = 0;
    for (let round = 0; round < 4; round++) {
      const turn = doomed.makeNext().catch(() => {
        cut++;
        return false;
      });
      const killing = pool.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1 and datname = current_database()',
        [name],
      );
      await Promise.all([turn, killing]);
      await pool.query('update export set failures = 0');
    }
    expect(cut).toBeGreaterThan(0);
    await victim.close();
    while ((await Promise.all([worker.makeNext(), worker.makeNext()])).includes(true));
    expect((await file('alpha', json)).text).toBe(reference.text);
  });
});

describe('fetching', () => {
  test('goes on where it broke off, from any byte on', async () => {
    const one = await made('alpha');
    const whole = await file('alpha', one);
    expect(whole.status).toBe(200);
    expect(whole.headers.get('accept-ranges')).toBe('bytes');
    const size = Buffer.byteLength(whole.text);
    expect([Number(whole.headers.get('content-length')), one.bytes]).toEqual([size, size]);
    for (const [from, to] of [
      [0, 0],
      [1_000_000, 4_000_000],
      [size - 10, size - 1],
      [3_000_001, size - 1],
    ] as const) {
      const part = await file('alpha', one, {
        range: `bytes=${from}-${to}`,
        'if-range': whole.headers.get('etag') ?? '',
      });
      expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes ${from}-${to}/${size}`]);
      expect(part.text === whole.text.slice(from, to + 1)).toBe(true);
    }
    expect((await file('alpha', one, { range: `bytes=${size}-` })).status).toBe(416);
    expect((await file('alpha', one, { range: 'bytes=5-9', 'if-range': '"another"' })).status).toBe(200);
  });

  test('is refused while there is none, and after it was cancelled', async () => {
    const { json } = await ask('alpha');
    expect(JSON.parse((await file('alpha', json)).text).code).toBe('export.not-ready');
    const path = `/api/v1/exports/${json.export}/cancel${of(json)}`;
    expect((await started.call('alpha', 'POST', path)).json.state).toBe('cancelled');
    expect(await worker.makeNext()).toBe(false);
    expect(JSON.parse((await file('alpha', json)).text).code).toBe('export.not-ready');
    const done = await made('alpha');
    await started.call('alpha', 'POST', `/api/v1/exports/${done.export}/cancel${of(done)}`);
    expect((await pool.query('select from export_chunk')).rows.length).toBe(0);
  });

  test('another User’s is none, and a User that is suspended has none', async () => {
    const theirs = await made('beta');
    for (const [as, path, status] of [
      ['alpha', `/api/v1/exports/${theirs.export}`, 404],
      ['alpha', `/api/v1/exports/${theirs.export}/file`, 404],
      ['alpha', `/api/v1/exports/${theirs.export}/file?userId=${beta}`, 403],
      ['alpha', '/api/v1/exports/../../messages', 404],
      ['alpha', `/api/v1/exports/${'0'.repeat(32)}/file`, 404],
      ['alpha', '/api/v1/exports/%00', 400],
      ['operator security', `/api/v1/exports/${theirs.export}?userId=${beta}`, 404],
      ['beta', `/api/v1/exports/${theirs.export}`, 200],
    ] as const) {
      expect([path, (await started.call(as, 'GET', path)).status]).toEqual([path, status]);
    }
    expect((await started.call('alpha', 'POST', `/api/v1/exports/${theirs.export}/cancel`)).status).toBe(404);
    expect((await started.call('alpha', 'GET', '/api/v1/exports')).json.items).toEqual([]);
    await ask('beta');
    await pool.query(`update user_id set status = 'suspended' where user_id = $1`, [beta]);
    while (await worker.makeNext());
    expect((await file('beta', theirs)).status).toBe(403);
    expect((await ask('beta')).status).toBe(403);
    await pool.query(`update user_id set status = 'active' where user_id = $1`, [beta]);
    const { items } = (await started.call('beta', 'GET', '/api/v1/exports')).json as {
      items: { failure?: { code: string } }[];
    };
    expect(items.map(({ failure }) => failure?.code ?? 'none').sort()).toEqual(['access.denied', 'none']);
  });

  test('who is suspended in the middle of a file, of the record or of an export, has no more of it', async () => {
    const one = await made('alpha');
    const viewer = { kind: 'user', userIds: [alpha] } as const;
    const row = await findExport(pool, viewer, alpha, String(one.export));
    const range = { from: 0, to: Number(row.bytes) - 1 };
    const files = [
      bytesOf({ pool, titles }, { viewer, userId: alpha, row }, range),
      await exportRecord({ pool, now: new Date('2026-11-22T12:00:00Z'), logDays: 92 }, viewer, {}),
    ];
    for (const [index, pieces] of files.entries()) {
      const [table, key, end] = losses[index] ?? [];
      const reading = async () => {
        let read = 0;
        for await (const piece of pieces) {
          // the head of a record's file is a piece of its own
          if (++read === 2 || piece.length > 1_000) await setStatus(table, key, end);
        }
      };
      await expect(reading()).rejects.toThrow(/access\.denied/);
      await setStatus(table, key, 'active');
    }
  });
  const losses = [
    ['user_id', 'user_id', 'suspended'],
    ['party', 'party_id', 'withdrawn'],
  ] as const;
  const setStatus = (table = '', key = '', status = '') =>
    pool.query(`update ${table} set status = $1 where ${key} = $2`, [status, table === 'party' ? 'A' : alpha]);

  test('a person of the Operator gives a reason, each time it is written down, and nobody else has the export', async () => {
    const people = await Promise.all(
      ['desk', 'security'].map(async (name) => {
        const browser = new TestBrowser(started.own);
        const role = name === 'desk' ? 'service_desk' : 'security';
        await browser.signIn(await addPerson(pool, { name, roles: { operator: role } }));
        return browser;
      }),
    );
    const reason = { 'penstock-reason': 'Alpha asked what it sent' };
    const [desk, other] = people;
    const asked = await desk?.call('POST', '/api/v1/exports', { userId: alpha }, reason);
    const one = asked?.json ?? {};
    expect([asked?.status, one.state]).toEqual([200, 'waiting']);
    while (await worker.makeNext());
    const path = `/api/v1/exports/${one.export}/file?userId=${alpha}`;
    expect((await desk?.call('GET', path, undefined, reason))?.status).toBe(200);
    expect((await other?.call('GET', path, undefined, reason))?.status).toBe(404);
    expect((await started.call('alpha', 'GET', `/api/v1/exports/${one.export}`)).status).toBe(404);
    expect((await desk?.call('GET', path))?.json.code).toBe('access.reason-needed');
    const { rows } = await pool.query('select what from record_reading where user_id = $1 order by read_at', [alpha]);
    expect(rows.map(({ what }) => what)).toEqual(['export of messages format=csv', `file of export ${one.export}`]);
    expect((await pool.query(`select from notice where kind = 'export' and about = $1`, [one.export])).rows).toEqual(
      [],
    );
  });
});

describe('titles of a device', () => {
  const path = `/api/v1/devices/${meter}/titles`;
  const askTitles = (body: object = {}) => started.call('alpha', 'POST', `${path}/exports`, body);
  async function madeTitles(body: object, by = worker): Promise<Record<string, unknown>> {
    const { json, status } = await askTitles(body);
    expect([status, json.code]).toEqual([200, undefined]);
    while (await by.makeNext());
    return (await started.call('alpha', 'GET', `/api/v1/exports/${json.export}`)).json;
  }
  const twoPages = { from: '2026-11-22T09:01:00Z' };
  /** The registration ends before the API's now. */
  const lose = () => holdUntil('2026-11-22T11:59:59Z');
  const regain = () => holdUntil('infinity');
  async function holdUntil(end: string): Promise<void> {
    await pool.query('update responsibility set valid_to = $2 where device = $1', [meter, end]);
    await pool.query('select refresh_responsible($1)', [[meter]]);
  }
  async function listedTitles(query: string): Promise<Omit<TitleDocument, 'reference'>[]> {
    const found: Omit<TitleDocument, 'reference'>[] = [];
    for (let cursor: unknown; ; ) {
      const after = cursor === undefined ? '' : `&cursor=${cursor}`;
      const { json } = await started.call('alpha', 'GET', `${path}?limit=200&${query}${after}`);
      for (const { reference: _, ...title } of json.items as TitleDocument[]) found.push(title);
      cursor = json.cursor;
      if (cursor === undefined) return found;
    }
  }

  test('are what the list has, as CSV what its file has; each is a look, and its User is told', async () => {
    await pool.query('truncate title_reading');
    const lines = await madeTitles({ format: 'jsonl', ...twoPages });
    expect(lines).toMatchObject({ state: 'done', of: 'titles', conditions: { device: meter } });
    const { text } = await file('alpha', lines);
    const titlesOfLines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(titlesOfLines.length).toBeGreaterThan(2_000);
    expect(lines.rows).toBe(titlesOfLines.length);
    const from = '2026-11-22T09:01:58.000Z';
    const newest = titlesOfLines.filter(({ time }) => time >= from);
    expect(newest).toEqual(await listedTitles(`from=${from}`));
    expect(newest.length).toBeGreaterThan(200);
    const csv = await madeTitles({ code: hostile, direction: 'northbound' });
    const fetched = await file('alpha', csv, { range: 'bytes=10-' });
    expect([fetched.status, csv.conditions]).toMatchObject([206, { code: hostile, direction: 'northbound' }]);
    const query = `code=${encodeURIComponent(hostile)}&direction=northbound`;
    const direct = await started.call('alpha', 'GET', `${path}.csv?${query}`);
    expect(fetched.text).toBe(direct.text.slice(10));
    const looks = await started.call('alpha', 'GET', '/api/v1/title-readings?limit=200');
    const said = (looks.json.items as { what: string }[]).map(({ what }) => what);
    expect(said).toEqual(expect.arrayContaining([`export from=${twoPages.from}`, `file of export ${lines.export}`]));
    const notices = (await started.call('alpha', 'GET', '/api/v1/notices')).json.items;
    const words = expect.stringContaining(`the export of ${lines.rows} titles is ready`);
    expect(notices).toEqual(expect.arrayContaining([expect.objectContaining({ about: lines.export, words })]));
  });

  test('are made and answered only while they may be seen: who loses them has no more of them, and is told', async () => {
    const before = await madeTitles({ format: 'jsonl', ...twoPages });
    const row = await findExport(pool, { kind: 'user', userIds: [alpha] }, alpha, String(before.export));
    const fetched = { viewer: { kind: 'user', userIds: [alpha] }, userId: alpha, row } as const;
    let read = 0;
    const reading = async () => {
      for await (const piece of bytesOf({ pool, titles }, fetched, { from: 0, to: Number(row.bytes) - 1 })) {
        read += piece.length;
        await lose();
      }
    };
    await expect(reading()).rejects.toThrow(/export\.sight-changed/);
    expect(read).toBeLessThan(Number(row.bytes));
    expect(JSON.parse((await file('alpha', before)).text).code).toBe('export.sight-changed');
    expect((await askTitles()).status).toBe(404);
    await regain();
    expect((await file('alpha', before)).status).toBe(200);

    let pages = 0;
    const page: TitleStore['page'] = async (...asked) => {
      // after the look at what may be seen, before the page is read
      if (++pages === 2) await lose();
      return titles.page(...asked);
    };
    const losing = new ExportWorker({ pool, titles: { ...titles, page }, log, keepDays: 7, mostUserBytes: 1e9 });
    const ended = await madeTitles(twoPages, losing);
    expect(ended).toMatchObject({ state: 'failed', failure: { code: 'export.sight-changed' } });
    expect((await pool.query('select from export_chunk where export = $1', [ended.export])).rows).toEqual([]);
    const notices = (await started.call('alpha', 'GET', '/api/v1/notices')).json.items;
    const words = expect.stringContaining('not made: What may be seen of the device has changed');
    expect(notices).toEqual(expect.arrayContaining([expect.objectContaining({ about: ended.export, words })]));
    await regain();
  });

  test('of a sender’s Party are answered only while the switch shows it', async () => {
    await pool.query(`insert into title_switch values ('sender', '2026-11-01', 'party', 'x')`);
    const named = await madeTitles({ code: hostile });
    expect((await file('alpha', named)).text).toContain(',Alpha,');
    await pool.query(`insert into title_switch values ('sender', '2026-11-22T11:00:00Z', 'role', 'x')`);
    expect((await file('alpha', named)).status).toBe(409);
    await pool.query('truncate title_switch');
  });

  test('of another’s device are none', async () => {
    const answers = await Promise.all(
      [meter, '00-DB-12-34-56-78-00-77'].map((device) =>
        started.call('beta', 'POST', `/api/v1/devices/${device}/titles/exports`, {}),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([404, 404]);
    expect((await pool.query('select from export')).rows).toEqual([]);
  });
});

describe('bounds', () => {
  test('so many are kept of a User ID, and so many bytes', async () => {
    for (let index = 0; index < 20; index++) expect((await ask('alpha')).status).toBe(200);
    expect((await ask('alpha')).json.code).toBe('export.too-many');
    expect((await ask('beta')).status).toBe(200);
    await pool.query(`delete from export where user_id = $1`, [alpha]);
    const small = new ExportWorker({ pool, titles, log, keepDays: 7, mostUserBytes: 100_000 });
    const { json } = await ask('alpha');
    while (await small.makeNext());
    const { json: ended } = await started.call('alpha', 'GET', `/api/v1/exports/${json.export}`);
    expect(ended).toMatchObject({ state: 'failed', failure: { code: 'export.too-large' } });
    expect((await pool.query('select from export_chunk where user_id = $1', [alpha])).rows.length).toBe(0);
  });

  test('one that fails again and again ends; the others have their turns', async () => {
    const { json } = await ask('alpha');
    // what its first piece would be is there
    await pool.query(`insert into export_chunk values ($1, $2, 0, 1, '\\x00')`, [alpha, json.export]);
    const good = (await ask('beta')).json;
    for (let turn = 0; turn < 8; turn++) await worker.makeNext().catch(() => true);
    expect((await started.call('alpha', 'GET', `/api/v1/exports/${json.export}`)).json).toMatchObject({
      state: 'failed',
      failure: { code: 'export.failed' },
    });
    expect((await started.call('beta', 'GET', `/api/v1/exports/${good.export}`)).json.state).toBe('done');
  });

  test('what is past its keeping goes; its User is told when one is ready', async () => {
    const one = await made('alpha');
    const { json } = await started.call('alpha', 'GET', '/api/v1/notices');
    expect(json.items).toMatchObject(
      expect.arrayContaining([expect.objectContaining({ kind: 'export', about: one.export, count: ROWS + 1 })]),
    );
    expect(await dropExpiredExports(pool)).toBe(0);
    await pool.query(`update export set expires_at = now() - interval '1 second'`);
    expect(await dropExpiredExports(pool)).toBe(1);
    expect((await pool.query('select from export_chunk')).rows.length).toBe(0);
    expect((await file('alpha', one)).status).toBe(404);
  });

  test.each([
    { from: 'yesterday' },
    { from: '2026-11-22T00:00:00+23:00' },
    { device: 'x' },
    { format: 'xlsx' },
    { kind: 'title' },
    { limit: 5 },
    { code: 'x'.repeat(41) },
    { requestId: `${requireEui(alpha)}:1` },
  ])('%o is refused', async (body) => expect((await ask('alpha', body)).status).toBe(400));
});
