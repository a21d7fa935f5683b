import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../../foundation/database/testing.ts';
import { userA } from '../../quarantine/testing-quarantine.ts';
import {
  appendIncoming,
  createIncoming,
  dropOldIncoming,
  endIncoming,
  listIncoming,
  refuseIncoming,
  removeIncoming,
  renameIncoming,
} from './incoming-store.ts';

// Signatures that lie without the file that they are over.

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(() => database.pool.query('delete from incoming_file'));

const names = async () => (await listIncoming(database.pool, userA)).map(({ name }) => name);

async function put(name: string, { isWhole = true }: { isWhole?: boolean } = {}): Promise<string> {
  const { pool } = database;
  const made = await createIncoming(pool, userA, name);
  if (made === undefined) throw new Error('the folder is full');
  const { file } = made;
  await appendIncoming(pool, { userId: userA, file, at: 0, bytes: Buffer.from(name), mostBytes: 1_000 });
  if (isWhole) await endIncoming(pool, { userId: userA, file, by: 'a test' });
  return file;
}

async function putRefused(...given: string[]): Promise<void> {
  const files: string[] = [];
  for (const name of given) files.push(await put(name));
  await refuseIncoming(database.pool, { userId: userA, files, code: 'submissions.parts', detail: 'empty' });
}

const age = (hours: number) =>
  database.pool.query('update incoming_file set changed_at = changed_at - make_interval(hours => $1)', [hours]);

test('go after an hour, so that none is taken with the next file of its name', async () => {
  for (const name of ['lone.csv.p7s', 'capitals.csv.P7S', 'file.csv', 'file.csv.p7s', 'coming.csv.p7s'])
    await put(name);
  await put('coming.csv.part', { isWhole: false });
  await put('half.csv.p7s', { isWhole: false });
  await dropOldIncoming(database.pool);
  expect(await names()).toHaveLength(7);
  await age(2);
  await put('new.csv.p7s');
  await dropOldIncoming(database.pool);
  expect(await names()).toEqual([
    'coming.csv.p7s',
    'coming.csv.part',
    'file.csv',
    'file.csv.p7s',
    'half.csv.p7s',
    'new.csv.p7s',
  ]);
  const { rows } = await database.pool.query(
    'select from incoming_chunk c where not exists (select from incoming_file f where f.file = c.file)',
  );
  expect(rows).toEqual([]);
});

test('lie for a week at most, but a file and its signature, both whole, are taken in however late', async () => {
  for (const name of ['file.csv', 'file.csv.p7s', 'other.csv', 'other.csv.P7S', 'lone.csv']) await put(name);
  await put('half.csv', { isWhole: false });
  await putRefused('bad.csv', 'bad.csv.p7s');
  await age(24 * 8);
  await dropOldIncoming(database.pool);
  expect(await names()).toEqual(['file.csv', 'file.csv.p7s', 'other.csv', 'other.csv.P7S']);
});

test('that were refused with a file go when the file is put anew, removed, or another takes its name', async () => {
  await putRefused('a.csv', 'a.csv.p7s');
  await put('a.csv');
  expect(await names()).toEqual(['a.csv']);
  await putRefused('b.csv', 'b.csv.P7S');
  await removeIncoming(database.pool, userA, 'b.csv');
  expect(await names()).toEqual(['a.csv']);
  await putRefused('c.csv.p7s');
  await put('c.part');
  expect(await renameIncoming(database.pool, { userId: userA, from: 'c.part', to: 'c.csv' })).toBe('renamed');
  expect(await names()).toEqual(['a.csv', 'c.csv']);
});

test('that were not refused stay, whichever of the two comes first', async () => {
  await put('a.csv.p7s');
  await put('a.csv');
  await put('a.csv');
  expect(await names()).toEqual(['a.csv', 'a.csv.p7s']);
});
