import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';
import { requireEui } from '@penstock/duis';
import { Findings, readReport } from '@penstock/files';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { inTransaction, openDatabase } from '../foundation/database/index.ts';
import { type TestDatabase, testDatabase } from '../foundation/database/testing.ts';
import { createLog } from '../foundation/log.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { asViewerOf } from '../foundation/viewing.ts';
import { readAffected } from './affected-store.ts';
import { addNote, changeEvent, EVENTS_OF_ALL_SQL, listEvents, readEvent } from './events-store.ts';
import { listHeld } from './held-store.ts';
import { writeNotices } from './notices.ts';
import { listNotices } from './notices-store.ts';
import { Reports } from './report.ts';
import { event, hold, insertQuarantineWorld, meter, userA, userB } from './testing-quarantine.ts';

const operatorId = requireEui('90-B3-D5-1F-30-00-00-02');

let database: TestDatabase;
beforeEach(async () => {
  database = await testDatabase();
  await insertQuarantineWorld(database.pool);
});
afterEach(() => database.drop());

const change = (changes: Parameters<typeof changeEvent>[1]['change']) =>
  changeEvent(database.pool, { userId: userA, event, author: 'Operator', change: changes });

describe('an event', () => {
  test('has an owner, a cause, notes and a state, and says who changed what', async () => {
    await hold(database.pool, { count: 2 });
    await change({ state: 'investigating', owner: 'service desk' });
    await addNote(database.pool, { userId: userA, event, author: userA, note: 'a script ran twice' });
    await expect(change({ state: 'resolved', cause: 'a script' })).rejects.toMatchObject({ code: 'quarantine.state' });
    const life = await readEvent(database.pool, userA, event);
    expect(life).toMatchObject({ state: 'investigating', owner: 'service desk', undecided: 2 });
    expect(life).not.toHaveProperty('cause');
    expect(life.notes.map(({ author, note }) => [author, note])).toEqual([
      ['Operator', 'state: investigating'],
      ['Operator', 'owner: service desk'],
      [userA, 'a script ran twice'],
    ]);
  });

  test('of which only messages were deleted is resolved with a cause', async () => {
    await hold(database.pool, { count: 1 });
    await database.pool.query('update quarantine_event set held = 0, deleted = 1');
    await expect(change({ state: 'resolved' })).rejects.toMatchObject({ code: 'quarantine.state' });
    await change({ state: 'resolved', cause: 'a wrong tariff' });
    expect((await readEvent(database.pool, userA, event)).state).toBe('resolved');
  });

  test('is its User’s only, newest first, by pages', async () => {
    for (const n of [1, 2, 3]) await hold(database.pool, { event: `2026112000000000000${n}`, from: n * 10, count: 1 });
    const first = await listEvents(database.pool, { kind: 'user', userIds: [userA] }, { limit: 2 });
    const second = await listEvents(
      database.pool,
      { kind: 'user', userIds: [userA] },
      { limit: 2, cursor: first.cursor },
    );
    expect([...first.items, ...second.items].map((one) => one.event.at(-1))).toEqual(['3', '2', '1']);
    expect((await listEvents(database.pool, { kind: 'user', userIds: [userB] }, { limit: 2 })).items).toEqual([]);
    await expect(readEvent(database.pool, userB, event)).rejects.toMatchObject({ code: 'request.not-found' });
    await expect(addNote(database.pool, { userId: userB, event, author: 'b', note: 'mine' })).rejects.toMatchObject({
      code: 'request.not-found',
    });
  });
});

test('the Operator sees those of all Users, newest first, in the states that it asks for', async () => {
  const { pool } = database;
  for (const [index, userId] of [userA, userB, userA].entries()) {
    await hold(pool, { userId, event: `2026112000000000000${index + 1}`, from: index * 10 + 1, count: 1 });
  }
  await pool.query(`update quarantine_event set state = 'investigating' where event = 20261120000000000002`);
  await pool.query(`update quarantine_event set state = 'resolved' where event = 20261120000000000003`);
  const operator: Viewer = { kind: 'operator', userId: operatorId };
  const first = await listEvents(pool, operator, { limit: 2 });
  const second = await listEvents(pool, operator, { limit: 2, cursor: first.cursor });
  const names = (page: typeof first) => page.items.map((one) => [one.event.at(-1), one.userId]);
  expect([...names(first), ...names(second)]).toEqual([
    ['3', userA],
    ['2', userB],
    ['1', userA],
  ]);
  expect(names(await listEvents(pool, operator, { limit: 9, state: 'open,investigating' }))).toEqual([
    ['2', userB],
    ['1', userA],
  ]);
  await expect(listEvents(pool, operator, { limit: 9, cursor: 'x' })).rejects.toMatchObject({
    code: 'request.invalid',
  });
});

test('the newest events of all Users are found by their index', async () => {
  const { pool } = database;
  await pool.query(
    `insert into quarantine_event (user_id, event, detector, threshold_id, direction, words, first_at, last_at, changed_at)
     select ('90b3d51f' || to_hex(805306368 + n % 200))::macaddr8, 20261120000000000000 + n, 'user', 1, 'southbound', '',
            now(), now(), now()
     from generate_series(1, 20000) n`,
  );
  await pool.query('analyze quarantine_event');
  const users = await pool.query<{ user_id: string }>('select distinct user_id from quarantine_event');
  const plan = await asViewerOf(
    pool,
    users.rows.map((row) => requireEui(row.user_id)),
    async (client) => {
      const { rows } = await client.query(`explain ${EVENTS_OF_ALL_SQL}`, ['20261120000000010000', userA, null, 50]);
      return rows.map((row) => Object.values(row)[0]).join('\n');
    },
  );
  expect(plan).toMatch(/Index Scan.* using quarantine_event_newest/);
});

test('what an event affects: devices by region, service and kind, and the oldest that is undecided', async () => {
  const { pool } = database;
  await hold(pool, { count: 3 });
  const other = '00-DB-12-34-56-78-99-01';
  await pool.query(
    `update held_message set srv = '2.1', target = $1, held_at = held_at + interval '1 minute' where sequence = 3`,
    [other],
  );
  await pool.query(`insert into device (device, kind, status, region) values ($1, 'ESME', 'Commissioned', 'North')`, [
    meter,
  ]);
  await pool.query(
    `insert into held_decision select user_id, day, sequence, event, 'delete', '', '\\x01', clock_timestamp()
     from held_message where sequence < 3`,
  );
  expect(await readAffected(pool, userA, event)).toEqual({
    devices: 2,
    messages: 3,
    oldestUndecidedAt: '2026-11-20T10:01:00.000Z',
    regions: [
      { name: 'North', devices: 1, messages: 2 },
      { devices: 1, messages: 1 },
    ],
    services: [
      { name: '4.1.1', devices: 1, messages: 2 },
      { name: '2.1', devices: 1, messages: 1 },
    ],
    kinds: [
      { name: 'ESME', devices: 1, messages: 2 },
      { devices: 1, messages: 1 },
    ],
  });
  await expect(readAffected(pool, userB, event)).rejects.toMatchObject({ code: 'request.not-found' });
  const held = (asked: object) => listHeld(pool, userA, event, { limit: 9, ...asked });
  expect((await held({ undecided: 'true' })).items.map((one) => one.serviceReferenceVariant)).toEqual(['2.1']);
  expect((await held({ serviceReferenceVariant: '4.1.1' })).items).toHaveLength(2);
  expect((await held({ device: other })).items).toHaveLength(1);
});

test('whom to call: the officers who can sign now, each once, and the desk', async () => {
  const { pool } = database;
  await hold(pool, { count: 1 });
  await pool.query(
    `insert into officer (user_id, fingerprint, issuer, serial, der, not_before, not_after, name, email, telephone, revoked_at)
     select $1, sha256(n::text::bytea), 'i', n::text, '', now(), now() + interval '1 day', name, email, '+44 1632 960001',
            case when n = 3 then now() end
     from (values (1, 'One', 'one@a.example'), (2, 'One', 'one@a.example'), (3, 'Gone', 'gone@a.example')) as o(n, name, email)`,
    [userA],
  );
  expect((await readEvent(pool, userA, event, 'desk@operator.example')).contacts).toEqual({
    officers: [{ name: 'One', email: 'one@a.example', telephone: '+44 1632 960001' }],
    desk: 'desk@operator.example',
  });
});

test('the report has what nobody decided on, as a file that its reader takes', async () => {
  await hold(database.pool, { count: 12 });
  await database.pool.query(`update held_message set srv = '10.2' where sequence = 3`);
  await database.pool.query(
    `insert into held_decision select user_id, day, sequence, event, 'delete', '', '\\x01', clock_timestamp()
     from held_message where sequence > 10`,
  );
  const findings = new Findings();
  const rows = [];
  const { signal } = new AbortController();
  const reports = new Reports(database.pool);
  const { stream: report } = await reports.open({ userId: userA, event, operatorId, signal });
  for await (const batch of readReport(report, findings)) rows.push(...batch);
  expect(findings.faults).toEqual([]);
  expect(rows[0]).toMatchObject({ row: 'event', event, count: 10, kind: 'ADUserThresholdBreach', direction: 'sent' });
  expect(rows.slice(1).map((row) => (row.row === 'held' ? row.messageId.split(':')[2] : ''))).toEqual([
    '1',
    '2',
    '4',
    '5',
    '6',
    '7',
    '8',
    '9',
    '10',
    '3',
  ]);
  await expect(reports.open({ userId: userB, event, operatorId, signal })).rejects.toMatchObject({
    code: 'request.not-found',
  });
});

test('a User has one report at a time until it was fetched or its call ended, and no file is left', async () => {
  await hold(database.pool, { count: 3 });
  const files = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('penstock-report-'));
  const before = await files();
  const reports = new Reports(database.pool);
  const call = new AbortController();
  const order = { event, operatorId, signal: call.signal };
  const { stream: first } = await reports.open({ ...order, userId: userA });
  expect(await files()).toEqual(before);
  await expect(reports.open({ ...order, userId: userA })).rejects.toMatchObject({
    code: 'quarantine.report-under-way',
    status: 429,
  });
  await expect(reports.open({ ...order, userId: userB })).rejects.toMatchObject({ code: 'request.not-found' });
  const closed = new Promise((resolve) => first.once('close', resolve));
  call.abort();
  await closed;
  const ended = { ...order, userId: userA };
  await expect(reports.open(ended)).rejects.toMatchObject({ name: 'AbortError' });
  const { stream: again } = await reports.open({ ...ended, signal: new AbortController().signal });
  expect((await again.toArray()).length).toBeGreaterThan(0);
  expect(await files()).toEqual(before);
});

test('while reports wait for the database, and for each other, people’s questions are answered', async () => {
  await hold(database.pool, { count: 1 });
  await hold(database.pool, { userId: userB, event: '20261120000000000777', from: 10, count: 1 });
  const log = createLog({ level: 'silent' });
  const forReports = openDatabase({ url: database.url, poolSize: 1, applicationName: 'test', log });
  const reports = new Reports(forReports.pool);
  const order = { operatorId, signal: new AbortController().signal };
  const made = await inTransaction(database.pool, async (client) => {
    await client.query('lock table held_message in access exclusive mode');
    const opened = [
      reports.open({ ...order, userId: userA, event }),
      reports.open({ ...order, userId: userB, event: '20261120000000000777' }),
    ];
    const waiting = 'select from pg_locks where not granted';
    await expect.poll(async () => (await database.pool.query(waiting)).rowCount).toBe(1);
    expect((await listEvents(database.pool, { kind: 'user', userIds: [userB] }, { limit: 10 })).items).toHaveLength(1);
    return opened;
  });
  const texts = await Promise.all(made.map(async (report) => text((await report).stream)));
  expect(texts.map((one) => one.split('\n').length)).toEqual([4, 4]);
  await forReports.close();
});

test('notices are grouped: one an event and ten minutes, with how many it holds', async () => {
  await hold(database.pool, { count: 2 });
  await writeNotices(database.pool);
  await hold(database.pool, { from: 3, count: 5 });
  await writeNotices(database.pool);
  const counts = async () =>
    (await listNotices(database.pool, { userId: userA, reader: 'x' }, { limit: 10 })).items.map(({ kind, count }) => [
      kind,
      count,
    ]);
  expect(await counts()).toEqual([['held', 2]]);
  await database.pool.query(`update notice set noticed_at = noticed_at - interval '11 minutes'`);
  await writeNotices(database.pool);
  expect(await counts()).toEqual([
    ['held', 7],
    ['held', 2],
  ]);
  expect((await listNotices(database.pool, { userId: userB, reader: 'x' }, { limit: 10 })).items).toEqual([]);
});

test('what an event held since its last notice is told also when it was resolved meanwhile', async () => {
  await hold(database.pool, { count: 2 });
  await database.pool.query(`update quarantine_event set state = 'resolved', changed_at = clock_timestamp()`);
  await writeNotices(database.pool);
  const { items } = await listNotices(database.pool, { userId: userA, reader: 'x' }, { limit: 10 });
  expect(items).toMatchObject([{ kind: 'held', count: 2 }]);
});
