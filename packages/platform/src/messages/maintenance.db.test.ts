import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../foundation/config.ts';
import { ensurePartitions, listPartitions } from '../foundation/database/index.ts';
import { type TestDatabase, testDatabase } from '../foundation/database/testing.ts';
import { createLog } from '../foundation/log.ts';
import { dropOldDays, foldOldRequestIds, makeDaysAhead } from './maintenance.ts';
import type { NewMessage } from './message.ts';
import { recordBatch } from './record-store.ts';
import { newMessage } from './testing-messages.ts';

const log = createLog({ level: 'silent' });
const config = loadConfig({ environment: { PENSTOCK_CONFIG: '' }, workingFolder: '/nowhere' });
const noon = (day: string): Date => new Date(`${day}T12:00:00Z`);

let database: TestDatabase;
let version: bigint;

beforeAll(async () => {
  database = await testDatabase();
  await database.pool.query(`insert into party (party_id, name, kind) values ('P', 'P', 'other')`);
  await database.pool.query(`insert into user_id (user_id, party_id) values ($1, 'P')`, [newMessage(1n).userId]);
  const row = await database.pool.query<{ version: string }>('select version::text from directory_version');
  version = BigInt(row.rows[0]?.version ?? 0);
});
afterAll(() => database.drop());

async function maintain(day: string): Promise<void> {
  const parts = { pool: database.pool, clock: { now: () => noon(day) }, log, config };
  await makeDaysAhead(parts);
  await foldOldRequestIds(parts);
  await dropOldDays(parts);
}

async function daysOf(table: string): Promise<string[]> {
  return (await listPartitions(database.pool)).filter((one) => one.table === table).map((one) => one.day);
}

async function record(message: NewMessage, day: string): Promise<string | undefined> {
  return (await recordBatch(database.pool, 0, version, [message], noon(day))).outcomes[0]?.outcome;
}

test('days are made ahead, RequestIDs leave the horizon without a gap, and the record leaves at its age', async () => {
  await maintain('2026-08-01');
  expect(await daysOf('message_log')).toEqual(['2026-08-01', '2026-08-02', '2026-08-03', '2026-08-04']);
  expect(await record(newMessage(5n), '2026-08-01')).toBe('recorded');

  // within the horizon of two days the row itself answers, after it the highest counter
  await maintain('2026-08-03');
  expect(await record(newMessage(5n), '2026-08-03')).toBe('repeated');
  await maintain('2026-08-04');
  expect(await record(newMessage(5n), '2026-08-04')).toBe('replayed');
  expect(await record(newMessage(4n, { bytes: Buffer.from('older') }), '2026-08-04')).toBe('replayed');
  expect(await record(newMessage(6n), '2026-08-04')).toBe('recorded');

  // 92 days later the first day has left, and what is counted as used has not
  await maintain('2026-11-01');
  expect((await daysOf('message_log'))[0]).toBe('2026-08-01');
  await maintain('2026-11-02');
  expect((await daysOf('message_log'))[0]).toBe('2026-08-02');
  expect((await daysOf('named_device'))[0]).toBe('2026-08-02');
  await ensurePartitions(database.pool, { today: '2026-11-02', ahead: 0 });
  expect(await record(newMessage(6n), '2026-11-02')).toBe('replayed');
  expect(await record(newMessage(7n), '2026-11-02')).toBe('recorded');
});
