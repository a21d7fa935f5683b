import { requireEui } from '@penstock/duis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { utcDay } from '../foundation/clock.ts';
import { type TestDatabase, testDatabase } from '../foundation/database/testing.ts';
import { insertIncidents } from '../foundation/testing-incidents.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { day, hold, insertQuarantineWorld, userA, userB } from '../quarantine/testing-quarantine.ts';
import { sumUpLog } from '../thresholds/log-sums.ts';
import { OverviewStore } from './overview-store.ts';
import { dropOldTraffic, readTraffic } from './traffic-store.ts';

const ofA: Viewer = { kind: 'user', userIds: [userA] };
const ofB: Viewer = { kind: 'user', userIds: [userB] };
const ofAll: Viewer = { kind: 'operator', userId: requireEui('90-B3-D5-1F-30-00-00-02') };

let database: TestDatabase;
beforeEach(async () => {
  database = await testDatabase();
  await insertQuarantineWorld(database.pool);
});
afterEach(() => database.drop());

const today = utcDay(new Date());
/** As a batch leaves them: rows of the log, and the lane's sequence after them. */
async function record(rows: readonly [string, string, string, string][]): Promise<void> {
  for (const [userId, direction, kind, verdict] of rows) {
    await database.pool.query(
      `with moved as (update lane set sequence = sequence + 1, time = now() returning sequence)
       insert into message_log (user_id, day, sequence, recorded_at, direction, kind, verdict, target, counter, size,
                                sha256, repetition)
       select $1, $2, sequence, now(), $3, $4, $5, $1, sequence, 1, sha256('x'), sequence from moved`,
      [userId, today, direction, kind, verdict],
    );
  }
}
async function totals(viewer: Viewer) {
  const { counts, instants } = await readTraffic(database.pool, viewer, new Date());
  expect(instants).toHaveLength(288);
  return Object.fromEntries(
    Object.entries(counts).map(([kind, numbers]) => [kind, numbers.reduce((sum, count) => sum + count, 0)]),
  );
}

test('traffic is counted once by kind, of each User and of all', async () => {
  const { pool } = database;
  await record([
    [userA, 'southbound', 'service_request', 'passed'],
    [userA, 'southbound', 'service_request', 'warned'],
    [userA, 'southbound', 'service_request', 'held'],
    [userA, 'southbound', 'service_request', 'refused'],
    [userA, 'northbound', 'response', 'passed'],
    [userB, 'northbound', 'device_alert', 'passed'],
    [userB, 'northbound', 'dcc_alert', 'passed'],
  ]);
  await Promise.all([sumUpLog(pool), sumUpLog(pool)]);
  await sumUpLog(pool);
  const none = { requests: 0, responses: 0, alerts: 0, held: 0, refused: 0 };
  expect(await totals(ofA)).toEqual({ ...none, requests: 2, responses: 1, held: 1, refused: 1 });
  expect(await totals(ofB)).toEqual({ ...none, alerts: 2 });
  expect(await totals(ofAll)).toEqual({ requests: 2, responses: 1, held: 1, refused: 1, alerts: 2 });
  await dropOldTraffic(pool, new Date(Date.now() + 49 * 3600 * 1000));
  expect((await pool.query('select from traffic_count')).rowCount).toBe(0);
});

test('what needs somebody is counted, of one’s own and of all; what is resolved is not', async () => {
  const { pool } = database;
  await hold(pool, { count: 3 });
  await hold(pool, { userId: userB, event: '20261120000000000002', count: 5 });
  const [event] = (await pool.query<{ event: string }>('select event::text from quarantine_event order by event')).rows;
  await pool.query(`insert into event_decision values ($1, $2, sha256('f'), 2)`, [userA, event?.event]);
  await insertIncidents(pool, [
    { userId: userB, incident: 'INC-1', state: 'in_progress' },
    { userId: userB, incident: 'INC-2', state: 'closed' },
  ]);
  await pool.query(
    `insert into stream_cursor (user_id, direction, failing_since) values ($1, 'northbound', now()), ($2, 'southbound', null)`,
    [userA, userB],
  );
  await pool.query(
    `insert into stream (user_id, direction, day, sequence, message_day, message_sequence, kind, body)
     values ($1, 'northbound', $2, 1, $2, 1, 'response', 'x')`,
    [userA, day],
  );
  await pool.query(
    `insert into service_event values ($1, 'northbound', 'delivery_held', now(), 1, now(), null), ($1, 'northbound', 'delivery_held', now() - interval '9 days', 1, now(), now())`,
    [userA],
  );
  const store = new OverviewStore(pool, async () => 0);
  expect(await store.read(ofA)).toMatchObject({
    quarantine: { events: 1, undecided: 1, oldestAt: `${day}T10:00:00.000Z` },
    streams: { needing: 1, waiting: 1, failing: 1, held: 1, oldestAt: `${day}T10:00:00.000Z` },
    incidents: { open: 0 },
  });
  expect(await store.read(ofB)).toMatchObject({
    quarantine: { events: 1, undecided: 5 },
    streams: { needing: 0, waiting: 0, failing: 0, held: 0 },
    incidents: { open: 1, undecided: 0 },
  });
  expect(await store.read(ofAll)).toMatchObject({ quarantine: { events: 2, undecided: 6 }, incidents: { open: 1 } });
  // an incident of what is held is said to be of it
  await insertIncidents(pool, [{ userId: userA, incident: 'INC-3', event: String(event?.event) }]);
  expect((await store.read(ofA)).incidents).toEqual({ open: 1, undecided: 1, late: 0 });
  // nobody took up one of category 3 for a day; what is over is late no more
  await insertIncidents(pool, [
    { userId: userB, incident: 'INC-4', age: 1 },
    { userId: userB, incident: 'INC-5', age: 1, state: 'closed' },
  ]);
  expect((await store.read(ofB)).incidents).toEqual({ open: 2, undecided: 0, late: 1 });
  await pool.query(`update quarantine_event set state = 'resolved'`);
  expect((await store.read(ofA)).quarantine).toEqual({ events: 0, undecided: 0 });
  // for a few seconds the Operator's is the same for all who look
  expect((await store.read(ofAll)).quarantine.events).toBe(2);
});

test('certificates that end soon are named until they have a successor', async () => {
  const { pool } = database;
  const certificate = (serial: string, days: number, purpose = 'signing') =>
    pool.query(
      `insert into certificate (user_id, purpose, issuer, serial, fingerprint, der, not_before, not_after)
       values ($1, $2, 'i', $3, sha256($3::text::bytea), 'x', now() - interval '1 year', now() + make_interval(days => $4))`,
      [userA, purpose, serial, days],
    );
  await certificate('1', 10);
  await certificate('2', 400, 'transport');
  await pool.query(
    `insert into officer (user_id, fingerprint, issuer, serial, der, not_before, not_after, name, email)
     values ($1, 'f', 'i', '1', 'x', now(), now() + interval '3 days', 'Officer 1', 'analyst@people.example')`,
    [userA],
  );
  const store = new OverviewStore(pool, async () => 0);
  expect((await store.read(ofA)).certificates).toMatchObject({
    count: 2,
    first: [{ purpose: 'officer', name: 'Officer 1', partyName: 'P' }, { purpose: 'signing' }],
  });
  expect((await store.read(ofB)).certificates).toEqual({ count: 0, first: [] });
  await certificate('3', 300);
  expect((await store.read(ofA)).certificates.count).toBe(1);
});
