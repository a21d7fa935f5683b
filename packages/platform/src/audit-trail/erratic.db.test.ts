import { type TitleDocument, titleKinds } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDays, utcDay } from '../foundation/clock.ts';
import { ensurePartitions } from '../foundation/database/partitions.ts';
import { type TestDatabase, testDatabase } from '../foundation/database/testing.ts';
import { testRuns } from '../foundation/testing-runs.ts';
import { asTitleViewerOf } from '../foundation/viewing.ts';
import { ANCHOR, createLanes } from '../messages/lanes.ts';
import { sumUpActivity } from './activity-sums.ts';
import { type DayCount, FEWEST_MESSAGES, WINDOW_DAYS } from './erratic.ts';
import { listErratic, pageOf } from './erratic-list.ts';
import { findErratic } from './erratic-store.ts';
import {
  consistent,
  devices,
  HOUR,
  NOW,
  operator,
  oracle,
  timesOracle,
  users,
  type World,
  worldOf,
  writeWorld,
} from './testing-title-world.ts';

// Erratic devices in the worlds of titles: what both walls give, and what the second gives by itself, is compared with what
// follows from counting, title by title, those that the viewer may see.

const TODAY = utcDay(new Date(NOW));
const FIRST = addDays(TODAY, 1 - WINDOW_DAYS);
const dayOf = (at: number): number => Math.floor((at - Date.parse(`${FIRST}T00:00:00Z`)) / (24 * HOUR));
const viewers: readonly (readonly number[])[] = [[0], [1], [2], [3], [0, 1], [2, 3]];

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  // not all of six weeks: each day is some 15 tables
  for (const [today, ahead] of [
    ['2026-10-15', 1],
    ['2026-11-11', 11],
  ] as const) {
    await ensurePartitions(database.pool, { today, ahead });
  }
});
afterAll(() => database.drop());

/** The titles of each day, one by one; undefined where an hour of the day is not the viewer's to see. */
function titlesADay(made: World, viewer: readonly number[], device: number): DayCount[] | undefined {
  const isShown = timesOracle(made, viewer, device);
  const titles = oracle(made, viewer, device);
  if (isShown === undefined || titles === undefined) return undefined;
  const until = (made.messages.at(-1)?.at ?? -Infinity) + 1;
  return Array.from({ length: WINDOW_DAYS }, (_, day) => {
    const begin = Date.parse(`${FIRST}T00:00:00Z`) + day * 24 * HOUR;
    // responsibilities begin and end on the hour
    for (let at = begin; at < Math.min(begin + 24 * HOUR, until); at += HOUR) if (!isShown(at)) return undefined;
    return titles.filter((title) => dayOf(Date.parse(title.time)) === day).length;
  });
}

function alertsADay(made: World, user: number, device: number): number[] {
  const days = Array<number>(WINDOW_DAYS).fill(0);
  for (const { kind, verdict, released, devices: of, at, user: receiver } of made.messages) {
    const isAlert = kind === 'device_alert' || kind === 'dcc_alert';
    const wasPassed = verdict === 'passed' || verdict === 'warned' || (verdict === 'held' && released);
    if (!isAlert || !wasPassed || receiver !== user || of[0] !== device) continue;
    const day = dayOf(at);
    days[day] = (days[day] ?? 0) + 1;
  }
  return days;
}

test('who sees which devices as erratic follows from the titles that it may see, by both walls; counts by the second alone', async () => {
  let listed = 0;
  let hidden = 0;
  const why = (one: { why: TitleDocument['why'] }) => one.why;
  await fc.assert(
    fc.asyncProperty(
      fc.noBias(worldOf({ hours: 10 * 24, newestHours: 30, times: 12, skews: true }).map(consistent)),
      fc.integer({ min: 1, max: 2 }),
      async (made, limit) => {
        await writeWorld(database.pool, made);
        await sumUpActivity(database.pool);
        for (const viewer of viewers) {
          const userIds = viewer.map((index) => users[index] as Eui);
          const found = await findErratic(database.pool, { kind: 'user', userIds }, ask);
          const seen = devices.flatMap((device, index) => {
            const titles = titlesADay(made, viewer, index);
            if (titles === undefined) return [];
            const given = viewer.map((user) => [users[user] as Eui, alertsADay(made, user, index)] as const);
            const alerts = new Map(given.filter(([, days]) => days.some((count) => count > 0)));
            const known = found.find((one) => one.device === device);
            return [{ device, kind: 'ESME' as const, titles, alerts, why: known?.why ?? aReason }];
          });
          expect(found).toEqual(listErratic(seen, [], TODAY));
          for (const { basis, userId } of found.map(why)) {
            expect(['responsible', 'network_operator']).toContain(basis);
            expect(userIds).toContain(userId);
          }
          const paged = [];
          for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
            const page = pageOf(found, { cursor, limit });
            paged.push(...page.items);
            cursor = page.cursor;
          }
          expect(paged).toEqual(found);
          listed += found.length;
          const [second, busy, near] = await asTitleViewerOf(
            database.pool,
            { userIds, now: new Date(NOW) },
            async (client) => [
              await client.query<{ device: string; user_id: string; counts: (number | null)[] }>(
                'select device, user_id, counts from seen_activity($1)',
                [devices],
              ),
              await client.query<{ device: string }>('select device from busy_devices() as b(device)'),
              // of one device more spans than there are devices; so many of them at most
              await client.query<{ device: string }>('select device from near_devices($1, 99) as n(device)', [devices]),
            ],
          );
          const seenDevices = seen.map((one) => one.device);
          for (const { device } of busy.rows) expect(seenDevices).toContain(requireEui(device));
          expect(near.rows.map(({ device }) => requireEui(device)).sort()).toEqual(seenDevices);
          const counted = second.rows
            .map(({ device, user_id, counts }) => `${requireEui(device)} ${user_id} ${counts}`)
            .filter((text) => !/00:00 0(?:,0)*$/.test(text));
          const allowed = seen.flatMap(({ device, titles, alerts }) => [
            `${device} 00:00:00:00:00:00:00:00 ${titles}`,
            ...[...alerts].map(([userId, days]) => `${device} ${userId.toLowerCase().replaceAll('-', ':')} ${days}`),
          ]);
          expect(counted.sort()).toEqual(allowed.filter((text) => !/00:00 0(?:,0)*$/.test(text)).sort());
          hidden += seen.filter(({ titles }) => titles.includes(undefined)).length;
        }
      },
    ),
    testRuns(20),
  );
  expect(listed).toBeGreaterThan(10);
  expect(hidden).toBeGreaterThan(5);
}, 120_000);

const nobody: World = {
  suspendedUsers: [],
  partyStatus: ['active', 'active'],
  roles: [],
  responsible: [],
  networks: [],
  switches: [],
  messages: [],
};
const ask = { userId: undefined, what: 'erratic devices', now: new Date(NOW) };
const aReason = { basis: 'responsible', role: 'IS', userId: operator } as const;

const lanes = [0, 1];
const aDay = fc.constantFrom(
  '2026-10-15',
  '2026-10-16',
  '2026-11-11',
  '2026-11-12',
  '2026-11-20',
  '2026-11-21',
  '2026-11-22',
);
const aStep = fc.record({
  day: aDay,
  lane: fc.constantFrom(...lanes),
  messages: fc.array(
    fc.record({
      user: fc.nat({ max: 1 }),
      kind: fc.constantFrom(...titleKinds, 'acknowledgement', 'device_alert', 'dcc_alert'),
      verdict: fc.constantFrom('passed', 'passed', 'warned', 'held', 'held', 'refused', 'deleted'),
      devices: fc.uniqueArray(fc.nat({ max: 3 }), { minLength: 1, maxLength: 3 }),
      times: fc.constantFrom(1, 1, 2, 9),
    }),
    { minLength: 1, maxLength: 6, size: 'max' },
  ),
  /** Of the messages that are held in the lane by then, a share is released after it. */
  releases: fc.constantFrom(0, 0, 0.5, 1),
  /** Summed up after it: not at all, a part, or all; or all, and then undone as by a stop before the commit. */
  summed: fc.constantFrom(0, 0, 1, 7, 1_000, -1),
});
type Step = typeof aStep extends fc.Arbitrary<infer Value> ? Value : never;

/** Lane and number to a User ID: two of each lane. */
const userOf = (lane: number, user: number) => users[lane * 2 + user] as Eui;
// the last is the Operator's User ID, the target of requests for no device
const targets = [...devices, operator];

async function recordStep(step: Step, state: { sequence: number[]; day: string; held: Map<string, string[]> }) {
  if (step.day > state.day) state.day = step.day;
  const { pool } = database;
  const messages = step.messages.flatMap((one) => Array.from({ length: one.times }, () => one));
  const client = await pool.connect();
  try {
    await client.query('begin');
    const before = state.sequence[step.lane] ?? 0;
    const rows = messages.map((one, index) => ({
      id: userOf(step.lane, one.user),
      sequence: before + index + 1,
      kind: one.kind,
      verdict: one.verdict,
      target: targets[one.devices[0] ?? 0],
      named: one.devices.slice(1).map((device) => targets[device]),
    }));
    const of =
      'x(id macaddr8, sequence bigint, kind message_kind, verdict message_verdict, target macaddr8, named macaddr8[])';
    await client.query(
      `insert into message_log (user_id, day, sequence, recorded_at, direction, kind, verdict, target, counter, size, sha256, repetition)
       select id, $2, sequence, $2::date at time zone 'UTC', 'southbound', kind, verdict, target, sequence, 1, sha256('x'), sequence
       from json_to_recordset($1) as ${of}`,
      [JSON.stringify(rows), state.day],
    );
    await client.query(
      `insert into named_device (user_id, day, sequence, device)
       select id, $2, sequence, d from json_to_recordset($1) as ${of}, unnest(named) d`,
      [JSON.stringify(rows), state.day],
    );
    const held = rows.filter((row) => row.verdict === 'held').map((row) => `${row.id} ${state.day} ${row.sequence}`);
    const waiting = [...(state.held.get(`${step.lane}`) ?? []), ...held];
    const released = waiting.slice(0, Math.floor(waiting.length * step.releases));
    state.held.set(`${step.lane}`, waiting.slice(released.length));
    let at = before + rows.length;
    for (const [index, one] of released.entries()) {
      const [id, day, sequence] = one.split(' ');
      at += 1;
      // each third was decided to be sent, and could not be
      const action = index % 3 === 2 ? 'delete' : 'process';
      await client.query(
        `with decided as (insert into held_decision (user_id, day, sequence, event, action, reason, submission, decided_at)
           values ($1, $2, $3, 1, $6, 'x', 'x', now()))
         insert into release_span (user_id, submission, day, from_sequence, to_sequence, released_at, stream_day, stream_sequence)
         values ($1, 'x', $2, $3::bigint - 1, $3, now(), $4, $5)`,
        [id, day, sequence, state.day, at, action],
      );
    }
    state.sequence[step.lane] = at;
    await client.query("update lane set sequence = $2, time = $3::date at time zone 'UTC' where lane = $1", [
      step.lane,
      at,
      state.day,
    ]);
    await client.query('commit');
    if (step.summed < 0) {
      await client.query('begin');
      await client.query('select sum_up_activity($1, $2, 1000, $3)', [ANCHOR, step.lane, FEWEST_MESSAGES]);
      await client.query('rollback');
    } else if (step.summed > 0) {
      await client.query('select sum_up_activity($1, $2, $3, $4)', [ANCHOR, step.lane, step.summed, FEWEST_MESSAGES]);
    }
  } finally {
    client.release();
  }
}

/** Each device's counts of the 30 days that end with its newest, from the log, message by message. */
const COUNTED_ANEW = `
  with passed as (
    select l.* from message_log l
    where l.verdict in ('passed', 'warned')
       or (l.verdict = 'held' and exists (
             select from held_decision h join release_span r using (user_id, submission, day)
             where h.action = 'process' and h.user_id = l.user_id and h.day = l.day and h.sequence = l.sequence
               and r.from_sequence < l.sequence and r.to_sequence >= l.sequence))
  ), counted as (
    select m.device, $1::macaddr8 as user_id, p.day from message_device m join passed p using (user_id, day, sequence)
    where p.kind in ('service_request', 'signed_pre_command', 'response', 'smets1_response')
    union all
    select p.target, p.user_id, p.day from passed p where p.kind in ('device_alert', 'dcc_alert')
  ), days as (
    select device, user_id, day, count(*)::integer as count, max(day) over (partition by device, user_id) as last
    from counted where device not in (select u.user_id from user_id u) group by device, user_id, day
  )
  select device, user_id, day::text, count from days where day > last - 30 order by device, user_id, day`;

const KEPT = `
  select device, user_id, (a.day - 30 + c.place::integer)::text as day, c.count
  from device_activity a cross join unnest(a.counts) with ordinality as c(count, place)
  where c.count > 0 order by device, user_id, 3`;

const BUSY = `
  select device, user_id, busy_on::text as day from device_activity a where busy_on > a.day - 30 order by 1, 2`;

test('what a device did each day is what the log has, however it was summed up, released late and rolled over', async () => {
  let counted = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(aStep, { minLength: 4, maxLength: 14, size: 'max' }), async (steps) => {
      const { pool } = database;
      await writeWorld(pool, nobody);
      await pool.query('update user_id set lane = 1 where user_id = any ($1::macaddr8[])', [users.slice(2)]);
      await pool.query("insert into user_id (user_id, party_id) values ($1, 'P0')", [operator]);
      await createLanes(pool, lanes.length);
      await pool.query("update lane set sequence = 0, time = '-infinity'");
      await sumUpActivity(pool);
      const state = { sequence: [0, 0], day: '', held: new Map<string, string[]>() };
      for (const step of steps) await recordStep(step, state);
      await Promise.all([sumUpActivity(pool, { mostAtOnce: 5 }), sumUpActivity(pool)]);
      await sumUpActivity(pool, { mostAtOnce: 5 });
      const expected = (await pool.query<Counted>(COUNTED_ANEW, [ANCHOR])).rows;
      expect((await pool.query<Counted>(KEPT)).rows).toEqual(expected);
      const busy = new Map<string, Counted>();
      for (const one of expected) if (one.count >= FEWEST_MESSAGES) busy.set(`${one.device} ${one.user_id}`, one);
      const latest = [...busy.values()].map(({ device, user_id, day }) => ({ device, user_id, day }));
      expect((await pool.query(BUSY)).rows).toEqual(latest);
      counted += expected.length;
    }),
    testRuns(25),
  );
  await database.pool.query('delete from lane where lane > 0');
  expect(counted).toBeGreaterThan(100);
}, 120_000);

interface Counted {
  device: string;
  user_id: string;
  day: string;
  count: number;
}
