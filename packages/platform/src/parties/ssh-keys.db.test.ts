import { requireEui } from '@penstock/duis';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { allAtOnce, type TestDatabase, testDatabase } from '../foundation/database/testing.ts';
import { testAuthor } from '../foundation/testing-author.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { readSshKey } from './ssh-keys.ts';
import { isGoodSshKey, listSshKeys, registerSshKey, revokeSshKey } from './ssh-keys-store.ts';

const userA = requireEui('90-B3-D5-1F-30-01-00-00');
const userB = requireEui('90-B3-D5-1F-30-02-00-00');
const operator: Viewer = { kind: 'operator', userId: requireEui('90-B3-D5-1F-30-00-00-02') };
const ofB: Viewer = { kind: 'user', userIds: [userB] };

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  const { pool } = database;
  await pool.query(`insert into party (party_id, name, kind) values ('A', 'A', 'large_supplier'), ('B', 'B', 'other')`);
  await pool.query(`insert into user_id (user_id, party_id) values ($1, 'A'), ($2, 'B')`, [userA, userB]);
});
afterAll(() => database?.drop());

const newKey = () => readSshKey(ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 }).public);

test('a key is registered once for each User ID, seen by its own, and revoked for good', async () => {
  const { pool } = database;
  const [one, other] = [newKey(), newKey()];
  expect(await registerSshKey(pool, { userId: userA, name: 'one', key: one }, testAuthor)).toBe(true);
  expect(await registerSshKey(pool, { userId: userA, name: 'one', key: one }, testAuthor)).toBe(false);
  expect(await registerSshKey(pool, { userId: userA, name: 'renamed', key: one }, testAuthor)).toBe(true);
  for (const key of [one, other]) await registerSshKey(pool, { userId: userB, name: 'b', key }, testAuthor);
  await expect(
    registerSshKey(pool, { userId: '00-00-00-00-00-00-00-01', name: 'nobody', key: one }, testAuthor),
  ).rejects.toMatchObject({ code: 'request.not-found' });

  const first = await listSshKeys(pool, operator, { limit: 2 });
  const rest = await listSshKeys(pool, operator, { limit: 2, cursor: first.cursor });
  expect([...first.items, ...rest.items].map(({ userId, name }) => [userId, name])).toEqual([
    [userA, 'renamed'],
    [userB, 'b'],
    [userB, 'b'],
  ]);
  expect(rest.cursor).toBeUndefined();
  expect((await listSshKeys(pool, ofB, { limit: 9 })).items).toHaveLength(2);
  expect((await listSshKeys(pool, ofB, { limit: 9, userId: userA })).items).toEqual([]);
  await expect(listSshKeys(pool, ofB, { limit: 9, cursor: 'x' })).rejects.toMatchObject({ code: 'request.invalid' });

  const fingerprint = first.items[0]?.fingerprint ?? '';
  expect(await isGoodSshKey(pool, userA, one.fingerprint)).toBe(true);
  expect(await revokeSshKey(pool, { userId: userA, fingerprint }, testAuthor)).toBe(true);
  expect(await revokeSshKey(pool, { userId: userA, fingerprint }, testAuthor)).toBe(false);
  expect(await isGoodSshKey(pool, userA, one.fingerprint)).toBe(false);
  expect(await isGoodSshKey(pool, userB, one.fingerprint)).toBe(true);
  // registered again it stays revoked
  await registerSshKey(pool, { userId: userA, name: 'again', key: one }, testAuthor);
  expect(await isGoodSshKey(pool, userA, one.fingerprint)).toBe(false);
  const unknown = `SHA256:${'A'.repeat(43)}`;
  await expect(revokeSshKey(pool, { userId: userA, fingerprint: unknown }, testAuthor)).rejects.toMatchObject({
    code: 'request.not-found',
  });
});

test('two names at once are recorded one after the other', async () => {
  const { pool } = database;
  const key = newKey();
  const name = (words: string) => registerSshKey(pool, { userId: userA, name: words, key }, testAuthor);
  await name('first');
  await allAtOnce(
    pool,
    'select from ssh_key for update',
    ['second', 'third'].map((words) => () => name(words)),
  );
  const { rows } = await pool.query<{ detail: string }>(
    `select detail from people_activity where detail ~ '(second|third)$' order by at, activity_id`,
  );
  expect(rows.map(({ detail }) => /(\w+) -> /.exec(detail)?.[1])).toEqual([
    'first',
    expect.stringMatching(/second|third/),
  ]);
});

test.each(['party', 'user_id'])('a key of a suspended %s is not good', async (table) => {
  const { pool } = database;
  const key = newKey();
  await registerSshKey(pool, { userId: userB, name: 'b', key }, testAuthor);
  expect(await isGoodSshKey(pool, userB, key.fingerprint)).toBe(true);
  const set = (status: string) => pool.query(`update ${table} set status = $1 where party_id = 'B'`, [status]);
  await set('suspended');
  expect(await isGoodSshKey(pool, userB, key.fingerprint)).toBe(false);
  await set('active');
});
