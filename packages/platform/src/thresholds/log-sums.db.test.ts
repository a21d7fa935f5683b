import type { Eui } from '@penstock/duis';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ensurePartitions } from '../foundation/database/index.ts';
import { type TestDatabase, testDatabase } from '../foundation/database/testing.ts';
import { asViewerOf } from '../foundation/viewing.ts';
import { ANCHOR, createLanes } from '../messages/lanes.ts';
import type { NewMessage } from '../messages/message.ts';
import { recordBatch } from '../messages/record-store.ts';
import { newMessage, userA, userB } from '../messages/testing-messages.ts';
import { COUNT_SQL, countWindow, sumUpLog } from './log-sums.ts';
import { ALL_USERS } from './matching.ts';
import { setThresholds, threshold } from './testing-thresholds.ts';

const start = Date.parse('2026-11-22T22:40:30Z');
const senders = [
  { userId: userA, lane: 0 },
  { userId: userB, lane: 1 },
];
const userIds = senders.map(({ userId }) => userId);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  const { pool } = database;
  await ensurePartitions(pool, { today: '2026-11-22', ahead: 5 });
  await createLanes(pool, 2);
  await pool.query(`insert into party (party_id, name, kind) values ('P', 'P', 'other')`);
  for (const { userId, lane } of senders) {
    await pool.query(`insert into user_id (user_id, party_id, lane) values ($1, 'P', $2)`, [userId, lane]);
  }
  const services = [['all'], ['alerts'], ['4.1.1', '8.2']];
  await setThresholds(
    pool,
    ALL_USERS,
    services.flatMap((one) =>
      (['sent', 'processed'] as const).map((direction) => threshold(1_000n, { services: one, direction })),
    ),
    new Date(start),
  );
});
afterAll(() => database.drop());
beforeEach(() => reset());

async function reset(): Promise<void> {
  await database.pool.query(
    `truncate message_log, named_device, stream, highest_counter, day_count, hour_count, minute_end;
     update lane set time = '-infinity', sequence = 0; update replay_horizon set folded_to = '-infinity';
     update sum_cursor set time = '-infinity', sequence = 0`,
  );
}

const kinds: Partial<NewMessage>[] = [
  { srv: '4.1.1' },
  { srv: '8.2' },
  { srv: '1.1.1', commandVariant: 4 },
  { srv: '8.2', verdict: 'refused', reason: 'gateway.schema' },
  { direction: 'northbound', kind: 'device_alert', commandVariant: undefined, srv: undefined },
  {
    direction: 'northbound',
    kind: 'dcc_alert',
    commandVariant: undefined,
    srv: undefined,
    reason: 'internal.unexpected',
  },
];

let counter = 1n;
function message(userId: Eui, lane: number, kind: number): NewMessage {
  const own = counter++;
  const bytes = Buffer.from(`message ${own}`);
  return newMessage(own, { bytes, userId, originator: userId, lane, ...kinds[kind] });
}

async function record(lane: number, messages: readonly NewMessage[], now: number): Promise<void> {
  const { rows } = await database.pool.query<{ version: string }>('select version from directory_version');
  await recordBatch(database.pool, lane, BigInt(rows[0]?.version ?? 0), messages, new Date(now));
}

/** Every message of the window one by one, from the log alone. */
async function countAnew(thresholdId: string, from: string, to: string, lastSequence: bigint) {
  const { rows } = await database.pool.query<{ userId: Eui; count: number }>(
    `select upper(replace(l.user_id::text, ':', '-')) as "userId", count(*)::integer as count
     from threshold t
     join message_log l
       on is_counted(t.services, t.direction, l.direction, l.kind, l.verdict, l.command_variant, l.srv, l.reason)
     where t.threshold_id = $1 and l.recorded_at >= $2 and (l.recorded_at < $3 or (l.recorded_at = $3 and l.sequence <= $4))
     group by l.user_id order by 2 desc, l.user_id`,
    [thresholdId, from, to, lastSequence.toString()],
  );
  return rows;
}

const aStep = fc.record({
  ahead: fc.oneof(
    fc.constantFrom(0, 1, 999, 29_500, 30_000, 59_999, 60_000, 3_599_000, 3_600_000),
    fc.integer({ min: 0, max: 5_000_000 }),
  ),
  lane: fc.constantFrom(0, 1),
  kinds: fc.array(fc.nat(kinds.length - 1), { minLength: 1, maxLength: 12 }),
  /** Summed up after it: not at all, a part, or all that is there. */
  summed: fc.constantFrom(0, 0, 0, 1, 5, 10_000),
});
const aWindow = fc.record({
  threshold: fc.integer({ min: 1, max: 6 }),
  /** Which messages it begins and ends near, and by how much it misses them. */
  from: fc.nat(40),
  to: fc.nat(40),
  fromAside: fc.constantFrom(-60_000, -1, 0, 0, 0, 1, 30_000, 60_000, 3_600_000),
  toAside: fc.constantFrom(-60_000, -1, 0, 0, 0, 1, 30_000, 60_000, 3_600_000),
  lastSequence: fc.oneof(fc.constant(undefined), fc.integer({ min: 0, max: 60 })),
});

test('a count over any window is that of counting every message anew, however far the log is summed up', async () => {
  let counted = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(aStep, { minLength: 5, maxLength: 40, size: 'max' }),
      fc.array(aWindow, { minLength: 8, maxLength: 8 }),
      async (steps, windows) => {
        await reset();
        let now = start;
        const times: number[] = [];
        for (const { ahead, lane, kinds: of, summed } of steps) {
          now += ahead;
          times.push(now);
          const { userId } = senders[lane] ?? { userId: userA };
          await record(
            lane,
            of.map((kind) => message(userId, lane, kind)),
            now,
          );
          if (summed > 0) {
            await database.pool.query('select sum_up_log($1, $2, $3)', [ANCHOR, lane, summed]);
          }
        }
        for (const one of windows) {
          const at = (index: number, aside: number): string =>
            new Date((times[index % times.length] ?? start) + aside).toISOString();
          const [from, to] = [at(one.from, one.fromAside), at(one.to, one.toAside)].sort() as [string, string];
          const lastSequence = one.lastSequence === undefined ? undefined : BigInt(one.lastSequence);
          const id = one.threshold.toString();
          const found = await asViewerOf(database.pool, [...userIds, ALL_USERS], (client) =>
            countWindow(client, id, { from, to, lastSequence }, senders),
          );
          expect(found).toEqual(await countAnew(id, from, to, lastSequence ?? 1_000_000n));
          counted += found.reduce((sum, { count }) => sum + count, 0);
        }
      },
    ),
    { numRuns: 40, seed: 20_261_122, endOnFailure: true },
  );
  expect(counted).toBeGreaterThan(3_000);
}, 240_000);

test('two at once sum up each message once', async () => {
  for (let minute = 0; minute < 20; minute++) {
    await record(0, [message(userA, 0, 0), message(userA, 0, 4)], start + minute * 60_000);
  }
  await Promise.all(Array.from({ length: 8 }, () => sumUpLog(database.pool)));
  await sumUpLog(database.pool);
  const { rows } = await database.pool.query(
    `select (select sum(n)::integer from hour_count, unnest(minutes) n where user_id = $1) as minutes,
            (select sum(n)::integer from day_count, unnest(hours) n where user_id = $1) as hours,
            (select sum(n)::integer from hour_count, unnest(minutes) n where user_id = $2) as of_all,
            (select count(*)::integer from minute_end) as ends`,
    [userA, ANCHOR],
  );
  expect(rows).toEqual([{ minutes: 40, hours: 40, of_all: 40, ends: 20 }]);
});

test('the log is read from sequence to sequence, whatever the statistics say', async () => {
  await database.pool.query('analyze message_log, day_count, hour_count, minute_end');
  for (let hour = 0; hour < 40; hour++) {
    const messages = Array.from({ length: 50 }, () => message(userA, 0, 0));
    await record(0, messages, start + hour * 3_600_000);
  }
  await sumUpLog(database.pool);
  const [from = '', to = ''] = [3_600_000, 39 * 3_600_000 - 1].map((ahead) => new Date(start + ahead).toISOString());
  for (const analysed of [false, true]) {
    if (analysed) await database.pool.query('analyze message_log, day_count, hour_count, minute_end');
    await asViewerOf(database.pool, [...userIds, ALL_USERS], async (client) => {
      expect(await countWindow(client, '1', { from, to, lastSequence: undefined }, senders)).toMatchObject([
        { count: 1_900 },
      ]);
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(
        `explain (analyze, costs off, timing off) ${COUNT_SQL}`,
        ['1', from, to, '999999', userIds, [0, 1], ANCHOR],
      );
      const plan = rows
        .map((row) => row['QUERY PLAN'])
        .filter((line) => !line.includes('never executed'))
        .join('\n');
      expect(plan).not.toMatch(/(Seq|Bitmap Heap) Scan on (message_log|day_count|hour_count|minute_end)_/);
      expect(plan).toMatch(/Index Cond: .*user_id = u\.user_id.*day = .*sequence > .*sequence <= /);
    });
  }
});
