import { randomUUID } from 'node:crypto';
import { type TimelineDocument, type TitleDocument, type TitlePage, type TitleQuery, titleKinds } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensurePartitions } from '../foundation/database/partitions.ts';
import { type TestDatabase, testDatabase } from '../foundation/database/testing.ts';
import { PenstockError } from '../foundation/errors.ts';
import { testRuns } from '../foundation/testing-runs.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { asTitleViewerOf } from '../foundation/viewing.ts';
import { createRecordStore } from './record-store.ts';
import {
  consistent,
  devices,
  directionOf,
  HOUR,
  instant,
  NOW,
  operator,
  oracle,
  users,
  type World,
  worldOf,
  writeWorld,
} from './testing-title-world.ts';
import { testTitles } from './testing-titles.ts';
import { readTimeline } from './timeline-store.ts';
import { TITLES_SQL, type TitleStore } from './title-store.ts';

// What the store gives, and what the view behind row-level security gives by itself, is compared with an oracle that looks at
// each message and each rule in turn.

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await ensurePartitions(database.pool, { today: '2026-11-19', ahead: 5 });
});
afterAll(() => database.drop());

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

/** Page after page of titles, and how many questions that took. */
async function allPages(titles: TitleStore, viewer: Viewer, device: Eui, query: TitleQuery) {
  const given: TitleDocument[] = [];
  let [pages, cursor]: [number, string | undefined] = [0, undefined];
  let refused: unknown;
  do {
    pages += 1;
    const page: TitlePage = await titles.list(viewer, device, { ...query, cursor }).catch((cause: unknown) => {
      refused = cause;
      return { items: [], cursor: undefined };
    });
    given.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return { given, pages, refused };
}

const withoutReference = ({ reference: _, ...shown }: TitleDocument) => shown;

/** The same asked by one of the Operator's people, as that User and with a reason; and what was written down of it. */
async function asOperator(titles: TitleStore, device: Eui, query: TitleQuery) {
  const personId = randomUUID();
  const person = {
    personId,
    email: 'desk@people.example',
    role: 'service_desk',
    reason: `ticket ${personId}`,
  } as const;
  const answered = await allPages(titles, { kind: 'operator', userId: operator, person }, device, query);
  const { rows } = await database.pool.query<{ reasons: number; looks: number; refused: number }>(
    `select (select count(*) from record_reading r
             where r.person_id = $1 and r.reason = $2 and r.user_id = $3 and r.what like 'titles of ' || $4 || '%')::int as reasons,
            count(*)::int as looks, (count(*) filter (where is_refused))::int as refused
     from title_reading where person_id = $1 and side = 'operator' and user_id = $3 and device = $4::macaddr8`,
    [personId, person.reason, query.userId, device],
  );
  return { ...answered, written: rows[0] };
}

interface SecondWallRow {
  day: string;
  sequence: string;
  tie: string;
  at: string;
}

/** Page after page of what the second wall gives of a device by itself, whatever the first says. */
async function pagesBehindSecondWall(
  client: { query(sql: string, values: unknown[]): Promise<{ rows: SecondWallRow[] }> },
  filter: Partial<TitleQuery>,
  limit: number,
): Promise<string[]> {
  const {
    from = new Date(NOW - 72 * HOUR).toISOString(),
    to = 'infinity',
    direction = null,
    kind,
    serviceReferenceVariant,
    code,
  } = filter;
  const given: SecondWallRow[] = [];
  let page: SecondWallRow[];
  do {
    const last = given.at(-1);
    const after = [last?.day ?? '2026-11-23', last?.at, last?.sequence, last?.tie];
    ({ rows: page } = await client.query(TITLES_SQL, [
      ...[from, to, ...after, direction, kind, serviceReferenceVariant, code, limit],
    ]));
    given.push(...page);
  } while (page.length === limit);
  return given.map(({ sequence }) => sequence);
}

/** All that the role that stands behind the second wall is given without any condition. */
async function wholeTables(client: { query(sql: string): Promise<{ rows: { sequence: string }[] }> }) {
  await client.query("select set_config('role', 'penstock_titles', true)");
  const all = async (table: string) => {
    const { rows } = await client.query(`select sequence::text from ${table} as t order by t.sequence desc`);
    return rows.map(({ sequence }) => sequence);
  };
  return { target: await all('message_log'), body: await all("messages_naming('-infinity', 'infinity')") };
}

const viewers: readonly (readonly number[])[] = [[0], [1], [2], [3], [0, 1], [2, 3]];
const filters: fc.Arbitrary<Partial<TitleQuery>> = fc.record(
  {
    direction: fc.constantFrom('southbound', 'northbound'),
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
      fc.noBias(worldOf({ hours: 50, newestHours: 50, times: 1, skews: true }).map(consistent)),
      fc.array(fc.tuple(fc.oneof(fc.constant<Partial<TitleQuery>>({}), filters), fc.integer({ min: 1, max: 12 })), {
        minLength: viewers.length,
        maxLength: viewers.length,
      }),
      async (made, queries) => {
        await writeWorld(database.pool, made);
        const titles = testTitles(database.pool, new Date(NOW), 3);
        const common = { pool: database.pool, now: () => new Date(NOW), logDays: 3 };
        const parts = { ...common, titles, record: createRecordStore(common) };
        for (const [at, viewer] of viewers.entries()) {
          const [filter, limit] = queries[at] as (typeof queries)[number];
          const userIds = viewer.map((index) => users[index] as Eui);
          // of one User ID, and without conditions
          const hasTimeline = viewer.length === 1 && Object.keys(filter).length === 0;
          const second = new Map<string, string[]>();
          const secondMet = new Map<string, string[]>();
          for (const [device, eui] of devices.entries()) {
            const expected = oracle(made, viewer, device);
            second.set(
              eui,
              (expected ?? []).map((one) => one.sequence),
            );
            const { given, pages, refused } = await allPages(titles, { kind: 'user', userIds }, eui, {
              ...filter,
              limit,
            });
            if (viewer.length === 1) {
              const query = { ...filter, limit, userId: userIds[0] };
              const desk = await asOperator(titles, eui, query);
              expect(desk.given.map(withoutReference)).toEqual(given.map(withoutReference));
              expect(String(desk.refused)).toBe(String(refused));
              expect(desk.written).toEqual({ reasons: pages, looks: pages, refused: refused === undefined ? 0 : 1 });
            }
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
            const met = expected.filter(
              (one) =>
                (filter.direction === undefined || directionOf(one.kind) === filter.direction) &&
                (filter.kind === undefined || one.kind === filter.kind) &&
                (filter.serviceReferenceVariant === undefined || one.srv === filter.serviceReferenceVariant) &&
                (filter.code === undefined || one.code === filter.code) &&
                (filter.from === undefined || one.time >= filter.from) &&
                (filter.to === undefined || one.time < filter.to),
            );
            secondMet.set(
              eui,
              met.map(({ sequence }) => sequence),
            );
            expect(given.map(shownAs)).toEqual(met.map(({ sequence: _, ...shown }) => shown));
            allowed += met.length;
            // nothing that shows who sent it: of EUIs only the device's and the viewer's own, and no two references alike
            const euis = new Set(JSON.stringify(given).match(/(?:[0-9A-F]{2}-){7}[0-9A-F]{2}/g));
            for (const found of euis) expect([eui, ...userIds]).toContain(found);
            expect(new Set(given.map((title) => title.reference)).size).toBe(given.length);
          }
          for (const eui of devices) {
            const asked = { userIds, device: eui, now: new Date(NOW) };
            const { rows, met, byTable } = await asTitleViewerOf(database.pool, asked, async (client) => ({
              ...(await client.query<{ device: string; sequence: string }>(
                `select device, sequence::text from titles_between('-infinity', 'infinity') order by titles_between.sequence desc`,
              )),
              met: await pagesBehindSecondWall(client, filter, limit),
              byTable: await wholeTables(client),
            }));
            // the log itself, as the role of the functions reads it, whatever they forgot to ask for
            const concerned = (concerns: string) =>
              (oracle(made, viewer, devices.indexOf(eui)) ?? [])
                .filter((one) => one.concerns === concerns)
                .map(({ sequence }) => sequence);
            expect(byTable).toEqual({ target: concerned('target'), body: concerned('body') });
            expect(met).toEqual(secondMet.get(eui) ?? []);
            expect(rows.map((row) => row.sequence)).toEqual(second.get(eui));
            expect(rows.every((row) => requireEui(row.device) === eui)).toBe(true);
          }
        }
      },
    ),
    testRuns(20),
  );
  // a world in which nobody may see anything would prove nothing
  expect(allowed).toBeGreaterThan(100);
});

/** Two Users whose roles are alike for all time, neither responsible for anything, beside those who look. */
function withTwins(made: World): World {
  const isOther = ({ user }: { user: number }) => user < 2;
  const always = { from: NOW - 400 * HOUR, to: NOW + 400 * HOUR };
  return {
    ...made,
    roles: [...made.roles.filter(isOther), ...[2, 3].map((user) => ({ user, role: 'OU', ...always }))],
    responsible: made.responsible.filter(isOther),
    networks: [],
    switches: made.switches.filter(({ name }) => name !== 'sender'),
    suspendedUsers: [false, false, ...made.suspendedUsers.slice(2)],
    partyStatus: ['active', ...made.partyStatus.slice(1)],
  };
}

/** All that is told, but for the texts that are other ones each time; these by their lengths. */
const withoutSealed = (told: unknown): string =>
  JSON.stringify(told, (key, value) => (key === 'reference' || key === 'cursor' ? value?.length : value));

test('which of two senders in one role sent what changes nothing of what others are told', async () => {
  let told = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.noBias(worldOf({ hours: 50, newestHours: 50, times: 1, skews: true }).map(withTwins).map(consistent)),
      fc.array(fc.constantFrom(2, 3), { minLength: 60, maxLength: 60 }),
      async (made, senders) => {
        const messages = made.messages.map((one, at) => ({
          ...one,
          user: one.user < 2 ? one.user : (senders[at] ?? 2),
        }));
        const answers: string[] = [];
        for (const world of [made, { ...made, messages }]) {
          await writeWorld(database.pool, world);
          const titles = testTitles(database.pool, new Date(NOW), 3);
          const common = { pool: database.pool, now: () => new Date(NOW), logDays: 3 };
          const parts = { ...common, titles, record: createRecordStore(common) };
          for (const [user, device] of [0, 1].flatMap((one) => devices.map((eui) => [one, eui] as const))) {
            const viewer = { kind: 'user', userIds: [users[user] as Eui] } as const;
            const [listed, timeline] = await Promise.allSettled([
              titles.list(viewer, device, { limit: 7 }),
              readTimeline(parts, viewer, device, { limit: 5 }),
            ]);
            answers.push(withoutSealed(listed), withoutSealed(timeline));
            if (listed.status === 'fulfilled') told += listed.value.items.filter(({ sender }) => !sender.isYou).length;
          }
        }
        const [first, second] = [answers.slice(0, answers.length / 2), answers.slice(answers.length / 2)];
        expect(second).toEqual(first);
      },
    ),
    testRuns(10),
  );
  expect(told).toBeGreaterThan(20);
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
    'device_activity',
    'activity_cursor',
    'device',
    'message_log_20261122',
  ]) {
    await expect(as(users, `select from ${table} limit 1`)).rejects.toThrow(/permission denied/);
  }
  for (const [user, sql] of [
    ['penstock_title_viewer', "select from messages_naming('-infinity', 'infinity')"],
    ['penstock_title_viewer', `select title_sender_role('${users[0]}', '${devices[0]}', now())`],
    ['penstock_title_viewer', `select title_released_at('${users[0]}', '2026-11-22', 1)`],
    ['penstock_titles', 'select from named_device'],
    ['penstock_titles', 'select from held_decision'],
    ['penstock_titles', 'select from release_span'],
    ['penstock_titles', 'select from message_log_20261122'],
    ['penstock_titles', 'select size from message_log'],
  ]) {
    await expect(as(users, `set local role ${user}; ${sql}`), sql).rejects.toThrow(/permission denied/);
  }
  for (const nobody of [[], [operator]]) {
    expect((await as(nobody, "select from titles_between('-infinity', 'infinity')")).rows).toEqual([]);
  }
});
