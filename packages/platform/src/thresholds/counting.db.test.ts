import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensurePartitions } from '../foundation/database/index.ts';
import { type TestDatabase, testDatabase } from '../foundation/database/testing.ts';
import type { Direction, MessageKind } from '../messages/message.ts';
import { newMessage, userA } from '../messages/testing-messages.ts';
import { countedDirections, isCounted } from './matching.ts';
import { recordScreened, setThresholds, threshold } from './testing-thresholds.ts';

const noon = new Date('2026-11-22T12:00:00Z');
const later = (seconds: number): Date => new Date(noon.getTime() + seconds * 1000);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await ensurePartitions(database.pool, { today: '2026-11-22', ahead: 1 });
  await database.pool.query(`insert into party (party_id, name, kind) values ('P', 'P', 'other')`);
  await database.pool.query(`insert into user_id (user_id, party_id) values ($1, 'P')`, [userA]);
});
afterAll(() => database.drop());

test('what counts in memory counts in the log', async () => {
  const kinds: [Direction, MessageKind, number | undefined][] = [
    ...[1, 4, 5, 8].map((variant): [Direction, MessageKind, number] => ['southbound', 'service_request', variant]),
    ['southbound', 'signed_pre_command', 6],
    ...(['acknowledgement', 'response', 'pre_command', 'device_alert', 'dcc_alert', 'smets1_response'] as const).map(
      (kind): [Direction, MessageKind, undefined] => ['northbound', kind, undefined],
    ),
  ];
  const cases = [['all'], ['alerts'], ['4.1.1'], ['1.1.1', '8.2']].flatMap((services) =>
    countedDirections.flatMap((counted) =>
      kinds.flatMap(([direction, kind, commandVariant]) =>
        ['4.1.1', '8.2', undefined].map((srv) => ({ services, counted, direction, kind, commandVariant, srv })),
      ),
    ),
  );
  const { rows } = await database.pool.query<{ counts: boolean }>(
    `select is_counted(string_to_array(services, ' '), counted, direction::message_direction, kind::message_kind, 'passed',
                       variant, srv, null) as counts
     from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::smallint[], $6::text[])
            with ordinality as c(services, counted, direction, kind, variant, srv, n)
     order by n`,
    [
      cases.map((one) => one.services.join(' ')),
      cases.map((one) => one.counted),
      cases.map((one) => one.direction),
      cases.map((one) => one.kind),
      cases.map((one) => one.commandVariant),
      cases.map((one) => one.srv),
    ],
  );
  expect(rows.map((row) => row.counts)).toEqual(
    cases.map((one) => isCounted({ services: one.services, direction: one.counted }, one)),
  );
});

test('steps of every period are whole microseconds apart: a bucket begins where it is said to, and not before', async () => {
  const { rows } = await database.pool.query<{ wrong: string }>(
    `select count(*)::text as wrong
     from unnest(array[1, 7, 59, 1439, 1440, 1441, 3600, 86399, 86400, 2678400]) as p(period)
     cross join generate_series(1, 500) as n
     cross join lateral (select '2026-11-22'::timestamptz + n * interval '12345.678901 seconds' as at) as t
     cross join lateral (select counter_bucket(t.at, p.period) as bucket) as b
     cross join lateral (select bucket_start(b.bucket, p.period) as first) as s
     where counter_bucket(s.first, p.period) <> b.bucket or s.first > t.at
        or counter_bucket(s.first - interval '1 microsecond', p.period) <> b.bucket - 1
        or window_start(t.at, p.period) > t.at - make_interval(secs => p.period)
        or window_start(t.at, p.period)
           <= t.at - make_interval(secs => p.period) - make_interval(secs => greatest(1, p.period / 1440.0))`,
  );
  expect(rows[0]?.wrong).toBe('0');
});

test('counting and holding stay look-ups, whatever the statistics say', async () => {
  const tables = ['threshold_count', 'threshold_bucket', 'threshold_bound', 'quarantine_event'];
  for (const table of tables) await database.pool.query(`alter table ${table} set (autovacuum_enabled = off)`);
  const srvs = Array.from({ length: 100 }, (_, index) => `9.${index}`);
  await setThresholds(
    database.pool,
    userA,
    [threshold(60n, { periodSeconds: 60 }), ...srvs.map((srv) => threshold(1_000n, { services: [srv] }))],
    noon,
  );
  const read = async () => {
    await database.pool.query('select pg_stat_force_next_flush()');
    const { rows } = await database.pool.query<{ name: string; rows: string; found: boolean }>(
      'select relname as name, seq_tup_read as rows, idx_scan > 0 as found from pg_stat_user_tables where relname = any ($1) order by relname',
      [tables],
    );
    return rows;
  };
  let counter = 1n;
  const batch = () =>
    Array.from({ length: 20 }, () => newMessage(counter, { srv: srvs[Number(counter++ % 100n)] ?? '' }));
  await recordScreened(database.pool, batch(), later(1));
  const before = await read();
  for (let second = 2; second < 60; second++) await recordScreened(database.pool, batch(), later(second));
  const after = await read();
  expect(after.map((row) => row.rows)).toEqual(before.map((row) => row.rows));
  expect(after.every((row) => row.found)).toBe(true);
  const held = await database.pool.query('select from quarantine_event');
  expect(held.rowCount).toBe(1);
});
