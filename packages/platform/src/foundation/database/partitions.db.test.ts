import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addDays } from '../clock.ts';
import { packClosedPartitions } from './packing.ts';
import {
  dropExpiredPartitions,
  ensurePartitions,
  listPartitionedTables,
  listPartitions,
  partitionName,
  requirePartitions,
} from './partitions.ts';
import { type TestDatabase, testDatabase } from './testing.ts';

const today = '2026-12-31';
let database: TestDatabase;
let pool: pg.Pool;
let tables: string[];
beforeAll(async () => {
  database = await testDatabase();
  pool = database.pool;
  tables = await listPartitionedTables(pool);
});
afterAll(() => database.drop());

async function insertMessage(day: string, sequence: number): Promise<void> {
  await pool.query({
    text: `insert into stream (user_id, direction, day, sequence, message_day, message_sequence, kind, body)
           values ('90:b3:d5:1f:30:01:00:00', 'southbound', $1, $2, $1, $2, 'service_request', $3)`,
    values: [day, sequence, Buffer.alloc(7_000, 'x')],
  });
}
const days = async (table: string) =>
  (await listPartitions(pool)).filter((partition) => partition.table === table).map((partition) => partition.day);

test('the tables are read from the catalogue', () => {
  expect(tables).toEqual(expect.arrayContaining(['delivery', 'named_device', 'message_log', 'stream']));
});

describe('partitions made ahead', () => {
  test('today and the days after it, over the turn of the year, for every table; once, by several at once', async () => {
    await expect(requirePartitions(pool, today)).rejects.toMatchObject({ code: 'database.partition-missing' });
    const made = await Promise.all([1, 2, 3].map(() => ensurePartitions(pool, { today, ahead: 3 })));
    expect(made.flat().length).toBeGreaterThanOrEqual(tables.length * 4);
    for (const table of tables) {
      expect(await days(table)).toEqual(['2026-12-31', '2027-01-01', '2027-01-02', '2027-01-03']);
    }
    await requirePartitions(pool, today);
    expect(await ensurePartitions(pool, { today, ahead: 3 })).toEqual([]);
    expect(await ensurePartitions(pool, { today: addDays(today, 1), ahead: 3 })).toHaveLength(tables.length);
  });

  test('they have the indexes and keys of their table, and the storage parameters of their own', async () => {
    const shape = async (relation: string) => {
      const { rows } = await pool.query<{ columns: string }>(
        `select pg_get_indexdef(indexrelid, 0, true) as columns from pg_index where indrelid = $1::regclass`,
        [relation],
      );
      return rows.map((row) => row.columns.slice(row.columns.indexOf(' USING '))).sort();
    };
    for (const table of tables) {
      const partition = partitionName({ table, day: today });
      expect(await shape(partition)).toEqual(await shape(table));
    }
    const { rows } = await pool.query(
      `select reloptions, (select attstorage from pg_attribute where attrelid = c.oid and attname = 'body') as storage
         from pg_class c where oid = 'stream_20261231'::regclass`,
    );
    expect(rows).toEqual([{ reloptions: ['toast_tuple_target=8160'], storage: 'e' }]);
  });

  test('a body of some kilobytes stays in its row, byte for byte', async () => {
    await insertMessage(today, 1);
    const { rows } = await pool.query(
      `select length(body) as length, pg_relation_size(reltoastrelid) as toast
         from stream, pg_class where pg_class.oid = 'stream_20261231'::regclass`,
    );
    expect(rows).toEqual([{ length: 7000, toast: '0' }]);
  });

  test('a message of a day that was not made fails loudly', async () => {
    await expect(insertMessage('2027-03-01', 1)).rejects.toThrow(/no partition of relation "stream"/);
  });
});

describe('a long reader', () => {
  test('stops neither the making of partitions nor the intake', async () => {
    const reader = await pool.connect();
    try {
      await reader.query('begin');
      await reader.query('select count(*) from stream');
      const made = await ensurePartitions(pool, { today, ahead: 5 });
      expect(made.map((partition) => partition.day)).toContain('2027-01-05');
      await insertMessage('2027-01-05', 1);
    } finally {
      await reader.query('rollback');
      reader.release();
    }
  });

  test('delays the drop of a day without stopping the intake; the next call completes it', async () => {
    const reader = await pool.connect();
    try {
      await reader.query('begin');
      await reader.query('select count(*) from stream');
      const firstKept = '2027-01-01';
      const dropping = dropExpiredPartitions(pool, { table: 'stream', firstKept }).catch((error: unknown) => error);
      await insertMessage('2027-01-01', 1);
      expect(await dropping).toMatchObject({ code: '55P03' });
      await insertMessage('2027-01-01', 2);
      await reader.query('rollback');
      expect(await dropExpiredPartitions(pool, { table: 'stream', firstKept })).toEqual([
        { table: 'stream', day: '2026-12-31' },
      ]);
    } finally {
      reader.release();
    }
    expect((await days('stream'))[0]).toBe('2027-01-01');
    const { rows } = await pool.query(`select to_regclass('stream_20261231') as gone`);
    expect(rows).toEqual([{ gone: null }]);
  });
});

test('only what is older than the first day kept is dropped, of that table alone', async () => {
  const firstKept = '2027-01-03';
  const dropped = await dropExpiredPartitions(pool, { table: 'delivery', firstKept });
  expect(dropped.map((partition) => partition.day)).toEqual(['2026-12-31', '2027-01-01', '2027-01-02']);
  expect((await days('message_log'))[0]).toBe('2026-12-31');
  expect(await dropExpiredPartitions(pool, { table: 'delivery', firstKept })).toEqual([]);
});

test('a day that was detached and not dropped, because the process was killed between, is dropped later', async () => {
  await pool.query('alter table message_log detach partition message_log_20261231');
  expect(await dropExpiredPartitions(pool, { table: 'message_log', firstKept: '2027-01-01' })).toEqual([
    { table: 'message_log', day: '2026-12-31' },
  ]);
});

describe('packed days', () => {
  const table = 'message_log';
  const shape = async (day: string) => {
    const { rows } = await pool.query<{ name: string; options: string[] | null; pages: number; is_valid: boolean }>(
      `select c.relname as name, c.reloptions as options, x.indisvalid as is_valid,
              pg_relation_size(c.oid)::integer / 8192 as pages
       from pg_index x join pg_class c on c.oid = x.indexrelid
       where x.indrelid = $1::regclass order by c.relname`,
      [partitionName({ table, day })],
    );
    return rows;
  };

  test('are smaller and have the same rows; once, by several at once; what was interrupted is taken away', async () => {
    await ensurePartitions(pool, { today: '2028-02-28', ahead: 2 });
    // as on a busy day, Users come in between one another
    await pool.query(
      `insert into message_log (user_id, day, sequence, recorded_at, direction, kind, verdict, target, counter, size, sha256,
                                repetition)
       select ('90b3d51f3000' || lpad(to_hex(i % 40), 4, '0'))::macaddr8, '2028-02-28', i, '2028-02-28T12:00:00Z',
              'southbound', 'service_request', 'passed', ('00db' || lpad(to_hex(i * 7919 % 65536), 12, '0'))::macaddr8,
              i, 1, '\\x00', 0
       from generate_series(1, 8000) i`,
    );
    const before = await shape('2028-02-28');
    // as REINDEX CONCURRENTLY leaves one that it could not finish
    const invalid = `create unique index concurrently message_log_20280228_srv_ccnew on message_log_20280228 (day)`;
    await expect(pool.query(invalid)).rejects.toThrow(/could not create unique index/);
    const packed = (
      await Promise.all([1, 2].map(() => packClosedPartitions(pool, { table, before: '2028-02-29' })))
    ).flat();
    expect(packed.filter(({ day }) => day === '2028-02-28')).toEqual([{ table, day: '2028-02-28' }]);
    const after = await shape('2028-02-28');
    expect(after.map(({ name, is_valid }) => [name, is_valid])).toEqual(before.map(({ name }) => [name, true]));
    const pages = (all: typeof after) => all.reduce((sum, one) => sum + one.pages, 0);
    expect(pages(after)).toBeLessThan(pages(before) * 0.8);
    expect((await shape('2028-02-29')).every(({ options }) => options === null)).toBe(true);
    expect((await pool.query(`select from message_log where day = '2028-02-28'`)).rowCount).toBe(8000);
    expect(await packClosedPartitions(pool, { table, before: '2028-02-29' })).toEqual([]);
  });
});
