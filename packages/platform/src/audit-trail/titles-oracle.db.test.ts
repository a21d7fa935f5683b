import { type TimelineDocument, type TitleDocument, type TitleQuery, titleKinds } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensurePartitions } from '../foundation/database/partitions.ts';
import { type TestDatabase, testDatabase } from '../foundation/database/testing.ts';
import { PenstockError } from '../foundation/errors.ts';
import { asTitleViewerOf } from '../foundation/viewing.ts';
import { createRecordStore } from './record-store.ts';
import { testTitles } from './testing-titles.ts';
import { readTimeline } from './timeline-store.ts';

// Whole worlds, made at random: Parties, roles, devices of a home, responsibilities in time, switches in time, messages of
// every kind and verdict with devices in their bodies. What the store gives, and what the view behind row-level security
// gives by itself, is compared with an oracle that looks at each message and each rule in turn.

const HOUR = 3_600_000;
const NOW = Date.parse('2026-11-22T12:00:00Z');
const operator = requireEui('90-B3-D5-1F-30-00-00-02');
const users = [1, 2, 3, 4].map((n) => requireEui(`90-B3-D5-1F-30-0${n}-00-00`));
const devices = [1, 2, 3].map((n) => requireEui(`00-DB-12-34-56-78-00-0${n}`));
const partyOf = (user: number) => (user < 2 ? 0 : 1);

interface SpanOf {
  user: number;
  role: string;
  from: number;
  to: number;
}
interface World {
  suspendedUsers: boolean[];
  partyStatus: string[];
  roles: SpanOf[];
  responsible: (SpanOf & { device: number })[];
  networks: (SpanOf & { device: number })[];
  switches: { name: string; value: string; from: number }[];
  messages: {
    user: number;
    kind: string;
    verdict: string;
    released: boolean;
    at: number;
    devices: number[];
    srv: string;
    code: string;
  }[];
}

// hours before (and after) now; the ends lie beyond the record
const instant = fc
  .constantFrom(-200, -60, -48, -36, -30, -24, -20, -12, -6, -1, 0, 1, 5, 200)
  .map((h) => NOW + h * HOUR);
// what each User ID mostly has; most of it always
const usual = [
  ['IS', 'ES'],
  ['GS', 'IS'],
  ['IS', 'ED', 'OU'],
  ['GT', 'GS', 'RSA'],
];
const roleOf = fc
  .nat({ max: 3 })
  .chain((user) => fc.constantFrom(...(usual[user] ?? [])).map((role) => ({ user, role })));
const time = fc
  .tuple(instant, instant)
  .filter(([one, other]) => one !== other)
  .map(([one, other]) => ({ from: Math.min(one, other), to: Math.max(one, other) }));
const always = { from: NOW - 200 * HOUR, to: NOW + 200 * HOUR };
const span = fc.tuple(roleOf, time).map(([who, when]) => ({ ...who, ...when }));
const onDevice = fc.tuple(span, fc.nat({ max: 2 })).map(([one, device]) => ({ ...one, device }));

const world: fc.Arbitrary<World> = fc.record({
  suspendedUsers: fc.array(
    fc.nat({ max: 7 }).map((die) => die === 0),
    { minLength: 4, maxLength: 4 },
  ),
  partyStatus: fc.array(fc.constantFrom('active', 'active', 'active', 'active', 'suspended', 'withdrawn'), {
    minLength: 2,
    maxLength: 2,
  }),
  roles: fc
    .tuple(fc.array(span, { maxLength: 6 }), fc.array(roleOf, { minLength: 6, maxLength: 12 }))
    .map(([some, whole]) => [...some, ...whole.map((who) => ({ ...who, ...always }))]),
  responsible: fc.array(onDevice, { minLength: 12, maxLength: 24, size: 'max' }),
  networks: fc.array(
    onDevice.map((one) => ({ ...one, ...(one.user < 2 ? { user: 2, role: 'ED' } : { user: 3, role: 'GT' }) })),
    { maxLength: 4 },
  ),
  switches: fc.array(
    fc.oneof(
      fc.record({ name: fc.constant('sender'), value: fc.constantFrom('role', 'party'), from: instant }),
      fc.record({
        name: fc.constant('network_operators'),
        value: fc.constantFrom('none', 'meters', 'home'),
        from: instant,
      }),
      fc.record({ name: fc.constant('history'), value: fc.constantFrom('shown', 'hidden'), from: instant }),
    ),
    { maxLength: 6 },
  ),
  messages: fc.array(
    fc.record({
      user: fc.nat({ max: 3 }),
      kind: fc.constantFrom(...titleKinds, 'acknowledgement', 'pre_command', 'device_alert', 'dcc_alert'),
      verdict: fc.constantFrom('passed', 'passed', 'passed', 'warned', 'held', 'deleted', 'refused'),
      released: fc.boolean(),
      at: fc.integer({ min: -50 * 3600, max: 0 }).map((seconds) => NOW + seconds * 1000),
      devices: fc.uniqueArray(fc.nat({ max: 2 }), { minLength: 1, maxLength: 3 }),
      srv: fc.constantFrom('4.1.1', '8.11', '11.1'),
      code: fc.constantFrom('I0', 'I99', 'E20'),
    }),
    { minLength: 30, maxLength: 60, size: 'max' },
  ),
});

let database: TestDatabase;
let server: { query: (sql: string, values?: unknown[]) => Promise<unknown> };
beforeAll(async () => {
  database = await testDatabase();
  server = database.pool;
  await ensurePartitions(database.pool, { today: '2026-11-19', ahead: 5 });
});
afterAll(() => database.drop());

/** Spans of one key may not begin at one time, nor two Users be responsible for one device in one role at once. */
function consistent(given: World): World {
  const kept = <Span extends SpanOf>(spans: readonly Span[], key: (one: Span) => string): Span[] => {
    const made: Span[] = [];
    for (const one of spans) {
      const clash = made.some((other) => key(other) === key(one) && other.from < one.to && one.from < other.to);
      if (!clash) made.push(one);
    }
    return made;
  };
  const switches = [...new Map(given.switches.map((one) => [`${one.name} ${one.from}`, one])).values()];
  return {
    ...given,
    roles: kept(given.roles, ({ user, role }) => `${user} ${role}`),
    responsible: kept(given.responsible, ({ device, role }) => `${device} ${role}`),
    networks: kept(given.networks, ({ device, role, user }) => `${device} ${role} ${user}`),
    switches,
    messages: given.messages.toSorted((one, other) => one.at - other.at),
  };
}

async function write(made: World): Promise<void> {
  await server.query(
    `truncate message_log, named_device, held_decision, release_span, responsibility, home_network, title_switch,
              user_role, title_reading, device, user_id, party cascade`,
  );
  const iso = (time: number) => new Date(time).toISOString();
  const insert = async (sql: string, rows: readonly object[]) =>
    rows.length > 0 && server.query(sql, [JSON.stringify(rows)]);
  await insert(
    `insert into party (party_id, name, kind, status)
     select id, name, 'other', status from json_to_recordset($1) as x(id text, name text, status text)`,
    made.partyStatus.map((status, index) => ({ id: `P${index}`, name: `Party ${index}`, status })),
  );
  await insert(
    `insert into user_id (user_id, party_id, status)
     select id, party, status from json_to_recordset($1) as x(id macaddr8, party text, status text)`,
    users.map((id, index) => ({
      id,
      party: `P${partyOf(index)}`,
      status: made.suspendedUsers[index] === true ? 'suspended' : 'active',
    })),
  );
  const spans = (rows: readonly (SpanOf & { device?: number })[]) =>
    rows.map(({ user, role, from, to, device }) => ({
      id: users[user],
      role,
      from: iso(from),
      to: iso(to),
      device: devices[device ?? 0],
    }));
  const columns = 'x(id macaddr8, role text, "from" timestamptz, "to" timestamptz, device macaddr8)';
  await insert(
    `insert into user_role select id, role, "from", "to" from json_to_recordset($1) as ${columns}`,
    spans(made.roles),
  );
  await insert(
    `insert into device (device, kind, status) select device, 'ESME', 'Commissioned' from json_to_recordset($1) as x(device macaddr8)`,
    devices.map((device) => ({ device })),
  );
  await insert(
    `insert into responsibility select device, role, id, "from", "to" from json_to_recordset($1) as ${columns}`,
    spans(made.responsible),
  );
  await insert(
    `insert into home_network select device, role, id, "from", "to" from json_to_recordset($1) as ${columns}`,
    spans(made.networks),
  );
  await server.query('select refresh_responsible($1)', [devices]);
  await insert(
    `insert into title_switch (switch, valid_from, value, author)
     select name, "from", value, 'x' from json_to_recordset($1) as x(name text, "from" timestamptz, value text)`,
    made.switches.map((one) => ({ ...one, from: iso(one.from) })),
  );
  const messages = made.messages.map((message, index) => ({
    id: users[message.user],
    day: iso(message.at).slice(0, 10),
    sequence: index + 1,
    at: iso(message.at),
    direction: /request|command$/.test(message.kind) && message.kind !== 'pre_command' ? 'southbound' : 'northbound',
    kind: message.kind,
    verdict: message.verdict,
    target: devices[message.devices[0] ?? 0],
    srv: message.srv,
    code: message.code,
    devices: message.devices.map((device) => devices[device]),
  }));
  const of = `x(id macaddr8, day date, sequence bigint, at timestamptz, direction message_direction, kind message_kind,
                verdict message_verdict, target macaddr8, srv text, code text, devices macaddr8[])`;
  await insert(
    `insert into message_log (user_id, day, sequence, recorded_at, direction, kind, verdict, originator, target, counter,
                              srv, code, size, sha256, repetition)
     select id, day, sequence, at, direction, kind, verdict, id, target, sequence, srv, code, 1000 + sequence, sha256('x'), sequence
     from json_to_recordset($1) as ${of}`,
    messages,
  );
  await insert(
    `insert into named_device (user_id, day, sequence, device)
     select id, day, sequence, d.device from json_to_recordset($1) as ${of}, unnest(devices) as d(device)
     where d.device <> target`,
    messages,
  );
  const released = messages.filter(
    (_, index) => made.messages[index]?.released && made.messages[index].verdict === 'held',
  );
  await insert(
    `insert into held_decision (user_id, day, sequence, event, action, reason, submission, decided_at)
     select id, day, sequence, 1, 'process', 'x', 'x', at from json_to_recordset($1) as ${of}`,
    released,
  );
  await insert(
    `insert into release_span (user_id, submission, day, from_sequence, to_sequence, released_at, stream_day, stream_sequence)
     select id, 'x', day, sequence - 1, sequence, at + interval '90 seconds', day, sequence from json_to_recordset($1) as ${of}`,
    released,
  );
}

const holds = (span: SpanOf, at: number) => span.from <= at && at < span.to;

/** What a viewer may see of a device, newest first, by the rules one by one. */
function oracle(made: World, viewer: readonly number[], device: number) {
  const latest = (name: string, at: number) =>
    made.switches
      .filter((one) => one.name === name && one.from <= at)
      .toSorted((one, other) => other.from - one.from)[0]?.value;
  const counts = (one: SpanOf, isHome: boolean): boolean => {
    if (!viewer.includes(one.user)) return false;
    if (made.suspendedUsers[one.user] === true || made.partyStatus[partyOf(one.user)] !== 'active') return false;
    if (!made.roles.some((held) => held.user === one.user && held.role === one.role && holds(held, NOW))) return false;
    if (!['IS', 'ES', 'GS', 'ED', 'GT'].includes(one.role)) return false;
    if (one.role !== 'ED' && one.role !== 'GT') return true;
    const networks = latest('network_operators', NOW) ?? 'meters';
    return networks === 'home' || (networks === 'meters' && !isHome);
  };
  const mine = [
    ...made.responsible.filter((one) => one.device === device && counts(one, false)),
    ...made.networks.filter((one) => one.device === device && counts(one, true)),
  ];
  const present = mine.filter((one) => holds(one, NOW));
  if (present.length === 0) return undefined;
  const showsHistory = (latest('history', NOW) ?? 'shown') === 'shown';
  return made.messages
    .map((message, index) => ({ ...message, index }))
    .filter(({ kind }) => (titleKinds as readonly string[]).includes(kind))
    .filter(({ verdict, released }) => verdict === 'passed' || verdict === 'warned' || (verdict === 'held' && released))
    .filter((message) => message.devices.includes(device))
    .filter(({ at }) => mine.some((one) => holds(one, at)) || (showsHistory && present.some((one) => at < one.from)))
    .toReversed()
    .map((message) => {
      const isSender = (one: SpanOf) => one.user === message.user && holds(one, message.at);
      const order = ['IS', 'ES', 'GS', 'ED', 'GT', 'RSA', 'OU'];
      const roles = order.filter((role) => made.roles.some((one) => one.role === role && isSender(one)));
      const acting = roles.find((role) =>
        made.responsible.some((one) => one.device === device && one.role === role && isSender(one)),
      );
      const showsParty = latest('sender', NOW) === 'party' && latest('sender', message.at) === 'party';
      return {
        time: new Date(message.at).toISOString(),
        sequence: String(message.index + 1),
        kind: message.kind,
        srv: message.srv,
        code: message.code,
        concerns: message.devices[0] === device ? 'target' : 'body',
        role: acting ?? roles[0],
        party: showsParty ? `Party ${partyOf(message.user)}` : undefined,
        isYou: viewer.includes(message.user),
        wasHeld: message.verdict === 'held',
      };
    });
}

const shownAs = (title: TitleDocument) => ({
  time: title.time,
  kind: title.kind,
  srv: title.serviceReferenceVariant,
  code: title.code,
  concerns: title.concerns,
  role: title.sender.role,
  party: title.sender.party,
  isYou: title.sender.isYou,
  wasHeld: title.sentAt !== undefined,
});

/** All pages of a timeline of three days, as one. */
async function readAll(
  parts: Parameters<typeof readTimeline>[0],
  userId: Eui,
  device: Eui,
  limit: number,
): Promise<TimelineDocument> {
  const viewer = { kind: 'user', userIds: [userId] } as const;
  const query = { from: new Date(NOW - 72 * HOUR).toISOString(), limit };
  const first = await readTimeline(parts, viewer, device, query);
  const items = [...first.items];
  for (let { cursor } = first; cursor !== undefined; ) {
    const page: TimelineDocument = await readTimeline(parts, viewer, device, { ...query, cursor });
    items.push(...page.items);
    cursor = page.cursor;
  }
  return { ...first, items };
}

/** What a timeline may tell is what the titles and the own alerts tell one by one: each of them once, and nothing else. */
function expectTimeline(given: TimelineDocument, made: World, expected: NonNullable<ReturnType<typeof oracle>>): void {
  const user = users.indexOf(given.userId as Eui);
  const device = devices.indexOf(given.device as Eui);
  const alerts = made.messages.filter(
    ({ kind, ...one }) => /_alert$/.test(kind) && one.user === user && one.devices.includes(device),
  );
  const told = given.items.flatMap((entry) => (entry.what === 'messages' ? entry.parts : []));
  const lines = (of: readonly { kind: string; srv?: string | undefined; concerns: string; sender: string }[]) =>
    of.map((one) => [one.kind, one.srv, one.concerns, one.sender].join(' ')).sort();
  const sender = (one: { role?: string | undefined; party?: string | undefined; isYou: boolean }) =>
    [one.role, one.party, one.isYou].join();
  expect(
    lines(
      told.flatMap((part) =>
        Array.from({ length: part.count }, () => ({
          ...part,
          srv: part.serviceReferenceVariant,
          sender: sender(part.sender),
        })),
      ),
    ),
  ).toEqual(lines(expected.map((one) => ({ ...one, sender: sender(one) }))));
  const codes = (of: readonly string[]) => of.toSorted();
  expect(codes(told.flatMap((part) => part.codes.flatMap(({ code, count }) => Array(count).fill(code))))).toEqual(
    codes(expected.map(({ code }) => code)),
  );
  const times = told.flatMap(({ messages }) => messages.map(({ time }) => time));
  expect(new Set(expected.map(({ time }) => time))).toEqual(new Set([...times, ...told.map(({ first }) => first)]));
  const had = given.items.flatMap((entry) => (entry.what === 'alerts' ? entry : []));
  expect(had.reduce((sum, { count }) => sum + count, 0)).toBe(alerts.length);
  const causes = had.flatMap((entry) => entry.causes);
  for (const { recordedAt } of causes) expect(expected.map(({ time }) => time)).toContain(recordedAt);
  const levels = given.activity?.items ?? [];
  expect(levels.reduce((sum, { messages }) => sum + messages.count, 0)).toBe(expected.length);
  expect(levels.reduce((sum, one) => sum + one.alerts.count, 0)).toBe(alerts.length);
  // of EUIs only the device's and the viewer's own; nothing is named by a name that comes twice
  const text = JSON.stringify(given);
  for (const found of text.match(/(?:[0-9A-F]{2}-){7}[0-9A-F]{2}/g) ?? []) {
    expect([given.device, given.userId]).toContain(found);
  }
  const references = told.flatMap(({ messages }) => messages.map(({ reference }) => reference));
  expect(new Set(references).size).toBe(references.length);
}

const viewers: readonly (readonly number[])[] = [[0], [1], [2], [3], [0, 1], [2, 3]];
const filters: fc.Arbitrary<Partial<TitleQuery>> = fc.record(
  {
    kind: fc.constantFrom(...titleKinds),
    serviceReferenceVariant: fc.constantFrom('4.1.1', '8.11', '11.1'),
    code: fc.constantFrom('I0', 'I99'),
    from: instant.map((time) => new Date(time).toISOString()),
    to: instant.map((time) => new Date(time).toISOString()),
  },
  { requiredKeys: [] },
);

test('each viewer is given what the oracle allows, all of it and nothing else, by both walls and by the second alone', async () => {
  let allowed = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.noBias(world.map(consistent)),
      fc.oneof(fc.constant<Partial<TitleQuery>>({}), filters),
      fc.integer({ min: 1, max: 12 }),
      async (made, filter, limit) => {
        await write(made);
        const titles = testTitles(database.pool, new Date(NOW), 3);
        const common = { pool: database.pool, now: () => new Date(NOW), logDays: 3 };
        const parts = { ...common, titles, record: createRecordStore(common) };
        for (const viewer of viewers) {
          const userIds = viewer.map((index) => users[index] as Eui);
          // of one User ID, and without conditions
          const hasTimeline = viewer.length === 1 && Object.keys(filter).length === 0;
          const second = new Map<string, string[]>();
          for (const [device, eui] of devices.entries()) {
            const expected = oracle(made, viewer, device);
            second.set(
              eui,
              (expected ?? []).map((one) => one.sequence),
            );
            const given: TitleDocument[] = [];
            let cursor: string | undefined;
            let refused: unknown;
            do {
              const page = await titles
                .list({ kind: 'user', userIds }, eui, { ...filter, limit, cursor })
                .catch((cause: unknown) => {
                  refused = cause;
                  return { items: [], cursor: undefined };
                });
              given.push(...page.items);
              cursor = page.cursor;
            } while (cursor !== undefined);
            if (expected === undefined) {
              expect(refused).toBeInstanceOf(PenstockError);
              expect((refused as PenstockError).code).toBe('request.not-found');
              if (hasTimeline) {
                const { message } = refused as PenstockError;
                await expect(readAll(parts, userIds[0] as Eui, eui, limit)).rejects.toThrow(message);
              }
              continue;
            }
            if (hasTimeline) expectTimeline(await readAll(parts, userIds[0] as Eui, eui, limit), made, expected);
            expect(refused).toBeUndefined();
            const met = expected
              .filter(
                (one) =>
                  (filter.kind === undefined || one.kind === filter.kind) &&
                  (filter.serviceReferenceVariant === undefined || one.srv === filter.serviceReferenceVariant) &&
                  (filter.code === undefined || one.code === filter.code) &&
                  (filter.from === undefined || one.time >= filter.from) &&
                  (filter.to === undefined || one.time < filter.to),
              )
              .map(({ sequence: _, ...shown }) => shown);
            expect(given.map(shownAs)).toEqual(met);
            allowed += met.length;
            // nothing that shows who sent it: of EUIs only the device's and the viewer's own, and no two references alike
            const euis = new Set(JSON.stringify(given).match(/(?:[0-9A-F]{2}-){7}[0-9A-F]{2}/g));
            for (const found of euis) expect([eui, ...userIds]).toContain(found);
            expect(new Set(given.map((title) => title.reference)).size).toBe(given.length);
          }
          for (const eui of devices) {
            const asked = { userIds, device: eui, now: new Date(NOW) };
            const { rows } = await asTitleViewerOf(database.pool, asked, (client) =>
              client.query<{ device: string; sequence: string }>(
                'select device, sequence::text from device_title order by device_title.sequence desc',
              ),
            );
            expect(rows.map((row) => row.sequence)).toEqual(second.get(eui));
            expect(rows.every((row) => requireEui(row.device) === eui)).toBe(true);
          }
        }
      },
    ),
    { numRuns: 20, endOnFailure: true },
  );
  // a world in which nobody may see anything would prove nothing
  expect(allowed).toBeGreaterThan(100);
});

test('as the role of those who look at titles, nothing else can be read, and nobody sees anything without a User ID', async () => {
  const as = (userIds: readonly Eui[], sql: string) =>
    asTitleViewerOf(database.pool, { userIds, device: devices[0] as Eui, now: new Date(NOW) }, (client) =>
      client.query(sql),
    );
  for (const table of [
    'message_log',
    'named_device',
    'responsibility',
    'home_network',
    'user_id',
    'party',
    'title_responsibility',
    'title_reading',
    'sealing_key',
    'held_decision',
    'release_span',
    'message_log_20261122',
  ]) {
    await expect(as(users, `select from ${table} limit 1`)).rejects.toThrow(/permission denied/);
  }
  expect((await as([], 'select from device_title')).rows).toEqual([]);
  expect((await as([operator], 'select from device_title')).rows).toEqual([]);
});
