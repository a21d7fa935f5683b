import { afterAll, beforeAll, expect, test } from 'vitest';
import { findCitusBreaches } from './citus-rules.ts';
import { type Distribution, distribution } from './distribution.ts';
import { ensurePartitions } from './partitions.ts';
import { type TestDatabase, testDatabase } from './testing.ts';

let database: TestDatabase;
let breachesBefore: string[];
beforeAll(async () => {
  database = await testDatabase();
  await ensurePartitions(database.pool, { today: '2026-11-22', ahead: 1 });
  breachesBefore = await findCitusBreaches(database.pool, distribution);
});

/** What was planted beside the schema that is there. */
async function findPlanted(declared: Readonly<Record<string, Distribution>>): Promise<string[]> {
  const found = await findCitusBreaches(database.pool, { ...distribution, ...declared });
  return found.filter((breach) => !breachesBefore.includes(breach));
}

afterAll(() => database.drop());

test('every table can be distributed as declared', () => {
  expect(breachesBefore).toEqual([]);
});

const byUser = { by: 'user_id' };

// each breach is planted alone
test.each([
  ['create table planted (user_id macaddr8)', {}, 'planted: is not in distribution.ts'],
  ['select 1', { planted: byUser }, 'planted: is in distribution.ts but not in the database'],
  ['create table planted (n integer)', { planted: byUser }, 'planted: has no column user_id to be distributed by'],
  [
    'create table planted (user_id macaddr8, n integer)',
    { planted: byUser },
    'planted: user_id, which it is distributed by, may be null',
  ],
  [
    'create table planted (user_id macaddr8 not null, n integer primary key)',
    { planted: byUser },
    'planted: unique key planted_pkey lacks user_id',
  ],
  [
    'create table planted (user_id macaddr8 primary key, n integer); create unique index planted_n on planted (n)',
    { planted: byUser },
    'planted: unique key planted_n lacks user_id',
  ],
  [
    'create table planted (user_id macaddr8 primary key, device macaddr8 references device)',
    { planted: byUser },
    'planted: foreign key planted_device_fkey joins what is distributed by user_id to device, distributed by device, apart from them',
  ],
  [
    'create table planted (user_id macaddr8 primary key, other macaddr8 references planted)',
    { planted: byUser },
    'planted: foreign key planted_other_fkey joins what is distributed by user_id to planted, distributed by user_id, apart from them',
  ],
  [
    'create table planted (device macaddr8 primary key references device)',
    { planted: 'reference' },
    'planted: foreign key planted_device_fkey goes from a reference table to device',
  ],
  [
    'create table planted (user_id macaddr8, n bigserial, primary key (user_id, n))',
    { planted: byUser },
    'planted: n takes its value from a sequence',
  ],
  [
    'create table planted (user_id macaddr8, n bigint generated always as identity, primary key (user_id, n))',
    { planted: byUser },
    'planted: n takes its value from a sequence',
  ],
  [
    `create table planted (user_id macaddr8 primary key);
     create function planted() returns trigger language plpgsql as 'begin return new; end';
     create trigger planted_trigger before insert on planted for each row execute function planted()`,
    { planted: byUser },
    'planted: trigger planted_trigger on a distributed table',
  ],
  [
    'create table planted (user_id text primary key)',
    { planted: byUser },
    'planted: user_id is text here and macaddr8 in other tables',
  ],
] as const)('a planted breach is found: %s', async (sql, declared, expected) => {
  await database.pool.query(sql);
  try {
    expect(await findPlanted(declared)).toEqual([expected]);
  } finally {
    await database.pool.query('drop table if exists planted; drop function if exists planted');
  }
});

test('what Citus allows is not refused', async () => {
  await database.pool.query(
    `create table planted (
       user_id macaddr8 not null references user_id,
       direction message_direction,
       n integer,
       primary key (user_id, n),
       foreign key (user_id, direction) references stream_cursor)`,
  );
  expect(await findPlanted({ planted: byUser })).toEqual([]);
});
