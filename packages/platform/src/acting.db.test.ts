import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { schemaName } from './foundation/database/index.ts';
import { type Right, rightsOf } from './foundation/rights.ts';
import { addPerson, TestBrowser } from './people/testing-people.ts';
import { alpha, beta, startTestApi, type TestApi } from './testing-api.ts';

// Whoever acts for two has a tab on each, and one session: what each tab writes lands on the User that it shows. A route that
// writes something new and is not in the table fails. What a tab may not reach of the other: others.db.test.ts.

const changeContent = {
  title: 'Rules of the firewall',
  statement: { kind: 'firewall_network' },
  affected: { services: ['Signed files'] },
  windows: [{ from: '2026-12-10T22:00', to: '2026-12-10T23:00' }],
};

type Body = object | string;
/** What a tab writes, of the User that it shows. */
const writes: Readonly<Record<string, (acting: string) => Body>> = {
  'POST /api/v1/people/invitations': (acting) => ({
    email: 'new@people.example',
    name: 'New',
    acting,
    role: 'read_only',
  }),
  'PUT /api/v1/people/second-administrator': () => ({ isWanted: false }),
  'POST /api/v1/views': () => ({ name: 'Meters', shown: { page: 'messages', search: { srv: '4.1.1' } } }),
  'POST /api/v1/exports': () => ({ format: 'csv' }),
  'POST /api/v1/notices/read': () => ({ notices: ['2026-11-22T10:00:00Z held 20261122000000000001'] }),
  'PUT /api/v1/notice-choices': () => ({ kind: 'held', inPortal: false, byEmail: false }),
  'POST /api/v1/ways/reports': () => ({ way: 'https', words: 'It does not answer.' }),
  'POST /api/v1/changes': () => ({ content: changeContent }),
  'POST /api/v1/feeds': () => ({ name: 'On the wall' }),
  'POST /api/v1/webhooks': () => ({ name: 'Desk', url: 'https://desk.example/hook', types: ['change.shared'] }),
  'POST /api/v1/incidents': () => ({ title: 'Nothing comes', category: 3 }),
  'PUT /api/v1/status/subscription': () => ({ isSubscribed: true }),
};
/** Those that write nothing new of a User, each with why. */
const others: Readonly<Record<string, string>> = {
  'POST /api/v1/me/sign-out-everywhere': 'of the person, for whomever it acts',
  'POST /api/v1/submissions': 'a file of the one who acts: by whose officer it is signed is judged (submissions)',
  'POST /api/v1/changes/preview': 'nothing of it is kept',
  'POST /api/v1/changes/intake': 'as POST /api/v1/changes, from a file',
  'POST /api/v1/changes/mediations': 'of changes that the one who acts sees',
};

let started: TestApi;
/** By what it may do: administrators invite, officers deliver files. */
const browsers = new Map<string, TestBrowser>();

beforeAll(async () => {
  started = await startTestApi();
  const { pool } = started.database;
  for (const role of ['user_administrator', 'aro'] as const) {
    const person = await addPerson(pool, { name: role, roles: { [alpha]: role, [beta]: role } });
    const browser = new TestBrowser(started.own);
    await browser.signIn(person);
    browsers.set(role, browser);
  }
  await pool.query(
    `insert into notice (user_id, noticed_at, kind, about, words, count)
     select u, '2026-11-22T10:00:00Z', 'held', '20261122000000000001', 'held', 1 from unnest($1::macaddr8[]) u`,
    [[alpha, beta]],
  );
});
afterAll(() => started.stop());

const tab = (who: string, acting: string) => (method: string, path: string, body?: Body) => {
  const browser = browsers.get(who);
  if (browser === undefined) throw new Error(`nobody is ${who}`);
  return browser.call(method, path, body as object | undefined, { 'penstock-acting': acting });
};

/** All that is kept of a User, in any table that says of whom its rows are. */
async function stateOf(userId: string, partyId: string): Promise<Readonly<Record<string, string>>> {
  const { pool } = started.database;
  const { rows: tables } = await pool.query<{ name: string; column: string }>(
    `select c.relname as name, a.attname as column
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname in ('user_id', 'acting', 'party_id')
     where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = '${schemaName}'::regnamespace order by 1, 2`,
  );
  const state: Record<string, string> = {};
  for (const { name, column } of tables) {
    const value = column === 'user_id' ? '$1::macaddr8' : '$1';
    const id = column === 'party_id' ? partyId : userId;
    const { rows } = await pool.query<{ text: string }>(
      `select t::text from ${name} t where ${column} = ${value} order by 1`,
      [id],
    );
    state[`${name}.${column}`] = createHash('sha256').update(JSON.stringify(rows)).digest('hex');
  }
  return state;
}

test('every route that writes something new is in one of the tables', () => {
  const may = new Set<string>(['user_administrator', 'aro'].flatMap((role) => [...rightsOf(role as 'aro')]));
  const found = started.accessRules
    .filter(({ method, url, access }) => {
      const isOfUsers = may.has(access as Right) || access === 'person';
      return method !== 'GET' && url.startsWith('/api/v1/') && !url.includes('/:') && isOfUsers;
    })
    .map(({ method, url }) => `${method} ${url}`);
  expect(found.sort()).toEqual([...Object.keys(writes), ...Object.keys(others)].sort());
});

describe('with a tab on each of two Users, what is written in one lands on its own', () => {
  for (const [route, bodyOf] of Object.entries(writes)) {
    test(route, async () => {
      const [method = '', url = ''] = route.split(' ');
      const access = started.accessRules.find((rule) => rule.method === method && rule.url === url)?.access as Right;
      const who = rightsOf('user_administrator').has(access) ? 'user_administrator' : 'aro';
      for (const [shown, partyId, other, otherParty] of [
        [beta, 'B', alpha, 'A'],
        [alpha, 'A', beta, 'B'],
      ] as const) {
        const before = await stateOf(other, otherParty);
        const own = await stateOf(shown, partyId);
        // the tab on the other is used in between: nothing of it is remembered
        expect(await tab(who, other)('GET', '/api/v1/me')).toMatchObject({ status: 200 });
        const said = await tab(who, shown)(method, url, bodyOf(shown));
        expect([shown, said.status, said.json]).toEqual([shown, said.status < 300 ? said.status : 200, said.json]);
        expect(await stateOf(other, otherParty)).toEqual(before);
        expect(await stateOf(shown, partyId)).not.toEqual(own);
      }
    });
  }

  test('and whoever names nobody is asked, and writes nothing', async () => {
    const before = [await stateOf(alpha, 'A'), await stateOf(beta, 'B')];
    for (const [route, bodyOf] of Object.entries(writes)) {
      const [method = '', url = ''] = route.split(' ');
      const { status, json } =
        (await browsers.get('user_administrator')?.call(method, url, bodyOf(alpha) as object)) ?? {};
      expect([route, status, json?.code]).toEqual([route, 409, 'access.choice-needed']);
    }
    expect([await stateOf(alpha, 'A'), await stateOf(beta, 'B')]).toEqual(before);
  });
});

test('what changes is shown live of nobody for whom the person may not act', async () => {
  for (const forged of ['operator', '90-B3-D5-1F-30-00-00-02', '90-B3-D5-1F-30-7F-00-00', 'nonsense']) {
    const { status } = await tab('aro', alpha)('GET', `/api/v1/events?for=${alpha},${forged}`);
    expect([forged, status]).toEqual([forged, forged === 'nonsense' ? 400 : 403]);
  }
});
