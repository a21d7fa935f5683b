import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../foundation/clock.ts';
import { type TestDatabase, testDatabase } from '../../foundation/database/testing.ts';
import { createLog } from '../../foundation/log.ts';
import { userA } from '../../quarantine/testing-quarantine.ts';
import {
  appendIncoming,
  countWaiting,
  createIncoming,
  endIncoming,
  listIncoming,
  refuseIncoming,
  removeIncoming,
  renameIncoming,
} from './incoming-store.ts';
import { PairTaker } from './pair-taker.ts';

// What lies in a folder without what belongs to it: it is told of, and goes a week after that.

let database: TestDatabase;
let taker: PairTaker;
beforeAll(async () => {
  database = await testDatabase();
  const parts = { pool: database.pool, log: createLog({ level: 'silent' }), clock: systemClock };
  // nothing is taken in here: there is nobody whose signature could count
  taker = new PairTaker({ ...parts, trust: { current: () => undefined } as never, mostBytes: 1, mostKeptBytes: 1 });
  await taker.stop();
});
afterAll(() => database.drop());
beforeEach(() => database.pool.query('delete from incoming_file; delete from notice'));

const names = async () => (await listIncoming(database.pool, userA)).map(({ name }) => name);
const refused = async () =>
  (await listIncoming(database.pool, userA)).flatMap(({ name, refusal }) => (refusal ? [name] : []));

async function put(name: string, { isWhole = true }: { isWhole?: boolean } = {}): Promise<string> {
  const { pool } = database;
  const made = await createIncoming(pool, userA, name);
  if (made === undefined) throw new Error('the folder is full');
  const { file } = made;
  await appendIncoming(pool, { userId: userA, file, at: 0, bytes: Buffer.from(name), mostBytes: 1_000 });
  if (isWhole) await endIncoming(pool, { userId: userA, file, by: 'a test' });
  return file;
}

const age = (hours: number) =>
  database.pool.query('update incoming_file set changed_at = changed_at - make_interval(hours => $1)', [hours]);

async function words(): Promise<string[]> {
  const { rows } = await database.pool.query(`select kind, about, words from notice order by words`);
  return rows.map((row) => [row.kind, row.about, row.words].join(' '));
}

test('is told of after an hour by notice and document, and goes a week later', async () => {
  for (const name of ['lone.csv.p7s', 'file.csv', 'file.csv.P7S', 'coming.csv.p7s', 'alone.csv']) await put(name);
  await put('coming.csv.part', { isWhole: false });
  await taker.upkeep();
  expect([await refused(), await words()]).toEqual([[], []]);
  await age(2);
  await put('new.csv.p7s');
  await taker.upkeep();
  await taker.upkeep();
  expect(await refused()).toEqual(['alone.csv', 'coming.csv.part', 'lone.csv.p7s']);
  expect(await words()).toEqual([
    'delivery sftp alone.csv was not taken in by SFTP: no signature of it is there that was not refused before: put alone.csv.p7s beside it',
    'delivery sftp coming.csv.part was not taken in by SFTP: its upload was not finished',
    'delivery sftp lone.csv.p7s was not taken in by SFTP: the file that it is over is not there',
  ]);
  expect(await names()).toHaveLength(7);
  await age(24 * 7);
  await taker.upkeep();
  // what can be taken in is, however late; the signature of what was coming waits for nothing any more, and is told of
  expect(await names()).toEqual(['coming.csv.p7s', 'file.csv', 'file.csv.P7S', 'new.csv.p7s']);
  await taker.upkeep();
  expect(await refused()).toEqual(['coming.csv.p7s', 'new.csv.p7s']);
  const { rows } = await database.pool.query(
    'select from incoming_chunk c where not exists (select from incoming_file f where f.file = c.file)',
  );
  expect(rows).toEqual([]);
});

test('is in play again once it is put anew, finished, or given another name', async () => {
  await put('a.csv.p7s');
  await put('b.csv.part');
  const half = await put('c.csv', { isWhole: false });
  await age(2);
  await taker.upkeep();
  expect(await refused()).toEqual(['a.csv.p7s', 'b.csv.part', 'c.csv']);
  await put('a.csv.p7s');
  expect(await renameIncoming(database.pool, { userId: userA, from: 'b.csv.part', to: 'b.csv' })).toBe('renamed');
  await endIncoming(database.pool, { userId: userA, file: half, by: 'a test' });
  expect(await refused()).toEqual([]);
});

test('is counted as waiting by the rule by which it is taken in', async () => {
  for (const name of ['a.csv', 'a.CSV.p7s', 'b.csv', 'c.csv', 'c.csv.P7S', 'c.csv.p7s']) await put(name);
  expect(await countWaiting(database.pool)).toEqual({ count: 2, oldest: expect.any(Date) });
  await removeIncoming(database.pool, userA, 'a.csv');
  expect(await countWaiting(database.pool)).toMatchObject({ count: 1 });
});

test('is not refused when it was written anew meanwhile, and notices of one way are bounded by the hour', async () => {
  const { pool } = database;
  await put('a.csv');
  const before = await listIncoming(pool, userA);
  const refusal = { code: 'submissions.parts', detail: 'empty' };
  await put('a.csv');
  await refuseIncoming(pool, { userId: userA, refused: before.map((file) => ({ file, refusal })) });
  expect(await refused()).toEqual([]);
  for (let time = 0; time < 30; time++) {
    const [file] = await listIncoming(pool, userA);
    if (file !== undefined) await refuseIncoming(pool, { userId: userA, refused: [{ file, refusal }] });
  }
  expect(await words()).toHaveLength(20);
});
