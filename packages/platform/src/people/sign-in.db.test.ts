import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
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
  testOperatorId,
  testPassword,
} from './testing-people.ts';
import { dropEnded } from './upkeep.ts';

let server: PeopleServer;
let database: PeopleServer['database'];
let address = '';

beforeAll(async () => {
  server = await startPeopleServer({
    routes: [
      (app) => {
        app.get('/api/v1/seen', { config: { access: 'streams.see' } }, async (request) => request.viewer);
        app.post('/api/v1/changed', { config: { access: 'submissions.change' } }, async () => ({ changed: true }));
      },
    ],
  });
  ({ database, address } = server);
});
afterAll(() => server.stop());
beforeEach(async () => {
  server.setAhead(0);
  await database.pool.query('delete from sign_in."rateLimit"');
});

let people = 0;
function newPerson(roles: Parameters<typeof addPerson>[1]['roles'] = { [alpha]: 'aro' }, isEnrolled = true) {
  people += 1;
  return addPerson(database.pool, { name: `person${people}`, roles, isEnrolled });
}
async function signedIn(person: TestPerson, steps = 0): Promise<TestBrowser> {
  const browser = new TestBrowser(address);
  await browser.signIn(person, steps);
  return browser;
}

describe('signing in', () => {
  test('password, then code; the cookies are for this site and no script', async () => {
    const person = await newPerson();
    const browser = new TestBrowser(address);
    const first = await browser.password(person.email);
    expect(first).toMatchObject({ status: 200, json: { twoFactorRedirect: true } });
    expect(await browser.call('GET', '/api/v1/me')).toMatchObject({
      status: 401,
      json: { code: 'access.unauthenticated' },
    });
    const second = await browser.code(codeOf(person.totpSecret));
    expect(second.status).toBe(200);
    const cookies = [...first.headers.getSetCookie(), ...second.headers.getSetCookie()];
    expect(cookies).not.toEqual([]);
    for (const cookie of cookies) expect(cookie).toMatch(/HttpOnly.*SameSite=Strict/i);
    expect((await browser.call('GET', '/api/v1/me')).json).toMatchObject({
      person: { id: person.personId, email: person.email },
      acting: { kind: 'user', userIds: [alpha], party: { partyId: 'A', name: 'Alpha' }, role: 'aro' },
      choices: [{ kind: 'user', userId: alpha }],
      permissions: expect.arrayContaining(['record.see', 'submissions.change']),
    });
    const { rows } = await database.pool.query(`select "ipAddress" from sign_in."session" where "userId" = $1`, [
      person.personId,
    ]);
    expect(rows).toEqual([{ ipAddress: '127.0.0.1' }]);
  });

  test('who has no second factor yet can set it up and nothing else', async () => {
    const person = await newPerson({ [alpha]: 'aro' }, false);
    const browser = new TestBrowser(address);
    await browser.password(person.email);
    expect(await browser.call('GET', '/api/v1/me')).toMatchObject({
      status: 403,
      json: { code: 'access.second-factor-needed' },
    });
    expect(await browser.call('GET', '/api/v1/seen')).toMatchObject({ status: 403 });
    expect(await browser.call('POST', '/api/auth/two-factor/enable', { password: 'wrong wrong wrong' })).toMatchObject({
      status: 400,
    });
    const { json } = await browser.call('POST', '/api/auth/two-factor/enable', { password: testPassword });
    expect(json.backupCodes).toEqual([]);
    const secret = readTotpSecret(json.totpURI);
    expect(await browser.code('000000')).toMatchObject({ status: 401 });
    expect(await browser.call('GET', '/api/v1/me')).toMatchObject({ status: 403 });
    expect(await browser.code(codeOf(secret))).toMatchObject({ status: 200 });
    expect(await browser.call('GET', '/api/v1/me')).toMatchObject({ status: 200 });
    // and never again: a session that was stolen cannot exchange the second factor
    expect(await browser.call('POST', '/api/auth/two-factor/enable', { password: testPassword })).toMatchObject({
      status: 400,
    });
  });

  test('what is wrong looks the same for an address that nobody has', async () => {
    const { email } = await newPerson();
    const wrong = await new TestBrowser(address).password(email, 'wrong wrong wrong');
    const unknown = await new TestBrowser(address).password('nobody@people.example', 'wrong wrong wrong');
    expect(wrong.status).toBe(401);
    expect({ status: unknown.status, json: unknown.json }).toEqual({ status: wrong.status, json: wrong.json });
  });

  test('after ten wrong passwords the address is locked for a quarter of an hour, whether somebody has it or not', async () => {
    const person = await newPerson();
    for (const email of [person.email, `nobody${people}@people.example`]) {
      const statuses = await Promise.all(
        Array.from({ length: 12 }, () => new TestBrowser(address).password(email.toUpperCase(), 'wrong wrong wrong')),
      );
      expect(statuses.map(({ status }) => status).sort()).toEqual([...Array(10).fill(401), 429, 429]);
      await database.pool.query('delete from sign_in."rateLimit"');
    }
    const locked = await new TestBrowser(address).password(person.email);
    expect(locked).toMatchObject({ status: 429, json: { code: 'SIGN_IN_LOCKED' } });
    expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(600);
    server.setAhead(15 * 60_000 + 1000);
    expect(await new TestBrowser(address).password(person.email)).toMatchObject({ status: 200 });
    // and a right one ends the count
    expect(
      (
        await database.pool.query(
          "select from wrong_password where failures > 0 and first_at > now() + interval '1 minute'",
        )
      ).rowCount,
    ).toBe(0);
  });

  test('one address of the network gets twenty tries a minute, whatever it says of itself', async () => {
    const statuses: number[] = [];
    for (let at = 0; at < 22; at += 1) {
      const { status } = await new TestBrowser(address).call(
        'POST',
        '/api/auth/sign-in/email',
        { email: `n${at}@people.example`, password: 'x' },
        { 'x-forwarded-for': `198.51.100.${at}` },
      );
      statuses.push(status);
    }
    expect(statuses.filter((status) => status === 429)).toHaveLength(2);
  });

  test('a wrong code, a replayed one and an old one are refused; after ten the second factor is locked', async () => {
    const person = await newPerson();
    const first = new TestBrowser(address);
    const replay = new TestBrowser(address);
    for (const browser of [first, replay]) await browser.password(person.email);
    const code = codeOf(person.totpSecret);
    expect(await first.code(code)).toMatchObject({ status: 200 });
    expect(await replay.code(code)).toMatchObject({ status: 401, json: { code: 'CODE_USED' } });
    expect(await replay.code(codeOf(person.totpSecret, -4))).toMatchObject({ status: 401 });
    expect(await replay.call('GET', '/api/v1/me')).toMatchObject({ status: 401 });
    expect(await replay.code('12345x')).toMatchObject({ status: 400, json: { code: 'INVALID_CODE' } });
    expect(await replay.code(codeOf(person.totpSecret, 1))).toMatchObject({ status: 200 });
    expect(await first.call('GET', '/api/v1/me')).toMatchObject({ status: 200 });

    const seen = new Set<number>();
    for (let round = 0; round < 3; round += 1) {
      const guessing = new TestBrowser(address);
      await guessing.password(person.email);
      for (let guess = 0; guess < 5; guess += 1) seen.add((await guessing.code(`1${round}000${guess}`)).status);
      await database.pool.query('delete from sign_in."rateLimit"');
    }
    expect(seen).toContain(429);
    const locked = new TestBrowser(address);
    await locked.password(person.email);
    expect(await locked.code('999999')).toMatchObject({ status: 429 });
  });

  test('the same code twice at the same time lets one in', async () => {
    const person = await newPerson();
    const browsers = [0, 1, 2, 3].map(() => new TestBrowser(address));
    for (const browser of browsers) await browser.password(person.email);
    const code = codeOf(person.totpSecret);
    const answers = await Promise.all(browsers.map((browser) => browser.code(code)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401]);
  });

  test('no device is trusted to leave the second factor out', async () => {
    const person = await newPerson();
    const browser = new TestBrowser(address);
    await browser.password(person.email);
    const body = { code: codeOf(person.totpSecret), trustDevice: true };
    expect(await browser.call('POST', '/api/auth/two-factor/verify-totp', body)).toMatchObject({
      status: 400,
      json: { code: 'NO_TRUSTED_DEVICES' },
    });
  });

  test('only what is listed of better-auth is there', async () => {
    const browser = await signedIn(await newPerson());
    for (const path of [
      'sign-up/email',
      'two-factor/disable',
      'two-factor/get-totp-uri',
      'two-factor/verify-backup-code',
      'two-factor/generate-backup-codes',
      'update-user',
      'delete-user',
      'change-email',
      'request-password-reset',
      'update-session',
      'list-sessions',
      'sign-in/social',
      'ok',
      'error',
    ]) {
      for (const method of ['GET', 'POST']) {
        expect({
          path,
          status: (await browser.call(method, `/api/auth/${path}`, method === 'POST' ? {} : undefined)).status,
        }).toEqual({ path, status: 404 });
      }
    }
  });
});

describe('sessions', () => {
  test('are listed, ended one by one, and all at once; only one’s own', async () => {
    const person = await newPerson();
    const here = await signedIn(person);
    const there = await signedIn(person, 1);
    const stranger = await signedIn(await newPerson());
    const { items } = (await here.call('GET', '/api/v1/me/sessions')).json as {
      items: { sessionId: string; isThis: boolean }[];
    };
    expect(items.map(({ isThis }) => isThis).sort()).toEqual([false, true]);
    const other = items.find(({ isThis }) => !isThis)?.sessionId;
    expect(await stranger.call('DELETE', `/api/v1/me/sessions/${other}`)).toMatchObject({ status: 404 });
    expect(await here.call('DELETE', `/api/v1/me/sessions/${other}`)).toMatchObject({ status: 200 });
    expect(await there.call('GET', '/api/v1/me')).toMatchObject({ status: 401 });
    expect(await here.call('POST', '/api/v1/me/sign-out-everywhere')).toMatchObject({
      status: 200,
      json: { ended: 1 },
    });
    expect(await here.call('GET', '/api/v1/me')).toMatchObject({ status: 401 });
    expect(await stranger.call('GET', '/api/v1/me')).toMatchObject({ status: 200 });
  });

  test('signing out ends the session, not only its cookie', async () => {
    const browser = await signedIn(await newPerson());
    const kept = new Map(browser.cookies);
    expect(await browser.call('POST', '/api/auth/sign-out', {})).toMatchObject({ status: 200 });
    for (const [name, value] of kept) browser.cookies.set(name, value);
    expect(await browser.call('GET', '/api/v1/me')).toMatchObject({ status: 401 });
  });

  test('end after two hours without use, and after twelve in any case', async () => {
    const person = await newPerson();
    const browser = await signedIn(person);
    await database.pool.query(
      `update sign_in."session" set "expiresAt" = now() - interval '1 second' where "userId" = $1`,
      [person.personId],
    );
    expect(await browser.call('GET', '/api/v1/me')).toMatchObject({ status: 401 });
    const long = await signedIn(person, 1);
    server.setAhead(11.9 * 3600_000);
    expect(await long.call('GET', '/api/v1/me')).toMatchObject({ status: 200 });
    server.setAhead(12.1 * 3600_000);
    expect(await long.call('GET', '/api/v1/me')).toMatchObject({ status: 401 });
  });

  test('one that is used is lengthened', async () => {
    const person = await newPerson();
    const browser = await signedIn(person);
    await database.pool.query(
      `update sign_in."session" set "expiresAt" = now() + interval '1 hour' where "userId" = $1`,
      [person.personId],
    );
    const { headers } = await browser.call('GET', '/api/v1/me');
    expect(headers.getSetCookie().join()).toMatch(/penstock\.session_token=.*HttpOnly.*SameSite=Strict/i);
    const { rows } = await database.pool.query<{ left: number }>(
      `select extract(epoch from "expiresAt" - now())::int as left from sign_in."session" where "userId" = $1`,
      [person.personId],
    );
    expect(rows[0]?.left).toBeGreaterThan(7100);
  });

  test('a cookie that was forged, altered or is another’s is nobody', async () => {
    const browser = await signedIn(await newPerson());
    const [[name, value] = ['', '']] = [...browser.cookies];
    for (const forged of [
      '',
      'x',
      value.slice(0, -3),
      value.replace(/^./, (letter) => (letter === 'a' ? 'b' : 'a')),
      `${value.split('.')[0]}.`,
      '%00',
      'a'.repeat(3000),
    ]) {
      const { status } = await new TestBrowser(address).call('GET', '/api/v1/me', undefined, {
        cookie: `${name}=${forged}`,
      });
      expect({ forged: forged.slice(0, 20), status }).toEqual({ forged: forged.slice(0, 20), status: 401 });
    }
  });

  test('a page whose person is not the session’s any more is refused, whatever it asks', async () => {
    const person = await newPerson();
    const browser = new TestBrowser(address);
    await browser.signIn(person);
    const asks = (id: string) =>
      Promise.all(
        ['/api/v1/me', '/api/v1/me/sessions'].map(
          async (path) => (await browser.call('GET', path, undefined, { 'penstock-person': id })).json.code,
        ),
      );
    expect(await asks(person.personId)).toEqual([undefined, undefined]);
    expect(await asks((await newPerson()).personId)).toEqual(['access.other-person', 'access.other-person']);
  });

  test('what changes something must come from our own pages', async () => {
    const browser = await signedIn(await newPerson());
    const post = (headers: Record<string, string>) => browser.call('POST', '/api/v1/changed', undefined, headers);
    expect(await post({})).toMatchObject({ status: 200 });
    for (const origin of [
      'https://evil.example',
      'null',
      '',
      address.replace('127.0.0.1', '127.0.0.1.evil.example'),
      `${address}/`,
    ]) {
      expect(await post({ origin })).toMatchObject({ status: 403, json: { code: 'access.wrong-origin' } });
      const signIn = await browser.call(
        'POST',
        '/api/auth/sign-in/email',
        { email: 'a@b.example', password: 'x' },
        { origin },
      );
      expect(signIn.status).toBe(403);
    }
  });
});

describe('for whom one acts', () => {
  test('several choices: each call names one, and another’s is refused', async () => {
    const browser = await signedIn(await newPerson({ [alpha]: 'aro', [beta]: 'read_only', operator: 'service_desk' }));
    const seen = (acting?: string) =>
      browser.call('GET', '/api/v1/seen', undefined, acting === undefined ? {} : { 'penstock-acting': acting });
    const unsaid = await seen();
    expect(unsaid).toMatchObject({ status: 409, json: { code: 'access.choice-needed', where: 'penstock-acting' } });
    expect((unsaid.json.choices as { role: string }[]).map(({ role }) => role)).toEqual([
      'service_desk',
      'aro',
      'read_only',
    ]);
    expect((await seen(alpha)).json).toMatchObject({ kind: 'user', userIds: [alpha] });
    expect((await seen(beta.toLowerCase())).json).toMatchObject({ kind: 'user', userIds: [beta] });
    expect((await seen('operator')).json).toMatchObject({ kind: 'operator', userId: testOperatorId });
    for (const forged of ['90-B3-D5-1F-30-09-00-00', 'Operator', '', '*', `${alpha}, ${beta}`, testOperatorId]) {
      expect(await seen(forged)).toMatchObject({ status: 403, json: { code: 'access.denied' } });
    }
    const change = (acting: string) =>
      browser.call('POST', '/api/v1/changed', undefined, { 'penstock-acting': acting });
    expect((await change(alpha)).status).toBe(200);
    expect((await change(beta)).status).toBe(403);
    expect((await change('operator')).status).toBe(403);
  });

  test('a role, a User ID, a Party or a person that is taken away ends access at once', async () => {
    const person = await newPerson({ [alpha]: 'aro' });
    const browser = await signedIn(person);
    const status = async () => (await browser.call('GET', '/api/v1/seen')).status;
    const change = (sql: string, ...values: unknown[]) => database.pool.query(sql, values);
    expect(await status()).toBe(200);
    for (const state of ['suspended', 'withdrawn']) {
      await change(`update party set status = $1 where party_id = 'A'`, state);
      expect(await status()).toBe(403);
    }
    await change(`update party set status = 'active'`);
    await change(`update user_id set status = 'suspended' where user_id = $1`, alpha);
    expect(await status()).toBe(403);
    await change(`update user_id set status = 'active'`);
    await change(`update person set status = 'suspended' where person_id = $1`, person.personId);
    expect(await status()).toBe(401);
    await change(`update person set status = 'active'`);
    await change('delete from person_role where person_id = $1', person.personId);
    expect(await status()).toBe(403);
  });
});

test('what has ended leaves: sessions, challenges, and counts of what was tried', async () => {
  const { pool } = database;
  const person = await newPerson();
  const browser = await signedIn(person);
  const ended = await newPerson();
  // a second ago: the database's clock has microseconds, and ours is cut to milliseconds
  for (const sql of [
    `insert into sign_in."session" ("id", "expiresAt", "token", "createdAt", "updatedAt", "userId", "method")
     values ('idle', now() - interval '1 second', 'idle', now() - interval '3 hours', now(), $1, 'code'),
            ('long', now() + interval '1 hour', 'long', now() - interval '12 hours 1 second', now(), $1, 'code')`,
    `insert into sign_in."verification" ("id", "identifier", "value", "expiresAt") values ($1, 'x', 'x', now() - interval '1 second')`,
    `insert into tried_code values ($1, sha256('x'), now() - interval '1 hour')`,
  ]) {
    await pool.query(sql, [ended.personId]);
  }
  await pool.query(`insert into wrong_password values (sha256('x'), 3, now() - interval '1 hour')`);
  await pool.query(`insert into sign_in."rateLimit" values ('x', 'x', 3, 0)`);
  await dropEnded(pool, new Date());
  const { rows } = await pool.query<{ count: number }>(
    `select (select count(*) from sign_in."session" where "userId" = $1)
            + (select count(*) from sign_in."verification" where "identifier" = 'x')
            + (select count(*) from tried_code where person_id = $1)
            + (select count(*) from wrong_password where email_sha256 = sha256('x'))
            + (select count(*) from sign_in."rateLimit" where "key" = 'x') as count`,
    [ended.personId],
  );
  expect(Number(rows[0]?.count)).toBe(0);
  expect(await browser.call('GET', '/api/v1/me')).toMatchObject({ status: 200 });
});
