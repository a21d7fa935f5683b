import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { consoleAuthor } from '../foundation/console.ts';
import { createLog } from '../foundation/log.ts';
import { inviteFirstAdministrator, offerFirstAdministrator } from './first-administrator.ts';
import { resetByMachine } from './invitations.ts';
import {
  addPerson,
  testAlpha as alpha,
  testBeta as beta,
  codeOf,
  type PeopleServer,
  readTotpSecret,
  startPeopleServer,
  TestBrowser,
  type TestPerson,
  testForwarded,
  testPassword,
} from './testing-people.ts';

let server: PeopleServer;
let database: PeopleServer['database'];
let address = '';
let own: TestBrowser;
let operator: TestBrowser;
let administrator: TestPerson;

beforeAll(async () => {
  // others reach it, through a proxy on this machine
  server = await startPeopleServer({ admitsDemonstration: false, trustedProxies: ['127.0.0.1'] });
  ({ database, address } = server);
  // each of them does here what it takes two for where that is wanted (approvals.db.test.ts)
  await database.pool.query(`insert into second_administrator values ('A', false), ('operator', false)`);
  administrator = await addPerson(database.pool, { name: 'first', roles: { [alpha]: 'user_administrator' } });
  own = await signedIn(administrator);
  operator = await signedIn(
    await addPerson(database.pool, { name: 'chief', roles: { operator: 'operator_administrator' } }),
  );
});
afterAll(() => server.stop());
beforeEach(async () => {
  server.setAhead(0);
  await database.pool.query('delete from sign_in."rateLimit"');
});

async function signedIn(person: TestPerson): Promise<TestBrowser> {
  const browser = new TestBrowser(address);
  await browser.signIn(person);
  return browser;
}
let count = 0;
function newPerson(roles: Parameters<typeof addPerson>[1]['roles']): Promise<TestPerson> {
  count += 1;
  return addPerson(database.pool, { name: `somebody${count}`, roles });
}
async function invited(by: TestBrowser, invitation: object): Promise<{ status: number; token: string; json: object }> {
  const { status, json } = await by.call('POST', '/api/v1/people/invitations', {
    name: 'New',
    acting: alpha,
    role: 'analyst',
    ...invitation,
  });
  return { status, json, token: String(json.link).split('#')[1] ?? '' };
}
const anybody = () => new TestBrowser(address);
const take = (token: string, password?: string, browser = anybody()) =>
  browser.call('POST', '/api/v1/invitations/accept', { token, ...(password === undefined ? {} : { password }) });

describe('invitations', () => {
  test('a link makes a person, once; then password, second factor, and in', async () => {
    const { token } = await invited(own, { email: 'New@People.example' });
    expect((await anybody().call('POST', '/api/v1/invitations/look', { token })).json).toMatchObject({
      kind: 'invitation',
      email: 'new@people.example',
      acting: alpha,
      party: 'Alpha',
      role: 'analyst',
      needsPassword: true,
    });
    expect(await take(token, 'too short')).toMatchObject({ status: 422, json: { code: 'people.weak-password' } });
    expect(await take(token)).toMatchObject({ status: 422 });
    expect(await take(token, testPassword)).toMatchObject({ status: 200 });
    expect(await take(token, testPassword)).toMatchObject({
      status: 410,
      json: { code: 'people.link-over', detail: 'it was used before' },
    });
    expect(await anybody().call('POST', '/api/v1/invitations/look', { token })).toMatchObject({ status: 410 });
    const browser = anybody();
    await browser.password('new@people.example');
    expect(await browser.call('GET', '/api/v1/me')).toMatchObject({
      status: 403,
      json: { code: 'access.second-factor-needed' },
    });
    const { json } = await browser.call('POST', '/api/auth/two-factor/enable', { password: testPassword });
    await browser.code(codeOf(readTotpSecret(json.totpURI)));
    expect((await browser.call('GET', '/api/v1/me')).json).toMatchObject({
      acting: { userIds: [alpha], role: 'analyst' },
    });
  });

  test('taken twice at the same time, it is taken once', async () => {
    const { token } = await invited(own, { email: 'race@people.example' });
    const answers = await Promise.all([0, 1, 2].map(() => take(token, testPassword)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 410, 410]);
  });

  test('a link is good for 72 hours, until it is withdrawn or another takes its place; what is none is told', async () => {
    const first = await invited(own, { email: 'late@people.example' });
    const second = await invited(own, { email: 'late@people.example' });
    expect(await take(first.token, testPassword)).toMatchObject({
      status: 410,
      json: { detail: 'it was withdrawn, or another took its place' },
    });
    server.setAhead(72 * 3600_000 + 1000);
    expect(await take(second.token, testPassword)).toMatchObject({
      status: 410,
      json: { detail: 'it was good for 72 hours' },
    });
    server.setAhead(0);
    const list = (await own.call('GET', '/api/v1/people/invitations')).json.items as {
      invitationId: string;
      email: string;
    }[];
    const open = list.find(({ email }) => email === 'late@people.example');
    expect(await own.call('DELETE', `/api/v1/people/invitations/${open?.invitationId}`)).toMatchObject({ status: 200 });
    expect(await own.call('DELETE', `/api/v1/people/invitations/${open?.invitationId}`)).toMatchObject({ status: 404 });
    expect(await take(second.token, testPassword)).toMatchObject({ status: 410 });
    expect(await take('x'.repeat(43), testPassword)).toMatchObject({
      status: 404,
      json: { code: 'people.link-unknown' },
    });
    expect(await take('x', testPassword)).toMatchObject({ status: 400 });
  });

  test('however many are open, all are listed, page by page, the newest first', async () => {
    // the same instant for some of them: the page ends between two of those
    await database.pool.query(
      `insert into invitation (token_sha256, kind, email, name, acting, role, made_as, made_at, expires_at)
       select sha256(n::text::bytea), 'invitation', 'many' || n || '@people.example', 'Many', $1, 'aro', $1,
              date_trunc('milliseconds', now()) - (n / 3) * interval '1 millisecond', now() + interval '1 day'
       from generate_series(1, 250) n`,
      [alpha],
    );
    const seen: { email: string; madeAt: string }[] = [];
    let cursor = '';
    for (let page = 0; page < 4 && (page === 0 || cursor !== ''); page += 1) {
      const query = `limit=100${cursor === '' ? '' : `&cursor=${cursor}`}`;
      const { json } = await own.call('GET', `/api/v1/people/invitations?${query}`);
      seen.push(...(json.items as typeof seen));
      cursor = String(json.cursor ?? '');
    }
    const many = seen.filter(({ email }) => email.startsWith('many'));
    expect(new Set(many.map(({ email }) => email)).size).toBe(250);
    expect(many).toHaveLength(250);
    expect(seen.map(({ madeAt }) => madeAt)).toEqual(
      seen
        .map(({ madeAt }) => madeAt)
        .sort()
        .reverse(),
    );
    expect(await own.call('GET', '/api/v1/people/invitations?cursor=x')).toMatchObject({ status: 400 });
    await database.pool.query(`delete from invitation where email like 'many%'`);
  });

  test('who has an account takes it signed in, and keeps the password', async () => {
    const person = await newPerson({ [beta]: 'aro' });
    const { token } = await invited(own, { email: person.email });
    expect(await take(token, 'another long password')).toMatchObject({
      status: 401,
      json: { code: 'people.sign-in-first' },
    });
    const browser = await signedIn(person);
    expect(await take(token, undefined, operator)).toMatchObject({ status: 401 });
    expect(await take(token, undefined, browser)).toMatchObject({ status: 200 });
    expect(await browser.call('GET', '/api/v1/me')).toMatchObject({ status: 409 });
    expect(await browser.call('GET', '/api/v1/me', undefined, { 'penstock-acting': alpha })).toMatchObject({
      status: 200,
    });
  });

  test('only for what one administers, and nobody invites itself to more', async () => {
    expect(await invited(own, { email: 'x@people.example', acting: beta })).toMatchObject({ status: 403 });
    expect(await invited(own, { email: 'x@people.example', acting: 'operator', role: 'security' })).toMatchObject({
      status: 403,
    });
    expect(await invited(own, { email: 'x@people.example', role: 'security' })).toMatchObject({ status: 400 });
    expect(await invited(own, { email: administrator.email })).toMatchObject({
      status: 403,
      json: { code: 'people.own-rights' },
    });
    expect(await invited(operator, { email: 'chief@people.example' })).toMatchObject({ status: 403 });
    expect(await invited(operator, { email: 'x@people.example', acting: '90-B3-D5-1F-30-09-00-00' })).toMatchObject({
      status: 400,
    });
    for (const bad of [{ email: 'no address' }, { name: 'two\nlines' }, { name: '' }, { role: 'king' }]) {
      expect(await invited(own, { email: 'x@people.example', ...bad })).toMatchObject({ status: 400 });
    }
  });
});

describe('rights of others', () => {
  const put = (by: TestBrowser, { personId }: TestPerson, what: object, path = '') =>
    by.call('PUT', `/api/v1/people/${personId}${path}`, what);

  test('a role is given, changed and taken away at once; only where one administers', async () => {
    const person = await newPerson({ [alpha]: 'read_only' });
    const stranger = await newPerson({ [beta]: 'read_only' });
    const browser = await signedIn(person);
    const role = async () =>
      ((await browser.call('GET', '/api/v1/me')).json as { acting?: { role: string } }).acting?.role;
    expect(await put(own, person, { acting: alpha, role: 'aro' }, '/roles')).toMatchObject({
      status: 200,
      json: { changed: true },
    });
    expect(await role()).toBe('aro');
    expect(await put(own, person, { acting: alpha, role: 'aro' }, '/roles')).toMatchObject({
      json: { changed: false },
    });
    expect(await put(own, person, { acting: beta, role: 'aro' }, '/roles')).toMatchObject({ status: 403 });
    expect(await put(own, stranger, { acting: alpha, role: 'aro' }, '/roles')).toMatchObject({ status: 404 });
    expect(await put(browser, person, { acting: alpha, role: 'user_administrator' }, '/roles')).toMatchObject({
      status: 403,
      json: { code: 'access.denied' },
    });
    expect(await put(own, administrator, { acting: alpha, role: 'aro' }, '/roles')).toMatchObject({
      status: 403,
      json: { code: 'people.own-rights' },
    });
    expect(await put(own, person, { acting: alpha, role: null }, '/roles')).toMatchObject({ status: 200 });
    expect(await browser.call('GET', '/api/v1/me')).toMatchObject({ status: 403 });
    const seen = (await own.call('GET', '/api/v1/people?limit=200')).json.items as { email: string; roles: object[] }[];
    expect(seen.map(({ email }) => email)).not.toContain(stranger.email);
    for (const { roles } of seen) expect(roles).toEqual([{ acting: alpha, role: expect.any(String) }]);
  });

  test('the last administrator stays, whoever tries and however', async () => {
    const second = await newPerson({ [alpha]: 'user_administrator' });
    const other = await signedIn(second);
    const [one, two] = await Promise.all([
      put(own, second, { status: 'suspended' }),
      put(other, administrator, { acting: alpha, role: 'analyst' }, '/roles'),
    ]);
    // one of them was quicker; the other was refused for it, or has no right any more
    expect([one.status, two.status].filter((status) => status === 200)).toHaveLength(1);
    await database.pool.query(`update person set status = 'active' where person_id = $1`, [second.personId]);
    await database.pool.query(`update person_role set role = 'user_administrator' where person_id = $1`, [
      administrator.personId,
    ]);
    await put(operator, second, { acting: alpha, role: 'analyst' }, '/roles');
    for (const what of [{ status: 'suspended' }, { status: 'withdrawn' }]) {
      expect(await put(operator, administrator, what)).toMatchObject({
        status: 409,
        json: { code: 'people.last-administrator' },
      });
    }
    expect(await put(operator, administrator, { acting: alpha, role: null }, '/roles')).toMatchObject({ status: 409 });
    expect(await own.call('GET', '/api/v1/me')).toMatchObject({ status: 200 });
  });

  test('who is suspended is out at once, and cannot come back; links made by it are void', async () => {
    const person = await newPerson({ [alpha]: 'user_administrator' });
    const browser = await signedIn(person);
    const { token } = await invited(browser, { email: 'later@people.example' });
    expect(await put(own, person, { status: 'suspended' })).toMatchObject({ status: 200 });
    expect(await browser.call('GET', '/api/v1/me')).toMatchObject({ status: 401 });
    expect(await anybody().password(person.email)).toMatchObject({ status: 403, json: { code: 'NO_ACCESS' } });
    expect(await anybody().password(person.email, 'wrong wrong wrong')).toMatchObject({ status: 401 });
    expect(await take(token, testPassword)).toMatchObject({ status: 410 });
    await put(own, person, { status: 'active' });
    await anybody().signIn(person, 1);
  });

  test('a reset takes password, second factor and sessions, and gives a link once', async () => {
    const person = await newPerson({ [alpha]: 'aro' });
    const browser = await signedIn(person);
    const shared = await newPerson({ [alpha]: 'aro', [beta]: 'aro' });
    const again = (by: TestBrowser, whom: TestPerson) => by.call('POST', `/api/v1/people/${whom.personId}/reset`);
    expect(await again(own, shared)).toMatchObject({ status: 403, json: { code: 'people.acts-for-others' } });
    expect(await put(own, shared, { status: 'suspended' })).toMatchObject({ status: 403 });
    expect(await again(own, administrator)).toMatchObject({ status: 403 });
    const { json } = await again(own, person);
    expect(await browser.call('GET', '/api/v1/me')).toMatchObject({ status: 401 });
    expect(await anybody().password(person.email)).toMatchObject({ status: 401 });
    const token = String(json.link).split('#')[1] ?? '';
    expect(await take(token, 'an entirely new password')).toMatchObject({ status: 200 });
    expect(await take(token, 'an entirely new password')).toMatchObject({ status: 410 });
    const back = anybody();
    expect(await back.password(person.email, 'an entirely new password')).toMatchObject({ status: 200 });
    expect(await back.call('GET', '/api/v1/me')).toMatchObject({
      status: 403,
      json: { code: 'access.second-factor-needed' },
    });
  });

  test('what the Operator ended, a User’s administrator neither undoes nor makes its own', async () => {
    const person = await newPerson({ [alpha]: 'aro' });
    const by = async () => {
      const { items } = (await own.call('GET', '/api/v1/people?limit=200')).json as {
        items: { personId: string; status: string; statusBy?: string }[];
      };
      const found = items.find(({ personId }) => personId === person.personId);
      return [found?.status, found?.statusBy];
    };
    const refused = { status: 403, json: { code: 'people.ended-by-operator' } };
    await put(own, person, { status: 'suspended' });
    expect(await by()).toEqual(['suspended', 'user']);
    expect(await put(operator, person, { status: 'suspended' })).toMatchObject({ json: { changed: true } });
    expect(await by()).toEqual(['suspended', 'operator']);
    expect(await put(own, person, { status: 'active' })).toMatchObject(refused);
    expect(await put(own, person, { status: 'withdrawn' })).toMatchObject(refused);
    expect(await put(own, person, { status: 'suspended' })).toMatchObject({ json: { changed: false } });
    expect(await anybody().password(person.email)).toMatchObject({ status: 403 });
    expect(await put(operator, person, { status: 'active' })).toMatchObject({ json: { changed: true } });
    expect(await by()).toEqual(['active', undefined]);
    expect(await put(own, person, { status: 'suspended' })).toMatchObject({ json: { changed: true } });
    expect(await put(own, person, { status: 'active' })).toMatchObject({ json: { changed: true } });
  });

  test('the machine itself resets anybody, as for the only administrator; nobody whom it does not know', async () => {
    const person = await newPerson({ operator: 'operator_administrator', [alpha]: 'aro' });
    const browser = await signedIn(person);
    const now = new Date();
    const by = consoleAuthor();
    const { token } = await resetByMachine(database.pool, { email: person.email.toUpperCase(), now, by });
    expect(await browser.call('GET', '/api/v1/me', undefined, { 'penstock-acting': alpha })).toMatchObject({
      status: 401,
    });
    expect(await take(token, 'an entirely new password')).toMatchObject({ status: 200 });
    await expect(resetByMachine(database.pool, { email: 'nobody@people.example', now, by })).rejects.toMatchObject({
      code: 'request.not-found',
    });
  });

  test('a recovery is good while its maker administers all of the person; an invitation opens nobody’s account', async () => {
    const person = await newPerson({ [alpha]: 'aro' });
    const reset = async (by: TestBrowser) =>
      String((await by.call('POST', `/api/v1/people/${person.personId}/reset`)).json.link).split('#')[1] ?? '';
    const look = (token: string) => anybody().call('POST', '/api/v1/invitations/look', { token });
    const recovery = await reset(own);
    const { token: invitation } = await invited(operator, { email: person.email, acting: beta });
    // whoever holds the invitation cannot become the person, with what it may for others
    expect(await look(invitation)).toMatchObject({ status: 200, json: { needsPassword: false } });
    expect(await take(invitation, testPassword)).toMatchObject({ status: 401, json: { code: 'people.sign-in-first' } });
    expect(await look(recovery)).toMatchObject({ status: 200, json: { needsPassword: true } });
    await put(operator, person, { acting: beta, role: 'aro' }, '/roles');
    const over = { status: 410, json: { detail: expect.stringMatching(/act for others since/) } };
    expect(await look(recovery)).toMatchObject(over);
    expect(await take(recovery, testPassword)).toMatchObject(over);
    expect(await take(await reset(operator), testPassword)).toMatchObject({ status: 200 });
  });

  test('a changed password ends the other sessions', async () => {
    const person = await newPerson({ [alpha]: 'aro' });
    const here = await signedIn(person);
    const there = anybody();
    await there.signIn(person, 1);
    const change = (newPassword: string) =>
      here.call('POST', '/api/auth/change-password', {
        currentPassword: testPassword,
        newPassword,
        revokeOtherSessions: true,
      });
    expect(await change(`${person.email} xxxxxx`)).toMatchObject({ status: 422, json: { code: 'WEAK_PASSWORD' } });
    expect(await change('an entirely new password')).toMatchObject({ status: 200 });
    expect(await here.call('GET', '/api/v1/me')).toMatchObject({ status: 200 });
    expect(await there.call('GET', '/api/v1/me')).toMatchObject({ status: 401 });
  });
});

test('all of it is recorded, and read by who watches over it: of a User what is its own', async () => {
  const watching = await newPerson({ operator: 'security' });
  const of = async (browser: TestBrowser) =>
    (await browser.call('GET', '/api/v1/people-activity?limit=200')).json.items as {
      what: string;
      email: string;
      address?: string;
    }[];
  const all = await of(await signedIn(watching));
  expect([...new Set(all.map(({ what }) => what))].sort()).toEqual(
    [
      'signed-in',
      'password-refused',
      'second-factor-set-up',
      'password-changed',
      'invited',
      'invitation-withdrawn',
      'invitation-accepted',
      'role-changed',
      'status-changed',
      'reset',
      'reset-taken',
    ].sort(),
  );
  expect(all.find(({ what }) => what === 'signed-in')).toMatchObject({ email: watching.email, address: testForwarded });
  const ofAlpha = await of(own);
  expect(ofAlpha.map(({ email }) => email)).not.toContain('chief@people.example');
  expect(ofAlpha.map(({ what }) => what)).toContain('role-changed');
  expect(
    await (await signedIn(await newPerson({ [alpha]: 'aro' }))).call('GET', '/api/v1/people-activity'),
  ).toMatchObject({ status: 403 });
});

test('people of the demonstration are nobody where others reach the pages', async () => {
  const person = await newPerson({ [alpha]: 'aro' });
  const browser = await signedIn(person);
  await database.pool.query('update person set is_demonstration = true where person_id = $1', [person.personId]);
  expect(await browser.call('GET', '/api/v1/me')).toMatchObject({ status: 401 });
  expect(await anybody().password(person.email)).toMatchObject({ status: 403, json: { code: 'NO_ACCESS' } });
});

test('the first administrator is invited from the machine itself, and only while there is none', async () => {
  const first = { email: 'one@people.example', name: 'One', now: new Date(), by: consoleAuthor() };
  await expect(inviteFirstAdministrator(database.pool, first)).rejects.toMatchObject({
    code: 'people.administrator-exists',
  });
  // people of a demonstration on the same database are nobody, and keep nobody out
  await database.pool.query(
    `update person set is_demonstration = true where person_id in (select person_id from person_role where acting = 'operator')`,
  );
  const { token } = await inviteFirstAdministrator(database.pool, first);
  expect(await take(token, testPassword)).toMatchObject({ status: 200 });
  await expect(inviteFirstAdministrator(database.pool, first)).rejects.toMatchObject({
    code: 'people.administrator-exists',
  });
});

test('a start leaves the link for the first administrator in a file that nobody else reads, until there is one', async () => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'penstock-first-'));
  const file = join(dataFolder, 'first-administrator.txt');
  const log = createLog({ level: 'silent' });
  const start = (email: string | undefined) =>
    offerFirstAdministrator(database.pool, { dataFolder, email, origin: address, now: new Date(), log });
  const read = () => readFileSync(file, 'utf8');
  try {
    await database.pool.query(`delete from person_role where acting = 'operator'`);
    await start(undefined);
    expect(read).toThrow(/ENOENT/);
    // whatever somebody put there is not written through
    writeFileSync(join(dataFolder, 'other'), 'as it was');
    symlinkSync(join(dataFolder, 'other'), file);
    await start('two@people.example');
    expect(readFileSync(join(dataFolder, 'other'), 'utf8')).toBe('as it was');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const left = read();
    expect(left.startsWith(`${address}/invitation#`)).toBe(true);
    await start('two@people.example');
    expect(read()).toBe(left);
    await start('three@people.example');
    expect(read()).not.toBe(left);
    const [token = ''] = /(?<=#)[\w-]+/.exec(read()) ?? [];
    expect(await take(token, testPassword)).toMatchObject({ status: 200 });
    await start('three@people.example');
    expect(read).toThrow(/ENOENT/);
  } finally {
    rmSync(dataFolder, { recursive: true });
  }
});

test('behind a proxy each has tries of its own, and a session says from where it really is', async () => {
  const person = await newPerson({ [alpha]: 'aro' });
  // no password is compared for it, which would take 20 times 50 ms
  const ask = async (address: string) => {
    const headers = { 'x-forwarded-for': `198.51.100.99, ${address}` };
    return (await anybody().call('GET', '/api/auth/passkey/generate-authenticate-options', undefined, headers)).status;
  };
  for (let asked = 0; asked < 20; asked += 1) await ask('203.0.113.20');
  expect(await ask('203.0.113.20')).toBe(429);
  expect(await ask('203.0.113.21')).toBe(200);
  const browser = await signedIn(person);
  const { items } = (await browser.call('GET', '/api/v1/me/sessions')).json as { items: { address: string }[] };
  expect(items.map(({ address }) => address)).toEqual([testForwarded]);
});
