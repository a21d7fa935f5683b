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
  testPassword,
} from './testing-people.ts';
import {
  beginSignIn,
  finishSignIn,
  passThrough,
  providerEntry,
  startForger,
  startProvider,
} from './testing-provider.ts';

// Signing in by an organisation's own provider: oidc-provider in real HTTP, and a forger for what it never says.

let server: PeopleServer;
let database: PeopleServer['database'];
let real: Awaited<ReturnType<typeof startProvider>>;
let forger: Awaited<ReturnType<typeof startForger>>;
let administrator: TestBrowser;

beforeAll(async () => {
  real = await startProvider();
  forger = await startForger();
  server = await startPeopleServer({
    providers: [
      providerEntry(real.issuer, { id: 'alpha' }),
      providerEntry(forger.issuer, {
        id: 'forger',
        emailDomains: new Set(['forger.example']),
        secondFactor: { amr: new Set(['mfa']), acr: new Set(['gold']) },
      }),
    ],
  });
  ({ database } = server);
  real.open(`${server.address}/sign-in/alpha`);
  administrator = await signedIn(
    await addPerson(database.pool, { name: 'first', roles: { operator: 'operator_administrator' } }),
  );
});
afterAll(async () => {
  real.stop();
  forger.stop();
  await server.stop();
});
beforeEach(async () => {
  server.setAhead(0);
  await database.pool.query('delete from sign_in."rateLimit"');
});

const newBrowser = () => new TestBrowser(server.address);
async function signedIn(person: TestPerson): Promise<TestBrowser> {
  const browser = newBrowser();
  await browser.signIn(person);
  return browser;
}
let count = 0;
/** Somebody of a domain, with password and second factor, as an administrator invited it. */
async function newPerson(roles: Parameters<typeof addPerson>[1]['roles'] = { [alpha]: 'analyst' }, domain = 'alpha') {
  count += 1;
  const person = await addPerson(database.pool, { name: `person${count}`, roles });
  const email = `person${count}@${domain}.example`;
  await database.pool.query('update person set email = $2 where person_id = $1', [person.personId, email]);
  await database.pool.query('update sign_in."user" set "email" = $2 where "id" = $1', [person.personId, email]);
  return { ...person, email };
}
async function invite(email: string, acting = alpha): Promise<string> {
  const role = acting === 'operator' ? 'security' : 'analyst';
  const { json } = await administrator.call('POST', '/api/v1/people/invitations', { email, name: 'New', acting, role });
  return String(json.link).split('#')[1] ?? '';
}
async function through(browser: TestBrowser, asked: { email: string } | { token: string }) {
  return finishSignIn(browser, 'alpha', await passThrough(await beginSignIn(browser, asked)));
}
const me = (browser: TestBrowser) => browser.call('GET', '/api/v1/me');

describe('a person of the organisation', () => {
  test('is signed in by it, for what it speaks for and for nothing else', async () => {
    const person = await newPerson({ [alpha]: 'analyst', [beta]: 'user_administrator', operator: 'security' });
    real.signsIn({ subject: 'several', email: person.email.toUpperCase() });
    const browser = newBrowser();
    const finished = await through(browser, { email: person.email });
    expect(finished).toMatchObject({ status: 200, json: { twoFactorRedirect: false } });
    for (const cookie of finished.headers.getSetCookie()) expect(cookie).toMatch(/HttpOnly.*SameSite=Strict/i);
    expect((await me(browser)).json).toMatchObject({ acting: { userIds: [alpha], role: 'analyst' } });
    for (const acting of [beta, 'operator']) {
      expect(await browser.call('GET', '/api/v1/people', undefined, { 'penstock-acting': acting })).toMatchObject({
        status: 403,
      });
    }
    // a passkey would sign in for the others too
    expect(await browser.call('GET', '/api/auth/passkey/generate-register-options')).toMatchObject({ status: 403 });
    const { rows } = await database.pool.query('select what, detail from people_activity where person_id = $1', [
      person.personId,
    ]);
    expect(rows).toEqual([{ what: 'signed-in', detail: 'Sign-in of alpha' }]);
    expect(await browser.call('POST', '/api/auth/sign-out', {})).toMatchObject({ status: 200 });
    expect(await me(browser)).toMatchObject({ status: 401 });
  });

  test('takes an invitation by it, without a password; once', async () => {
    const token = await invite('new@alpha.example');
    expect((await newBrowser().call('POST', '/api/v1/invitations/look', { token })).json).toMatchObject({
      needsPassword: true,
      provider: 'Sign-in of alpha',
    });
    real.signsIn({ subject: 'new', email: 'new@alpha.example' });
    const browser = newBrowser();
    expect(await through(browser, { token })).toMatchObject({ status: 200 });
    expect((await me(browser)).json).toMatchObject({ acting: { userIds: [alpha], role: 'analyst' } });
    expect(await beginSignIn(newBrowser(), { token })).toMatchObject({
      status: 410,
      json: { code: 'people.link-over' },
    });
    expect(await through(newBrowser(), { email: 'new@alpha.example' })).toMatchObject({ status: 200 });
    expect(await newBrowser().password('new@alpha.example', testPassword)).toMatchObject({ status: 401 });
  });

  test('proves a code here when the provider asked for no second factor, and sets one up when it has none', async () => {
    const person = await newPerson();
    real.signsIn({ subject: 'weak', email: person.email, amr: ['pwd'] });
    const browser = newBrowser();
    expect(await through(browser, { email: person.email })).toMatchObject({ json: { twoFactorRedirect: true } });
    expect(await me(browser)).toMatchObject({ status: 401 });
    expect(await browser.code('000000')).toMatchObject({ status: 401 });
    expect(await browser.code(codeOf(person.totpSecret))).toMatchObject({ status: 200 });
    expect((await me(browser)).json).toMatchObject({ acting: { userIds: [alpha] } });
    const { rows } = await database.pool.query(
      'select "method", "provider" from sign_in."session" where "userId" = $1',
      [person.personId],
    );
    expect(rows).toEqual([{ method: 'provider-and-factor', provider: 'alpha' }]);

    const token = await invite('fresh@alpha.example');
    real.signsIn({ subject: 'fresh', email: 'fresh@alpha.example', amr: ['pwd'] });
    const fresh = newBrowser();
    expect(await through(fresh, { token })).toMatchObject({ json: { twoFactorRedirect: false } });
    expect(await me(fresh)).toMatchObject({ status: 403, json: { code: 'access.second-factor-needed' } });
    expect(await fresh.call('GET', '/api/auth/passkey/generate-register-options')).toMatchObject({ status: 403 });
    const { json } = await fresh.call('POST', '/api/auth/two-factor/enable', {});
    expect(await fresh.code(codeOf(readTotpSecret(json.totpURI)))).toMatchObject({ status: 200 });
    expect(await me(fresh)).toMatchObject({ status: 200 });
    // and it still acts only for whom the provider speaks
    await database.pool.query(
      `insert into person_role (person_id, acting, role) select person_id, $1, 'analyst' from person where email = 'fresh@alpha.example'`,
      [beta],
    );
    expect((await me(fresh)).json).toMatchObject({ choices: [{ userId: alpha }] });
  });

  test('loses access with the role and with the person, in open sessions too', async () => {
    const person = await newPerson();
    real.signsIn({ subject: 'leaving', email: person.email });
    const browser = newBrowser();
    await through(browser, { email: person.email });
    await administrator.call('PUT', `/api/v1/people/${person.personId}`, { status: 'suspended' });
    expect(await me(browser)).toMatchObject({ status: 401 });
    expect(await through(newBrowser(), { email: person.email })).toMatchObject({ status: 403 });
  });
});

describe('is not signed in', () => {
  async function refused(account: Parameters<typeof real.signsIn>[0], asked: { email: string } | { token: string }) {
    real.signsIn(account);
    const browser = newBrowser();
    const { status, json } = await through(browser, asked);
    expect(await me(browser)).toMatchObject({ status: 401 });
    return { status, code: json.code };
  }
  const byPerson = { status: 403, code: 'PROVIDER_PERSON' };

  test('nobody whom no administrator invited', async () => {
    const email = 'stranger@alpha.example';
    expect(await refused({ subject: 'stranger', email }, { email })).toEqual(byPerson);
    expect((await database.pool.query('select from person where email = $1', [email])).rowCount).toBe(0);
  });

  test('nobody by an address that is not verified, or that is of another domain', async () => {
    const { email } = await newPerson();
    const other = await newPerson({ [alpha]: 'analyst' }, 'elsewhere');
    expect(await refused({ subject: 'unverified', email, isVerified: false }, { email })).toEqual(byPerson);
    expect(await refused({ subject: 'elsewhere', email: other.email }, { email })).toEqual(byPerson);
    expect(await beginSignIn(newBrowser(), { email: other.email })).toMatchObject({
      status: 404,
      json: { code: 'NO_PROVIDER' },
    });
  });

  test('nobody who acts for other organisations only', async () => {
    for (const roles of [{ [beta]: 'aro' }, { operator: 'security' }] as const) {
      const { email } = await newPerson(roles);
      expect(await refused({ subject: email, email }, { email })).toEqual(byPerson);
    }
  });

  test('nobody with another account at the provider, and no account for two people', async () => {
    const one = await newPerson();
    const two = await newPerson();
    real.signsIn({ subject: 'one', email: one.email });
    expect(await through(newBrowser(), { email: one.email })).toMatchObject({ status: 200 });
    expect(await refused({ subject: 'another', email: one.email }, { email: one.email })).toEqual(byPerson);
    expect(await refused({ subject: 'one', email: two.email }, { email: two.email })).toEqual(byPerson);
  });

  test('nobody by the invitation of another, or to what the provider does not speak for', async () => {
    const token = await invite('invited@alpha.example');
    expect(await refused({ subject: 'thief', email: 'thief@alpha.example' }, { token })).toEqual(byPerson);
    const toBeta = await invite('beta@alpha.example', beta);
    const toOperator = await invite('operator@alpha.example', 'operator');
    for (const other of [toBeta, toOperator]) {
      expect(await beginSignIn(newBrowser(), { token: other })).toMatchObject({ status: 404 });
    }
    real.signsIn({ subject: 'invited', email: 'invited@alpha.example' });
    expect(await through(newBrowser(), { token })).toMatchObject({ status: 200 });
  });

  test('nobody whom an administrator reset, but by the new link', async () => {
    const { email, personId } = await newPerson();
    real.signsIn({ subject: 'reset', email });
    await through(newBrowser(), { email });
    const { json } = await administrator.call('POST', `/api/v1/people/${personId}/reset`);
    expect(await refused({ subject: 'reset', email }, { email })).toEqual(byPerson);
    const token = String(json.link).split('#')[1] ?? '';
    expect(await through(newBrowser(), { token })).toMatchObject({ status: 200 });
  });
});

describe('an answer', () => {
  const byState = { status: 403, json: { code: 'PROVIDER_STATE' } };
  const byAnswer = { status: 403, json: { code: 'PROVIDER_REFUSED' } };

  test('counts once, in the browser that asked, for the provider that was asked', async () => {
    const { email } = await newPerson();
    real.signsIn({ subject: email, email });
    const browser = newBrowser();
    const query = await passThrough(await beginSignIn(browser, { email }));
    expect(await finishSignIn(newBrowser(), 'alpha', query)).toMatchObject(byState);
    const thief = newBrowser();
    await beginSignIn(thief, { email });
    expect(await finishSignIn(thief, 'alpha', query)).toMatchObject(byState);
    const kept = new Map(browser.cookies);
    expect(await finishSignIn(browser, 'alpha', query)).toMatchObject({ status: 200 });
    for (const [name, value] of kept) browser.cookies.set(name, value);
    expect(await finishSignIn(browser, 'alpha', query)).toMatchObject(byState);
    // the same code with a state of its own: the provider and the code verifier refuse it
    const again = newBrowser();
    const asked = new URL(String((await beginSignIn(again, { email })).json.address)).searchParams;
    const replayed = new URLSearchParams(query);
    replayed.set('state', asked.get('state') ?? '');
    expect(await finishSignIn(again, 'alpha', replayed.toString())).toMatchObject(byAnswer);
  });

  test('of one provider is none of another, whichever way they are exchanged', async () => {
    const { email } = await newPerson();
    const browser = newBrowser();
    const query = await passThrough(await beginSignIn(browser, { email }));
    expect(await finishSignIn(browser, 'forger', query)).toMatchObject(byState);
    const mixed = newBrowser();
    const of = new URLSearchParams(await passThrough(await beginSignIn(mixed, { email })));
    of.set('iss', forger.issuer);
    expect(await finishSignIn(mixed, 'alpha', of.toString())).toMatchObject(byAnswer);
    const missing = newBrowser();
    const without = new URLSearchParams(await passThrough(await beginSignIn(missing, { email })));
    without.delete('iss');
    expect(await finishSignIn(missing, 'alpha', without.toString())).toMatchObject(byAnswer);
  });

  test('that is late, empty or says no is refused', async () => {
    const { email } = await newPerson();
    for (const query of ['', 'state=', 'code=x', `code=x&state=${'x'.repeat(43)}`]) {
      expect(await finishSignIn(newBrowser(), 'alpha', query)).toMatchObject(byState);
    }
    const browser = newBrowser();
    const asked = new URL(String((await beginSignIn(browser, { email })).json.address)).searchParams;
    const denied = new URLSearchParams({ error: 'access_denied', state: asked.get('state') ?? '', iss: real.issuer });
    expect(await finishSignIn(browser, 'alpha', denied.toString())).toMatchObject(byAnswer);
    const late = newBrowser();
    const query = await passThrough(await beginSignIn(late, { email }));
    await database.pool.query(
      `update sign_in."verification" set "expiresAt" = now() where "identifier" like 'provider-%'`,
    );
    expect(await finishSignIn(late, 'alpha', query)).toMatchObject(byState);
  });

  test('counts only with the right issuer, audience, nonce, times and signature', async () => {
    const { email } = await newPerson({ [alpha]: 'analyst' }, 'forger');
    const now = Math.floor(Date.now() / 1000);
    const said = async (claims: object, byOther = false) => {
      await database.pool.query('delete from sign_in."rateLimit"');
      const browser = newBrowser();
      const query = forger.says(await beginSignIn(browser, { email }), { email, ...claims }, byOther);
      return finishSignIn(browser, 'forger', query);
    };
    for (const claims of [
      { iss: real.issuer },
      { aud: 'somebody else' },
      { aud: ['penstock', 'somebody else'] },
      { nonce: 'another' },
      { nonce: undefined },
      { exp: now - 60 },
      { exp: undefined },
      { iat: undefined },
      { sub: undefined },
    ]) {
      expect([claims, await said(claims)]).toMatchObject([claims, byAnswer]);
    }
    expect(await said({}, true)).toMatchObject(byAnswer);
    for (const claims of [{ email_verified: 'true' }, { email_verified: false }, { email_verified: undefined }]) {
      expect([claims, await said(claims)]).toMatchObject([claims, { status: 403, json: { code: 'PROVIDER_PERSON' } }]);
    }
    expect(await said({ amr: 'mfa' })).toMatchObject({ json: { twoFactorRedirect: true } });
    expect(await said({ amr: [], acr: 'gold' })).toMatchObject({ json: { twoFactorRedirect: false } });
    expect(await said({})).toMatchObject({ status: 200, json: { twoFactorRedirect: false } });
  });

  test('of a provider that is away says so', async () => {
    forger.stop();
    const { email } = await newPerson({ [alpha]: 'analyst' }, 'forger');
    const browser = newBrowser();
    const begun = await beginSignIn(browser, { email });
    // what it said of itself is known for a quarter of an hour
    const query = forger.says(begun, {});
    expect(await finishSignIn(browser, 'forger', query)).toMatchObject(byAnswer);
  });
});
