import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type {
  ChangeIncidents,
  IncidentChanges,
  IncidentDocument,
  incidentUpdatePageSchema,
  RaisedIncident,
  SavedChange,
  StatusDocument,
  StatusEntry,
} from '@penstock/api';
import { requireEui } from '@penstock/duis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { changesRoutes } from '../changes/routes.ts';
import { type TestDatabase, testDatabase } from '../foundation/database/testing.ts';
import { createHttpServer, type HttpServer } from '../foundation/http/server.ts';
import { createLog } from '../foundation/log.ts';
import { machineOf } from '../foundation/testing-machine.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { asViewerOf } from '../foundation/viewing.ts';
import { event, hold, insertQuarantineWorld, userA, userB } from '../quarantine/testing-quarantine.ts';
import { followCauses } from './follow.ts';
import { incidentRoutes } from './routes.ts';
import { statusRoutes } from './status-routes.ts';

const operatorId = requireEui('90-B3-D5-1F-30-00-00-02');
const userC = requireEui('90-B3-D5-1F-30-0C-00-00');
const person = (role: 'service_desk', email: string) => ({ personId: email, email, role, reason: undefined }) as const;
const viewers: Readonly<Record<string, Viewer>> = {
  alpha: { kind: 'user', userIds: [userA], machine: machineOf('of A', 'user_administrator') },
  beta: { kind: 'user', userIds: [userB], machine: machineOf('of B', 'user_administrator') },
  gamma: { kind: 'user', userIds: [userC], machine: machineOf('of C', 'user_administrator') },
  operator: { kind: 'operator', userId: operatorId, machine: machineOf('of the Operator', 'change_manager') },
  desk: {
    kind: 'operator',
    userId: operatorId,
    person: person('service_desk', 'desk@operator.example'),
    machine: machineOf('of the desk', 'service_desk'),
  },
};
let database: TestDatabase;
let api: HttpServer;
let front: Server;
let address: string;
let now = new Date();
const parts = () => ({ pool: database.pool, now: () => now, operatorId });

beforeAll(async () => {
  database = await testDatabase();
  const { pool } = database;
  await insertQuarantineWorld(pool);
  await pool.query(
    `insert into party (party_id, name, kind) values ('B', 'Beta', 'small_supplier'), ('C', 'Gamma', 'electricity_network_operator'),
                                                     ('O', 'Operator', 'operator')`,
  );
  await pool.query(`insert into user_id (user_id, party_id) values ($1, 'C'), ($2, 'O')`, [userC, operatorId]);
  await pool.query(`update user_id set party_id = 'B' where user_id = $1`, [userB]);
  await pool.query(`insert into person values ('p', 'desk@operator.example', 'D')`);
  await pool.query(`insert into person_role values ('p', 'operator', 'service_desk')`);
  api = await createHttpServer({
    log: createLog({ level: 'silent' }),
    version: '0',
    routes: [
      (app) => app.addContentTypeParser('text/csv', (_request, payload, done) => done(null, payload)),
      changesRoutes(parts()),
      incidentRoutes(parts()),
      statusRoutes(parts()),
    ],
  });
  front = createServer((request, response) =>
    api.handle(request, response, () => viewers[String(request.headers['x-as'])]),
  );
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(front.address() as AddressInfo).port}/api/v1`;
});
afterAll(async () => {
  front?.close();
  await api?.close();
  await database?.drop();
});
beforeEach(async () => {
  now = new Date();
  await database.pool.query(
    `delete from incident; delete from incident_update; delete from incident_verdict; delete from notice; delete from way_outage;
     delete from incident_targets where version > 1; delete from held_message; delete from quarantine_event; delete from message_log;
     delete from change; delete from change_version; delete from change_outline; delete from change_use; delete from stream;
     delete from stream_cursor; delete from status_entry; delete from status_update; delete from status_subscription`,
  );
});

interface Answer<Body> {
  readonly status: number;
  readonly text: string;
  readonly json: Body & { readonly code?: string; readonly detail?: string; readonly where?: string };
}
async function call<Body = object>(as: string, method: string, path: string, body?: object): Promise<Answer<Body>> {
  const answer = await fetch(address + path, {
    method,
    headers: { 'x-as': as, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const isJson = /json/.test(answer.headers.get('content-type') ?? '');
  return { status: answer.status, text, json: isJson ? JSON.parse(text) : {} };
}
async function good<Body = IncidentDocument>(as: string, method: string, path: string, body?: object): Promise<Body> {
  const { status, text, json } = await call<Body>(as, method, path, body);
  if (status !== 200) throw new Error(`${method} ${path}: ${text}`);
  return json;
}
const raise = async (as: string, rest: object = {}) =>
  (await good<RaisedIncident>(as, 'POST', '/incidents', { title: 'No responses come', ...rest })).incident;
const listed = async (as: string, query = '') =>
  (await good<{ items: IncidentDocument[] }>(as, 'GET', `/incidents${query}`)).items;
const updatesOf = async (as: string, { incident }: { incident: string }) =>
  (await good<z.infer<typeof incidentUpdatePageSchema>>(as, 'GET', `/incidents/${incident}/updates`)).items;
const noticesOf = async (userId: string) => {
  const { rows } = await database.pool.query<{ words: string }>(
    `select words from notice where user_id = $1 and kind = 'incident' order by noticed_at`,
    [userId],
  );
  return rows.map(({ words }) => words.replace(/^INC-\d+, /, ''));
};
const wait = (seconds: number) => {
  now = new Date(now.getTime() + seconds * 1_000);
};
/** A message waits on a stream of a User, from now on. */
async function waits(userId: string, direction: 'northbound' | 'southbound' = 'northbound'): Promise<void> {
  const { pool } = database;
  await pool.query(
    `with logged as (
       insert into message_log (user_id, day, sequence, recorded_at, direction, kind, verdict, originator, target, counter, srv,
                                code, size, sha256, repetition)
       select $1, ($3::timestamptz at time zone 'UTC')::date, coalesce(max(sequence), 0) + 1, $3, $2, 'response', 'passed', $1, $1,
              coalesce(max(sequence), 0) + 1, '4.1.1', 'I0', 1, sha256('x'), 0
       from message_log returning day, sequence)
     insert into stream (user_id, direction, day, sequence, kind, message_day, message_sequence, body)
     select $1, $2, day, sequence, 'response', day, sequence, 'x' from logged`,
    [userId, direction, now],
  );
  await pool.query(
    `insert into stream_cursor (user_id, direction, moved_at) values ($1, $2, $3) on conflict do nothing`,
    [userId, direction, now],
  );
}
async function isTaken(userId: string): Promise<void> {
  await database.pool.query(`update stream_cursor set day = 'infinity', moved_at = $2 where user_id = $1`, [
    userId,
    now,
  ]);
}

describe('what the platform sees', () => {
  test('each event opens one incident, for its User, that is closed when the event is resolved', async () => {
    await hold(database.pool, { count: 1 });
    await Promise.all([followCauses(parts()), followCauses(parts())]);
    await followCauses(parts());
    expect(await listed('alpha')).toMatchObject([
      { cause: { kind: 'quarantine', event }, state: 'open', isCauseStanding: true, openedBy: 'Platform', category: 4 },
    ]);
    expect(await listed('beta')).toEqual([]);
    expect(await listed('operator', '?state=active')).toHaveLength(1);
    await database.pool.query(
      `update quarantine_event set state = 'resolved', changed_at = first_at + interval '2 seconds'`,
    );
    await followCauses(parts());
    await followCauses(parts());
    expect(await listed('alpha')).toMatchObject([
      {
        state: 'closed',
        openedAt: '2026-11-20T10:00:00.000Z',
        closedAt: '2026-11-20T10:00:02.000Z',
        isCauseStanding: false,
      },
    ]);
    expect(await listed('operator', '?state=active')).toEqual([]);
  });

  test('a stream that is not taken opens one within its seconds, ends it when it is taken, and is the same when it is so again', async () => {
    await database.pool.query(`update user_id set delivery = 'push', receive_url = 'https://x' where user_id = $1`, [
      userA,
    ]);
    await waits(userA);
    await waits(userB);
    wait(29);
    await followCauses(parts());
    expect(await listed('operator')).toEqual([]);
    wait(1);
    await followCauses(parts());
    // Beta fetches its messages itself
    const [opened, ...others] = await listed('operator');
    expect(others).toEqual([]);
    expect(opened).toMatchObject({ userId: userA, cause: { kind: 'stream', direction: 'northbound' }, category: 3 });
    expect(await noticesOf(userA)).toEqual([
      '“Messages cannot be delivered”: Responses and alerts wait, and none of them was taken.',
    ]);
    const path = `/incidents/${opened?.incident}`;
    expect(await call('operator', 'POST', `${path}/move`, { version: 1, to: 'resolved', closing: 'x' })).toMatchObject({
      status: 409,
      json: { code: 'incidents.state', detail: expect.stringContaining('what opened it is still so') },
    });
    await isTaken(userA);
    await followCauses(parts());
    expect(await good('alpha', 'GET', path)).toMatchObject({
      state: 'resolved',
      isCauseStanding: false,
      next: [
        { to: 'closed', needs: 'closing' },
        { to: 'open', needs: 'why' },
      ],
    });
    await database.pool.query(`update stream_cursor set day = '-infinity' where user_id = $1`, [userA]);
    wait(31);
    await followCauses(parts());
    expect(await listed('alpha')).toMatchObject([{ incident: opened?.incident, state: 'open', isCauseStanding: true }]);
    await isTaken(userA);
    await followCauses(parts());
    const { version } = await good('operator', 'GET', path);
    await good('operator', 'POST', `${path}/move`, { version, to: 'closed', closing: 'Its firewall' });
    await database.pool.query(`update stream_cursor set day = '-infinity' where user_id = $1`, [userA]);
    wait(31);
    await followCauses(parts());
    expect(await listed('alpha')).toMatchObject([
      { state: 'open', repeats: opened?.incident },
      { state: 'closed', closing: 'Its firewall' },
    ]);
    await database.pool.query(`update user_id set delivery = 'pull' where user_id = $1`, [userA]);
  });

  test('an outage of a way is the Operator’s, of which a User who sees it too becomes an Interested Party', async () => {
    await database.pool.query(
      `insert into way_outage (outage, way, from_at, reason, declared_at, declared_by, changed_at)
       values (gen_random_uuid(), 'sftp', $1, 'x', $1, 'x', $1)`,
      [now],
    );
    await followCauses(parts());
    const [opened] = await listed('operator');
    expect(opened).toMatchObject({ isYours: true, title: 'Signed files do not come in by SFTP' });
    expect(await listed('alpha')).toEqual([]);
    const said = { title: 'SFTP refuses us', cause: { kind: 'way', way: 'sftp' } };
    const raised = await Promise.all(
      ['alpha', 'beta'].map((as) => good<RaisedIncident>(as, 'POST', '/incidents', said)),
    );
    expect(raised).toMatchObject([
      { isNew: false, incident: { incident: opened?.incident, isYours: false, owner: 'the Operator' } },
      { isNew: false, incident: { incident: opened?.incident } },
    ]);
    expect((await updatesOf('alpha', { incident: String(opened?.incident) })).map(({ by }) => by).sort()).toEqual([
      userA,
      'Platform',
      'an Interested Party',
    ]);
  });
});

describe('what people do', () => {
  test('it is raised, taken up, escalated, resolved, opened again and closed; each is told and kept', async () => {
    await database.pool.query(
      `insert into webhook (user_id, webhook, side, name, url, types, secret, made_at, made_by)
       select u, gen_random_uuid(), 'user', 'w', 'https://x', '{incident.opened,incident.updated,incident.closed}', 'x', now(), 'x'
       from unnest($1::macaddr8[]) u`,
      [[userA, userB, userC, operatorId]],
    );
    const raised = await raise('alpha', { category: 2, affected: { services: ['DUIS gateway'], srvs: ['4.1.1'] } });
    const path = `/incidents/${raised.incident}`;
    expect(raised).toMatchObject({ state: 'open', isYours: true, next: [{ to: 'closed', needs: 'closing' }] });
    expect(Date.parse(raised.response.by) - Date.parse(raised.openedAt)).toBe(20 * 60_000);
    const assigned = await good('desk', 'PUT', path, {
      version: 1,
      assigned: { team: 'service_desk', person: 'desk@operator.example' },
      readers: [userC],
      category: 1,
      why: 'All of it is down.',
    });
    expect(assigned).toMatchObject({ version: 2, category: 1, readers: [userC] });
    expect(Date.parse(assigned.response.by) - Date.parse(raised.openedAt)).toBe(10 * 60_000);
    wait(60);
    const taken = await good('desk', 'POST', `${path}/move`, { version: 2, to: 'in_progress' });
    expect(taken.response).toMatchObject({ at: now.toISOString(), isMissed: false });
    await good('alpha', 'POST', `${path}/escalate`, { version: 3, why: 'Installations stand still.' });
    await good('desk', 'POST', `${path}/updates`, { words: 'A line is cut.', audience: 'readers' });
    await good('desk', 'POST', `${path}/updates`, { words: 'Ask Alpha by telephone.', audience: 'operator' });
    await good('alpha', 'POST', `${path}/updates`, { words: 'Ours alone.', audience: 'raiser' });
    expect(await call('desk', 'POST', `${path}/move`, { version: 4, to: 'resolved' })).toMatchObject({
      status: 422,
      json: { code: 'incidents.content', where: 'closing' },
    });
    await good('desk', 'POST', `${path}/move`, { version: 4, to: 'resolved', closing: 'A digger.' });
    const again = await good('alpha', 'POST', `${path}/move`, { version: 5, to: 'open', why: 'It is not.' });
    expect(again).toMatchObject({ state: 'open', escalation: 1, resolution: { isMissed: false } });
    expect(Date.parse(again.response.by) - now.getTime()).toBe(10 * 60_000);
    await good('desk', 'POST', `${path}/move`, { version: 6, to: 'closed', closing: 'Two diggers.' });
    const words = async (as: string) => (await updatesOf(as, raised)).map((update) => update.words).reverse();
    const shared = [
      'No responses come',
      expect.stringMatching(/^category 2 -> 1 .*; assigned to the service desk\. All of it is down\.$/),
      'in progress',
      'Installations stand still.',
      'A line is cut.',
      'resolved. Cause: A digger.',
      'open. It is not.',
      'closed. Cause: Two diggers.',
    ];
    expect(await words('gamma')).toEqual(shared);
    expect(await words('alpha')).toEqual([...shared.slice(0, 5), 'Ours alone.', ...shared.slice(5)]);
    expect(await words('desk')).toHaveLength(11);
    expect(await noticesOf(userC)).toHaveLength(7);
    const { rows } = await database.pool.query<{ user_id: string; types: string[] }>(
      'select user_id, array_agg(distinct type order by type) as types from webhook_delivery group by 1 order by 1',
    );
    const [opened, updated, closed] = ['incident.opened', 'incident.updated', 'incident.closed'];
    expect(new Map(rows.map((row) => [requireEui(row.user_id), row.types]))).toEqual(
      new Map([
        [operatorId, [closed, opened, updated]],
        [userA, [closed, opened, updated]],
        [userC, [closed, updated]],
      ]),
    );
    await database.pool.query('delete from webhook; delete from webhook_delivery');
    expect((await noticesOf(userA)).join()).not.toContain('telephone');
    expect(await listed('gamma', '?state=closed')).toMatchObject([{ closing: 'Two diggers.' }]);
  });

  test('two who change it at once are told of each other, and neither is lost', async () => {
    const { incident } = await raise('alpha');
    const path = `/incidents/${incident}`;
    const answers = await Promise.all([2, 3].map((category) => call('desk', 'PUT', path, { version: 1, category })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(answers.find(({ status }) => status === 409)?.json).toMatchObject({
      code: 'incidents.version-conflict',
      detail: expect.stringMatching(
        /^you had version 1, it is 2; Operator \(desk@operator\.example\) at .*category 4 -> [23]/,
      ),
    });
    // what is written needs no version
    await Promise.all(['a', 'b', 'c'].map((words) => good('alpha', 'POST', `${path}/updates`, { words })));
    expect((await updatesOf('desk', { incident })).map(({ number }) => number)).toEqual([5, 4, 3, 2, 1]);
  });

  test('a target that is missed is told once, and escalates', async () => {
    const { incident } = await raise('alpha', { category: 1 });
    wait(601);
    await Promise.all([followCauses(parts()), followCauses(parts())]);
    await followCauses(parts());
    expect(await good('alpha', 'GET', `/incidents/${incident}`)).toMatchObject({
      escalation: 1,
      response: { isMissed: true },
      resolution: { isMissed: false },
    });
    expect(await listed('operator', '?missed=true')).toHaveLength(1);
    wait(4 * 3_600);
    await followCauses(parts());
    await followCauses(parts());
    expect(await noticesOf(userA)).toEqual([
      '“No responses come”: escalated: Nobody took it up in time.',
      '“No responses come”: It was not resolved in time.',
    ]);
  });

  test.each([
    ['alpha', { affected: { services: ['Weather'] } }, 'incidents.content', 'affected.services'],
    ['alpha', { affected: { srvs: ['99.9'] } }, 'incidents.content', 'affected.srvs'],
    ['alpha', { affected: { userIds: [userB] } }, 'incidents.content', 'affected.userIds'],
    ['alpha', { beganAt: '2100-01-01T00:00:00Z' }, 'incidents.content', 'beganAt'],
    ['alpha', { cause: { kind: 'quarantine', event: '1' } }, 'incidents.content', 'cause.event'],
    ['alpha', { repeats: 'INC-100000' }, 'incidents.content', 'repeats'],
    ['alpha', { userId: userB }, 'access.denied', 'userId'],
    ['operator', { userId: '00-00-00-00-00-00-00-00' }, 'incidents.content', 'userId'],
    ['alpha', { title: 'two\nlines' }, 'request.invalid', undefined],
  ])('%s cannot raise %j', async (as, rest, code, where) => {
    const { json } = await call(as, 'POST', '/incidents', { title: 'x', ...rest });
    expect(json).toMatchObject({ code, ...(where === undefined ? {} : { where }) });
  });

  test('targets count from when they are set, and what was opened before keeps its own', async () => {
    const before = await raise('alpha', { category: 1 });
    const { items } = await good<{ items: { targets: { categories: object } }[] }>(
      'operator',
      'GET',
      '/incidents/targets',
    );
    const targets = {
      ...items[0]?.targets,
      categories: { ...items[0]?.targets.categories, 1: { responseMinutes: 5, resolutionMinutes: 60 } },
    };
    wait(1);
    const asked = { reason: 'As agreed.', targets };
    expect(await good('operator', 'POST', '/incidents/targets', asked)).toMatchObject({ inForce: 2 });
    const after = await raise('beta', { category: 1 });
    const minutes = (its: IncidentDocument) => (Date.parse(its.response.by) - Date.parse(its.openedAt)) / 60_000;
    expect([before, after].map(minutes)).toEqual([10, 5]);
    const past = { ...asked, effectiveFrom: '2020-01-01T00:00:00Z' };
    expect(await call('operator', 'POST', '/incidents/targets', past)).toMatchObject({ status: 400 });
  });
});

describe('who sees it', () => {
  test('its owner, its Interested Parties and the Operator, and by neither wall anybody else', async () => {
    const { incident } = await raise('alpha', { words: 'SECRET', userId: userA });
    const path = `/incidents/${incident}`;
    await good('operator', 'PUT', path, { version: 1, readers: [userC] });
    await good('alpha', 'POST', `${path}/updates`, { words: 'of ours', audience: 'raiser' });
    const nobody = '/incidents/INC-999999';
    for (const [method, rest, body] of [
      ['GET', '', undefined],
      ['PUT', '', { version: 2, title: 'x' }],
      ['POST', '/move', { version: 2, to: 'closed', closing: 'x' }],
      ['POST', '/escalate', { version: 2, why: 'x' }],
      ['GET', '/updates', undefined],
      ['POST', '/updates', { words: 'x' }],
    ] as const) {
      const answers = [await call('beta', method, path + rest, body), await call('beta', method, nobody + rest, body)];
      const plain = answers.map(({ status, text }) => ({ status, text: text.replace(/"requestId":"[^"]*"/, '') }));
      expect(plain[0]).toEqual(plain[1]);
      expect(plain[0]?.status).toBe(404);
    }
    expect(await listed('beta', '?find=SECRET')).toEqual([]);
    // an Interested Party is told of no name, and of no one else who follows it
    const seen = await call('gamma', 'GET', path);
    expect(seen.json).toMatchObject({ owner: 'a Supplier', isYours: false, openedBy: 'a Supplier', next: [] });
    for (const hidden of [userA, '"P"', userC]) expect(seen.text).not.toContain(hidden);
    expect((await updatesOf('gamma', { incident })).map(({ by, words }) => [by, words])).toEqual([
      ['a Supplier', 'No responses come'],
    ]);
    expect(await call('gamma', 'PUT', path, { version: 2, title: 'x' })).toMatchObject({ status: 403 });
    expect(await call('alpha', 'PUT', path, { version: 2, category: 1 })).toMatchObject({ status: 403 });
    expect(await call('alpha', 'POST', `${path}/updates`, { words: 'x', audience: 'everybody' })).toMatchObject({
      status: 403,
    });
    // whatever the SQL asks
    const rows = (userId: typeof userA) =>
      asViewerOf(database.pool, [userId], async (client) => [
        (await client.query('select incident from incident')).rowCount,
        (await client.query('select number from incident_update')).rowCount,
      ]);
    expect([await rows(userA), await rows(userB), await rows(userC)]).toEqual([
      [1, 2],
      [0, 0],
      [1, 1],
    ]);
    for (const sql of ['select person from incident', 'select * from incident_verdict']) {
      await expect(asViewerOf(database.pool, [userA], (client) => client.query(sql))).rejects.toThrow(
        'permission denied',
      );
    }
  });

  test('nothing differs for others whatever is in an incident, its updates and who follows it', async () => {
    const answers = async (secret: string) => {
      await database.pool.query('delete from incident; delete from incident_update; delete from notice');
      await database.pool.query(`select setval('incident_number', 200000)`);
      const { incident } = await raise('alpha', { title: secret, words: secret });
      await good('operator', 'PUT', `/incidents/${incident}`, { version: 1, readers: secret === 'x' ? [] : [userC] });
      await good('alpha', 'POST', `/incidents/${incident}/updates`, { words: secret });
      const texts = await Promise.all(
        ['', '?find=other', '?state=active', '.csv', `/${incident}`, `/${incident}/updates`].map(async (path) => {
          const { status, text } = await call('beta', 'GET', `/incidents${path}`);
          return `${status} ${text.replace(/"requestId":"[^"]*"/, '')}`;
        }),
      );
      return [...texts, await noticesOf(userB)];
    };
    expect(await answers('x')).toEqual(await answers('other'));
  });
});

describe('with changes', () => {
  interface Content {
    readonly title: string;
    readonly sharing?: string;
    readonly statement?: object;
    readonly affected?: object;
  }
  const minutesFrom = (at: Date, minutes: number) =>
    `${new Date(at.getTime() + minutes * 60_000).toISOString().slice(0, 16)}Z`;
  /** A change that is scheduled. */
  async function plan(as: string, its: Content, [from, to]: readonly [number, number]) {
    const content = {
      statement: {
        kind: as === 'operator' ? 'emergency' : 'firewall_network',
        ...(as === 'operator' ? { why: 'x' } : {}),
      },
      affected: { services: ['DUIS gateway'] },
      windows: [{ from: minutesFrom(now, from), to: minutesFrom(now, to) }],
      backOut: 'x',
      ...its,
    };
    const { change } = await good<SavedChange>(as, 'POST', '/changes', { content });
    const move = async (to: string, version: number) =>
      good<SavedChange>(as, 'POST', `/changes/${change.change}/move`, { version, to });
    if (as !== 'operator') await move('shared', 1);
    await move('scheduled', as === 'operator' ? 1 : 2);
    return change.change;
  }
  const overlapsOf = async (as: string, incident: string) => {
    const { overlaps } = await good<IncidentChanges>(as, 'GET', `/incidents/${incident}/changes`);
    return overlaps.map(({ change, words }) => [change.change, words.replace(/^.*?: /, '')]);
  };

  test('each side sees what it may of both, the same Party first; what is judged is kept; uses are recorded', async () => {
    const others = await plan(
      'beta',
      { title: 'of Beta', affected: { services: ['DUIS gateway'], srvs: ['4.1.1'] } },
      [-30, 60],
    );
    const outline = await plan('gamma', { title: 'of Gamma', sharing: 'outline' }, [-20, 60]);
    const own = await plan('alpha', { title: 'of Alpha' }, [-10, 60]);
    const { incident } = await raise('alpha', { affected: { services: ['DUIS gateway'], srvs: ['4.1.1'] } });
    const shared = 'the service DUIS gateway.';
    expect(await overlapsOf('operator', incident)).toEqual([
      [own, `the same Party, ${shared}`],
      [others, 'the service DUIS gateway, the SRV 4.1.1.'],
      [outline, shared],
    ]);
    expect(await overlapsOf('alpha', incident)).toEqual([
      [own, `the same Party, ${shared}`],
      [outline, shared],
    ]);
    expect((await call('alpha', 'GET', `/incidents/${incident}/changes`)).text).not.toMatch(/Gamma|of Beta|0C-00-00/);
    const judged = { verdict: 'dismissed', why: 'It was not begun.' };
    const path = `/incidents/${incident}/changes`;
    expect(await call('alpha', 'POST', `${path}/${others}`, judged)).toMatchObject({ status: 404 });
    await good('alpha', 'POST', `${path}/${own}`, judged);
    const after = await good<IncidentChanges>('desk', 'POST', `${path}/${own}`, {
      verdict: 'confirmed',
      why: 'It was.',
    });
    expect(after.overlaps[0]?.verdicts).toMatchObject([
      { verdict: 'confirmed', by: 'Operator (desk@operator.example)', why: 'It was.' },
      { verdict: 'dismissed', by: userA, why: 'It was not begun.' },
    ]);
    const ofChange = async (as: string, change: string) =>
      (await good<ChangeIncidents>(as, 'GET', `/changes/${change}/incidents`)).items.map((item) => [
        item.incident.incident,
        item.verdicts.map(({ by }) => by),
      ]);
    expect(await ofChange('alpha', own)).toEqual([[incident, ['Operator', userA]]]);
    // its owner does not see the incident of another
    expect(await ofChange('beta', others)).toEqual([]);
    expect(await ofChange('operator', others)).toEqual([[incident, []]]);
    expect(await call('alpha', 'GET', `/changes/${others}/incidents`)).toMatchObject({ status: 404 });
    const { items } = await good<{ items: { purpose: string; reader: string }[] }>(
      'beta',
      'GET',
      `/changes/${others}/uses`,
    );
    expect(items.filter(({ purpose }) => purpose === 'incident').map(({ reader }) => reader)).toEqual(['Operator']);
    const usesOfGamma = await good<{ items: { purpose: string; reader: string }[] }>(
      'gamma',
      'GET',
      `/changes/${outline}/uses`,
    );
    const readers = usesOfGamma.items.filter(({ purpose }) => purpose === 'incident').map(({ reader }) => reader);
    expect(readers.join()).toContain(userA);
  });

  test('work at risk is postponed with notice to whoever sees it; a User is asked for its own', async () => {
    const own = await plan('operator', { title: 'New rules', sharing: 'everybody' }, [60, 120]);
    const others = await plan('beta', { title: 'of Beta' }, [120, 180]);
    const { incident } = await raise('alpha', { affected: { services: ['DUIS gateway'] } });
    const path = `/incidents/${incident}/changes`;
    const risks = async (as: string) =>
      (await good<IncidentChanges>(as, 'GET', path)).atRisk.map(({ change, may }) => [change.change, may]);
    expect(await risks('operator')).toEqual([
      [own, 'postpone'],
      [others, 'ask'],
    ]);
    expect(await risks('alpha')).toEqual([[own, undefined]]);
    const version = 2;
    const windows = [{ from: '2037-01-05T22:00', to: '2037-01-05T23:00' }];
    const asked = { version, windows, why: 'The gateway is not well.' };
    expect(await call('alpha', 'POST', `${path}/${own}/postpone`, asked)).toMatchObject({ status: 404 });
    expect(await call('operator', 'POST', `${path}/${others}/postpone`, asked)).toMatchObject({ status: 404 });
    expect(await good('operator', 'POST', `${path}/${own}/postpone`, asked)).toMatchObject({ change: { version: 3 } });
    await good('operator', 'POST', `${path}/${others}/ask`, { why: 'Please wait.' });
    expect(await call('alpha', 'POST', `${path}/${others}/ask`, { why: 'x' })).toMatchObject({ status: 403 });
    const { rows } = await database.pool.query<{ about: string; words: string; users: number }>(
      `select about, words, count(*)::integer as users from notice where kind = 'change' and words like '%postpone%' group by 1, 2 order by 3`,
    );
    expect(rows).toEqual([
      { about: others, words: 'The Operator asks you to postpone “of Beta”: Please wait.', users: 1 },
      {
        about: own,
        words:
          '“New rules” of Operator is postponed, to 5 Jan 2037, 22:00 in London at first: The gateway is not well.',
        users: 3,
      },
    ]);
    expect(await risks('operator')).toEqual([[others, 'ask']]);
    expect((await updatesOf('operator', { incident })).map(({ audience }) => audience)).toEqual([
      'operator',
      'operator',
      'readers',
    ]);
    await good('alpha', 'POST', `/incidents/${incident}/move`, { version: 1, to: 'closed', closing: 'x' });
    expect(await risks('operator')).toEqual([]);
    expect(await call('operator', 'POST', `${path}/${others}/ask`, { why: 'x' })).toMatchObject({ status: 409 });
  });
});

describe('the status page', () => {
  test('says what the Operator published and nothing else, to everybody; who subscribed is told', async () => {
    const own = { isSubscribed: true, services: ['DUIS gateway'] };
    expect(await good('beta', 'PUT', '/status/subscription', own)).toEqual(own);
    await good('gamma', 'PUT', '/status/subscription', { isSubscribed: true, services: ['Signed files'] });
    expect(await call('operator', 'GET', '/status/subscription')).toMatchObject({ status: 403 });
    const { incident } = await raise('alpha', { title: 'SECRET', words: 'SECRET' });
    const path = `/incidents/${incident}`;
    expect((await good<StatusDocument>('beta', 'GET', '/status')).current).toEqual([]);
    const said = {
      version: 1,
      title: 'Responses are late',
      impact: 'degraded',
      services: ['DUIS gateway'],
      words: 'We look into it.',
    };
    expect(await call('alpha', 'POST', `${path}/publish`, said)).toMatchObject({ status: 403 });
    expect(await call('operator', 'POST', `${path}/publish`, { ...said, services: ['Weather'] })).toMatchObject({
      status: 422,
    });
    await good('operator', 'POST', `${path}/publish`, said);
    await good('desk', 'POST', `${path}/updates`, { words: 'A line is cut.', audience: 'everybody' });
    await good('desk', 'POST', `${path}/updates`, { words: 'SECRET', audience: 'readers' });
    const seen = await call<StatusDocument>('beta', 'GET', '/status');
    expect(seen.text).not.toMatch(/SECRET|INC-/);
    expect(seen.text).not.toContain(userA);
    expect(seen.json.services.filter(({ state }) => state !== 'well')).toEqual([
      { name: 'DUIS gateway', state: 'degraded' },
    ]);
    expect(seen.json.current).toMatchObject([
      {
        title: 'Responses are late',
        state: 'open',
        updates: [{ words: 'A line is cut.' }, { words: 'We look into it.' }],
      },
    ]);
    await good('operator', 'POST', `${path}/move`, { version: 2, to: 'resolved', closing: 'SECRET' });
    await good('operator', 'POST', `${path}/move`, { version: 3, to: 'closed' });
    expect((await good<StatusDocument>('beta', 'GET', '/status')).current).toEqual([]);
    const past = await call<{ items: StatusEntry[] }>('gamma', 'GET', '/status/history');
    expect(past.json.items).toMatchObject([{ state: 'resolved', updates: [{ words: 'It is resolved.' }, {}, {}] }]);
    expect(past.text).not.toContain('SECRET');
    expect(await noticesOf(userB)).toEqual(
      ['We look into it.', 'A line is cut.', 'It is resolved.'].map(
        (words) => `Status page, “Responses are late”: ${words}`,
      ),
    );
    expect(await noticesOf(userC)).toEqual([]);
    const none = { isSubscribed: false, services: [] };
    expect(await good('beta', 'PUT', '/status/subscription', none)).toEqual(none);
  });
});
