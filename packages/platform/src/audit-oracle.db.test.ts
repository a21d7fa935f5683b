import { type MessageQuery, messageKinds, type TitleDocument, type TitleExportQuery, titleKinds } from '@penstock/api';
import type { Eui } from '@penstock/duis';
import fc from 'fast-check';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ExportWorker } from './audit-trail/export-worker.ts';
import {
  consistent,
  describedAs,
  devices,
  directionOf,
  instant,
  NOW,
  oracle,
  partyOf,
  users,
  type World,
  worldOf,
  writeWorld,
} from './audit-trail/testing-title-world.ts';
import { testTitles } from './audit-trail/testing-titles.ts';
import { cellsOf, readLines, type ToldCause, titleCells, toldCauses, withReasons } from './audit-trail/testing-told.ts';
import { ensurePartitions } from './foundation/database/partitions.ts';
import { createLog } from './foundation/log.ts';
import { testRuns } from './foundation/testing-runs.ts';
import { asInventoryViewerOf, asViewerOf } from './foundation/viewing.ts';
import { MACHINE_REASON, startTestApi, type TestApi } from './testing-api.ts';
import { sumUpLog } from './thresholds/log-sums.ts';

// What every address of the audit trail answers, beside the same oracle as the titles: in whole worlds made at random one
// User asks for its record, for titles, causes, reports, exports and looks, and puts a question. Nobody is given what the
// oracle forbids, in a row, a file, a count or the text of an error, and nothing that it allows is hidden.

let started: TestApi;
let pool: pg.Pool;
let worker: ExportWorker;

beforeAll(async () => {
  started = await startTestApi();
  ({ pool } = started.database);
  await ensurePartitions(pool, { today: '2026-11-19', ahead: 5 });
  const titles = testTitles(pool, new Date(NOW));
  worker = new ExportWorker({ pool, titles, log: createLog({ level: 'silent' }), keepDays: 7, mostUserBytes: 1e9 });
});
afterAll(() => started.stop());

const iso = (at: number) => new Date(at).toISOString();
const pointOf = (device: number) => `100000000000${device}`;

interface Asked {
  readonly made: World;
  readonly user: number;
  readonly device: number;
  readonly limit: number;
  readonly ofRecord: Partial<MessageQuery>;
  readonly ofTitles: TitleExportQuery;
  readonly bothAgree: boolean;
}

const conditions = {
  serviceReferenceVariant: fc.constantFrom('4.1.1', '8.11', '11.1'),
  code: fc.constantFrom('I0', 'I99'),
  from: instant.map(iso),
  to: instant.map(iso),
};

/** Clocks differ: some messages are somewhat later than now. */
const skewed = fc.constantFrom(undefined, undefined, undefined, undefined, undefined, NOW + 1, NOW + 2_000);

const asked: fc.Arbitrary<Asked> = fc
  .record({
    made: fc.noBias(worldOf({ hours: 50, newestHours: 50, times: 1, skews: true })),
    skews: fc.array(skewed, { minLength: 60, maxLength: 60 }),
    user: fc.nat({ max: 3 }),
    device: fc.nat({ max: 2 }),
    limit: fc.integer({ min: 4, max: 15 }),
    bothAgree: fc.boolean(),
    seesOne: fc.constantFrom(true, true, true, false),
    ofTitles: fc.oneof(
      fc.constant({}),
      fc.record(
        {
          ...conditions,
          kind: fc.constantFrom(...titleKinds),
          direction: fc.constantFrom('southbound', 'northbound'),
        },
        { requiredKeys: [] },
      ),
    ),
    ofRecord: fc.oneof(
      fc.constant({}),
      fc.record(
        {
          ...conditions,
          kind: fc.constantFrom(...messageKinds),
          device: fc.constantFrom(...devices),
          mpxn: fc.nat({ max: 2 }).map(pointOf),
          requestId: fc
            .tuple(fc.constantFrom(...users), fc.constantFrom(...devices), fc.integer({ min: 1, max: 40 }))
            .map((parts) => parts.join(':')),
        },
        { requiredKeys: [] },
      ),
      fc.record({ mpxn: fc.nat({ max: 2 }).map(pointOf) }),
      fc.record({ device: fc.constantFrom(...devices) }),
    ),
  })
  .map(({ made, skews, seesOne, ...rest }) => {
    const messages = made.messages.map((message, index) => ({ ...message, at: skews[index] ?? message.at }));
    const world = consistent({ ...made, messages });
    return { ...rest, made: world, ...(seesOne ? whoSees(world, rest) : {}) };
  });

/** The next pair of whom there are titles to see, if any; by chance few are. */
function whoSees(made: World, { user, device }: { user: number; device: number }) {
  const pairs = Array.from({ length: 12 }, (_, step) => ({
    user: (user + step) % 4,
    device: (device + Math.floor(step / 4)) % 3,
  }));
  return pairs.find((pair) => (oracle(made, [pair.user], pair.device) ?? []).length > 0);
}

/** Every second responsibility has its registration: one may be registered for a point and not know its meter, and the other way. */
const registrations = ({ responsible }: World) => responsible.filter(({ role }, at) => at % 2 === 0 && role !== 'OU');

async function writePoints(made: World): Promise<void> {
  for (const table of ['metering_point_device', 'registration', 'export', 'export_chunk', 'notice'])
    await pool.query(`delete from ${table}`);
  for (const table of ['asked_question', 'received_question', 'day_count', 'hour_count', 'minute_end'])
    await pool.query(`delete from ${table}`);
  for (const [index, device] of devices.entries())
    await pool.query('insert into metering_point_device values ($1, $2)', [pointOf(index), device]);
  for (const { device, role, user, from, to } of registrations(made))
    await pool.query('insert into registration values ($1, $2, $3, $4, $5)', [
      ...[pointOf(device), role, users[user], iso(from), iso(to)],
    ]);
  await pool.query('delete from alert_decision');
  const alerts = made.messages.flatMap(({ kind, user, at }, index) =>
    /_alert$/.test(kind)
      ? { user: users[user], day: iso(at).slice(0, 10), sequence: index + 1, note: `of ${user}` }
      : [],
  );
  await pool.query(
    `insert into alert_decision (user_id, day, sequence, decided_at, decision, note, author)
     select "user", day, sequence, $2, 'act', note, 'x'
     from json_to_recordset($1) as x("user" macaddr8, day date, sequence bigint, note text)`,
    [JSON.stringify(alerts), iso(NOW)],
  );
  await pool.query(`update sum_cursor set sequence = 0, time = '-infinity'`);
}

const holdsNow = ({ from, to }: { from: number; to: number }) => from <= NOW && NOW < to;
const isActive = ({ suspendedUsers, partyStatus }: World, user: number) =>
  suspendedUsers[user] !== true && partyStatus[partyOf(user)] === 'active';

/** Rows of the own record, newest first. The Operator knows every point. */
function ownRows({ made, user, ofRecord }: Pick<Asked, 'made' | 'user' | 'ofRecord'>, isOperator = false) {
  const { kind, serviceReferenceVariant: srv, code, from, to, device, mpxn, requestId } = ofRecord;
  const isOwnNow = (one: World['responsible'][number]) => one.user === user && holdsNow(one);
  const ofPoint = (index: number) =>
    pointOf(index) === mpxn &&
    (isOperator ||
      (registrations(made).some((one) => isOwnNow(one) && one.device === index) &&
        made.responsible.some((one) => isOwnNow(one) && one.device === index)));
  return made.messages
    .map((message, index) => ({ ...message, time: iso(message.at), sequence: index + 1 }))
    .filter((one) => one.user === user)
    .filter((one) => (kind === undefined || one.kind === kind) && (srv === undefined || one.srv === srv))
    .filter((one) => code === undefined || one.code === code)
    .filter((one) => (from === undefined || one.time >= from) && (to === undefined || one.time < to))
    .filter((one) => device === undefined || one.devices.some((index) => devices[index] === device))
    .filter((one) => mpxn === undefined || one.devices.some((index) => ofPoint(index)))
    .filter(
      (one) =>
        requestId === undefined || requestId === `${users[user]}:${devices[one.devices[0] ?? 0]}:${one.sequence}`,
    )
    .toReversed()
    .map((one) => ({ ...one, position: `${one.time.slice(0, 10)}/${one.sequence}` }));
}

const call = (user: number, method: string, path: string, body?: object) =>
  started.call(String(users[user]), method, `/api/v1${path}`, body);
const positionsIn = (text: string) => text.match(/2026-11-[0-9]{2}\/[0-9]+/g) ?? [];
const euisIn = (text: string) => new Set(text.match(/(?:[0-9A-F]{2}-){7}[0-9A-F]{2}/g));
/** The text of an answer but for the id of this one call. */
const textOf = ({ text }: { text: string }) => text.replace(/"requestId":"[^"]*"/, '');
const queryOf = (query: object) => new URLSearchParams(query as Record<string, string>).toString();

async function pagesOf<Item>(user: number, path: string, limit: number, afterFirst?: () => Promise<unknown>) {
  const items: Item[] = [];
  for (let cursor: unknown = ''; cursor !== undefined; ) {
    const { json, status, text } = await call(user, 'GET', `${path}&limit=${limit}${cursor && `&cursor=${cursor}`}`);
    expect([status, status === 200 ? '' : text]).toEqual([200, '']);
    items.push(...(json.items as Item[]));
    if (cursor === '') await afterFirst?.();
    cursor = json.cursor;
  }
  return items;
}

/** The file of an export that was asked for. */
async function fileOf(user: number, made: Record<string, unknown>): Promise<string> {
  while (await worker.makeNext());
  const { text, status } = await call(user, 'GET', `/exports/${made.export}/file`);
  expect(status, text).toBe(200);
  for (const other of [0, 1, 2, 3].filter((one) => one !== user)) {
    expect([403, 404]).toContain((await call(other, 'GET', `/exports/${made.export}/file`)).status);
  }
  return text;
}

async function expectRecord(one: Asked): Promise<void> {
  const { made, user, limit, ofRecord } = one;
  const expected = ownRows(one);
  const query = queryOf(ofRecord);
  const listed = await pagesOf<{ position: string; code?: string }>(user, `/messages?${query}`, limit);
  expect(listed.map(({ position }) => position)).toEqual(expected.map(({ position }) => position));
  expect(listed.map(({ code }) => code)).toEqual(expected.map(({ code }) => code));
  const csv = await call(user, 'GET', `/messages.csv?${query}`);
  expect(positionsIn(csv.text)).toEqual(expected.map(({ position }) => position));
  const exported = await call(user, 'POST', '/exports', { ...ofRecord, format: 'jsonl' });
  expect(exported.status).toBe(isActive(made, user) ? 200 : 403);
  if (exported.status === 200) {
    // what was recorded by its time
    const past = expected.filter(({ at }) => at < NOW);
    expect(positionsIn(await fileOf(user, exported.json))).toEqual(past.map(({ position }) => position));
  }
}

/** Whether it is another's or nobody's, the answer is the same, to the letter. */
async function expectErrors({ made, user }: Asked): Promise<void> {
  const same = async (method: string, ours: string, nobodys: string, body?: object) => {
    const [one, other] = [await call(user, method, ours, body), await call(user, method, nobodys, body)];
    expect([one.status >= 400, one.status, textOf(one)], ours).toEqual([true, other.status, textOf(other)]);
  };
  const unknown = '00-DB-12-34-56-78-00-99';
  for (const [index, device] of devices.entries()) {
    if (oracle(made, [user], index) !== undefined) continue;
    for (const path of ['titles', 'titles?code=I0&kind=response', 'titles.csv', 'timeline'])
      await same('GET', `/devices/${device}/${path}`, `/devices/${unknown}/${path}`);
    await same('POST', `/devices/${device}/titles/exports`, `/devices/${unknown}/titles/exports`, {});
    const question = { reference: 'x', words: 'Why?' };
    await same('POST', `/devices/${device}/questions`, `/devices/${unknown}/questions`, question);
    if (!made.responsible.some((one) => one.user === user && one.device === index && holdsNow(one)))
      await same('GET', `/devices/${device}`, `/devices/${unknown}`);
  }
  const other = (user + 1) % 4;
  const theirs = made.messages.findIndex((message) => message.user === other && /alert/.test(message.kind));
  const position = theirs < 0 ? undefined : `${iso(made.messages[theirs]?.at ?? 0).slice(0, 10)}/${theirs + 1}`;
  for (const path of ['', '/causes'])
    if (position !== undefined) await same('GET', `/messages/${position}${path}`, `/messages/2026-11-20/99999${path}`);
  for (const path of ['messages', 'messages.csv', 'exports', 'title-readings', 'reports/RSMI_001'])
    await same('GET', `/${path}?userId=${users[other]}`, `/${path}?userId=90-B3-D5-1F-30-09-00-00`);
}

const meets = (query: TitleExportQuery) => (one: NonNullable<ReturnType<typeof oracle>>[number]) =>
  (query.direction === undefined || directionOf(one.kind) === query.direction) &&
  (query.kind === undefined || one.kind === query.kind) &&
  (query.serviceReferenceVariant === undefined || one.srv === query.serviceReferenceVariant) &&
  (query.code === undefined || one.code === query.code) &&
  (query.from === undefined || one.time >= query.from) &&
  (query.to === undefined || one.time < query.to);

async function expectTitles({ made, user, device, ofTitles }: Asked): Promise<number> {
  const path = `/devices/${devices[device]}/titles`;
  const expected = oracle(made, [user], device)?.filter(meets(ofTitles));
  if (expected === undefined) return 0;
  const cells = expected.map(titleCells(made, [user], device));
  const csv = await call(user, 'GET', `${path}.csv?${queryOf(ofTitles)}`);
  expect(withReasons(readLines(csv.text), cells)).toEqual(cells);
  const past = cells.filter(([time = '']) => time < iso(NOW));
  const { json } = await call(user, 'POST', `${path}/exports`, { ...ofTitles, format: 'jsonl' });
  const text = await fileOf(user, json);
  const lines = text.split('\n').flatMap((line): TitleDocument[] => (line === '' ? [] : [JSON.parse(line)]));
  expect(withReasons(lines.map(cellsOf), past)).toEqual(past);
  const asCsv = await call(user, 'POST', `${path}/exports`, { ...ofTitles, format: 'csv' });
  expect(withReasons(readLines(await fileOf(user, asCsv.json)), past)).toEqual(past);
  for (const found of euisIn(text + csv.text)) expect([devices[device], users[user]]).toContain(found);
  return lines.length;
}

/** They are the titles that may be seen and the own rows, folded, and none of them is left out. */
async function expectCauses({ made, user }: Asked): Promise<void> {
  const own = made.messages
    .map((message, index) => ({ ...message, index }))
    .filter((one) => one.user === user && /_alert$/.test(one.kind));
  for (const alert of own.slice(-2)) {
    const { json, text, status } = await call(
      user,
      'GET',
      `/messages/${iso(alert.at).slice(0, 10)}/${alert.index + 1}/causes`,
    );
    expect(status, text).toBe(200);
    const looked = alert.kind === 'device_alert' ? alert.devices.slice(0, 1) : alert.devices;
    const seen = json.devices as { device: string; seesTitles: boolean }[];
    expect(new Map(seen.map((one) => [one.device, one.seesTitles]))).toEqual(
      new Map(looked.map((index) => [devices[index], oracle(made, [user], index) !== undefined])),
    );
    const { expected, told } = toldCauses(made, { user, at: alert.at, looked }, json.causes as ToldCause[]);
    expect(told).toEqual(expected);
    expect((json.decisions as { note: string }[]).map(({ note }) => note)).toEqual([`of ${user}`]);
    for (const found of euisIn(text)) expect([...looked.map((index) => devices[index]), users[user]]).toContain(found);
  }
}

/** The Operator's people and machines see what a User sees, as it, and leave why. */
async function expectOperator({ made, user, device, limit, ofRecord, ofTitles }: Asked): Promise<void> {
  const desk = 'operator service_desk';
  const asUser = (query: object) => queryOf({ ...query, userId: users[user], limit });
  const reasons = async () =>
    (
      await pool.query('select what from record_reading where user_id = $1 and reason = $2', [
        ...[users[user], MACHINE_REASON],
      ])
    ).rows.length;
  const before = await reasons();
  const own = await started.call(desk, 'GET', `/api/v1/messages?${asUser(ofRecord)}`);
  const rows = ownRows({ made, user, ofRecord }, true).slice(0, limit);
  expect((own.json.items as { position: string }[]).map(({ position }) => position)).toEqual(
    rows.map(({ position }) => position),
  );
  const titles = await started.call(desk, 'GET', `/api/v1/devices/${devices[device]}/titles?${asUser(ofTitles)}`);
  const seen = oracle(made, [user], device)?.filter(meets(ofTitles)).slice(0, limit);
  expect(titles.status).toBe(seen === undefined ? 404 : 200);
  const cells = (seen ?? []).map(titleCells(made, [user], device));
  expect(withReasons(((titles.json.items ?? []) as TitleDocument[]).map(cellsOf), cells)).toEqual(cells);
  expect((await reasons()) - before).toBe(2);
}

/** Without the first wall, whoever reads as a User reads of each table its own rows, all of them and no others. */
async function expectSecondWall({ made, user }: Asked): Promise<void> {
  const counts = await asViewerOf(pool, [users[user] as Eui], async (client) => {
    const found: Record<string, string[]> = {};
    for (const table of [...tablesOfUsers, 'message_device']) {
      const { rows } = await client.query(`select user_id, count(*) from ${table} group by user_id`);
      found[table] = rows.map((row) => `${row.user_id} ${row.count}`);
    }
    return found;
  });
  const own = String(users[user]).toLowerCase().replaceAll('-', ':');
  const of = (count: number) => (count === 0 ? [] : [`${own} ${count}`]);
  const sent = made.messages.filter((one) => one.user === user);
  const named = sent.reduce((sum, one) => sum + one.devices.length - 1, 0);
  const expected: Record<string, string[]> = { message_device: of(sent.length + named) };
  for (const table of tablesOfUsers) {
    const { rows } = await pool.query(
      `select from ${table} where user_id = $1 ${table === 'title_reading' ? "and side = 'user'" : ''}`,
      [users[user]],
    );
    expected[table] = of(rows.length);
  }
  expect(counts).toEqual({ ...expected, message_log: of(sent.length), named_device: of(named) });
}
const tablesOfUsers = [
  ...['message_log', 'named_device', 'asked_question', 'received_question', 'title_reading', 'export', 'export_chunk'],
  'alert_decision',
];

async function expectReports({ made, user, device }: Asked): Promise<void> {
  const rows = async (path: string) => {
    const { text, status } = await call(user, 'GET', `/reports/${path}`);
    expect(status, text).toBe(200);
    const [head = '', ...lines] = text.trimEnd().split('\r\n');
    return lines.map((line) => Object.fromEntries(line.split(',').map((cell, at) => [head.split(',')[at], cell])));
  };
  const own = made.messages.filter((one) => one.user === user);
  await sumUpLog(pool);
  // it counts as thresholds do: not what was held or refused, nor a command that is to be signed
  const went = own.filter(({ verdict, variant }) => /^(?:passed|warned)$/.test(verdict) && variant !== 4);
  expect(counted(await rows('RSAT_001?month=2026-11'), 'messages')).toEqual(
    tally(
      went.map((one) => ({ ...one, direction: directionOf(one.kind) })),
      transactionColumns,
    ),
  );
  const ofDevice = own.filter((one) => one.devices.includes(device));
  const detailed = await rows(`RSAT_002?month=2026-11&device=${devices[device]}`);
  expect(counted(detailed, 'messages', [...transactionColumns, 'verdict', 'code'])).toEqual(
    tally(
      ofDevice.map((one) => ({ ...one, direction: directionOf(one.kind) })),
      [...transactionColumns, 'verdict', 'code'],
    ),
  );
  for (const { firstAt, lastAt, ...row } of detailed) {
    const alike = ofDevice.filter(
      (one) =>
        one.srv === row.serviceReferenceVariant &&
        one.kind === row.kind &&
        one.verdict === row.verdict &&
        one.code === row.code,
    );
    expect([firstAt, lastAt]).toEqual([alike[0], alike.at(-1)].map((one) => iso(one?.at ?? 0)));
  }
  await expectInventory(made, user, rows);
}

const transactionColumns = ['serviceReferenceVariant', 'direction', 'kind'];
type Cells = Readonly<Record<string, unknown>>;

/** How many there are of each, by these columns; a message has the name of one of them for its own. */
function tally(of: readonly object[], columns: readonly string[]): string[] {
  const textOf = (one: object) =>
    columns.map((column) => (one as Cells)[column === 'serviceReferenceVariant' ? 'srv' : column]).join();
  return [...Map.groupBy(of, textOf)].map(([text, alike]) => `${text}: ${alike.length}`).sort();
}

/** The same of the lines of a report. */
const counted = (lines: readonly Cells[], count: string, columns: readonly string[] = transactionColumns) =>
  lines.map((line) => `${columns.map((column) => line[column]).join()}: ${line[count]}`).sort();

/** What each is responsible for, by the reports, and by the second wall whoever asks it for whomever. */
async function expectInventory(made: World, user: number, rows: (path: string) => Promise<Cells[]>): Promise<void> {
  const ofUser = (one: World['responsible'][number]) => one.user === user;
  const held = new Set(made.responsible.filter((one) => ofUser(one) && holdsNow(one)).map(({ device }) => device));
  const described = [...held].map((device) => ({ kind: 'ESME', status: 'Commissioned', ...describedAs(device) }));
  for (const [name, columns] of [
    ['RSMI_001', ['kind', 'status']],
    ['RSMI_002', ['kind', 'manufacturer', 'model', 'firmware', 'smets']],
    ['RSMI_003', ['region', 'kind']],
  ] as const) {
    expect(counted(await rows(name), 'devices', columns)).toEqual(tally(described, columns));
  }
  const month = { from: Date.parse('2026-11-01T00:00:00Z'), to: NOW };
  const changes = (of: World['responsible']) =>
    of.flatMap(({ from, to, ...one }) =>
      [
        { change: 'gained', at: from },
        { change: 'lost', at: to },
      ]
        .filter(({ at }) => at >= month.from && at <= month.to)
        .map(({ change }) => ({ ...one, kind: 'ESME', change })),
    );
  const once = new Map(
    changes(made.responsible.filter(ofUser)).map((one) => [[one.role, one.change, one.device].join(), one]),
  );
  const columns = ['role', 'kind', 'change'];
  expect(counted(await rows('RSMI_004?month=2026-11'), 'devices', columns)).toEqual(tally([...once.values()], columns));
  const behind = { userIds: [users[user]] as Eui[], now: new Date(NOW), longest: 10 };
  const [seen, changed] = await asInventoryViewerOf(pool, behind, async (client) => [
    (await client.query('select user_id, model from own_device')).rows,
    (
      await client.query('select user_id, device, role, change from own_responsibility_change where at >= $1', [
        iso(month.from),
      ])
    ).rows,
  ]);
  const ownEui = String(users[user]).toLowerCase().replaceAll('-', ':');
  expect(seen.map((row) => `${row.user_id} ${row.model}`).sort()).toEqual(
    described.map(({ model }) => `${ownEui} ${model}`).sort(),
  );
  expect(changed.length).toBe(changes(made.responsible.filter(ofUser)).length);
  expect(changed.every((row) => row.user_id === ownEui)).toBe(true);
}

/** About a title that one may see; each side learns what it is told, and who the other is when both agree. */
async function expectQuestion({ made, user, device, bothAgree }: Asked): Promise<void> {
  const seen = oracle(made, [user], device);
  if (seen === undefined) return;
  const path = `/devices/${devices[device]}`;
  const titles = await pagesOf<TitleDocument>(user, `${path}/titles?`, 60);
  const at = titles.findIndex((one) => !one.sender.isYou);
  const own = titles.find((one) => one.sender.isYou);
  const question = { words: 'Why was this sent?', agreesToBeNamed: true };
  if (own !== undefined) {
    const { json } = await call(user, 'POST', `${path}/questions`, { ...question, reference: own.reference });
    expect(json.code).toBe('questions.own');
  }
  const [title, message] = [titles[at], made.messages[Number(seen[at]?.sequence) - 1]];
  if (title === undefined || message === undefined) return;
  const body = { ...question, reference: title.reference };
  for (const other of [0, 1, 2, 3].filter((one) => one !== user)) {
    const { json } = await call(other, 'POST', `${path}/questions`, body);
    expect(['questions.no-title', 'request.not-found']).toContain(json.code);
  }
  const asked = await call(user, 'POST', `${path}/questions`, body);
  expect(asked.status, asked.text).toBe(200);
  const one = `/questions/${asked.json.question}`;
  const sender = message.user;
  for (const other of [0, 1, 2, 3]) {
    const received = (await call(other, 'GET', '/questions?side=received')).json.items as object[];
    expect(received.length).toBe(other === sender ? 1 : 0);
    if (other === sender || other === user) continue;
    const unknown = await call(other, 'GET', '/questions/00000000-0000-4000-8000-000000000077');
    expect(textOf(await call(other, 'GET', one))).toBe(textOf(unknown));
  }
  const before = await call(sender, 'GET', one);
  for (const found of euisIn(before.text)) expect(found).toBe(users[sender]);
  expect(before.text).not.toMatch(/Party \d/);
  expect(before.json.askerRole).toBe(title.why.role);
  const answered = await call(sender, 'POST', `${one}/answer`, { answer: 'It was due.', agreesToBeNamed: bothAgree });
  expect(answered.status, answered.text).toBe(isActive(made, sender) ? 200 : 403);
  if (answered.status === 403) return;
  const after = await call(user, 'GET', one);
  expect(after.json.answer).toBe('It was due.');
  const named = (who: number) => (bothAgree ? { userId: users[who], party: `Party ${partyOf(who)}` } : undefined);
  expect(after.json.named).toEqual(named(sender));
  expect((await call(sender, 'GET', one)).json.named).toEqual(named(user));
  if (bothAgree) return;
  for (const found of euisIn(after.text)) expect([devices[device], users[user]]).toContain(found);
  if (title.sender.party === undefined) expect(after.text).not.toMatch(/Party \d/);
}

/** Of a list that is paged while rows arrive, every row of before comes once, and none of the new ones between them. */
async function expectPages({ made, user, device }: Asked): Promise<void> {
  const next = made.messages.length;
  const arrive = (count: number) =>
    pool.query(
      `insert into message_log (user_id, day, sequence, recorded_at, direction, kind, verdict, originator, target, counter,
                                srv, code, size, sha256, repetition)
       select $1, '2026-11-22', n, $4::timestamptz + n * interval '1 ms', 'southbound', 'service_request', 'passed', $1, $2,
              n, '4.1.1', 'I0', 1, sha256('x'), n from generate_series($3::integer + 1, $3::integer + 5) n`,
      [users[user], devices[device], next + count * 5, iso(NOW + 3_000)],
    );
  const all = { made, user, device, ofRecord: {} } as Asked;
  const listed = await pagesOf<{ position: string }>(user, '/messages?', 4, () => arrive(0));
  expect(listed.map(({ position }) => position)).toEqual(ownRows(all).map(({ position }) => position));
  const seen = oracle(made, [user], device);
  if (seen === undefined) return;
  const path = `/devices/${devices[device]}/titles?`;
  const before = await pagesOf<TitleDocument>(user, path, 60);
  expect(before.length).toBe(seen.length + 5);
  const paged = await pagesOf<TitleDocument>(user, path, 4, () => arrive(1));
  expect(paged.map(({ time }) => time)).toEqual(before.map(({ time }) => time));
}

test('each address gives a User what the oracle allows, all of it and nothing else', async () => {
  let exported = 0;
  await fc.assert(
    fc.asyncProperty(asked, async (one) => {
      await writeWorld(pool, one.made);
      await writePoints(one.made);
      await expectRecord(one);
      exported += await expectTitles(one);
      await expectCauses(one);
      await expectReports(one);
      await expectErrors(one);
      await expectQuestion(one);
      const looks = await pagesOf<{ userId: string }>(one.user, '/title-readings?', 200);
      expect(looks.filter(({ userId }) => userId !== users[one.user])).toEqual([]);
      const { rows } = await pool.query("select from title_reading where user_id = $1 and side = 'user'", [
        users[one.user],
      ]);
      expect(looks.length).toBe(rows.length);
      await expectOperator(one);
      await expectSecondWall(one);
      await expectPages(one);
    }),
    testRuns(18),
  );
  // worlds in which nobody may see anything would prove nothing
  expect(exported).toBeGreaterThan(5);
});
