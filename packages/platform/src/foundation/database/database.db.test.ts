import { once } from 'node:events';
import { createServer } from 'node:net';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLog } from '../log.ts';
import { inTransaction, isUnavailable, openDatabase, ping } from './database.ts';
import { type TestDatabase, testDatabase } from './testing.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await database.pool.query('create table note (text text primary key)');
});
afterAll(() => database.drop());

const count = async () => (await database.pool.query('select from note')).rowCount;

test('connections look into the schema penstock, know who they are, and end statements that hang', async () => {
  const { rows } = await database.pool.query(
    `select current_schema() as schema, current_setting('application_name') as name,
            current_setting('statement_timeout') as timeout`,
  );
  expect(rows).toEqual([{ schema: 'penstock', name: 'test', timeout: '30s' }]);
});

test('what runs with the rights of its owner looks into no temporary table before the schema', async () => {
  const { rows } = await database.pool.query<{ name: string; config: string[] | null }>(
    `select proname as name, proconfig as config from pg_proc
     where prosecdef and pronamespace = 'penstock'::regnamespace order by proname`,
  );
  expect(rows.length).toBeGreaterThan(5);
  for (const { name, config } of rows) expect([name, ...(config ?? [])]).toContain('search_path=penstock,pg_temp');
});

describe('a transaction', () => {
  test('stands whole when its work returns, and not at all when it throws', async () => {
    const before = await count();
    const add = (text: string) => (client: pg.PoolClient) => client.query('insert into note values ($1)', [text]);
    await inTransaction(database.pool, add('one'));
    const failing = inTransaction(database.pool, async (client) => {
      await add('two')(client);
      await add('one')(client);
    });
    await expect(failing).rejects.toMatchObject({ code: '23505' });
    expect(await count()).toBe((before ?? 0) + 1);
  });

  test('whose connection is lost throws what says so, and the pool goes on with another', async () => {
    const lost = inTransaction(database.pool, async (client) => {
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
      await database.pool.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
      await client.query('select 1');
    });
    const error: unknown = await lost.catch((reason: unknown) => reason);
    expect(isUnavailable(error)).toBe(true);
    expect(database.pool.waitingCount).toBe(0);
    await ping(database.pool);
  });
});

test('a database that is away is told by one code', async () => {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  listener.close();
  const url = `postgres://penstock:x@127.0.0.1:${port}/penstock`;
  const away = openDatabase({ url, poolSize: 2, applicationName: 'test', log: createLog({ level: 'silent' }) });
  await expect(ping(away.pool)).rejects.toMatchObject({ code: 'database.unavailable' });
  const error: unknown = await away.pool.query('select 1').catch((reason: unknown) => reason);
  expect(isUnavailable(error)).toBe(true);
  expect(isUnavailable(new Error('syntax error'))).toBe(false);
  expect(isUnavailable(Object.assign(new Error('duplicate key'), { code: '23505' }))).toBe(false);
  await away.close();
});
