import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inTransaction } from '../foundation/database/index.ts';
import type { Direction } from '../messages/message.ts';
import { STREAM_BEGIN } from './stream.ts';
import { leaseStreams, readStreams } from './stream-store.ts';
import { readStreamStates, type StreamPage } from './streams.ts';
import { type StreamsWorld, streamsWorld, user } from './testing-delivery.ts';

// Every access to a stream is a descent of its primary key: counted by the server, not read off a plan, because the
// plans are inside functions. A young day has no statistics, an old one has: both are met in production.

const users = 200;
const rowsOfFlood = 100_000;
const rowsOfOthers = 200;

let world: StreamsWorld;
const numbers = Array.from({ length: users }, (_, index) => index + 1);
const day = new Date().toISOString().slice(0, 10);

beforeAll(async () => {
  world = await streamsWorld();
  await world.addUsers(numbers);
  for (const direction of ['southbound', 'northbound'] as const) {
    await world.pool.query(
      `insert into stream (user_id, direction, day, sequence, message_day, message_sequence, kind, body)
       select $1, $2, $3, n, $3, n, 'response', convert_to(repeat('x', 300), 'UTF8') from generate_series(1, $4) n`,
      [user(1), direction, day, rowsOfFlood],
    );
    await world.pool.query(
      `insert into stream (user_id, direction, day, sequence, message_day, message_sequence, kind, body)
       select u, $2, $3, $4 + n, $3, $4 + n, 'response', 'y' from unnest($1::macaddr8[]) u, generate_series(1, $5) n`,
      [numbers.slice(1).map(user), direction, day, rowsOfFlood, rowsOfOthers],
    );
  }
});
afterAll(() => world.drop());

interface Access {
  readonly sequentialRows: number;
  readonly rows: number;
}

/** What `work` read of the stream's partitions, as the server counts it. */
async function accessOf(work: (client: pg.PoolClient) => Promise<unknown>): Promise<Access> {
  return inTransaction(world.pool, async (client) => {
    const before = await countAccess(client);
    await work(client);
    const after = await countAccess(client);
    return { sequentialRows: after.sequentialRows - before.sequentialRows, rows: after.rows - before.rows };
  });
}

/** Of this connection, since it last handed its counts over. */
async function countAccess(client: pg.PoolClient): Promise<Access> {
  const { rows } = await client.query<Access>(
    `select sum(seq_tup_read)::integer as "sequentialRows", sum(idx_tup_fetch)::integer as rows
     from pg_stat_xact_user_tables where relname like 'stream\\_2%'`,
  );
  if (rows[0] === undefined) throw new Error('no counts');
  return rows[0];
}

const bounds = { messages: 500, bytes: 16 * 1024 * 1024, each: 3, least: 1 };
const reads = (direction: Direction): Record<string, (client: pg.PoolClient) => Promise<unknown>> => ({
  lease: (client) => client.query(`select * from lease_streams($1, null, null, 'plan', 30, 500)`, [direction]),
  'read by turns': (client) =>
    client.query(`select * from read_streams($1, $2::macaddr8[], $3::date[], $4::bigint[], 3, 500, 16777216, 1)`, [
      direction,
      numbers.map(user),
      numbers.map(() => '-infinity'),
      numbers.map(() => 0),
    ]),
  'read one far behind': (client) =>
    client.query(
      `select * from read_streams($1, array[$2]::macaddr8[], array['-infinity']::date[], '{0}', 64, 64, 1048576, 1)`,
      [direction, user(1)],
    ),
  backlog: (client) => client.query('select * from stream_backlog($1, null, 1000)', [direction]),
  'is a day needed': (client) => client.query('select from untaken_of_day($1, 1)', [day]),
});
/** Rows that each may fetch: what it returns or counts, and one more a stream (PostgreSQL 15 reads one ahead). */
const mostRows: Record<string, number> = {
  lease: users,
  'read by turns': users * 4,
  'read one far behind': 65,
  backlog: 1_000 + users * rowsOfOthers + users,
  'is a day needed': users * 2,
};

describe.each([
  ['without statistics', 'select 1'],
  ['with statistics', 'analyze stream'],
])('%s', (_, prepare) => {
  beforeAll(async () => {
    await world.pool.query(prepare);
  });
  for (const what of Object.keys(mostRows)) {
    test(`${what} descends the primary key`, async () => {
      const work = reads('southbound')[what];
      if (work === undefined) throw new Error(what);
      const access = await accessOf(work);
      expect(access.sequentialRows).toBe(0);
      expect(access.rows).toBeLessThanOrEqual(mostRows[what] ?? 0);
    });
  }
});

test('the same in the statements of the store, again and again on one connection', async () => {
  const [first] = await leaseStreams(world.pool, {
    direction: 'northbound',
    users: [user(1)],
    holder: 'x',
    seconds: 30,
    most: 9,
  });
  expect(first?.userId).toBe(user(1));
  for (let round = 0; round < 12; round++) {
    const start = { userId: user(1), after: { day, sequence: BigInt(round * 1_000) } };
    const { messages, isCut } = await readStreams(world.pool, 'northbound', [start], { ...bounds, each: 2 });
    expect(messages.map((one) => one.position.sequence)).toEqual([
      BigInt(round * 1_000 + 1),
      BigInt(round * 1_000 + 2),
    ]);
    expect(isCut).toBe(false);
  }
  const { messages, isCut } = await readStreams(
    world.pool,
    'northbound',
    numbers.map((number) => ({ userId: user(number), after: STREAM_BEGIN })),
    { ...bounds, messages: 250 },
  );
  expect(isCut).toBe(true);
  // the first of each of the 200, then the second of the first 50
  expect(messages.filter((one) => one.userId === user(1))).toHaveLength(2);
  expect(messages.filter((one) => one.userId === user(50))).toHaveLength(2);
  expect(messages.filter((one) => one.userId === user(51))).toHaveLength(1);
});

test('how streams stand is counted to a bound and paged by User', async () => {
  const states = await readStreamStates(world.pool, { users: 'all', limit: 2 });
  expect(states.map(({ userId, direction }) => [userId, direction])).toEqual([
    [user(1), 'southbound'],
    [user(1), 'northbound'],
    [user(2), 'southbound'],
    [user(2), 'northbound'],
  ]);
  expect(states[0]).toMatchObject({ waiting: 10_000, hasMore: true, cursor: undefined, failures: 0, expired: 0 });
  expect(states[2]).toMatchObject({ waiting: rowsOfOthers, hasMore: false });
  const next = await readStreamStates(world.pool, { users: 'all', after: user(2), limit: 1 });
  expect(next[0]?.userId).toBe(user(3));
  const own = await readStreamStates(world.pool, { users: [user(7)], limit: 50 });
  expect(own.map((state) => state.userId)).toEqual([user(7), user(7)]);
  expect(await readStreamStates(world.pool, { users: [], limit: 50 })).toEqual([]);
});

test('streams that need somebody are found among all, by page and by name, and what flows is not', async () => {
  const { pool } = world;
  await pool.query(
    `update stream_cursor set failing_since = now() where user_id = any ($1) and direction = 'northbound'`,
    [[user(60), user(190)]],
  );
  await pool.query(
    `insert into service_event values ($1, 'northbound', 'delivery_held', now(), 1, now(), null),
                                      ($2, 'southbound', 'delivery_held', now() - interval '9 days', 1, now(), now())`,
    [user(190), user(7)],
  );
  const names = async (page: Partial<StreamPage>) =>
    (await readStreamStates(pool, { users: 'all', limit: 50, inNeed: true, ...page })).map(
      ({ userId, direction }) => `${userId} ${direction}`,
    );
  // held and failing is one stream; what waits here has no message of the log, so no age
  expect(await names({})).toEqual([`${user(60)} northbound`, `${user(190)} northbound`]);
  expect(await names({ limit: 1 })).toEqual([`${user(60)} northbound`]);
  expect(await names({ limit: 1, after: user(60) })).toEqual([`${user(190)} northbound`]);
  expect(await names({ users: [user(190), user(7)] })).toEqual([`${user(190)} northbound`]);
  expect(await names({ find: user(60).slice(-8).toLowerCase() })).toEqual([`${user(60)} northbound`]);
  expect(await names({ find: '%' })).toEqual([]);
  expect(await readStreamStates(pool, { users: 'all', limit: 1_000, find: 'no such' })).toEqual([]);
});
