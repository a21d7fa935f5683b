import { requireEui } from '@penstock/duis';
import { Registry } from 'prom-client';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Wakeups } from '../delivery/wakeups.ts';
import { systemClock, utcDay } from '../foundation/clock.ts';
import { ensurePartitions } from '../foundation/database/index.ts';
import { type TestDatabase, testDatabase } from '../foundation/database/testing.ts';
import { createHttpServer, type HttpServer } from '../foundation/http/server.ts';
import { createLog } from '../foundation/log.ts';
import { insertIncidents } from '../foundation/testing-incidents.ts';
import { createPeople } from '../people/index.ts';
import { Providers } from '../people/providers.ts';
import { findStanding } from '../people/standing.ts';
import { addPerson, TestBrowser, type TestPerson, testSecret } from '../people/testing-people.ts';
import { changesSince } from './changes-store.ts';
import { EventHub } from './hub.ts';
import { eventRoutes } from './routes.ts';
import { EventReader } from './testing-events.ts';

const alpha = requireEui('90-B3-D5-1F-30-01-00-00');
const beta = requireEui('90-B3-D5-1F-30-02-00-00');
const operatorId = requireEui('90-B3-D5-1F-30-00-00-02');
const log = createLog({ level: 'warn' });
const today = utcDay(new Date());

let database: TestDatabase;
let server: HttpServer;
let hub: EventHub;
let wakeups: Wakeups;
let address = '';
const registry = new Registry();
const people = new Map<string, TestPerson>();
const browsers = new Map<string, TestBrowser>();
const readers: EventReader[] = [];

beforeAll(async () => {
  database = await testDatabase();
  const { pool } = database;
  await ensurePartitions(pool, { today, ahead: 1 });
  await pool.query(
    `insert into party (party_id, name, kind) values ('A', 'Alpha', 'large_supplier'), ('B', 'Beta', 'small_supplier')`,
  );
  await pool.query('insert into user_id (user_id, party_id) values ($1, $2), ($3, $4)', [alpha, 'A', beta, 'B']);
  await pool.query(`insert into stream_cursor (user_id, direction) values ($1, 'northbound')`, [beta]);
  const room = createPeople({
    pool,
    clock: systemClock,
    log,
    secret: testSecret,
    operatorId,
    admitsDemonstration: true,
    providers: new Providers([]),
    origins: () => [address],
  });
  wakeups = new Wakeups(pool, log);
  await wakeups.start();
  hub = new EventHub({
    pool,
    log,
    registry,
    operatorId,
    standing: (streams) => findStanding(pool, streams, new Date()),
    watch: wakeups.watchAny(),
  });
  const routes = [...room.routes, eventRoutes({ hub, sessions: room.sessions })];
  server = await createHttpServer({ log, version: '0', sessions: room.sessions, routes });
  address = `http://127.0.0.1:${(await server.listen({ host: '127.0.0.1', port: 0 })).port}`;
  await person('analyst', { [alpha]: 'analyst' });
  await person('both', { [alpha]: 'aro', [beta]: 'read_only' });
  await person('desk', { operator: 'service_desk' });
  await person('planner', { operator: 'change_manager' });
  await person('admin', { [alpha]: 'user_administrator' });
});
afterEach(() => {
  for (const reader of readers.splice(0)) reader.close();
});
afterAll(async () => {
  await server.close();
  await wakeups.stop();
  await database.drop();
});

async function person(name: string, roles: Parameters<typeof addPerson>[1]['roles']): Promise<void> {
  const added = await addPerson(database.pool, { name, roles });
  const browser = new TestBrowser(address);
  await browser.signIn(added);
  people.set(name, added);
  browsers.set(name, browser);
}
function browserOf(name: string): TestBrowser {
  const browser = browsers.get(name);
  if (browser === undefined) throw new Error(`there is no ${name}`);
  return browser;
}
/** A stream whose first event came. */
async function listen(name: string, query: Record<string, string>, headers?: Record<string, string>) {
  const reader = await EventReader.open(address, browserOf(name), query, headers);
  readers.push(reader);
  if (reader.status === 200) expect(await reader.next()).toMatchObject({ name: 'open' });
  return reader;
}
let counter = 0;
async function record(userId: string): Promise<void> {
  counter += 1;
  await database.pool.query(
    `insert into message_log (user_id, day, sequence, recorded_at, direction, kind, verdict, target, counter, size, sha256,
                              repetition)
     values ($1, $2, $3::bigint, now(), 'northbound', 'device_alert', 'passed', $1, $3::bigint, 1, sha256('x'), $3::bigint)`,
    [userId, today, counter],
  );
}
async function open(userId: string, event: string): Promise<void> {
  await database.pool.query(
    `insert into quarantine_event (user_id, event, detector, threshold_id, direction, words, first_at, last_at, held,
                                   changed_at)
     values ($1, $2, 'user', 1, 'southbound', 'w', now(), now(), 1, now())`,
    [userId, event],
  );
}

describe('what is told', () => {
  test('to a User its own, to the Operator everybody’s with the User, by rights', async () => {
    const [analyst, desk, planner] = [
      await listen('analyst', { for: alpha }),
      await listen('desk', { for: 'operator' }),
      await listen('planner', { for: 'operator' }),
    ];
    await open(beta, '20261122000000000001');
    expect(await desk.until('quarantine')).toEqual({ for: 'operator', topic: 'quarantine', userIds: [beta] });
    await record(beta);
    expect(await desk.until('messages')).toMatchObject({ userIds: [beta] });
    // whose role sees no record is told that something waits, and no more
    const told = await planner.next();
    expect(told).toMatchObject({ name: 'changed', data: [{ topic: 'quarantine' }] });
    expect(await planner.until('streams')).toMatchObject({ userIds: [beta] });
    await record(alpha);
    const next = await analyst.next();
    expect(next?.data).toEqual([
      { for: alpha, topic: 'messages' },
      { for: alpha, topic: 'streams' },
    ]);
  });

  test('a browser whose tabs act for several has one stream for all of them', async () => {
    const both = await listen('both', { for: `${alpha},${beta}` });
    await open(beta, '20261122000000000002');
    expect(await both.until('quarantine')).toEqual({ for: beta, topic: 'quarantine' });
    await database.pool.query('update devices_changed set changed_at = clock_timestamp()');
    const { data } = (await both.next()) ?? {};
    expect(data).toEqual([
      { for: alpha, topic: 'devices' },
      { for: beta, topic: 'devices' },
    ]);
  });

  test('whoever was away is told what changed meanwhile, by the id of the last event; too long ago is said', async () => {
    const analyst = await listen('analyst', { for: alpha });
    await record(alpha);
    await analyst.until('messages');
    await open(alpha, '20261122000000000003');
    const id = new Date().toISOString();
    analyst.close();
    const { rows } = await database.pool.query<{ at: Date }>('select clock_timestamp() as at');
    for (const again of [
      await EventReader.open(address, browserOf('analyst'), { for: alpha }, { 'last-event-id': id }),
      await EventReader.open(address, browserOf('analyst'), { for: alpha, after: rows[0]?.at.toISOString() ?? '' }),
    ]) {
      readers.push(again);
      expect(await again.next()).toMatchObject({ name: 'open', data: { isResumed: true } });
      expect(await again.until('quarantine')).toEqual({ for: alpha, topic: 'quarantine' });
    }
    for (const old of ['2020-01-01T00:00:00.000Z', '2100-01-01T00:00:00.000Z', 'nonsense']) {
      const anew = await EventReader.open(address, browserOf('analyst'), { for: alpha }, { 'last-event-id': old });
      readers.push(anew);
      expect(await anew.next()).toMatchObject({ name: 'open', data: { isResumed: false } });
    }
  });
});

describe('who is told', () => {
  test.each([
    ['analyst', beta, 403],
    ['analyst', 'operator', 403],
    ['analyst', `${alpha},${beta}`, 403],
    ['analyst', 'nonsense', 400],
    ['analyst', '', 400],
    ['analyst', Array.from({ length: 21 }, () => alpha).join(), 400],
  ])('%s acting for %s is answered with %s', async (name, acting, status) => {
    expect((await listen(name, { for: acting })).status).toBe(status);
  });

  const ends: readonly [string, (personId: string) => Promise<unknown>, () => Promise<unknown>][] = [
    [
      'a role that changes',
      (personId) => database.pool.query(`update person_role set role = 'read_only' where person_id = $1`, [personId]),
      () =>
        database.pool.query(`update person_role set role = 'analyst' where role = 'read_only' and acting = $1`, [
          alpha,
        ]),
    ],
    [
      'a person that is suspended',
      (personId) => database.pool.query(`update person set status = 'suspended' where person_id = $1`, [personId]),
      () => database.pool.query(`update person set status = 'active'`),
    ],
    [
      'a Party that is suspended',
      () => database.pool.query(`update party set status = 'suspended' where party_id = 'A'`),
      () => database.pool.query(`update party set status = 'active'`),
    ],
    [
      'a User ID that is suspended',
      () => database.pool.query(`update user_id set status = 'suspended' where user_id = $1`, [alpha]),
      () => database.pool.query(`update user_id set status = 'active'`),
    ],
    [
      'a session that ends',
      (personId) => database.pool.query('delete from sign_in."session" where "userId" = $1', [personId]),
      async () => browserOf('analyst').signIn(people.get('analyst') as TestPerson, 1),
    ],
  ];
  test.each(ends)('%s ends the stream before anything else is told', async (_, change, back) => {
    const analyst = await listen('analyst', { for: alpha });
    await change(people.get('analyst')?.personId ?? '');
    await record(alpha);
    expect(await analyst.next()).toMatchObject({ name: 'end', data: { reason: 'access-changed' } });
    expect(await analyst.next()).toBeUndefined();
    await back();
  });

  test('a person has ten streams at most, and another one when one is left', async () => {
    const own = await Promise.all(Array.from({ length: 10 }, () => listen('admin', { for: alpha })));
    expect(await listen('admin', { for: alpha })).toMatchObject({ status: 429, json: { code: 'events.too-many' } });
    expect((await listen('analyst', { for: alpha })).status).toBe(200);
    own[0]?.close();
    await expect.poll(async () => (await listen('admin', { for: alpha })).status, { timeout: 90_000 }).toBe(200);
  });
});

test('whoever leaves, however early, leaves nothing behind', async () => {
  const streams = async () => (await registry.getSingleMetricAsString('penstock_events_streams')).split(' ').at(-1);
  await expect.poll(streams, { timeout: 90_000 }).toBe('0');
  const cookie = [...browserOf('analyst').cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  for (let milliseconds = 0; milliseconds < 30; milliseconds += 1) {
    const leaving = fetch(`${address}/api/v1/events?for=${alpha}`, {
      headers: { cookie },
      signal: AbortSignal.timeout(milliseconds),
    });
    await leaving.then((answer) => answer.text()).catch(() => undefined);
  }
  await expect.poll(streams, { timeout: 90_000 }).toBe('0');
});

test('what changed is found by topic, of those who are asked for', async () => {
  const { pool } = database;
  const since = new Date();
  await pool.query(`insert into notice values ($1, now(), 'warning', '1', 'w', 1)`, [alpha]);
  await pool.query(
    `insert into submission (user_id, sha256, size, received_at, state, changed_at, reference)
     values ($1, sha256('s'), 1, now(), 'received', now(), 'r')`,
    [alpha],
  );
  await pool.query(
    `insert into release (user_id, submission, state, next_at, decided, started_at) values ($1, sha256('s'), 'running', now(), 1, now())`,
    [alpha],
  );
  await insertIncidents(pool, [{ userId: beta, incident: 'INC-1' }]);
  await pool.query('update directory_version set version = version + 1, moved_at = clock_timestamp()');
  await pool.query(`update stream_cursor set retry_at = now() + interval '1 minute' where user_id = $1`, [beta]);
  await pool.query(`insert into people_activity (what, person_id, email, author) values ('signed-in', $1, 'x', 'x')`, [
    people.get('desk')?.personId,
  ]);
  await pool.query(
    `insert into officer (user_id, fingerprint, issuer, serial, der, not_before, not_after, name, email)
     values ($1, 'x', 'CN=x', '1', 'x', now(), now(), 'x', 'x')`,
    [alpha],
  );
  await pool.query('insert into officer_policy (user_id, second_officer) values ($1, true)', [beta]);
  await pool.query(
    `insert into email_recipient (user_id, fingerprint, address, der, issuer, serial, not_before, not_after)
     values ($1, 'x', 'x@user.example', 'x', 'CN=x', '1', now(), now())`,
    [alpha],
  );
  await pool.query(
    `insert into ssh_key (user_id, fingerprint, algorithm, key, name, registered_at, used_at)
     values ($1, 'x', 'ssh-ed25519', 'x', 'x', now() - interval '1 day', now()),
            ($2, 'x', 'ssh-ed25519', 'x', 'x', now() - interval '1 day', null)`,
    [alpha, beta],
  );
  await pool.query(
    `insert into record_reading (user_id, read_at, person_id, email, role, reason, what)
     values ($1, now(), 'x', 'x', 'service_desk', 'a reason of a test', 'x')`,
    [alpha],
  );
  await pool.query(
    `insert into title_reading (user_id, day, read_at, device, what, side)
     select u, (now() at time zone 'UTC')::date, now(), u, '', side
     from (values ($1::macaddr8, 'user'), ($2, 'operator')) as x(u, side)`,
    [alpha, beta],
  );
  await pool.query(`insert into title_switch values ('history', now() + interval '1 day', 'hidden', 'x')`);
  const of = async (users: Parameters<typeof changesSince>[1]['users']) => {
    const { at, rows } = await changesSince(pool, { since, users, operatorId });
    expect(at.getTime()).toBeGreaterThanOrEqual(since.getTime() - 1);
    return new Set(rows.map(({ topic, userId }) => `${topic} ${userId ?? 'any'}`));
  };
  const all = await of('all');
  const expected = [
    ['thresholds', alpha],
    ['submissions', alpha],
    ['releases', alpha],
    ['incidents', beta],
    ['directory', 'any'],
    // an address for mails
    ['directory', alpha],
    ['streams', beta],
    ['people', operatorId],
    ['officers', alpha],
    ['officers', beta],
    ['ssh-keys', alpha],
    ['readings', alpha],
    ['looks', alpha],
    ['looks', operatorId],
    ['switches', 'any'],
    ['notices', alpha],
  ].map((pair) => pair.join(' '));
  for (const one of expected) expect(all).toContain(one);
  expect(all).not.toContain(`ssh-keys ${beta}`);
  expect(all).not.toContain(`looks ${beta}`);
  const ofAlpha = await of([alpha]);
  expect([...ofAlpha].filter((one) => one.includes(beta) || one.includes(operatorId))).toEqual([]);
  for (const one of expected.filter((one) => one.includes(alpha))) expect(ofAlpha).toContain(one);
});

test('what begins or ends by itself is told when it does, and not before', async () => {
  const { pool } = database;
  await pool.query(`update devices_changed set changed_at = now() - interval '1 hour'`);
  await pool.query(`update directory_version set moved_at = now() - interval '1 hour'`);
  const told = async () => {
    const { rows } = await changesSince(pool, { since: undefined, users: [alpha], operatorId });
    return rows
      .filter(({ userId }) => userId === undefined)
      .map(({ topic, key }) => `${topic} ${key.replace(/^role .*/, 'role')}`);
  };
  const before = new Set(await told());
  const newly = async () => (await told()).filter((one) => !before.has(one)).sort();
  const spans = `insert into responsibility (device, role, user_id, valid_from, valid_to) values ($1, 'IS', $1, $2, $3)`;
  const homes = `insert into home_network (device, role, user_id, valid_from, valid_to) values ($1, 'ED', $1, $2, $3)`;
  const roles = `insert into user_role (user_id, role, valid_from, valid_to) values ($1, 'IS', $2, $3)`;
  const around = async (from: string, to: string) => {
    const { rows } = await pool.query('select now() + $1::interval as from, now() + $2::interval as to', [from, to]);
    for (const sql of [spans, homes, roles]) await pool.query(sql, [alpha, rows[0].from, rows[0].to]);
    const found = await newly();
    await pool.query('truncate responsibility, home_network, user_role');
    return found;
  };
  expect(await around('-1 day', '1 day')).toEqual([]);
  expect(await around('1 hour', 'infinity')).toEqual([]);
  expect(await around('-2 seconds', 'infinity')).toEqual([
    'devices network from',
    'devices responsible from',
    'directory role',
  ]);
  expect(await around('-1 day', '-2 seconds')).toEqual([
    'devices network to',
    'devices responsible to',
    'directory role',
  ]);

  const analyst = await listen('analyst', { for: alpha });
  await pool.query(spans, [alpha, new Date(0), new Date(Date.now() + 1_000)]);
  expect(await analyst.until('devices')).toEqual({ for: alpha, topic: 'devices' });
});

test('a look descends indexes, however much there is of what only grows', async () => {
  const { pool } = database;
  const old = `now() - n * interval '1 minute'`;
  const hash = `sha256(n::text::bytea)`;
  const many = 'from generate_series(100, 5000) n';
  for (const sql of [
    `insert into notice select $1, ${old}, 'held', n::text, 'w', 1 ${many}`,
    `insert into submission (user_id, sha256, size, received_at, state, changed_at, reference)
     select $1, ${hash}, 1, ${old}, 'applied', ${old}, 'r' ${many}`,
    `insert into release (user_id, submission, state, next_at, decided, started_at, ended_at)
     select $1, ${hash}, 'done', ${old}, 1, ${old}, ${old} ${many}`,
    `insert into incident (user_id, incident, title, state, category, began_at, opened_at, opened_by, counted_from, respond_by,
                           resolve_by, changed_at)
     select $1, 'OLD-' || n, 't', 'closed', 3, ${old}, ${old}, 'x', ${old}, ${old}, ${old}, ${old} ${many}`,
    `insert into quarantine_event (user_id, event, detector, threshold_id, direction, words, first_at, last_at, state, changed_at)
     select $1, n, 'user', 1, 'southbound', 'w', ${old}, ${old}, 'resolved', ${old} ${many}`,
    `insert into people_activity (what, email, author, at, acting) select 'invited', 'x', 'x', ${old}, $1::macaddr8::text ${many}`,
    `insert into record_reading (user_id, read_at, person_id, email, role, reason, what)
     select $1, ${old}, 'x', 'x', 'service_desk', 'a reason of a test', 'x' ${many}`,
    `insert into responsibility select $1, n::text, $1, ${old}, case n % 9 when 0 then ${old} + interval '1 second' else 'infinity' end ${many}`,
    `insert into home_network select $1, 'ED', $1, ${old}, case n % 9 when 0 then ${old} + interval '1 second' else 'infinity' end ${many}`,
  ]) {
    await pool.query(sql, [alpha]);
  }
  const client = await pool.connect();
  try {
    const found = await client.query<{ body: string }>(
      `select substring(prosrc from 'return query(.*);\\s*end') as body from pg_proc where proname = 'changes_since'`,
    );
    const body = ['in_since', 'in_users', 'in_operator'].reduce(
      (text, name, index) => text.replaceAll(name, `$${index + 1}`),
      found.rows[0]?.body ?? '',
    );
    await client.query('analyze');
    await client.query('set plan_cache_mode = force_generic_plan');
    await client.query(`prepare look (timestamptz, macaddr8[], macaddr8) as ${body}`);
    const { rows } = await client.query<{ 'QUERY PLAN': unknown }>(
      'explain (format json) execute look(now(), null, null)',
    );
    const used = new Map<string, Set<string>>();
    const walk = (node: Record<string, unknown>, table?: string) => {
      const on = String(node['Relation Name'] ?? table ?? '').replace(/_\d{8}$/, '');
      const way = String(node['Index Name'] ?? node['Node Type']);
      if (/Scan$/.test(String(node['Node Type'])) && node['Node Type'] !== 'Bitmap Heap Scan')
        used.set(on, (used.get(on) ?? new Set()).add(way));
      for (const plan of (node.Plans ?? []) as Record<string, unknown>[]) walk(plan, on);
    };
    const plans = (rows[0]?.['QUERY PLAN'] ?? []) as { Plan: Record<string, unknown> }[];
    for (const { Plan: plan } of plans) walk(plan);
    expect(Object.fromEntries([...used].map(([table, ways]) => [table, [...ways].sort()]))).toMatchObject({
      notice: ['notice_time'],
      submission: ['submission_changed'],
      release: ['release_ended', 'release_going'],
      incident: ['incident_changed'],
      quarantine_event: ['quarantine_event_resolved', 'quarantine_event_unresolved'],
      people_activity: ['people_activity_time'],
      record_reading: ['record_reading_time'],
      responsibility: ['responsibility_begins', 'responsibility_ends'],
      home_network: ['home_network_begins', 'home_network_ends'],
    });
  } finally {
    client.release(true);
  }
});

test('a server that stops says so to its readers and does not wait for them', async () => {
  const analyst = await listen('analyst', { for: alpha });
  const closed = server.close();
  for (;;) {
    const event = await analyst.next();
    if (event === undefined) break;
    if (event.name === 'end') expect(event.data).toEqual({ reason: 'stopping' });
  }
  await closed;
  expect(await registry.getSingleMetricAsString('penstock_events_ended_total')).toContain('reason="stopping"');
});
