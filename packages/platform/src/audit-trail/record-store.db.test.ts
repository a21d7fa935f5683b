import type { MessageQuery } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensurePartitions } from '../foundation/database/partitions.ts';
import { type TestDatabase, testDatabase } from '../foundation/database/testing.ts';
import { PenstockError } from '../foundation/errors.ts';
import { machineOf } from '../foundation/testing-machine.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { asViewerOf } from '../foundation/viewing.ts';
import { DECIDED_SQL, TAKEN_SQL } from '../messages/passage.ts';
import { linesSql } from './record-lines.ts';
import { createRecordStore, DEVICES_SQL, MESSAGE_SQL, RECORD_OF_REQUEST_SQL, RECORD_SQL } from './record-store.ts';
import { listStreams } from './stream-status.ts';

const alpha = requireEui('90-B3-D5-1F-30-01-00-00');
const beta = requireEui('90-B3-D5-1F-30-02-00-00');
const operator: Viewer = {
  kind: 'operator',
  userId: requireEui('90-B3-D5-1F-30-00-00-02'),
  machine: machineOf('of the Operator', 'security', 'so that it is tested'),
};
const user = (...userIds: Eui[]): Viewer => ({ kind: 'user', userIds });
const meter = requireEui('00-DB-12-34-56-78-00-07');
const now = new Date('2026-11-22T12:00:00Z');
const ROWS_A_DAY = 20_000;

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  const { pool } = database;
  await ensurePartitions(pool, { today: '2026-11-20', ahead: 2 });
  await pool.query("insert into party (party_id, name, kind) values ('A', 'A', 'other')");
  await pool.query('insert into user_id (user_id, party_id) select unnest($1::macaddr8[]), $2', [[alpha, beta], 'A']);
  // Two Users, three days; target and counter follow from the sequence, and each body names one more device.
  await pool.query(
    `insert into message_log (user_id, day, sequence, recorded_at, direction, kind, verdict, originator, target,
                              counter, srv, code, size, sha256, repetition)
     select case i % 2 when 0 then $1::macaddr8 else $2::macaddr8 end, d.day, i, d.day + i * interval '1 second',
            case when i % 10 >= 8 then 'northbound' else 'southbound' end::message_direction,
            case when i % 10 >= 8 then 'response' else 'service_request' end::message_kind,
            'passed', case i % 2 when 0 then $1::macaddr8 else $2::macaddr8 end,
            ('00db1234567800' || lpad(to_hex(i % 200), 2, '0'))::macaddr8, i - i % 10, case i % 5000 when 0 then '6.23' else '4.1.1' end,
            case i % 4000 when 0 then 'E20' else 'I0' end, 2000,
            sha256(i::text::bytea), case when i % 10 >= 8 then i else 0 end
     from unnest(array['2026-11-20', '2026-11-21', '2026-11-22']::date[]) as d(day),
          generate_series(1, $3::integer) as i
     order by d.day, i`,
    [alpha, beta, ROWS_A_DAY],
  );
  await pool.query(
    `insert into named_device (user_id, day, sequence, device)
     select user_id, day, sequence, ('00ee' || lpad(to_hex(sequence), 12, '0'))::macaddr8 from message_log
     order by day, sequence`,
  );
  await pool.query(
    `insert into delivery (user_id, day, direction, from_day, from_sequence, to_day, to_sequence, delivered_at)
     select u, day, r, day, i * 20, day, i * 20 + 20, day + i * interval '1 minute'
     from unnest(array[$1, $2]::macaddr8[]) u, unnest(enum_range(null::message_direction)) r,
          unnest(array['2026-11-20', '2026-11-21', '2026-11-22']::date[]) day, generate_series(0, $3::integer / 20 - 1) i
     where not (day = '2026-11-22' and i < 10)`,
    [alpha, beta, ROWS_A_DAY],
  );
  await pool.query('analyze message_log, named_device, delivery');
});
afterAll(() => database.drop());

const store = () => createRecordStore({ pool: database.pool, now: () => now, logDays: 92 });
const query = (changes: Partial<MessageQuery> = {}): MessageQuery => ({ limit: 50, ...changes });

async function codeOf(work: Promise<unknown>): Promise<string> {
  const [result] = await Promise.allSettled([work]);
  if (result?.status !== 'rejected') return 'none';
  if (result.reason instanceof PenstockError) return result.reason.code;
  throw result.reason;
}

describe('the first wall', () => {
  test('a User sees its own and nothing else; the Operator names whose record it reads', async () => {
    const own = await store().list(user(alpha), query());
    expect(own.items.length).toBe(50);
    expect(new Set(own.items.map((item) => item.userId))).toEqual(new Set([alpha]));
    expect(await codeOf(store().list(user(alpha), query({ userId: beta })))).toBe('access.denied');
    expect(await codeOf(store().list(user(), query()))).toBe('request.invalid');
    expect(await codeOf(store().list(user(alpha, beta), query()))).toBe('request.invalid');
    expect(await codeOf(store().list(operator, query()))).toBe('request.invalid');
    expect((await store().list(operator, query({ userId: beta }))).items[0]?.userId).toBe(beta);
    expect(await codeOf(store().life(user(alpha), undefined, '2026-11-22', '3'))).toBe('request.not-found');
    expect(await codeOf(store().life(user(alpha), beta, '2026-11-22', '3'))).toBe('access.denied');
  });
});

describe('the second wall', () => {
  const count = (client: pg.PoolClient, table: string) =>
    client
      .query<{ count: number }>(`select count(*)::integer as count from ${table}`)
      .then(({ rows }) => rows[0]?.count);

  test('a question without any condition gives the rows of the named User IDs only', async () => {
    const all = 3 * ROWS_A_DAY;
    for (const [userIds, share] of [
      [[], 0],
      [[alpha], 0.5],
      [[alpha, beta], 1],
      [[meter], 0],
    ] as const) {
      const found = await asViewerOf(database.pool, userIds, async (client) => [
        await count(client, 'message_log'),
        await count(client, 'named_device'),
      ]);
      expect(found).toEqual([all * share, all * share]);
    }
    expect(await asViewerOf(database.pool, [alpha], (client) => count(client, 'delivery'))).toBe(
      (3 * 2 * ROWS_A_DAY) / 20 - 2 * 10,
    );
  });

  test.each(['stream', 'stream_cursor', 'certificate', 'device', 'registration', 'message_log_20261122'])(
    'viewers cannot read %s',
    async (table) => {
      const read = asViewerOf(database.pool, [alpha], (client) => client.query(`select from ${table} limit 1`));
      await expect(read).rejects.toThrow(/permission denied/);
    },
  );

  test('of the directory a viewer reads its own User IDs and Parties, and of these no status', async () => {
    const read = await asViewerOf(database.pool, [alpha], async (client) => [
      (await client.query('select user_id from user_id')).rows.map((row) => requireEui(row.user_id)),
      (await client.query('select from party')).rowCount,
    ]);
    expect(read).toEqual([[alpha], 1]);
    await expect(
      asViewerOf(database.pool, [alpha], (client) => client.query('select status from user_id')),
    ).rejects.toThrow(/permission denied/);
  });

  test('viewers cannot write, and a connection is nobody’s view afterwards', async () => {
    const write = asViewerOf(database.pool, [alpha], (client) => client.query('delete from message_log'));
    await expect(write).rejects.toThrow(/permission denied|read-only/);
    const { rows } = await database.pool.query<{ role: string; ids: string }>(
      "select current_user as role, coalesce(current_setting('penstock.user_ids', true), '') as ids",
    );
    expect(rows[0]?.role).not.toBe('penstock_viewer');
    expect(rows[0]?.ids).toBe('');
  });
});

describe('the record', () => {
  test('pages go from the newest to the oldest, over days, without gap or double', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await store().list(user(alpha), query({ limit: 200, cursor, from: '2026-11-21T05:00:00Z' }));
      seen.push(...page.items.map((item) => item.position));
      cursor = page.cursor;
    } while (cursor !== undefined);
    const { rows } = await database.pool.query<{ position: string }>(
      `select day || '/' || sequence as position from message_log
       where user_id = $1 and recorded_at >= '2026-11-21T05:00:00Z' order by day desc, sequence desc`,
      [alpha],
    );
    expect(seen).toEqual(rows.map((row) => row.position));
  });

  test('every condition counts, alone and together', async () => {
    const list = (changes: Partial<MessageQuery>) => store().list(user(alpha), query(changes));
    const between = await list({ from: '2026-11-21T00:10:00Z', to: '2026-11-21T00:10:10Z', limit: 200 });
    expect(between.items.map((item) => item.position)).toEqual(
      [608, 606, 604, 602, 600].map((sequence) => `2026-11-21/${sequence}`),
    );
    const answers = await list({ from: '2026-11-21T00:10:00Z', to: '2026-11-21T00:10:10Z', kind: 'response' });
    expect(answers.items.map((item) => item.position)).toEqual(['2026-11-21/608']);
    expect((await list({ code: 'E4' })).items).toEqual([]);
    expect((await list({ serviceReferenceVariant: '4.1.2' })).items).toEqual([]);
    const device = requireEui('00-DB-12-34-56-78-00-08');
    const ofDevice = await list({ device, to: '2026-11-21T00:10:00Z', limit: 2 });
    expect(ofDevice.items.map((item) => item.position)).toEqual(['2026-11-21/408', '2026-11-21/208']);
    const rest = await list({ device, to: '2026-11-21T00:10:00Z', limit: 2, cursor: ofDevice.cursor });
    expect(rest.items.map((item) => item.position)).toEqual(['2026-11-21/8', `2026-11-20/${ROWS_A_DAY - 192}`]);
    expect((await list({ device: meter })).items).toEqual([]);
    expect(await codeOf(list({ cursor: 'nonsense' }))).toBe('request.invalid');
  });

  test('a message is shown with its devices, when it was taken, and all with its RequestID', async () => {
    const life = await store().life(user(alpha), undefined, '2026-11-20', '106');
    const target = requireEui('00-DB-12-34-56-78-00-6A');
    expect(life).toMatchObject({
      userId: alpha,
      target,
      devices: [target, requireEui('00-EE-00-00-00-00-00-6A')],
      kind: 'service_request',
      verdict: 'passed',
    });
    expect(life.takenAt).toBe('2026-11-20T00:05:00.000Z');
    const other = { counter: '100', target };
    await database.pool.query(
      `insert into message_log (user_id, day, sequence, recorded_at, direction, kind, verdict, originator, target,
                                counter, srv, code, size, sha256, repetition, schema_version, response_id,
                                responded_at)
       values ($1, '2026-11-22', 900000, '2026-11-22T10:00:00Z', 'northbound', 'response', 'passed', $1, $2, $3,
               '4.1.1', 'I0', 1000, '\\x00', 900000, '5.4', '', '2026-11-22T09:59:59.5Z')`,
      [alpha, other.target, other.counter],
    );
    const again = await store().life(user(alpha), undefined, '2026-11-20', '106');
    expect(again.related.map(({ position, kind, takenAt }) => [position, kind, takenAt !== undefined])).toEqual([
      ['2026-11-21/106', 'service_request', true],
      ['2026-11-22/106', 'service_request', false],
      ['2026-11-22/900000', 'response', false],
    ]);
    expect(again.related.at(-1)).toMatchObject({
      serviceReference: '4.1',
      schemaVersion: '5.4',
      responseId: `${other.target}:${alpha}:100`,
      respondedAt: '2026-11-22T09:59:59.500Z',
    });
    const found = await store().list(user(alpha), query({ requestId: `${alpha}:${target}:100` }));
    expect(found.items.length).toBe(4);
    const limited = query({ requestId: `${alpha}:${target}:100`, kind: 'response', from: '2026-11-22T00:00:00Z' });
    expect((await store().list(user(alpha), limited)).items.map((item) => item.position)).toEqual([
      '2026-11-22/900000',
    ]);
    expect((await store().list(user(beta), query({ requestId: `${alpha}:${target}:100` }))).items).toEqual([]);
  });

  test('of a metering point: what concerns its devices, each message once, as far as the asker may know them', async () => {
    const { pool } = database;
    const target = requireEui('00-DB-12-34-56-78-00-06');
    // each message names one more device, by its sequence
    const named = requireEui('00-EE-00-00-00-00-00-06');
    const mpxn = '1000000000001';
    await pool.query(
      "insert into device (device, kind, status) select d, 'ESME', 'Commissioned' from unnest($1::macaddr8[]) d",
      [[target, named]],
    );
    await pool.query('insert into metering_point_device select $1, d from unnest($2::macaddr8[]) d', [
      mpxn,
      [target, named],
    ]);
    await pool.query("insert into registration (mpxn, role, user_id, valid_from) values ($1, 'IS', $2, '-infinity')", [
      mpxn,
      alpha,
    ]);
    await pool.query(
      "insert into responsibility (device, role, user_id, valid_from) select d, 'IS', $1, '-infinity' from unnest($2::macaddr8[]) d",
      [alpha, [target, named]],
    );
    await pool.query('select refresh_responsible($1)', [[target, named]]);
    const positions = async (changes: Partial<MessageQuery>, who = user(alpha)) => {
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await store().list(who, query({ ...changes, cursor }));
        found.push(...page.items.map((item) => item.position));
        cursor = page.cursor;
      } while (cursor !== undefined);
      return found;
    };
    const [ofPoint, ofTarget, ofNamed] = [
      await positions({ mpxn }),
      await positions({ device: target }),
      await positions({ device: named }),
    ];
    expect(ofTarget.length).toBeGreaterThan(100);
    expect(ofNamed.length).toBeGreaterThan(0);
    expect(ofPoint.length).toBe(new Set(ofPoint).size);
    expect(new Set(ofPoint)).toEqual(new Set([...ofTarget, ...ofNamed]));
    expect(await positions({ mpxn, device: named })).toEqual(ofNamed);
    expect(await positions({ mpxn }, user(beta))).toEqual([]);
    const [one] = (await store().list(user(alpha), query({ device: named, limit: 1 }))).items;
    const { requestId } = one as { requestId: string };
    expect(await positions({ requestId, mpxn })).toContain(one?.position);
    expect(await positions({ requestId, device: meter })).toEqual([]);
  });
});

describe('plans, as the viewer', () => {
  const linesOf = (...keys: unknown[]): unknown[] => [
    ...[alpha, '2026-11-21', '10000', '-infinity', 'infinity', null, null, null, 1_000, alpha, '2026-11-21', ...keys],
  ];
  const plans: [string, string, unknown[], RegExp][] = [
    [
      'a RequestID',
      RECORD_OF_REQUEST_SQL,
      [alpha, meter, '100', '2026-11-20', '2026-11-22'],
      /(?:using|on) message_log_\d+_target_day_user_id_counter_repetition_key/,
    ],
    ['a message', MESSAGE_SQL, [alpha, '2026-11-20', '106'], /using message_log_\d+_pkey/],
    ['its devices', DEVICES_SQL, [alpha, '2026-11-20', '106'], /on named_device_\d+_sequence_idx/],
    ['lines of a file', linesSql('all', 'csv'), linesOf(), /Index Scan Backward using message_log_\d+_pkey/],
    [
      'lines of a device',
      linesSql('devices', 'csv'),
      linesOf([meter]),
      /(?:using|on) message_log_\d+_target_day_user_id_counter_repetition_key[\s\S]*(?:using|on) named_device_\d+_device_day_sequence_idx/,
    ],
    [
      'lines of a RequestID',
      linesSql('request', 'jsonl'),
      linesOf(meter, '100', alpha, [meter]),
      /(?:using|on) message_log_\d+_target_day_user_id_counter_repetition_key/,
    ],
    [
      'its delivery',
      TAKEN_SQL,
      [alpha, 'southbound', '2026-11-20', '106', '2026-11-23'],
      /delivery_\d+_user_id_to_day_to_sequence_idx/,
    ],
    ['its decision', DECIDED_SQL, [alpha, '2026-11-20', '106'], /using release_span_pkey/],
  ];
  test.each(plans)('%s goes by its index', async (_, sql, values, index) => {
    const plan = await asViewerOf(database.pool, [alpha], async (client) => {
      // As on a table too large to be read: the plan may read no table whole when there is any other way.
      await client.query("set local plan_cache_mode = 'force_custom_plan'");
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain (analyze, costs off) ${sql}`, values);
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    });
    expect(plan).toMatch(index);
    expect(plan).not.toMatch(/Seq Scan on (message_log|named_device|delivery|held_decision|release_span)/);
  });
});

describe('what a page reads of the record, as the viewer', () => {
  async function page(changes: Partial<MessageQuery>, limit = 101): Promise<{ found: number; read: number }> {
    const { serviceReferenceVariant: srv, kind, code, device } = query(changes);
    const values = ['2026-11-20T00:00:00Z', 'infinity', '2026-11-23', '9223372036854775807', srv, kind, code, device];
    return asViewerOf(database.pool, [alpha], async (client) => {
      const before = await rowsRead(client);
      const { rowCount } = await client.query(RECORD_SQL, [alpha, ...values, limit]);
      return { found: rowCount ?? 0, read: (await rowsRead(client)) - before };
    });
  }

  /** Rows of messages that this connection read; what it counted in earlier transactions may be in it or not. */
  async function rowsRead(client: pg.PoolClient): Promise<number> {
    const { rows } = await client.query<{ read: number }>(
      `select coalesce(sum(seq_tup_read + idx_tup_fetch), 0)::integer as read from pg_stat_xact_user_tables
       where relname ~ '^(message_log|named_device)_'`,
    );
    return rows[0]?.read ?? 0;
  }

  test.each<[string, Partial<MessageQuery>, number, number]>([
    ['without a condition, what it shows', {}, 101, 101],
    ['of what is frequent, as many as it takes', { serviceReferenceVariant: '4.1.1' }, 101, 160],
    ['of what is seldom, the newest and then those alone', { serviceReferenceVariant: '6.23' }, 12, 2012],
    ['of a code that is seldom, alike', { code: 'E20' }, 15, 2015],
    ['of what there is not, the newest', { serviceReferenceVariant: '9.1' }, 0, 2000],
    ['of a kind that there is not, the newest', { kind: 'smets1_response' }, 0, 2000],
    ['of both, by the one that is more seldom', { serviceReferenceVariant: '4.1.1', code: 'E20' }, 12, 2015],
    ['of a device, its messages', { device: requireEui('00-DB-12-34-56-78-00-08') }, 101, 201],
    ['of a device that is named, its message twice', { device: requireEui('00-EE-00-00-00-00-00-6A') }, 3, 6],
  ])('%s', async (_, changes, found, most) => {
    const answer = await page(changes);
    expect(answer.found).toBe(found);
    expect(answer.read).toBeLessThanOrEqual(most);
  });

  test('pages by an index meet without gap or double, over days', async () => {
    const changes = { serviceReferenceVariant: '6.23', limit: 5 };
    const seen: string[] = [];
    for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
      const found = await store().list(user(alpha), query({ ...changes, cursor }));
      seen.push(...found.items.map((item) => item.position));
      cursor = found.cursor;
    }
    expect(seen).toEqual(
      ['22', '21', '20'].flatMap((day) => [20_000, 15_000, 10_000, 5_000].map((n) => `2026-11-${day}/${n}`)),
    );
  });

  test('neither a forged cursor nor a time reaches beyond the days that there are', async () => {
    const forged = Buffer.from('9999-12-31/5', 'latin1').toString('base64url');
    const { items } = await store().list(
      user(alpha),
      query({ cursor: forged, from: '0001-01-01T00:00:00Z', limit: 1 }),
    );
    expect(items.length).toBe(1);
  });
});

describe('streams', () => {
  test('what waits is counted from the cursor on, with its age; a User sees its own', async () => {
    const { pool } = database;
    await pool.query(
      `insert into stream (user_id, direction, day, sequence, message_day, message_sequence, kind, body)
       select user_id, direction, day, sequence, day, sequence, kind, '\\x00' from message_log
       where user_id = $1 and direction = 'northbound' and day >= '2026-11-21' and sequence <= 400`,
      [alpha],
    );
    await pool.query(
      `insert into stream_cursor (user_id, direction, day, sequence, failing_since, failures, last_error)
       values ($1, 'northbound', '2026-11-21', 108, '2026-11-22T09:00:00Z', 3, 'connection refused')`,
      [alpha],
    );
    const { items } = await listStreams(pool, user(alpha), { limit: 20 });
    expect(items.map((item) => [item.userId, item.direction, item.waiting])).toEqual([
      [alpha, 'southbound', 0],
      [alpha, 'northbound', 69],
    ]);
    expect(items[1]).toMatchObject({
      cursor: '2026-11-21/108',
      oldestRecordedAt: '2026-11-21T00:01:58.000Z',
      failures: 3,
      failingSince: '2026-11-22T09:00:00.000Z',
      lastError: 'connection refused',
      hasMore: false,
    });
    const first = await listStreams(pool, operator, { limit: 1 });
    const second = await listStreams(pool, operator, { limit: 1, cursor: first.cursor });
    expect([first.items[0]?.userId, second.items[0]?.userId]).toEqual([alpha, beta]);
    expect(await codeOf(listStreams(pool, operator, { limit: 1, cursor: 'nonsense' }))).toBe('request.invalid');
  });
});
