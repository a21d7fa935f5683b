import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  addPerson,
  testAlpha as alpha,
  codeOf,
  type PeopleServer,
  readTotpSecret,
  startPeopleServer,
  TestBrowser,
  type TestPerson,
  testPassword,
} from './testing-people.ts';

// What somebody can do who got hold of a session that was left open, or of a password: and what is recorded of it.

let server: PeopleServer;
let database: PeopleServer['database'];

beforeAll(async () => {
  server = await startPeopleServer();
  ({ database } = server);
});
afterAll(() => server.stop());
beforeEach(async () => {
  server.setAhead(0);
  await database.pool.query('delete from sign_in."rateLimit"');
});

let people = 0;
function newPerson(isEnrolled = true): Promise<TestPerson> {
  people += 1;
  return addPerson(database.pool, { name: `holder${people}`, roles: { [alpha]: 'aro' }, isEnrolled });
}
const anybody = () => new TestBrowser(server.address);
async function signedIn(person: TestPerson): Promise<TestBrowser> {
  const browser = anybody();
  await browser.signIn(person);
  return browser;
}
async function activityOf({ personId }: TestPerson): Promise<string[]> {
  const { rows } = await database.pool.query<{ what: string; detail: string | null }>(
    'select what, detail from people_activity where person_id = $1 order by at, activity_id',
    [personId],
  );
  return rows.map(({ what, detail }) => (detail === null ? what : `${what}: ${detail}`));
}
const changePassword = (browser: TestBrowser, currentPassword: string) =>
  browser.call('POST', '/api/auth/change-password', {
    currentPassword,
    newPassword: 'an entirely new password',
    revokeOtherSessions: true,
  });
const MINUTE = 60_000;

test('what is refused is recorded of the person whom it is about, with why', async () => {
  const person = await newPerson();
  const browser = anybody();
  await browser.password(person.email, 'wrong wrong wrong');
  await browser.password(person.email);
  expect(await browser.code('000000')).toMatchObject({ status: 401 });
  await browser.code(codeOf(person.totpSecret));
  expect(await changePassword(browser, 'wrong wrong wrong')).toMatchObject({ status: 400 });
  expect(await anybody().code('111111')).toMatchObject({ status: 401 });
  const late = anybody();
  await late.password(person.email);
  await database.pool.query(`update person set status = 'suspended' where person_id = $1`, [person.personId]);
  expect(await late.code(codeOf(person.totpSecret, 1))).toMatchObject({ status: 403 });
  expect(await activityOf(person)).toEqual([
    'password-refused',
    'code-refused',
    'signed-in',
    'password-refused: when it was to be changed',
    'code-refused: access has ended',
  ]);
});

test('a session that somebody left open tries ten codes or passwords, as a sign-in does', async () => {
  const person = await newPerson();
  const browser = await signedIn(person);
  const statuses: number[] = [];
  for (let tried = 0; tried < 12; tried += 1) {
    statuses.push((await browser.code(`55550${String(tried).padStart(2, '0')}`.slice(-6))).status);
  }
  expect(statuses).toEqual([...Array(10).fill(401), 429, 429]);
  // and it is the same lock, at the sign-in too
  const other = anybody();
  await other.password(person.email);
  expect(await other.code(codeOf(person.totpSecret, 1))).toMatchObject({
    status: 429,
    json: { code: 'ACCOUNT_TEMPORARILY_LOCKED' },
  });
  const recorded = await activityOf(person);
  expect(recorded.filter((one) => one === 'code-refused')).toHaveLength(10);
  expect(recorded.filter((one) => one === 'code-refused: second factor locked')).toHaveLength(3);
  expect(recorded.filter((one) => one === 'second-factor-locked')).toHaveLength(1);

  // by 5 a minute from one address, so the count of the address is taken away in between
  const passwords: number[] = [];
  for (let tried = 0; tried < 11; tried += 1) {
    await database.pool.query('delete from sign_in."rateLimit"');
    passwords.push((await changePassword(browser, 'wrong wrong wrong')).status);
  }
  // the right one at the sign-in above had ended the count before it
  expect(passwords).toEqual([...Array(10).fill(400), 429]);
});

test('passkeys are added and removed within ten minutes of the second factor, and it is asked for again after them', async () => {
  const person = await newPerson();
  const browser = await signedIn(person);
  const add = () => browser.call('GET', '/api/auth/passkey/generate-register-options');
  const remove = () => browser.call('POST', '/api/auth/passkey/delete-passkey', { id: 'none' });
  expect(await add()).toMatchObject({ status: 200 });
  server.setAhead(11 * MINUTE);
  const stale = { status: 403, json: { code: 'FRESH_FACTOR_NEEDED' } };
  expect(await add()).toMatchObject(stale);
  expect(await remove()).toMatchObject(stale);
  expect(await browser.call('GET', '/api/auth/passkey/list-user-passkeys')).toMatchObject({ status: 200 });
  expect(await browser.code('000000')).toMatchObject({ status: 401 });
  expect(await add()).toMatchObject(stale);
  expect(await browser.code(codeOf(person.totpSecret, 1))).toMatchObject({ status: 200 });
  expect(await add()).toMatchObject({ status: 200 });
  expect((await remove()).json).not.toMatchObject(stale.json);
  expect((await activityOf(person)).slice(0, 3)).toEqual(['signed-in', 'code-refused', 'proven-again']);
});

test('a person has as many passkeys as it can tell apart, and keeps its last way in', async () => {
  const person = await newPerson();
  const browser = await signedIn(person);
  const put = (from: number, to: number) =>
    database.pool.query(
      `insert into sign_in."passkey" ("id", "name", "publicKey", "userId", "credentialID", "counter", "deviceType", "backedUp")
       select $1 || '-' || n, 'key ' || n, 'x', $1, $1 || '-' || n, 0, 'singleDevice', false from generate_series($2::int, $3) n`,
      [person.personId, from, to],
    );
  const add = () => browser.call('GET', '/api/auth/passkey/generate-register-options');
  await put(1, 19);
  expect(await add()).toMatchObject({ status: 200 });
  await put(20, 20);
  expect(await add()).toMatchObject({ status: 409, json: { code: 'TOO_MANY_PASSKEYS' } });
  const named = { response: {}, name: 'x'.repeat(101) };
  expect(await browser.call('POST', '/api/auth/passkey/verify-registration', named)).toMatchObject({
    status: 400,
    json: { code: 'NAME_TOO_LONG' },
  });
  await database.pool.query(`delete from sign_in."account" where "userId" = $1`, [person.personId]);
  await database.pool.query(`delete from sign_in."passkey" where "userId" = $1 and "id" not like '%-1'`, [
    person.personId,
  ]);
  const remove = (id: string) => browser.call('POST', '/api/auth/passkey/delete-passkey', { id });
  expect(await remove(`${person.personId}-1`)).toMatchObject({ status: 409, json: { code: 'LAST_WAY_IN' } });
  await put(2, 2);
  expect(await remove(`${person.personId}-1`)).toMatchObject({ status: 200 });
  expect(await remove(`${person.personId}-2`)).toMatchObject({ status: 409 });
});

test('a changed password makes nothing fresh and no session longer, and says which passkeys sign in still', async () => {
  const person = await newPerson();
  const browser = await signedIn(person);
  await database.pool.query(
    `insert into sign_in."passkey" ("id", "name", "publicKey", "userId", "credentialID", "counter", "deviceType", "backedUp")
     values ($1, 'a key of somebody', 'x', $1, $1, 0, 'singleDevice', false)`,
    [person.personId],
  );
  const { rows: before } = await database.pool.query(`select "createdAt" from sign_in."session" where "userId" = $1`, [
    person.personId,
  ]);
  server.setAhead(11 * MINUTE);
  expect(await changePassword(browser, testPassword)).toMatchObject({
    status: 200,
    json: { passkeys: [{ name: 'a key of somebody' }] },
  });
  expect(await browser.call('GET', '/api/auth/passkey/generate-register-options')).toMatchObject({ status: 403 });
  const { rows } = await database.pool.query(`select "createdAt" from sign_in."session" where "userId" = $1`, [
    person.personId,
  ]);
  expect(rows).toEqual(before);
  expect((await activityOf(person)).at(-1)).toBe('password-changed: 1 passkey stays');
});

test('after twelve hours a session is nobody’s at the addresses of signing in too', async () => {
  const browser = await signedIn(await newPerson());
  server.setAhead(11.9 * 60 * MINUTE);
  expect((await browser.call('GET', '/api/auth/get-session')).json).toMatchObject({ session: {} });
  server.setAhead(12.1 * 60 * MINUTE);
  expect(await changePassword(browser, testPassword)).toMatchObject({ status: 401 });
  expect((await browser.call('GET', '/api/auth/get-session')).json).toEqual({});
});

test('who asks not to be remembered has no longer session for it', async () => {
  const person = await newPerson();
  const browser = anybody();
  const body = { email: person.email, password: testPassword, rememberMe: false };
  await browser.call('POST', '/api/auth/sign-in/email', body);
  await browser.code(codeOf(person.totpSecret));
  const { rows } = await database.pool.query<{ minutes: number }>(
    `select extract(epoch from "expiresAt" - now())::int / 60 as minutes from sign_in."session" where "userId" = $1`,
    [person.personId],
  );
  expect(rows[0]?.minutes).toBeLessThanOrEqual(120);
});

test('who sets up a second factor ends what others began by the password alone', async () => {
  const person = await newPerson(false);
  const [own, other] = [anybody(), anybody()];
  for (const browser of [own, other]) await browser.password(person.email);
  const { json } = await own.call('POST', '/api/auth/two-factor/enable', { password: testPassword });
  await own.code(codeOf(readTotpSecret(json.totpURI)));
  expect(await own.call('GET', '/api/v1/me')).toMatchObject({ status: 200 });
  expect(await other.call('GET', '/api/v1/me')).toMatchObject({ status: 401 });
});
