import type { TitleQuery } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ensurePartitions } from '../foundation/database/partitions.ts';
import { type TestDatabase, testDatabase } from '../foundation/database/testing.ts';
import { PenstockError } from '../foundation/errors.ts';
import { testAuthor } from '../foundation/testing-author.ts';
import { machineOf } from '../foundation/testing-machine.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { asTitleViewerOf, asViewerOf } from '../foundation/viewing.ts';
import { listSwitches, setSwitch } from './switches-store.ts';
import { testTitles } from './testing-titles.ts';
import { listTitleReadings, MOST_REFUSED_DEVICES, READINGS_SQL } from './title-readings-store.ts';

const alpha = requireEui('90-B3-D5-1F-30-01-00-00');
const beta = requireEui('90-B3-D5-1F-30-02-00-00');
const operatorId = requireEui('90-B3-D5-1F-30-00-00-02');
const meter = requireEui('00-DB-12-34-56-78-00-01');
const other = requireEui('00-DB-12-34-56-78-00-02');
const unknown = requireEui('00-DB-12-34-56-78-00-99');
const now = new Date('2026-11-22T12:00:00Z');
const user = (...userIds: Eui[]): Viewer => ({ kind: 'user', userIds });
const operatorPerson = (reason?: string): Viewer => ({
  kind: 'operator',
  userId: operatorId,
  person: { personId: 'p', email: 'desk@people.example', role: 'service_desk', reason },
});

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  const { pool } = database;
  await ensurePartitions(pool, { today: '2026-11-20', ahead: 3 });
  await pool.query("insert into party (party_id, name, kind) values ('A', 'Alpha', 'other'), ('B', 'Beta', 'other')");
  await pool.query("insert into user_id (user_id, party_id) values ($1, 'A'), ($2, 'B')", [alpha, beta]);
  await pool.query("insert into user_role (user_id, role) values ($1, 'IS'), ($2, 'OU')", [alpha, beta]);
  await pool.query(
    "insert into device (device, kind, status) select d, 'ESME', 'Commissioned' from unnest($1::macaddr8[]) d",
    [[meter, other]],
  );
  await pool.query(
    `insert into responsibility (device, role, user_id, valid_from)
     select d, 'IS', $1, '2026-11-21T00:00:00Z' from unnest($2::macaddr8[]) d`,
    [alpha, [meter, other]],
  );
  await pool.query('select refresh_responsible($1)', [[meter, other]]);
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query(
    'truncate message_log, named_device, title_reading, record_reading, title_switch, held_decision, release_span',
  );
  await database.pool.query("update party set status = 'active'");
});

/** A request of this User to the meter. */
async function record(userId: Eui, sequence: number, at: string): Promise<void> {
  await database.pool.query(
    `insert into message_log (user_id, day, sequence, recorded_at, direction, kind, verdict, originator, target, counter,
                              srv, code, size, sha256, repetition)
     values ($1, ($3::timestamptz at time zone 'UTC')::date, $2::integer, $3, 'southbound', 'service_request', 'passed', $1, $4, $2::integer,
             '4.1.1', 'I99', 1900, sha256('x'), $2::integer)`,
    [userId, sequence, at, meter],
  );
}

const store = (at = now) => testTitles(database.pool, at);
const query = (changes: Partial<TitleQuery> = {}): TitleQuery => ({ limit: 50, ...changes });
async function codeOf(work: Promise<unknown>): Promise<string> {
  const [result] = await Promise.allSettled([work]);
  if (result?.status !== 'rejected') return 'none';
  if (result.reason instanceof PenstockError) return result.reason.code;
  throw result.reason;
}

test('a title has the role of its sender and why it is shown, and nothing that says who sent it', async () => {
  await record(beta, 1, '2026-11-20T10:00:00Z');
  await record(alpha, 2, '2026-11-21T10:00:00Z');
  const { items } = await store().list(user(alpha), meter, query());
  expect(items.map(({ reference: _, ...item }) => item)).toEqual([
    {
      time: '2026-11-21T10:00:00.000Z',
      direction: 'southbound',
      kind: 'service_request',
      serviceReferenceVariant: '4.1.1',
      name: expect.any(String),
      device: meter,
      concerns: 'target',
      code: 'I99',
      meaning: 'Accepted',
      sender: { role: 'IS', isYou: true },
      position: '2026-11-21/2',
      why: { basis: 'responsible', role: 'IS', userId: alpha, since: '2026-11-21T00:00:00.000Z' },
    },
    expect.objectContaining({
      sender: { role: 'OU', isYou: false },
      why: { basis: 'history', role: 'IS', userId: alpha, since: '2026-11-21T00:00:00.000Z' },
    }),
  ]);
});

test('of another’s that was held and released one is told the minute: the time of a release is one sender’s', async () => {
  await record(beta, 1, '2026-11-22T10:00:00Z');
  await record(alpha, 2, '2026-11-22T10:00:01Z');
  await record(beta, 3, '2026-11-22T10:07:20Z');
  await database.pool.query("update message_log set verdict = 'held'");
  await database.pool.query(
    `insert into held_decision (user_id, day, sequence, event, action, reason, submission, decided_at)
     select user_id, day, sequence, 1, 'process', 'x', 'x', recorded_at from message_log`,
  );
  await database.pool.query(
    `insert into release_span (user_id, submission, day, from_sequence, to_sequence, released_at, stream_day, stream_sequence)
     select user_id, 'x', day, sequence - 1, sequence, '2026-11-22T10:07:31.123Z', day, sequence from message_log`,
  );
  const { items } = await store().list(user(alpha), meter, query());
  expect(items.map(({ sender, sentAt }) => [sender.isYou, sentAt])).toEqual([
    // not before it was recorded
    [false, '2026-11-22T10:07:20.000Z'],
    [true, '2026-11-22T10:07:31.123Z'],
    [false, '2026-11-22T10:07:00.000Z'],
  ]);
});

test('the second wall tells nothing of another time, nor by what was worked out for others or for another device', async () => {
  await database.pool.query("insert into title_switch values ('history', $1, 'hidden', 'x')", [now]);
  await record(beta, 1, '2026-11-20T10:00:00Z');
  await record(beta, 2, '2026-11-22T10:00:00Z');
  const told = (settings: Readonly<Record<string, string>> = {}) =>
    asTitleViewerOf(database.pool, { userIds: [alpha], device: meter, now }, async (client) => {
      for (const [name, value] of Object.entries(settings)) {
        await client.query('select set_config($1, $2, true)', [`penstock.${name}`, value]);
      }
      const asked = "select sequence::text, sender_role from titles_between('-infinity', 'infinity')";
      const { rows } = await client.query<{ sequence: string; sender_role: string }>(asked);
      return rows;
    });
  expect(await told()).toEqual([{ sequence: '2', sender_role: 'OU' }]);
  for (const settings of [{ title_device: other }, { title_device: unknown }, { user_ids: beta }, { user_ids: '' }]) {
    expect(await told(settings)).toEqual([]);
  }
});

test('whoever is not responsible learns nothing: not of a device, nor that there is one', async () => {
  await record(beta, 1, '2026-11-22T10:00:00Z');
  const details = new Set<string>();
  for (const [viewer, device] of [
    [user(beta), meter],
    [user(beta), unknown],
    [user(alpha), unknown],
    [user(), meter],
    [user(operatorId), meter],
  ] as const) {
    const [result] = await Promise.allSettled([store().list(viewer, device, query())]);
    if (result?.status !== 'rejected') throw new Error('it was answered');
    expect(result.reason).toMatchObject({ code: 'request.not-found' });
    details.add(String(result.reason));
  }
  expect(details.size).toBe(1);
  expect(await codeOf(store().list(user(alpha), meter, query({ userId: beta })))).toBe('access.denied');
});

test('a look that is refused is counted by device and day: to whom asked, and to the Operator', async () => {
  const clerk = (userId: Eui): Viewer => ({
    kind: 'user',
    userIds: [userId],
    person: { personId: 'c', email: 'clerk@people.example', role: 'analyst', reason: undefined },
  });
  const refuse = async (viewer: Viewer, device: Eui, conditions: Partial<TitleQuery> = {}, at = now) =>
    expect(await codeOf(store(at).list(viewer, device, query(conditions)))).toBe('request.not-found');
  await refuse(user(beta), meter, { code: 'E20' });
  await refuse(user(beta), meter, {}, new Date(now.getTime() + 60_000));
  await refuse(clerk(beta), meter);
  await refuse(user(beta), unknown);
  await refuse(user(beta), meter, {}, new Date(now.getTime() + 24 * 3_600_000));
  await refuse(operatorPerson('asked by telephone'), unknown, { userId: beta });
  const read = async (viewer: Viewer) =>
    (await listTitleReadings(database.pool, viewer, { limit: 99 })).items
      .map(({ readAt, side, email, device, what, refused }) => [readAt, side, email, device, what, refused].join(' '))
      .sort();
  const own = [
    `2026-11-22T12:00:00.000Z user  ${meter} code=E20 2`,
    `2026-11-22T12:00:00.000Z user  ${unknown}  1`,
    `2026-11-22T12:00:00.000Z user clerk@people.example ${meter}  1`,
    `2026-11-23T12:00:00.000Z user  ${meter}  1`,
  ];
  const ofOperator = `2026-11-22T12:00:00.000Z operator desk@people.example ${unknown}  1`;
  expect(await read(user(beta))).toEqual(own);
  expect(await read(operatorPerson())).toEqual([...own, ofOperator].sort());
  expect(await read(user(alpha))).toEqual([]);
  // what the platform itself asks to answer something else is nobody's look
  const asked = { device: meter, userId: beta, what: 'causes' };
  expect(await store().openIfSeen(user(beta), asked)).toBeUndefined();
  expect(await read(user(beta))).toEqual(own);
});

test('whoever tries EUI-64s fills no disk: of a day so many devices have a row, and all others one', async () => {
  const last = MOST_REFUSED_DEVICES - 1;
  await database.pool.query(
    `select refuse_title_reading($1, $2, ('00-DB-12-34-56-79-' || to_char(n, 'FM00-00'))::macaddr8, '', 'user', null, null,
                                 null, $3) from generate_series(1, $4::integer) n`,
    [beta, now, MOST_REFUSED_DEVICES, last],
  );
  for (const device of [meter, other, unknown, meter, other]) await codeOf(store().list(user(beta), device, query()));
  const { rows } = await database.pool.query<{ named: number; times: number[] }>(
    'select count(device)::integer as named, array_agg(times order by times desc) as times from title_reading',
  );
  expect(rows[0]?.named).toBe(MOST_REFUSED_DEVICES);
  expect(rows[0]?.times.slice(0, 3)).toEqual([3, 2, 1]);
  // asked at once, it is one row too
  await database.pool.query('truncate title_reading');
  await Promise.all(Array.from({ length: 8 }, () => codeOf(store().list(user(beta), meter, query()))));
  const once = await database.pool.query('select times from title_reading');
  expect(once.rows).toEqual([{ times: 8 }]);
});

test('looks are behind the second wall too: whoever is asked for, a viewer is given its own, and none of the Operator', async () => {
  await store().list(user(alpha), meter, query());
  await store().list(operatorPerson('asked by telephone'), meter, query({ userId: alpha }));
  await codeOf(store().list(user(beta), meter, query()));
  const behind = async (userIds: readonly Eui[]) => {
    const all = ['infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff', null, null, null, 99, undefined];
    const { rows } = await asViewerOf(database.pool, userIds, (client) => client.query(READINGS_SQL, all));
    return rows.map((row) => [row.user_id, row.side, row.is_refused]);
  };
  expect(await behind([alpha])).toEqual([['90:b3:d5:1f:30:01:00:00', 'user', false]]);
  expect(await behind([beta])).toEqual([['90:b3:d5:1f:30:02:00:00', 'user', true]]);
  expect(await behind([])).toEqual([]);
});

test('pages hold while messages arrive, and a cursor is good for its own list and viewer only', async () => {
  for (let sequence = 1; sequence <= 7; sequence += 1)
    await record(beta, sequence, `2026-11-2${sequence % 3}T10:00:0${sequence}Z`);
  const seen: string[] = [];
  let cursor: string | undefined;
  let arriving = 10;
  do {
    const page = await store().list(user(alpha), meter, query({ limit: 2, cursor }));
    seen.push(...page.items.map((item) => item.time));
    cursor = page.cursor;
    arriving += 1;
    await record(beta, arriving, '2026-11-22T11:00:00Z');
    for (const bad of ['x', 'AAAA', `${cursor}AA`]) {
      expect(await codeOf(store().list(user(alpha), meter, query({ cursor: bad })))).toBe('request.invalid');
    }
    if (cursor !== undefined) {
      expect(await codeOf(store().list(user(alpha), other, query({ cursor })))).toBe('request.invalid');
    }
  } while (cursor !== undefined);
  expect(seen).toEqual([...new Set(seen)].sort().reverse());
  expect(seen.length).toBe(7);
});

test('enormous and backward ranges are answered, with what there is and with nothing', async () => {
  await record(beta, 1, '2026-11-22T10:00:00Z');
  const count = async (from: string, to: string) =>
    (await store().list(user(alpha), meter, query({ from, to }))).items.length;
  expect(await count('0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z')).toBe(1);
  expect(await count('2026-11-23T00:00:00Z', '2026-11-20T00:00:00Z')).toBe(0);
  expect(await count('2026-11-22T10:00:00Z', '2026-11-22T10:00:00.001Z')).toBe(1);
});

test('a Party that is suspended or withdrawn sees none from then on, in the middle of a list too', async () => {
  for (let sequence = 1; sequence <= 3; sequence += 1) await record(beta, sequence, `2026-11-22T10:00:0${sequence}Z`);
  const titles = store();
  const view = await titles.open(user(alpha), { device: meter, what: '' });
  const { cursor } = await titles.page(view, query({ limit: 1 }));
  expect(cursor).toBeDefined();
  for (const status of ['suspended', 'withdrawn']) {
    await database.pool.query("update party set status = $1 where party_id = 'A'", [status]);
    expect(await codeOf(titles.list(user(alpha), meter, query({ cursor })))).toBe('request.not-found');
    // an export that goes on with what it was let see: the second wall ends it
    expect((await titles.page(view, query({ cursor }))).items).toEqual([]);
  }
});

test('each look is written down; the User sees those of its own people, the Operator all', async () => {
  await record(beta, 1, '2026-11-22T10:00:00Z');
  await store().list(user(alpha), meter, query({ kind: 'response' }));
  const person: Viewer = {
    kind: 'user',
    userIds: [alpha],
    person: { personId: 'a', email: 'analyst@people.example', role: 'analyst', reason: undefined },
  };
  await store(new Date(now.getTime() + 1000)).list(person, other, query());
  const readingId = expect.stringMatching(/^[0-9a-f-]{36}$/);
  const expected = [
    {
      readingId,
      readAt: '2026-11-22T12:00:01.000Z',
      userId: alpha,
      device: other,
      what: '',
      side: 'user',
      email: 'analyst@people.example',
      role: 'analyst',
    },
    {
      readingId,
      readAt: '2026-11-22T12:00:00.000Z',
      userId: alpha,
      device: meter,
      what: 'kind=response',
      side: 'user',
    },
  ];
  const read = async (viewer: Viewer, changes: object = {}) =>
    (await listTitleReadings(database.pool, viewer, { limit: 9, ...changes })).items;
  expect(await read(user(alpha))).toEqual(expected);
  expect(await read(operatorPerson())).toEqual(expected);
  expect(await read(user(beta))).toEqual([]);
  expect(await read(user(alpha), { device: meter })).toEqual([expected[1]]);
  const first = await listTitleReadings(database.pool, user(alpha), { limit: 1 });
  expect(await read(user(alpha), { cursor: first.cursor })).toEqual([expected[1]]);
  expect(await codeOf(read(user(beta), { userId: alpha }))).toBe('access.denied');
});

test('a look of the Operator as a User stands with the Operator’s, by a person or by a machine, and not with the User’s', async () => {
  await store().list(user(alpha), meter, query());
  await store().list(operatorPerson('asked by telephone'), meter, query({ userId: alpha }));
  const machine = machineOf('0f0f', 'security', 'so that it is tested');
  await store().list({ kind: 'operator', userId: operatorId, machine }, other, query({ userId: alpha }));
  const read = async (viewer: Viewer) =>
    (await listTitleReadings(database.pool, viewer, { limit: 9, userId: alpha })).items
      .map(({ side, device, email }) => [side, device, email].join(' '))
      .sort();
  expect(await read(user(alpha))).toEqual([`user ${meter} `]);
  expect(await read(operatorPerson())).toEqual([
    `operator ${meter} desk@people.example`,
    `operator ${other} machine 0f0f`,
    `user ${meter} `,
  ]);
});

test('a person of the Operator sees what a User sees, names it and gives a reason, which is written down', async () => {
  await record(beta, 1, '2026-11-22T10:00:00Z');
  const reason = 'asked by telephone';
  expect(await codeOf(store().list(operatorPerson(reason), meter, query()))).toBe('request.invalid');
  expect(await codeOf(store().list(operatorPerson(), meter, query({ userId: alpha })))).toBe('access.reason-needed');
  expect(await codeOf(store().list(operatorPerson(reason), meter, query({ userId: beta })))).toBe('request.not-found');
  expect((await store().list(operatorPerson(reason), meter, query({ userId: alpha }))).items).toHaveLength(1);
  const { rows } = await database.pool.query('select what from record_reading order by user_id');
  expect(rows).toEqual([{ what: `titles of ${meter}` }, { what: `titles of ${meter}` }]);
});

test('the switches are set from an instant on that is not past, and their history is kept', async () => {
  const set = (value: string, validFrom?: string) =>
    setSwitch(database.pool, {
      change: { switch: 'history', value, validFrom },
      author: 'Operator',
      recordedBy: testAuthor,
      now,
    });
  expect(await codeOf(set('hidden', '2026-11-22T11:59:59Z'))).toBe('request.invalid');
  await set('hidden', '2026-11-22T18:00:00Z');
  await record(beta, 1, '2026-11-20T10:00:00Z');
  expect((await store().list(user(alpha), meter, query())).items).toHaveLength(1);
  const later = store(new Date('2026-11-22T18:00:00Z'));
  expect((await later.list(user(alpha), meter, query())).items).toEqual([]);
  expect((await listSwitches(database.pool, user(alpha))).filter((one) => one.switch === 'history')).toEqual([
    { switch: 'history', value: 'hidden', validFrom: '2026-11-22T18:00:00.000Z', author: 'Operator' },
    { switch: 'history', value: 'shown' },
  ]);
});

test('a message whose body names thousands of devices is a title of each of them, for whoever is responsible', async () => {
  const { pool } = database;
  const many = Array.from({ length: 4_000 }, (_, n) =>
    requireEui(
      `00-DB-12-34-57-00-${[n >> 8, n & 255].map((byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join('-')}`,
    ),
  );
  await pool.query(
    `insert into device (device, kind, status) select d, 'CHF', 'Commissioned' from unnest($1::macaddr8[]) d`,
    [many],
  );
  // every second is of another
  await pool.query(
    `insert into responsibility (device, role, user_id, valid_from)
     select d, 'IS', case when n % 2 = 1 then $1::macaddr8 else $2::macaddr8 end, '2026-11-21T00:00:00Z'
     from unnest($3::macaddr8[]) with ordinality as i(d, n)`,
    [alpha, beta, many],
  );
  await pool.query('select refresh_responsible($1)', [many]);
  await record(beta, 1, '2026-11-22T10:00:00Z');
  await pool.query(`insert into named_device select $1, '2026-11-22', 1, d from unnest($2::macaddr8[]) d`, [
    beta,
    many,
  ]);
  const titles = store();
  for (const [n, device] of many.entries()) {
    if (n % 40 > 1) continue;
    if (n % 2 === 1) {
      expect(await codeOf(titles.list(user(alpha), device, query()))).toBe('request.not-found');
      continue;
    }
    const { items } = await titles.list(user(alpha), device, query());
    expect(items.map((one) => [one.device, one.concerns, one.sender.isYou])).toEqual([[device, 'body', false]]);
  }
  expect((await titles.list(user(alpha), meter, query())).items.map(({ concerns }) => concerns)).toEqual(['target']);
});

/** Which partitions are read by a statement of this viewer's, and how. */
function readBy(statement: string): Promise<{ rows: number | null; looked: string[] }> {
  return asTitleViewerOf(database.pool, { userIds: [alpha], device: meter, now }, async (client) => {
    const scans = async () => {
      const { rows } = await client.query<{ name: string; whole: string; by_index: string }>(
        `select relname as name, seq_scan as whole, coalesce(idx_scan, 0) as by_index from pg_stat_xact_user_tables
         where relname ~ '^(message_log|named_device)_' order by relname`,
      );
      return rows;
    };
    const before = await scans();
    const { rowCount } = await client.query(statement);
    const looked = (await scans()).flatMap(({ name, whole, by_index }, at) => [
      ...(whole === before[at]?.whole ? [] : [`${name} whole`]),
      ...(by_index === before[at]?.by_index ? [] : [`${name} by an index`]),
    ]);
    return { rows: rowCount, looked };
  });
}
const partitionsOf = (...days: string[]) =>
  ['message_log', 'named_device'].flatMap((table) => days.map((day) => `${table}_${day} by an index`));

test('a page, a day and a count look at the partitions of their days by their indexes, and at no others', async () => {
  await record(beta, 1, '2026-11-20T10:00:00Z');
  const page = `select from device_titles('2026-11-20', '2026-11-22', '2026-11-21', null, null, null, null, null, null, null, 10)`;
  expect(await readBy(page)).toEqual({ rows: 1, looked: partitionsOf('20261120', '20261121') });
  const day = "select from titles_between('2026-11-20', '2026-11-20')";
  expect(await readBy(day)).toEqual({ rows: 1, looked: partitionsOf('20261120') });
  const count = `select from device_title_counts('2026-11-20', '2026-11-21', '1 hour', array['-infinity'::timestamptz],
                                                 array['infinity'::timestamptz])`;
  expect(await readBy(count)).toEqual({ rows: 1, looked: partitionsOf('20261120', '20261121') });
});
