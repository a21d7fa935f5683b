import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ChangeFindings, ChangePreview, ChangeView, changeContentSchema, SavedChange } from '@penstock/api';
import { requireEui } from '@penstock/duis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { type TestDatabase, testDatabase } from '../foundation/database/testing.ts';
import { createHttpServer, type HttpServer } from '../foundation/http/server.ts';
import { createLog } from '../foundation/log.ts';
import { machineOf } from '../foundation/testing-machine.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { asViewerOf } from '../foundation/viewing.ts';
import { changesRoutes } from './routes.ts';

const alpha = requireEui('90-B3-D5-1F-30-01-00-00');
const beta = requireEui('90-B3-D5-1F-30-02-00-00');
const committee = requireEui('90-B3-D5-1F-30-04-00-00');
const operatorId = requireEui('90-B3-D5-1F-30-00-00-02');
const person = (email: string, role: 'change_manager' | 'read_only' = 'change_manager') =>
  ({ personId: email, email, role, reason: undefined }) as const;
const viewers: Readonly<Record<string, Viewer>> = {
  alpha: { kind: 'user', userIds: [alpha], machine: machineOf('of A', 'user_administrator') },
  beta: { kind: 'user', userIds: [beta], machine: machineOf('of B', 'user_administrator') },
  committee: {
    kind: 'user',
    userIds: [committee],
    person: person('reader@committee.example', 'read_only'),
    machine: machineOf('of the committee', 'read_only'),
  },
  operator: { kind: 'operator', userId: operatorId, machine: machineOf('of the Operator', 'operator_administrator') },
  manager: {
    kind: 'operator',
    userId: operatorId,
    person: person('manager@operator.example'),
    machine: machineOf('of the Operator', 'change_manager'),
  },
};
let database: TestDatabase;
let api: HttpServer;
let front: Server;
let address: string;
let now = new Date();

beforeAll(async () => {
  database = await testDatabase();
  const { pool } = database;
  await pool.query(
    `insert into party (party_id, name, kind)
     values ('A', 'Alpha', 'large_supplier'), ('B', 'Beta', 'small_supplier'), ('O', 'Operator', 'operator'),
            ('P', 'Panel', 'other')`,
  );
  await pool.query(`insert into user_id (user_id, party_id) values ($1, 'A'), ($2, 'B'), ($3, 'O'), ($4, 'P')`, [
    alpha,
    beta,
    operatorId,
    committee,
  ]);
  api = await createHttpServer({
    log: createLog({ level: 'silent' }),
    version: '0',
    routes: [
      (app) => app.addContentTypeParser('text/csv', (_request, payload, done) => done(null, payload)),
      changesRoutes({ pool, now: () => now, operatorId }),
    ],
  });
  front = createServer((request, response) =>
    api.handle(request, response, () => viewers[String(request.headers['x-as'])]),
  );
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(front.address() as AddressInfo).port}/api/v1/changes`;
});
afterAll(async () => {
  front?.close();
  await api?.close();
  await database?.drop();
});
beforeEach(async () => {
  now = new Date('2026-11-22T10:00:00Z');
  await database.pool.query(
    `delete from change; delete from change_version; delete from change_outline; delete from change_use; delete from notice;
     delete from change_calendar; delete from change_limits where version > 1; update user_id set status = 'active'`,
  );
});

interface Answer<Body> {
  readonly status: number;
  readonly text: string;
  readonly json: Body & { readonly code?: string; readonly detail?: string; readonly where?: string };
}
async function call<Body = object>(
  as: string,
  method: string,
  path = '',
  body?: object | string,
): Promise<Answer<Body>> {
  const type = typeof body === 'string' ? 'text/csv' : 'application/json';
  const answer = await fetch(address + path, {
    method,
    headers: { 'x-as': as, ...(body === undefined ? {} : { 'content-type': type }) },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  const isJson = /json/.test(answer.headers.get('content-type') ?? '');
  return { status: answer.status, text, json: isJson ? JSON.parse(text) : {} };
}

type Content = z.input<typeof changeContentSchema>;
const content = (rest: Partial<Content> = {}): Content => ({
  title: 'New firewall rules',
  statement: { kind: 'firewall_network' },
  affected: { services: ['Signed files'] },
  windows: [{ from: '2026-12-10T22:00', to: '2026-12-11T02:00' }],
  backOut: 'The old rules are loaded again.',
  ...rest,
});

async function create(as: string, rest: Partial<Content> = {}): Promise<SavedChange> {
  const { status, json } = await call<SavedChange>(as, 'POST', '', { content: content(rest) });
  if (status !== 200) throw new Error(JSON.stringify(json));
  return json;
}
async function move(
  as: string,
  { change, version }: { change: string; version: number },
  to: string,
): Promise<SavedChange> {
  const { status, json } = await call<SavedChange>(as, 'POST', `/${change}/move`, { version, to });
  if (status !== 200) throw new Error(JSON.stringify(json));
  return json;
}
/** A change that others may be told of. */
const share = async (as: string, rest: Partial<Content> = {}) => move(as, (await create(as, rest)).change, 'shared');
const titlesOf = async (as: string, query = '') => {
  const { json } = await call<{ items: ChangeView[] }>(as, 'GET', query);
  return json.items.map((item) =>
    item.see === 'whole' ? item.content.title : `${item.owner} ${item.services} ${item.size}`,
  );
};
const noticesOf = async (userId: string) =>
  (await database.pool.query<{ words: string }>('select words from notice where user_id = $1', [userId])).rows.map(
    ({ words }) => words,
  );

describe('the way of a change', () => {
  test('from draft to done; each step is a version, and what is wanting or not allowed is said', async () => {
    const { change } = await create('alpha', { windows: [] });
    expect(change).toMatchObject({
      state: 'draft',
      version: 1,
      isYours: true,
      owner: { userId: alpha, party: 'Alpha' },
    });
    expect(change.next).toEqual([
      { to: 'shared', lacks: ['a window'] },
      { to: 'cancelled', lacks: [] },
    ]);
    const path = `/${change.change}`;
    expect(await call('alpha', 'POST', `${path}/move`, { version: 1, to: 'shared' })).toMatchObject({
      status: 409,
      json: { code: 'changes.state', detail: 'to be shared it must say a window' },
    });
    const edited = await call<SavedChange>('alpha', 'PUT', path, {
      version: 1,
      content: content(),
      why: 'the window is agreed',
    });
    expect(edited.json.change).toMatchObject({ version: 2, state: 'draft' });
    const shared = await move('alpha', edited.json.change, 'shared');
    expect(shared.change.toldAt).toBe('2026-11-22T10:00:00.000Z');
    let last = shared;
    for (const to of ['scheduled', 'in_progress', 'done']) last = await move('alpha', last.change, to);
    expect(await call('alpha', 'PUT', path, { version: 6, content: content() })).toMatchObject({
      json: { code: 'changes.state' },
    });
    const history = await call<{ items: { version: number; differs: string[]; state: string; why?: string }[] }>(
      'alpha',
      'GET',
      `${path}/history?limit=5`,
    );
    expect(history.json.items.map(({ version, state, differs, why }) => [version, state, differs.join(), why])).toEqual(
      [
        [6, 'done', '', undefined],
        [5, 'in_progress', '', undefined],
        [4, 'scheduled', '', undefined],
        [3, 'shared', '', undefined],
        [2, 'draft', 'windows', 'the window is agreed'],
      ],
    );
    // what a draft said is its owner's, and who sees it otherwise has no history
    const ofOperator = await call<{ items: { version: number; differs: string[] }[] }>(
      'operator',
      'GET',
      `${path}/history`,
    );
    expect(ofOperator.json.items.map(({ version, differs }) => [version, differs])).toEqual([
      [6, []],
      [5, []],
      [4, []],
      [3, []],
    ]);
    expect(await call('beta', 'GET', `${path}/history`)).toMatchObject({ status: 404 });
  });

  test('two people edit at once: the second is told who, when and what', async () => {
    const { change } = await create('operator', { statement: { kind: 'planned_maintenance' } });
    const path = `/${change.change}`;
    const edit = (title: string) => ({
      version: 1,
      content: content({ statement: { kind: 'planned_maintenance' }, title }),
    });
    expect(await call('manager', 'PUT', path, edit('One'))).toMatchObject({ status: 200 });
    expect(await call('operator', 'PUT', path, edit('Other'))).toMatchObject({
      status: 409,
      json: {
        code: 'changes.version-conflict',
        detail:
          'you edited version 1; Operator (manager@operator.example) saved version 2 at 2026-11-22T10:00:00.000Z, and changed title',
      },
    });
  });

  test.each([
    [
      'a kind that is the Operator’s',
      { statement: { kind: 'planned_maintenance' } },
      'changes.content',
      'content.statement.kind',
    ],
    [
      'a service that there is not',
      { affected: { services: ['Nothing'] } },
      'changes.content',
      'content.affected.services',
    ],
    ['an SRV that there is not', { affected: { srvs: ['99.9'] } }, 'changes.content', 'content.affected.srvs'],
    ['somebody else’s User ID', { affected: { userIds: [beta] } }, 'changes.content', 'content.affected.userIds'],
    [
      'a window that is none',
      { windows: [{ from: '2027-03-28T01:30', to: '2027-03-28T05:00' }] },
      'changes.window',
      'windows.0.from',
    ],
    ['a title with what is not seen', { title: 'Evil\u202etxt' }, 'request.invalid', undefined],
  ] as const)('refuses %s', async (_, rest, code, where) => {
    const { json } = await call('alpha', 'POST', '', { content: content(rest as unknown as Partial<Content>) });
    expect(json).toMatchObject({ code, ...(where === undefined ? {} : { where }) });
  });

  test('a template is copied and never moves; of a suspended User the Operator cancels', async () => {
    const made = await call<SavedChange>('alpha', 'POST', '', {
      content: content({ title: 'Template' }),
      isTemplate: true,
    });
    expect(made.json.change).toMatchObject({ state: 'template', next: [] });
    expect(await titlesOf('alpha')).toEqual([]);
    expect(await titlesOf('alpha', '?state=template')).toEqual(['Template']);
    expect(await titlesOf('operator', '?state=template')).toEqual([]);
    const copy = await call<SavedChange>('alpha', 'POST', `/${made.json.change.change}/copy`);
    expect(copy.json.change).toMatchObject({ state: 'draft', content: { title: 'Template' } });
    expect(await call('operator', 'POST', `/${copy.json.change.change}/copy`)).toMatchObject({ status: 404 });
    const shared = await move('alpha', copy.json.change, 'shared');
    const template = `/${made.json.change.change}`;
    for (const who of ['operator', 'beta']) expect(await call(who, 'DELETE', template)).toMatchObject({ status: 404 });
    const noTemplate = await call('alpha', 'DELETE', `/${shared.change.change}`);
    expect(noTemplate.json).toMatchObject({ code: 'changes.state' });
    expect(await call('alpha', 'DELETE', template)).toMatchObject({ status: 200 });
    expect(await call('alpha', 'GET', template)).toMatchObject({ status: 404 });
    expect(await titlesOf('alpha', '?state=template')).toEqual([]);
    const cancel = { version: shared.change.version, to: 'cancelled' };
    expect(await call('operator', 'POST', `/${shared.change.change}/move`, cancel)).toMatchObject({
      json: { code: 'changes.state' },
    });
    await database.pool.query(`update user_id set status = 'suspended' where user_id = $1`, [alpha]);
    expect(await call('operator', 'POST', `/${shared.change.change}/move`, cancel)).toMatchObject({
      json: { change: { state: 'cancelled' } },
    });
  });
});

describe('who sees what', () => {
  test('a draft nobody else, then as its owner chose; in lists, by filters, alone; and each look is told to its owner', async () => {
    const draft = await create('alpha', { title: 'A draft' });
    const hidden = await share('alpha', { title: 'Hidden' });
    const outline = await share('alpha', {
      title: 'Outlined',
      sharing: 'outline',
      size: 'large',
      affected: { services: ['DUIS gateway'], regions: ['North'] },
    });
    const open = await share('alpha', { title: 'Open', sharing: 'everybody' });
    expect((await titlesOf('alpha')).sort()).toEqual(['A draft', 'Hidden', 'Open', 'Outlined']);
    expect((await titlesOf('operator')).sort()).toEqual(['Hidden', 'Open', 'Outlined']);
    expect((await titlesOf('beta')).sort()).toEqual(['Open', 'a Supplier DUIS gateway large']);
    // what an outline does not say finds none
    expect(await titlesOf('beta', '?region=North')).toEqual([]);
    expect(await titlesOf('beta', '?find=Outlined')).toEqual([]);
    expect(await titlesOf('beta', '?kind=firewall_network')).toEqual(['Open']);
    expect(await titlesOf('beta', '?service=DUIS gateway')).toEqual(['a Supplier DUIS gateway large']);
    expect(await titlesOf('beta', '?from=2027-01-01T00:00:00Z')).toEqual([]);
    expect(await titlesOf('beta', '?mine=true')).toEqual([]);
    const statusOf = async (as: string, { change }: SavedChange, rest = '') =>
      (await call(as, 'GET', `/${change.change}${rest}`)).status;
    for (const each of [draft, hidden]) expect(await statusOf('beta', each)).toBe(404);
    for (const each of [outline, open]) {
      expect(await statusOf('beta', each)).toBe(200);
      for (const rest of ['/clashes', '/slots', '/history', '/uses'])
        expect(await statusOf('beta', each, rest)).toBe(404);
    }
    expect(await statusOf('operator', hidden, '/uses')).toBe(404);
    const seen = await call('beta', 'GET', `/${outline.change.change}`);
    for (const secret of ['Alpha', alpha, 'Outlined', 'North', 'firewall', 'rules'])
      expect(seen.text).not.toContain(secret);
    const uses = await call<{ items: { reader: string; purpose: string; times: number }[] }>(
      'alpha',
      'GET',
      `/${outline.change.change}/uses`,
    );
    expect(uses.json.items.map(({ reader, purpose }) => `${purpose} ${reader}`)).toEqual([
      `read ${beta} B Beta`,
      'read Operator',
    ]);
    // a committee that only reads is given what any User without changes of its own is, to the letter
    for (const path of [
      '',
      '?service=DUIS gateway',
      '?find=Open',
      '?find=Hidden',
      '.csv',
      '/clashes',
      '/schedule/2026-12',
      '/schedule/2026-12/csv',
      ...[draft, hidden, outline, open].flatMap(({ change }) => [`/${change.change}`, `/${change.change}/history`]),
    ]) {
      const given = async (as: string) => {
        const { status, text, json } = await call(as, 'GET', path);
        return { path, status, given: status === 200 ? text : [json.code, json.detail] };
      };
      expect(await given('committee')).toEqual(await given('beta'));
    }
    expect(await titlesOf('committee')).toHaveLength(2);
    // a page that asks while somebody types is one use, and after a pause the next
    const timesOf = async () => {
      const { json } = await call<typeof uses.json>('alpha', 'GET', `/${open.change.change}/uses`);
      return json.items.flatMap(({ purpose, times }) => (purpose === 'clashes' ? [times] : []));
    };
    const preview = () => call('beta', 'POST', '/preview', { content: content() });
    for (let typed = 0; typed < 3; typed += 1) await preview();
    expect(await timesOf()).toEqual([1]);
    now = new Date('2026-11-22T10:05:00Z');
    await preview();
    await preview();
    expect(await timesOf()).toEqual([2]);
    // one that is over is nothing to whoever saw its outline
    await move('alpha', outline.change, 'cancelled');
    expect(await statusOf('beta', outline)).toBe(404);
  });

  test('pages are whole, whoever reads', async () => {
    for (let hour = 10; hour < 16; hour += 1) {
      const windows = [{ from: `2026-12-10T${hour}:00`, to: `2026-12-10T${hour}:30` }];
      await share('alpha', { title: `at ${hour}`, sharing: hour % 2 === 0 ? 'outline' : 'everybody', windows });
    }
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const query: string = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page = await call<{ items: ChangeView[]; cursor?: string }>('beta', 'GET', `?limit=2${query}`);
      found.push(...page.json.items.map(({ occurrences }) => occurrences[0]?.from.slice(11, 16) ?? ''));
      cursor = page.json.cursor;
    } while (cursor !== undefined);
    expect(found).toEqual(['10:00', '11:00', '12:00', '13:00', '14:00', '15:00']);
    expect((await call('beta', 'GET', '?cursor=x')).json.code).toBe('request.invalid');
  });

  test('behind the second wall there is no more', async () => {
    for (const sharing of ['operator', 'outline', 'everybody'] as const) await share('alpha', { sharing });
    await create('alpha', { sharing: 'everybody' });
    const rowsOf = (userId: typeof alpha, sql: string) =>
      asViewerOf(database.pool, [userId], async (client) => (await client.query(sql)).rowCount);
    expect(await rowsOf(beta, 'select from change')).toBe(1);
    expect(await rowsOf(alpha, 'select from change')).toBe(4);
    for (const its of ['change_version', 'change_use']) expect(await rowsOf(beta, `select from ${its}`)).toBe(0);
    expect(await rowsOf(beta, 'select change, owner_kind from change_outline')).toBe(1);
    await expect(rowsOf(beta, 'select user_id from change_outline')).rejects.toThrow('permission denied');
  });
});

describe('clashes', () => {
  test('each side is told, and no more than the other shares; the Operator sees both', async () => {
    const hidden = await share('beta', { title: 'Secret plan' });
    const mine = await create('alpha', { title: 'Mine' });
    // by a draft nobody learns of what is not shared
    expect(mine.clashes).toEqual([]);
    const shared = await move('alpha', mine.change, 'shared');
    const words = 'A change that is not shared with you is at the same time, on the service Signed files.';
    expect(shared.clashes.map((clash) => clash.words)).toEqual([words]);
    expect(await noticesOf(beta)).toEqual([`“Secret plan”: ${words}`]);
    expect(JSON.stringify(shared)).not.toMatch(/Secret|Beta/);
    // once; saving again tells nobody anew
    await move('alpha', shared.change, 'scheduled');
    expect(await noticesOf(beta)).toHaveLength(1);
    const seen = await call<ChangeFindings>('operator', 'GET', `/${hidden.change.change}/clashes`);
    expect(seen.json.clashes).toMatchObject([
      { words: '“Mine” of Alpha is at the same time, on the service Signed files.' },
    ]);
    const listed = await call<{ items: { title: string; clashes: { words: string }[] }[] }>('alpha', 'GET', '/clashes');
    const lines = listed.json.items.map(({ title, clashes }) => [title, ...clashes.map((clash) => clash.words)]);
    expect(lines).toEqual([['Mine', words]]);
    const all = await call<{ items: { title: string }[] }>('operator', 'GET', '/clashes?to=2026-12-31T00:00:00Z');
    expect(all.json.items.map(({ title }) => title).sort()).toEqual(['Mine', 'Secret plan']);
    expect((await call('alpha', 'GET', '/clashes?to=2029-12-31T00:00:00Z')).json.code).toBe('request.invalid');
    const uses = await call<{ items: { reader: string; purpose: string }[] }>(
      'beta',
      'GET',
      `/${hidden.change.change}/uses`,
    );
    expect(uses.json.items.map(({ purpose, reader }) => `${purpose}: ${reader}`)).toEqual([
      'clashes: the platform, for a change of somebody else',
      'clashes: Operator',
    ]);
  });

  test('of changes that are not shared neither notices tell how many there are, nor questions for an hour when', async () => {
    const long = { windows: [{ from: '2026-12-08T08:00', to: '2026-12-12T20:00' }] };
    await share('alpha', long);
    const hour = (from: string, to: string) => ({ windows: [{ from: `2026-12-${from}`, to: `2026-12-${to}` }] });
    await share('beta', hour('09T10:00', '09T12:00'));
    const told = await noticesOf(alpha);
    expect(told).toHaveLength(1);
    const asked = async (from: string, to: string) =>
      (await call('alpha', 'GET', `/clashes?from=2026-12-${from}:00Z&to=2026-12-${to}:00Z`)).text;
    const whole = await asked('01T00:00', '31T00:00');
    expect(whole).toContain('A change that is not shared with you');
    expect(await asked('11T00:00', '11T01:00')).toBe(whole);
    expect(await asked('09T11:00', '09T11:01')).toBe(whole);
    await share('beta', hour('10T10:00', '10T12:00'));
    await share('beta', { ...hour('11T10:00', '11T12:00'), title: 'Third' });
    expect(await noticesOf(alpha)).toEqual(told);
    // what is on something else, or in another of its windows, is told
    const other = { services: ['Signed files', 'DUIS gateway'] };
    const both = await share('alpha', { ...hour('20T10:00', '20T12:00'), affected: other, title: 'Both' });
    await share('beta', hour('20T10:00', '20T11:00'));
    await share('beta', { ...hour('20T11:00', '20T12:00'), affected: other });
    expect((await noticesOf(alpha)).slice(1).map((words) => words.split(', on ')[1])).toEqual([
      'the service Signed files.',
      'the service DUIS gateway; the service Signed files.',
    ]);
    expect(both.clashes).toEqual([]);
  });

  test('freezes, rehearsals, maintenance windows and too many at once; those whom a new freeze concerns are told', async () => {
    const mine = await share('alpha', { title: 'Mine' });
    const span = (from: string, to: string) => [{ from: `2026-12-${from}`, to: `2026-12-${to}` }];
    const post = (kind: string, name: string, windows: object, services: string[] = []) =>
      call<{ event: string }>('operator', 'POST', '/calendar', { kind, name, windows, services });
    const freeze = await post('freeze', 'Christmas', span('11T00:00', '31T00:00'));
    await post('rehearsal', 'Second site', span('10T09:00', '10T12:00'));
    await post('maintenance', 'Nights', span('09T00:00', '10T23:00'), ['Signed files']);
    expect(
      await call('alpha', 'POST', '/calendar', { kind: 'freeze', name: 'x', windows: span('11T00:00', '31T00:00') }),
    ).toMatchObject({ status: 403 });
    expect(await noticesOf(alpha)).toEqual([
      '“Mine”: It lies in the freeze “Christmas”: 11 Dec 2026, 00:00 to 02:00.',
      '“Mine”: “Second site” is rehearsed on the same day: 10 Dec 2026, 22:00 to 11 Dec 2026, 00:00.',
    ]);
    const { limits } = (await call<{ items: { limits: object }[] }>('beta', 'GET', '/limits')).json.items[0] ?? {
      limits: {},
    };
    const set = await call('operator', 'POST', '/limits', {
      reason: 'one at a time',
      limits: { ...limits, mostAtOnce: 1 },
    });
    expect(set.json).toMatchObject({ inForce: 2 });
    const maintenance = { kind: 'planned_maintenance', activity: 'a', disrupted: 'd', riskToReturn: 'r' } as const;
    const planned = await create('operator', { title: 'Planned', statement: maintenance });
    expect(planned.clashes.map((clash) => clash.words)).toEqual([
      '“Mine” of Alpha is at the same time, on the service Signed files.',
      '“Second site” is rehearsed on the same day: 10 Dec 2026, 22:00 to 11 Dec 2026, 00:00.',
      'It lies in the freeze “Christmas”: 11 Dec 2026, 00:00 to 02:00.',
      'It lies outside the maintenance windows of Signed files: 10 Dec 2026, 23:00 to 11 Dec 2026, 02:00.',
      'More than 1 changes are under way at the same time.',
    ]);
    expect(planned.warnings.map(({ limit }) => limit)).toEqual(['notice']);
    await call('operator', 'POST', `/calendar/${freeze.json.event}/withdraw`);
    const left = await call<{ items: { name: string }[] }>('alpha', 'GET', '/calendar');
    expect(left.json.items.map(({ name }) => name)).toEqual(['Nights', 'Second site']);
    const after = await call<ChangeFindings>('alpha', 'GET', `/${mine.change.change}/clashes`);
    expect(after.json.clashes.map(({ kind }) => kind)).toEqual(['rehearsal']);
  });

  test('what would come of a save is told as of a draft: by trying times out nobody learns what others keep', async () => {
    const hidden = await share('beta');
    const shown = await share('beta', { title: 'Shown', sharing: 'everybody' });
    const mine = await share('alpha', { windows: [{ from: '2026-12-20T22:00', to: '2026-12-21T02:00' }] });
    const preview = (rest: Partial<Content>, change?: string) =>
      call<ChangePreview>('alpha', 'POST', '/preview', { content: content(rest), change });
    for (const change of [undefined, mine.change.change]) {
      const { json } = await preview({ sharing: 'outline' }, change);
      expect(json.clashes.map((clash) => clash.kind === 'change' && clash.other?.change)).toEqual([
        shown.change.change,
      ]);
      expect(json.others).toEqual({
        see: 'outline',
        change: expect.any(String),
        owner: 'a Supplier',
        size: 'medium',
        services: ['Signed files'],
        occurrences: json.occurrences,
      });
      expect(json.operator).toMatchObject({ see: 'whole', content: { title: 'New firewall rules' } });
    }
    expect((await preview({})).json.others).toBeUndefined();
    expect((await preview({ sharing: 'everybody' })).json.others).toMatchObject({ see: 'whole', isYours: false });
    expect(await preview({ windows: [{ from: '2027-03-28T01:30', to: '2027-03-28T03:00' }] })).toMatchObject({
      status: 422,
      json: { code: 'changes.window', where: 'windows.0.from' },
    });
    expect(await preview({}, hidden.change.change)).toMatchObject({ status: 404 });
    const { rows } = await database.pool.query('select from change_version');
    expect(rows).toHaveLength(6);
  });

  test('free times leave out what the owner sees, and say nothing of what it does not', async () => {
    await share('beta', { windows: [{ from: '2026-11-22T00:00', to: '2026-11-22T20:00' }], sharing: 'everybody' });
    await share('beta', { windows: [{ from: '2026-11-22T20:00', to: '2026-11-30T20:00' }] });
    const { change } = await create('alpha');
    const slots = async (as: string, id: string) =>
      (await call<{ items: { windows: { from: string }[] }[] }>(as, 'GET', `/${id}/slots`)).json.items.map(
        ({ windows }) => windows[0]?.from,
      );
    expect((await slots('alpha', change.change))[0]).toBe('2026-11-22T20:00');
    const shared = await move('alpha', change, 'shared');
    expect((await slots('operator', shared.change.change))[0]).toBe('2026-11-30T20:00');
  });
});

describe('the forward schedule and the intake', () => {
  test('a list is a file of what its reader sees, and bank holidays are told by year', async () => {
    await share('alpha', { title: '=HYPERLINK("x")', sharing: 'everybody' });
    await share('beta', { sharing: 'outline', title: 'of nobody else' });
    const { text } = await call('alpha', 'GET', '.csv?mine=true');
    expect(text.split('\r\n').slice(0, 2)).toEqual([
      'change,owner,kind,state,title,size,sharing,from,to,times,services,srvs,interfaces,deviceModels,regions',
      expect.stringMatching(/^[0-9a-f-]{36},Alpha,firewall_network,shared,"'=HYPERLINK\(""x""\)",medium,everybody,/),
    ]);
    const lines = (await call('alpha', 'GET', '.csv')).text.split('\r\n');
    expect(lines.filter((line) => /,a Supplier,,,,medium,,2026-12-10T22:00:00.000Z,/.test(line))).toHaveLength(1);
    expect(lines.join()).not.toContain('of nobody else');
    const { json } = await call<{ days: string[] }>('alpha', 'GET', '/bank-holidays/2026');
    expect([json.days.length, json.days.at(-1)]).toEqual([9, '2026-12-28']);
    expect(await call('alpha', 'GET', '/bank-holidays/1999')).toMatchObject({ status: 400 });
  });

  test('a month of Planned Maintenance is one document, as JSON and as CSV that no spreadsheet runs', async () => {
    const statement = {
      kind: 'planned_maintenance',
      activity: '=cmd()',
      disrupted: 'Signed files',
      riskToReturn: 'low',
    } as const;
    let last = await create('operator', { title: 'Disks', statement, sharing: 'everybody' });
    for (const to of ['assessed', 'scheduled']) last = await move('operator', last.change, to);
    await create('operator', { title: 'Not yet', statement, sharing: 'everybody' });
    const { json } = await call('beta', 'GET', '/schedule/2026-12');
    expect(json).toMatchObject({
      words: '4 h of Planned Maintenance, of 6 h that a month may have. What overlaps counts once.',
      items: [
        { title: 'Disks', times: [{ words: '10 Dec 2026, 22:00 to 11 Dec 2026, 02:00 (4 h)' }], riskToReturn: 'low' },
      ],
    });
    const csv = await call('beta', 'GET', '/schedule/2026-12/csv');
    expect(csv.text.split('\r\n')[1]).toMatch(
      /,Disks,scheduled,'=cmd\(\),.*,2026-12-10 22:00 to 2026-12-11 02:00,low$/,
    );
    expect((await call('beta', 'GET', '/schedule/2027-01')).json).toMatchObject({ items: [] });
  });

  test('a file of drafts is taken in whole, or not at all with every fault', async () => {
    const header =
      'kind,title,description,sharing,size,services,srvs,interfaces,device_models,regions,from,to,back_out';
    const good =
      'firmware,"Rollout, first",,outline,large,Signed files|DUIS gateway,,,Maker M1,North,2026-12-01T08:00,2026-12-04T18:00,';
    const taken = await call<{ changes: string[] }>(
      'alpha',
      'POST',
      '/intake',
      `${header}\n${good}\nprocess,Other,,,,,,,,,,,\n`,
    );
    expect(taken.json.changes).toHaveLength(2);
    expect((await titlesOf('alpha')).sort()).toEqual(['Other', 'Rollout, first']);
    const bad = `${header}\nnone,,,,,,,,,,,,\nprocess,x,,,,,,,,,2026-12-01T08:00,2026-12-01T07:00,\n`;
    const refused = await call<{ faults: { line: number; column?: string }[] }>('alpha', 'POST', '/intake', bad);
    expect(refused.status).toBe(422);
    expect(refused.json.faults.map(({ line, column }) => `${line} ${column}`)).toEqual(['2 title', '2 kind', '3 to']);
    expect(await titlesOf('alpha')).toHaveLength(2);
  });
});
