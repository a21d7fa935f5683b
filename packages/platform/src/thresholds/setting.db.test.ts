import { afterEach, beforeEach, expect, test } from 'vitest';
import { ensurePartitions, inTransaction } from '../foundation/database/index.ts';
import { type TestDatabase, testDatabase } from '../foundation/database/testing.ts';
import { newMessage, userA } from '../messages/testing-messages.ts';
import { lockDirectory } from '../parties/directory-version.ts';
import { sumUpLog } from './log-sums.ts';
import { ALL_USERS } from './matching.ts';
import { recordScreened, setThresholds, threshold } from './testing-thresholds.ts';

const noon = new Date('2026-11-22T12:00:00Z');

let database: TestDatabase;
beforeEach(async () => {
  database = await testDatabase();
  await ensurePartitions(database.pool, { today: '2026-11-22', ahead: 1 });
  await database.pool.query(`insert into party (party_id, name, kind) values ('P', 'P', 'other')`);
  await database.pool.query(`insert into user_id (user_id, party_id) values ($1, 'P')`, [userA]);
});
afterEach(() => database.drop());

const many = (count: number) => Array.from({ length: count }, (_, index) => index);

test.each([userA, ALL_USERS])(
  'more than an owner may have is refused whoever sets it, and nothing is set: %s',
  async (owner) => {
    const srvs = many(17).map((index) => ['4.1.1', `9.${index}`]);
    for (const rows of [
      srvs.map((services) => threshold(1n, { services })),
      many(9).map((index) => threshold(1n, { periodSeconds: index + 1 })),
      many(1_001).map((index) => threshold(1n, { services: [`9.${index}`] })),
    ]) {
      await expect(setThresholds(database.pool, owner, rows, noon)).rejects.toMatchObject({
        code: 'thresholds.too-many',
      });
    }
    expect((await database.pool.query('select from threshold')).rowCount).toBe(0);
    await setThresholds(
      database.pool,
      owner,
      srvs.slice(1).map((services) => threshold(1n, { services })),
      noon,
    );
  },
);

test('the log is counted before the directory is locked, and what came meanwhile is counted too', async () => {
  const { pool } = database;
  await recordScreened(pool, [newMessage(1n), newMessage(2n)], noon);
  let setting: Promise<unknown> | undefined;
  await inTransaction(pool, async (client) => {
    await lockDirectory(client);
    setting = setThresholds(pool, userA, [threshold(100n)], noon);
    const waiting = async () =>
      pool.query<{ counted: boolean }>(
        `select exists (select from pg_locks c where c.pid = w.pid and c.relation = 'threshold_bucket'::regclass
                        and c.mode = 'RowExclusiveLock' and c.granted) as counted
         from pg_locks w where not w.granted`,
      );
    await expect.poll(async () => (await waiting()).rowCount, { timeout: 90_000 }).toBe(1);
    expect((await waiting()).rows).toEqual([{ counted: true }]);
    // recorded while the new threshold waits: the directory's row is only read by it, and not yet moved
    await recordScreened(pool, [newMessage(3n)], noon);
  });
  await setting;
  const { rows } = await pool.query('select (closed + current)::integer as count from threshold_count');
  expect(rows).toEqual([{ count: 3 }]);
});

test('files of one owner at once follow each other', async () => {
  const { pool } = database;
  await Promise.all(many(4).map((index) => setThresholds(pool, userA, [threshold(BigInt(index))], noon)));
  const { rows } = await pool.query('select version, ended_at is null as open from threshold_version order by version');
  expect(rows).toEqual(many(4).map((index) => ({ version: index + 1, open: index === 3 })));
});

test('a log that cannot be counted in time is a refusal of the file, and nothing is set', async () => {
  const { pool } = database;
  await recordScreened(pool, [newMessage(1n)], noon);
  const setting = await inTransaction(pool, async (client) => {
    await client.query('lock table message_log in access exclusive mode');
    const refused = expect(setThresholds(pool, userA, [threshold(100n)], noon)).rejects.toMatchObject({
      code: 'thresholds.count-too-long',
      status: 422,
    });
    // ended as its statement_timeout would end it after ten minutes
    const waiting = `select pg_cancel_backend(l.pid) from pg_locks l where not l.granted`;
    await expect.poll(async () => (await pool.query(waiting)).rowCount, { timeout: 90_000 }).toBe(1);
    return { refused };
  });
  await setting.refused;
  for (const table of ['threshold', 'threshold_count', 'threshold_bucket']) {
    expect((await pool.query(`select from ${table}`)).rowCount).toBe(0);
  }
  await setThresholds(pool, userA, [threshold(100n)], noon);
});

test.each([
  ['whole days, from what the log is summed up to and what came since', 86_400, 3],
  ['other periods, from the log', 3_600, 1],
])('a new threshold counts %s', async (_name, periodSeconds, count) => {
  const { pool } = database;
  await recordScreened(pool, [newMessage(1n), newMessage(2n)], noon);
  await sumUpLog(pool);
  // what the sums are of need not be read again
  await pool.query('delete from message_log');
  await recordScreened(pool, [newMessage(3n)], noon);
  await setThresholds(pool, ALL_USERS, [threshold(100n, { periodSeconds })], noon);
  const { rows } = await pool.query('select (closed + current)::integer as count from threshold_count');
  expect(rows).toEqual([{ count }]);
});
