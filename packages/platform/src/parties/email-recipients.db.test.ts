import { requireEui } from '@penstock/duis';
import { OpenSsl } from '@penstock/files/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { allAtOnce, type TestDatabase, testDatabase } from '../foundation/database/testing.ts';
import { testAuthor } from '../foundation/testing-author.ts';
import type { Viewer } from '../foundation/viewer.ts';
import {
  countRecipients,
  findRecipient,
  listEmailRecipients,
  registerEmailRecipient,
  revokeEmailRecipient,
} from './email-recipients-store.ts';

const userA = requireEui('90-B3-D5-1F-30-01-00-00');
const userB = requireEui('90-B3-D5-1F-30-02-00-00');
const operator: Viewer = { kind: 'operator', userId: requireEui('90-B3-D5-1F-30-00-00-02') };
const ofB: Viewer = { kind: 'user', userIds: [userB] };

let database: TestDatabase;
let openssl: OpenSsl;
beforeAll(async () => {
  database = await testDatabase();
  const { pool } = database;
  await pool.query(`insert into party (party_id, name, kind) values ('A', 'A', 'large_supplier'), ('B', 'B', 'other')`);
  await pool.query(`insert into user_id (user_id, party_id) values ($1, 'A'), ($2, 'B')`, [userA, userB]);
  openssl = new OpenSsl();
  openssl.authority('root');
  const extensions = 'keyUsage=keyEncipherment,keyAgreement\n';
  openssl.officer('ec', 'root', { extensions });
  openssl.officer('rsa', 'root', { extensions, key: 'RSA-2048' });
  openssl.officer('weak', 'root', { extensions, key: 'RSA-1024' });
  openssl.officer('signs', 'root');
});
afterAll(async () => {
  openssl?.remove();
  await database?.drop();
});

const certificate = (name: string) => openssl.read(`${name}.pem`).toString('latin1');
const address = 'officer@user.example';

test('an address is registered for a User ID, seen by its own, given another name and revoked for good', async () => {
  const { pool } = database;
  const register = (userId: string, name: string, to = address) =>
    registerEmailRecipient(pool, { userId, address: to, certificate: certificate(name) }, testAuthor);
  expect([await register(userA, 'ec'), await register(userA, 'ec')]).toEqual([true, false]);
  expect([await register(userA, 'rsa'), await register(userB, 'ec', 'b@user.example')]).toEqual([true, true]);
  expect(await register(userA, 'rsa', 'second@user.example')).toBe(true);
  const { items } = await listEmailRecipients(pool, operator, { limit: 9 });
  expect(items.map(({ userId, address }) => [userId, address]).sort()).toEqual([
    [userA, address],
    [userA, 'second@user.example'],
    [userB, 'b@user.example'],
  ]);
  expect((await listEmailRecipients(pool, ofB, { limit: 9 })).items).toHaveLength(1);
  expect((await listEmailRecipients(pool, ofB, { limit: 9, userId: userA })).items).toEqual([]);

  const fingerprint = items.find((one) => one.address === address)?.fingerprint ?? '';
  const bytes = Buffer.from(fingerprint, 'hex');
  expect(await findRecipient(pool, userA, bytes)).toMatchObject({ address, certificate: { fingerprint } });
  // the same certificate of another User has another address
  expect(await findRecipient(pool, userB, bytes)).toMatchObject({ address: 'b@user.example' });
  expect(await countRecipients(pool, userA)).toBe(2);
  expect(await revokeEmailRecipient(pool, { userId: userA, fingerprint }, testAuthor)).toBe(true);
  expect(await revokeEmailRecipient(pool, { userId: userA, fingerprint }, testAuthor)).toBe(false);
  // and stays so
  expect(await register(userA, 'ec', 'third@user.example')).toBe(false);
  expect(await findRecipient(pool, userA, bytes)).toBeUndefined();
  expect(await countRecipients(pool, userA)).toBe(1);
  await pool.query(`update party set status = 'suspended' where party_id = 'A'`);
  expect(await countRecipients(pool, userA)).toBe(0);
});

test('two addresses at once are recorded one after the other', async () => {
  const { pool } = database;
  const give = (to: string) =>
    registerEmailRecipient(pool, { userId: userB, address: to, certificate: certificate('rsa') }, testAuthor);
  await give('first@user.example');
  await allAtOnce(
    pool,
    'select from email_recipient for update',
    ['left@user.example', 'right@user.example'].map((to) => () => give(to)),
  );
  const { rows } = await pool.query<{ detail: string }>(
    `select detail from people_activity where detail ~ '-> (left|right)@' order by at, activity_id`,
  );
  expect(rows.map(({ detail }) => /(\w+)@\S* -> /.exec(detail)?.[1])).toEqual([
    'first',
    expect.stringMatching(/left|right/),
  ]);
});

test.each([
  ['weak', 'its key is RSA of 1024 bits'],
  ['signs', 'its keyUsage has no keyAgreement'],
])('nothing can be encrypted to the certificate %s', async (name, why) => {
  const given = { userId: userB, address, certificate: certificate(name) };
  await expect(registerEmailRecipient(database.pool, given, testAuthor)).rejects.toMatchObject({
    code: 'request.invalid',
    detail: expect.stringContaining(why),
  });
});

test('the address of an officer is good as long as the officer is', async () => {
  const { pool } = database;
  const of = requireEui('90-B3-D5-1F-30-03-00-00');
  await pool.query(`insert into party (party_id, name, kind) values ('C', 'C', 'other')`);
  await pool.query(`insert into user_id (user_id, party_id) values ($1, 'C')`, [of]);
  await registerEmailRecipient(pool, { userId: of, address, certificate: certificate('rsa') }, testAuthor);
  expect(await countRecipients(pool, of)).toBe(1);
  const officer = (fingerprint: string, revoked: boolean, userId = of) =>
    pool.query(
      `insert into officer (user_id, fingerprint, issuer, serial, der, not_before, not_after, name, email, revoked_at)
       values ($1, $2, 'x', '1', 'x', '-infinity', 'infinity', 'x', $3, case when $4 then now() end)`,
      [userId, fingerprint, address.toUpperCase(), revoked],
    );
  // another User's says nothing
  await officer('0', true, userB);
  expect(await countRecipients(pool, of)).toBe(1);
  await officer('1', true);
  expect(await countRecipients(pool, of)).toBe(0);
  // with a new certificate the same officer is in office again
  await officer('2', false);
  expect(await countRecipients(pool, of)).toBe(1);
});

test('what is no certificate, or more, is refused without a word of it', async () => {
  const { pool } = database;
  const key = openssl.read('ec.key').toString('latin1');
  const given = { userId: userB, address, certificate: certificate('ec') + key };
  await expect(registerEmailRecipient(pool, given, testAuthor)).rejects.toThrow('private key');
  await expect(registerEmailRecipient(pool, given, testAuthor)).rejects.not.toThrow(key.split('\n')[1] ?? '');
  await expect(registerEmailRecipient(pool, { ...given, certificate: 'x' }, testAuthor)).rejects.toMatchObject({
    code: 'request.invalid',
  });
  const unknown = { userId: '00-00-00-00-00-00-00-01', address, certificate: certificate('rsa') };
  await expect(registerEmailRecipient(pool, unknown, testAuthor)).rejects.toMatchObject({ code: 'request.not-found' });
});
