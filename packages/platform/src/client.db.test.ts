import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { ApiError } from '@penstock/api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ExportWorker } from './audit-trail/export-worker.ts';
import { testTitles } from './audit-trail/testing-titles.ts';
import { ensurePartitions } from './foundation/database/partitions.ts';
import type { TestDatabase } from './foundation/database/testing.ts';
import { createLog } from './foundation/log.ts';
import { alpha, certificateOf, TestFront } from './testing-client.ts';

let front: TestFront;
let database: TestDatabase;
let folder: string;
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

beforeAll(async () => {
  front = await TestFront.start((request, response) => {
    if (!request.url?.includes('/file')) return;
    ranges.push(request.headers.range);
    if (breaksAfter !== undefined) breakOff(response, breaksAfter);
    breaksAfter = undefined;
  });
  ({ database, folder } = front);
});
afterAll(() => front.stop());

const clientOf: TestFront['clientOf'] = (...args) => front.clientOf(...args);
const run: TestFront['run'] = (...args) => front.run(...args);

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
  let worker: ExportWorker;

  beforeAll(async () => {
    const { pool } = database;
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
  afterAll(() => worker.stop());

  const insert = (from: number, to: number) =>
    database.pool.query(
      `insert into message_log (user_id, day, sequence, recorded_at, direction, kind, verdict, target, counter, code, size,
                                sha256, repetition)
       select $1, '2026-11-22', i, '2026-11-22T08:00:00Z'::timestamptz + i * interval '10 ms', 'northbound', 'device_alert',
              'passed', $2, i, case i % 2 when 0 then '8F3F' else '81A0' end, 100, sha256(i::text::bytea), i
       from generate_series($3::integer, $4::integer) i`,
      [alpha, '00-DB-12-34-56-78-00-02', from, to],
    );

  const audit = (who: string, ...args: string[]) => run(who, 'audit', ...args);

  test('search shows the newest, as a table and as JSON, by conditions', async () => {
    const table = await audit('alpha', 'search', '--limit', '2', '--code', '8F3F').ended;
    expect(table.out.match(/8F3F|81A0/g)).toEqual(['8F3F', '8F3F']);
    expect(table.err).toContain('There are more');
    const { items } = JSON.parse((await audit('alpha', 'search', '--kind', 'device_alert', '--json').ended).out);
    expect(items[0].position).toBe(`2026-11-22/${ROWS}`);
  });

  test.each([
    [['search', '--limit', '1000'], 64],
    [['report', 'RSAT_009'], 64],
    [['report', 'RSAT_001'], 4],
    [['search', '--titles'], 64],
    [['export', '--titles', '--out', 'none.csv'], 64],
    [['search', '--from', 'yesterday'], 4],
    [['search', '--user', '90-B3-D5-1F-30-02-00-00'], 4],
    [['search', '--titles', '--device', '00-DB-12-34-56-78-00-02'], 4],
    [['export', '--titles', '--device', '00-DB-12-34-56-78-00-02', '--out', 'none.csv'], 4],
  ])('%j ends with %i', async (args, code) => expect((await audit('alpha', ...args).ended).code).toBe(code));

  test('the Operator reads with a reason, which is recorded', async () => {
    const search = ['search', '--limit', '1', '--user', alpha];
    const refused = await audit('desk', ...search).ended;
    expect(refused).toMatchObject({ code: 4, err: expect.stringContaining('access.reason-needed') });
    expect(await audit('desk', ...search, '--read-reason', 'Störung 4711').ended).toMatchObject({ code: 0 });
    const { rows } = await database.pool.query('select email, role, reason from record_reading');
    expect(rows).toEqual([{ email: 'machine of the desk', role: 'service_desk', reason: 'Störung 4711' }]);
  });

  test('reports are listed, and fetched to the standard output or to a file; the Operator says why', async () => {
    const ofMonth = ['report', 'RSAT_001', '--month', '2026-11'];
    const [listed, printed, filed, refused] = await Promise.all([
      audit('alpha', 'report').ended,
      audit('alpha', ...ofMonth).ended,
      audit('alpha', 'report', 'RSMI_001', '--out', 'report.csv', '--json').ended,
      audit('desk', ...ofMonth, '--user', alpha).ended,
    ]);
    expect(listed).toMatchObject({ code: 0, out: expect.stringMatching(/\nRSAT_002 +--month --device +\S/) });
    expect(printed).toMatchObject({ code: 0, out: expect.stringMatching(/^month,userId,.*,messages\r\n/), err: '' });
    expect([filed.code, JSON.parse(filed.out).report]).toEqual([0, 'RSMI_001']);
    expect(readFileSync(join(folder, 'report.csv'), 'utf8')).toMatch(/^asAt,userId,kind,status,devices\r\n/);
    expect(refused).toMatchObject({ code: 4, out: '', err: expect.stringContaining('access.reason-needed') });
  });

  test('who is not known gets nothing', async () => {
    expect(await audit('unknown', 'export', '--out', 'none.csv').ended).toMatchObject({ code: 4, out: '' });
  });

  test('export fetches all, goes on after a break, and in another process', async () => {
    breaksAfter = 1_000_000;
    const first = await audit('alpha', 'export', '--out', 'one.csv', '--json').ended;
    expect(first).toMatchObject({ code: 0 });
    const made = JSON.parse(first.out);
    const whole = readFileSync(join(folder, 'one.csv'), 'utf8');
    expect([whole.trimEnd().split('\r\n').length, Buffer.byteLength(whole)]).toEqual([ROWS + 1, made.bytes]);
    expect(ranges.slice(-2)).toEqual([undefined, expect.stringMatching(/^bytes=\d+-$/)]);
    const asked = JSON.stringify({ format: 'csv' });
    const begun = JSON.stringify({ export: made.export, userId: alpha, asked });
    writeFileSync(join(folder, 'two.csv.part'), whole.slice(0, 500_000));
    writeFileSync(join(folder, 'two.csv.part.json'), begun);
    expect((await audit('alpha', 'export', '--out', 'two.csv', '--code', '8F3F').ended).code).toBe(64);
    expect((await audit('alpha', 'export', '--out', 'two.csv').ended).code).toBe(0);
    expect(ranges.at(-1)).toBe('bytes=500000-');
    expect(readFileSync(join(folder, 'two.csv'), 'utf8') === whole).toBe(true);
    expect(readdirSync(folder).filter((name) => name.includes('.part'))).toEqual([]);
  });

  test('tail tells what comes, each message once and in order', async () => {
    const tail = audit('alpha', 'tail', '--json');
    const told = () => tail.said.out.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line).position]));
    await expect.poll(told).toHaveLength(10);
    await insert(ROWS + 1, ROWS + 300);
    await expect.poll(() => told().length).toBe(310);
    await insert(ROWS + 301, ROWS + 301);
    await expect.poll(() => told().at(-1)).toBe(`2026-11-22/${ROWS + 301}`);
    // nobody answers for a while: it asks on, and tells what came meanwhile
    await front.unreachable(async () => {
      await expect.poll(() => tail.said.err).toContain('does not answer');
      await insert(ROWS + 302, ROWS + 310);
    });
    await expect.poll(() => told().length).toBe(320);
    expect(tail.said.err).toMatch(/^penstock: .* it is asked on\.\npenstock: .* answers again\.\n$/);
    tail.child.kill('SIGINT');
    await tail.ended;
    expect(told()).toEqual(Array.from({ length: 320 }, (_, index) => `2026-11-22/${ROWS - 9 + index}`));
  });

  describe('titles', () => {
    const meter = '00-DB-12-34-56-78-00-05';
    const beta = '90-B3-D5-1F-30-02-00-00';
    const arrive = (from: number, to: number, since = '2026-11-22T09:00:00Z') =>
      database.pool.query(
        `insert into message_log (user_id, day, sequence, recorded_at, direction, kind, verdict, target, counter, srv, code,
                                  size, sha256, repetition)
         select $1, '2026-11-22', i, $5::timestamptz + i * interval '1 s', 'southbound', 'service_request',
                'passed', $2, i, '4.1.1', case i % 2 when 0 then 'I99' else 'E20' end, 100, sha256(''), 0
         from generate_series($3::integer, $4::integer) i`,
        [beta, meter, from, to, since],
      );
    /** All of them as the API gives them, newest first. */
    const given = async (code?: string) => {
      const client = clientOf('alpha');
      const items = [];
      for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
        const page = await client.titles(meter, { limit: 100, cursor, code });
        items.push(...page.items);
        cursor = page.cursor;
      }
      return items.map(({ reference: _, ...title }) => title);
    };
    const asGiven = (line: string) => {
      const { reference: _, ...title } = JSON.parse(line);
      return title;
    };
    beforeAll(async () => {
      const { pool } = database;
      await pool.query(
        `insert into party (party_id, name, kind) values ('A', 'Alpha', 'other'), ('B', 'Beta', 'other')
         on conflict do nothing`,
      );
      await pool.query(`insert into user_id (user_id, party_id) values ($1, 'A'), ($2, 'B') on conflict do nothing`, [
        alpha,
        beta,
      ]);
      await pool.query('delete from user_role where user_id = $1', [alpha]);
      await pool.query(`insert into user_role (user_id, role) values ($1, 'IS'), ($2, 'OU')`, [alpha, beta]);
      await pool.query(`insert into device (device, kind, status) values ($1, 'ESME', 'Commissioned')`, [meter]);
      await pool.query(
        `insert into responsibility (device, role, user_id, valid_from) values ($1, 'IS', $2, '2026-11-22T09:01:40Z')`,
        [meter, alpha],
      );
      await pool.query('select refresh_responsible(array[$1::macaddr8])', [meter]);
      await arrive(1, 250);
    });

    test('search and export give who may see them what the API gives, the export in parts too; nobody else any', async () => {
      const all = await given();
      expect(all.length).toBe(250);
      expect(new Set(all.map(({ why }) => why.basis))).toEqual(new Set(['responsible', 'history']));
      const searched = await audit('alpha', 'search', '--titles', '--device', meter, '--code', 'E20', '--json').ended;
      const { items } = JSON.parse(searched.out) as { items: object[] };
      expect(items.map((one) => asGiven(JSON.stringify(one)))).toEqual((await given('E20')).slice(0, 50));
      const table = await audit('alpha', 'search', '--titles', '--device', meter, '--limit', '2').ended;
      expect(table).toMatchObject({ code: 0, err: expect.stringContaining('There are more') });
      expect(table.out.match(/OU +responsible IS/g)).toHaveLength(2);
      expect(table.out).not.toMatch(/90-B3|Beta/);
      breaksAfter = 20_000;
      const titles = ['export', '--titles', '--device', meter, '--format', 'jsonl', '--out', 'titles.jsonl'];
      expect(await audit('alpha', ...titles).ended).toMatchObject({ code: 0 });
      expect(ranges.slice(-2)).toEqual([undefined, expect.stringMatching(/^bytes=\d+-$/)]);
      const lines = readFileSync(join(folder, 'titles.jsonl'), 'utf8').trimEnd().split('\n');
      expect(lines.map(asGiven)).toEqual(all);
      expect(await audit('unknown', 'search', '--titles', '--device', meter).ended).toMatchObject({ code: 4, out: '' });
    });

    test('tail tells the newest, what comes then, and ends when they may not be seen any more', async () => {
      const tail = audit('alpha', 'tail', '--device', meter, '--json');
      const told = () => tail.said.out.split('\n').flatMap((line) => (line === '' ? [] : [asGiven(line)]));
      await expect.poll(told).toHaveLength(10);
      await arrive(251, 255);
      await expect.poll(() => told().length).toBe(15);
      expect(told()).toEqual((await given()).slice(0, 15).reverse());
      // that of a message that was released an hour after it came
      await arrive(256, 256, '2026-11-22T08:00:00Z');
      await expect.poll(() => told().length).toBe(16);
      expect(told().at(-1)).toMatchObject({ time: '2026-11-22T08:04:16.000Z' });
      await database.pool.query(`update party set status = 'suspended' where party_id = 'A'`);
      expect(await tail.ended).toMatchObject({ code: 4, err: expect.stringContaining('there is no such device') });
      await database.pool.query(`update party set status = 'active' where party_id = 'A'`);
    });
  });
});

describe('penstock incident', () => {
  const incident = (who: string, ...args: string[]) => run(who, 'incident', ...args).ended;

  test('one is raised, assigned, followed, closed and opened again', async () => {
    const raised = await incident('alpha', 'raise', 'No responses', '--category', '3', '--service', 'DUIS gateway');
    expect(raised.out).toMatch(/^INC-\d+: open, category 3: No responses\n$/);
    const name = raised.out.slice(0, raised.out.indexOf(':'));
    expect((await incident('manager', 'assign', name, 'security')).code).toBe(0);
    expect((await incident('manager', 'update', name, 'It is looked at.')).code).toBe(0);
    const [shown, listed, wrong] = await Promise.all([
      incident('alpha', 'show', name),
      incident('operator', 'list', '--team', 'security'),
      incident('alpha', 'assign', name, 'nobody'),
    ]);
    expect(shown.out).toMatch(/with security\n[\s\S]*: It is looked at\.\n[\s\S]*next: closed/);
    expect(listed.out).toMatch(new RegExp(`\\n${name}  open .*Alpha .*security  No responses\\n`));
    expect(wrong.code).toBe(64);
    const closed = await incident('manager', 'close', name, '--closing', 'A cable');
    expect(closed).toMatchObject({ code: 0, out: expect.stringContaining('closed') });
    expect((await incident('alpha', 'reopen', name, '--why', 'It is so again')).out).toContain(': open,');
  });
});
