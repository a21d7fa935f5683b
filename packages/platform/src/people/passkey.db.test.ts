import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { noBrowser, openBrowser } from '../foundation/testing-chromium.ts';
import {
  addPerson,
  testAlpha as alpha,
  codeOf,
  type PeopleServer,
  startPeopleServer,
  type TestPerson,
  testPassword,
} from './testing-people.ts';

// Passkeys as a browser makes them: Chromium with its virtual authenticator, on a page of the server's own address.

let server: PeopleServer;
let database: PeopleServer['database'];
let address = '';
let chrome: Browser;
let person: TestPerson;

beforeAll(async () => {
  server = await startPeopleServer({
    host: 'localhost',
    routes: [
      (app) => {
        app.get('/', { config: { access: 'anyone' } }, async (_, reply) =>
          reply.type('text/html').send('<!doctype html>'),
        );
      },
    ],
  });
  ({ database, address } = server);
  person = await addPerson(database.pool, { name: 'key', roles: { [alpha]: 'analyst' } });
  if (noBrowser === undefined) chrome = await openBrowser();
});
afterAll(async () => {
  await chrome?.close();
  await server.stop();
});

beforeEach(({ skip }) => {
  server.setAhead(0);
  skip(noBrowser !== undefined, noBrowser);
});

async function open(context: BrowserContext, hasUserVerification = true): Promise<Page> {
  const page = await context.newPage();
  await page.goto(address);
  const devTools = await context.newCDPSession(page);
  await devTools.send('WebAuthn.enable');
  const options = {
    protocol: 'ctap2',
    transport: hasUserVerification ? 'internal' : 'usb',
    hasResidentKey: hasUserVerification,
    hasUserVerification,
    isUserVerified: hasUserVerification,
    automaticPresenceSimulation: true,
  } as const;
  await devTools.send('WebAuthn.addVirtualAuthenticator', { options });
  return page;
}

interface Answer {
  readonly status: number;
  readonly json: Record<string, unknown>;
}

/** A call as the portal's script makes it. */
function call(page: Page, method: string, path: string, body?: object): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  const init = { method, ...(body === undefined ? {} : { body: JSON.stringify(body), headers }) };
  const script = `fetch(${JSON.stringify(path)}, ${JSON.stringify(init)})
    .then(async (answer) => ({ status: answer.status, json: await answer.json() }))`;
  return page.evaluate<Answer>(script);
}

const register = (page: Page, isVerified = true) => ceremony(page, 'create', isVerified);
const authenticate = (page: Page, isVerified = true) => ceremony(page, 'get', isVerified);

/** Asks for the options, has the authenticator answer, and gives the answer back; a hostile script leaves the PIN out. */
async function ceremony(
  page: Page,
  what: 'create' | 'get',
  isVerified: boolean,
  before: () => Promise<void> = async () => {},
) {
  const ways = {
    create: ['generate-register-options', 'verify-registration', 'parseCreationOptionsFromJSON'],
    get: ['generate-authenticate-options', 'verify-authentication', 'parseRequestOptionsFromJSON'],
  } as const;
  const [ask, answer, parse] = ways[what];
  const { status, json } = await call(page, 'GET', `/api/auth/passkey/${ask}`);
  if (status !== 200) return { status, json, response: {} };
  const userVerification = isVerified ? 'required' : 'discouraged';
  const residentKey = isVerified ? 'required' : 'discouraged';
  const options = { ...json, userVerification, authenticatorSelection: { userVerification, residentKey } };
  const script = `navigator.credentials.${what}({ publicKey: PublicKeyCredential.${parse}(${JSON.stringify(options)}) })
    .then((credential) => credential.toJSON())`;
  const response = await page.evaluate<object>(script);
  await before();
  return { ...(await call(page, 'POST', `/api/auth/passkey/${answer}`, { response })), response };
}

test('a passkey is added with the second factor, signs in by itself, and is gone when it is removed', async () => {
  const context = await chrome.newContext();
  const page = await open(context);
  expect(await register(page)).toMatchObject({ status: 403 });
  await call(page, 'POST', '/api/auth/sign-in/email', { email: person.email, password: testPassword });
  expect(await register(page)).toMatchObject({ status: 403, json: { code: 'SECOND_FACTOR_NEEDED' } });
  await call(page, 'POST', '/api/auth/two-factor/verify-totp', { code: codeOf(person.totpSecret) });
  expect(await register(page)).toMatchObject({ status: 200 });
  await call(page, 'POST', '/api/auth/sign-out', {});
  expect(await call(page, 'GET', '/api/v1/me')).toMatchObject({ status: 401 });

  expect(await authenticate(page, false)).toMatchObject({ status: 401, json: { code: 'NOT_VERIFIED' } });
  expect(await call(page, 'GET', '/api/v1/me')).toMatchObject({ status: 401 });
  const signedIn = await authenticate(page);
  expect(signedIn).toMatchObject({ status: 200 });
  expect(await call(page, 'GET', '/api/v1/me')).toMatchObject({
    status: 200,
    json: { person: { email: person.email } },
  });
  const replayed = await call(page, 'POST', '/api/auth/passkey/verify-authentication', { response: signedIn.response });
  expect(replayed).toMatchObject({ status: 400 });

  // it proves again who signs in, when that was a while ago; the session before it ends
  server.setAhead(11 * 60_000);
  expect(await call(page, 'POST', '/api/auth/passkey/delete-passkey', { id: 'any' })).toMatchObject({
    status: 403,
    json: { code: 'FRESH_FACTOR_NEEDED' },
  });
  expect(await authenticate(page)).toMatchObject({ status: 200 });
  expect((await call(page, 'GET', '/api/v1/me/sessions')).json.items).toHaveLength(1);

  const { json } = await call(page, 'GET', '/api/auth/passkey/list-user-passkeys');
  const [id] = Object.values(json).map((one) => (one as { id: string }).id);
  expect(Object.values(json)).toHaveLength(1);
  expect(await call(page, 'POST', '/api/auth/passkey/delete-passkey', { id })).toMatchObject({
    status: 200,
  });
  await call(page, 'POST', '/api/auth/sign-out', {});
  expect(await authenticate(page)).toMatchObject({ status: 401 });
  expect(await call(page, 'GET', '/api/v1/me')).toMatchObject({ status: 401 });
  const { rows } = await database.pool.query<{ what: string }>('select what from people_activity order by at');
  expect(rows.map(({ what }) => what)).toEqual([
    'signed-in',
    'passkey-added',
    'signed-out',
    // by a key that verified nobody, and by an answer that was used before
    'passkey-refused',
    'signed-in',
    'passkey-refused',
    'signed-in',
    'passkey-removed',
    'signed-out',
  ]);
  await context.close();
});

test('a key that only asks to be touched is no second factor, and is not taken', async () => {
  const context = await chrome.newContext();
  const page = await open(context, false);
  await call(page, 'POST', '/api/auth/sign-in/email', { email: person.email, password: testPassword });
  await call(page, 'POST', '/api/auth/two-factor/verify-totp', { code: codeOf(person.totpSecret, 1) });
  expect(await register(page, false)).toMatchObject({ status: 401, json: { code: 'NOT_VERIFIED' } });
  await context.close();
});

test('one that was begun signed in is not added when the session has ended meanwhile', async () => {
  const context = await chrome.newContext();
  const page = await open(context);
  const reset = await addPerson(database.pool, { name: 'reset', roles: { [alpha]: 'analyst' } });
  await call(page, 'POST', '/api/auth/sign-in/email', { email: reset.email, password: testPassword });
  await call(page, 'POST', '/api/auth/two-factor/verify-totp', { code: codeOf(reset.totpSecret) });
  const ended = await ceremony(page, 'create', true, async () => {
    await database.pool.query('delete from sign_in."session" where "userId" = $1', [reset.personId]);
  });
  expect(ended).toMatchObject({ status: 401, json: { code: 'NO_LINK' } });
  const { rowCount } = await database.pool.query('select from sign_in."passkey" where "userId" = $1', [reset.personId]);
  expect(rowCount).toBe(0);
  await context.close();
});
