import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../foundation/database/testing.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { listChoices, setChoice } from './choices-store.ts';
import { listNotices, markRead } from './notices-store.ts';
import { insertQuarantineWorld, userA, userB } from './testing-quarantine.ts';

// Which notices somebody has read; that they are written is in events.db.test.ts.

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await insertQuarantineWorld(database.pool);
});
afterAll(() => database.drop());
beforeEach(() =>
  database.pool.query(
    'delete from notice; delete from notice_read; delete from notice_reader; delete from notice_choice',
  ),
);

const anna = { userId: userA, reader: 'anna' };
const ben = { userId: userA, reader: 'ben' };

/** Notices of A, so many minutes old. */
async function notice(kind: string, about: string, minutes: number, userId = userA): Promise<void> {
  await database.pool.query(
    `insert into notice (user_id, noticed_at, kind, about, words, count)
     values ($1, clock_timestamp() - make_interval(mins => $4), $2, $3, 'w', 1)`,
    [userId, kind, about, minutes],
  );
}
const list = (reader = anna, query = {}) => listNotices(database.pool, reader, { limit: 50, ...query });
const unread = async (reader = anna) => (await list(reader, { unread: 'true' })).items.map(({ about }) => about);

test('are listed newest first, by kind, page by page, of one User alone', async () => {
  for (let number = 1; number <= 5; number++) await notice(number % 2 === 0 ? 'way' : 'held', `${number}`, number);
  await notice('held', 'b', 1, userB);
  const about = (page: Awaited<ReturnType<typeof list>>) => page.items.map((one) => one.about);
  expect(about(await list())).toEqual(['1', '2', '3', '4', '5']);
  expect(about(await list(anna, { kind: ['held', 'release'] }))).toEqual(['1', '3', '5']);
  const first = await list(anna, { kind: ['held'], limit: 2 });
  expect([about(first), first.unread]).toEqual([['1', '3'], 5]);
  expect(about(await list(anna, { kind: ['held'], limit: 2, cursor: first.cursor }))).toEqual(['5']);
  await expect(list(anna, { cursor: "1' or true" })).rejects.toMatchObject({ code: 'request.invalid' });
});

describe('a notice', () => {
  test('that one person has read is unread for another, and for nobody of another User', async () => {
    await notice('held', '1', 2);
    await notice('way', 'sftp', 1);
    const [newest, older] = (await list()).items;
    expect(await markRead(database.pool, anna, { notices: [older?.notice ?? ''] })).toBe(true);
    expect(await markRead(database.pool, anna, { notices: [older?.notice ?? ''] })).toBe(false);
    expect([await unread(), await unread(ben)]).toEqual([['sftp'], ['sftp', '1']]);
    expect((await list()).items.map(({ isRead }) => isRead)).toEqual([false, true]);
    expect([(await list()).unread, (await list(ben)).unread]).toEqual([1, 2]);
    // named for another User it is none
    expect(await markRead(database.pool, { userId: userB, reader: 'anna' }, { notices: [newest?.notice ?? ''] })).toBe(
      false,
    );
    expect(await markRead(database.pool, anna, { notices: ['2026-11-20T10:00:00Z held 99'] })).toBe(false);
  });

  test('that comes after all were read, or is written late for an instant before that, is unread', async () => {
    for (const [about, minutes] of [
      ['1', 300],
      ['2', 90],
      ['3', 20],
      ['4', 1],
    ] as const)
      await notice('held', about, minutes);
    const [newest] = (await list()).items;
    expect(await markRead(database.pool, anna, { until: newest?.notice })).toBe(true);
    expect(await unread()).toEqual([]);
    expect(await markRead(database.pool, anna, { until: newest?.notice })).toBe(false);
    await notice('warning', '5', 0);
    await notice('warning', '6', 10);
    expect(await unread()).toEqual(['5', '6']);
    expect((await list()).unread).toBe(2);
    expect(await unread(ben)).toEqual(['5', '4', '6', '3', '2', '1']);
    // of what is old one instant is kept, not a mark each
    const { rows } = await database.pool.query('select about from notice_read order by about');
    expect(rows).toEqual([{ about: '3' }, { about: '4' }]);
  });

  test('is marked until one that is shown, not those behind it that came meanwhile', async () => {
    await notice('held', '1', 10);
    const [shown] = (await list()).items;
    await notice('held', '2', 1);
    await markRead(database.pool, anna, { until: shown?.notice });
    expect(await unread()).toEqual(['2']);
  });
});

test('more than a thousand unread are not counted', async () => {
  await database.pool.query(
    `insert into notice (user_id, noticed_at, kind, about, words, count)
     select $1, now() - n * interval '1 second', 'held', n::text, 'w', 1 from generate_series(1, 1200) n`,
    [userA],
  );
  expect((await list()).unread).toBe(1_000);
});

test('of a kind that a person wants to be left alone with, none is unread for it; another is told all the same', async () => {
  const viewer = (personId: string): Viewer => ({
    kind: 'user',
    userIds: [userA],
    person: { personId, email: `${personId}@people.example`, role: 'analyst', reason: undefined },
  });
  await notice('held', '1', 2);
  await notice('way', 'sftp', 1);
  const now = new Date();
  await setChoice(database.pool, viewer('anna'), { kind: 'way', inPortal: false, byEmail: true }, now);
  expect([await unread(), (await list()).unread, (await list(ben)).unread]).toEqual([['1'], 1, 2]);
  const { items, email } = await listChoices(database.pool, viewer('anna'));
  expect(email).toBe('anna@people.example');
  expect(items.filter(({ inPortal, byEmail }) => !inPortal || byEmail)).toEqual([
    { kind: 'way', inPortal: false, byEmail: true },
  ]);
  await expect(listChoices(database.pool, { kind: 'user', userIds: [userA] })).rejects.toMatchObject({
    code: 'access.denied',
  });
});
