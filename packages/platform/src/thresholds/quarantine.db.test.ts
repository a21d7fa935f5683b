import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ensurePartitions, inTransaction } from '../foundation/database/index.ts';
import { type TestDatabase, testDatabase } from '../foundation/database/testing.ts';
import { PenstockError } from '../foundation/errors.ts';
import { machineOf } from '../foundation/testing-machine.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { asViewerOf } from '../foundation/viewing.ts';
import { alertCounter, type NewMessage, type RecordOutcome } from '../messages/message.ts';
import { newMessage, userA, userB } from '../messages/testing-messages.ts';
import { explainVerdict, listContributors } from './explain.ts';
import { replaceLimits } from './limits-store.ts';
import { listThresholds } from './list-store.ts';
import { ALL_USERS } from './matching.ts';
import { recordScreened, setThresholds, threshold } from './testing-thresholds.ts';

const noon = new Date('2026-11-22T12:00:00Z');
const later = (seconds: number): Date => new Date(noon.getTime() + seconds * 1000);
const operator: Viewer = {
  kind: 'operator',
  userId: ALL_USERS,
  machine: machineOf('of the Operator', 'security', 'so that it is tested'),
};
const viewerA: Viewer = { kind: 'user', userIds: [userA] };
const viewerB: Viewer = { kind: 'user', userIds: [userB] };

let database: TestDatabase;
let counter = 1n;
beforeAll(async () => {
  database = await testDatabase();
  await ensurePartitions(database.pool, { today: '2026-11-22', ahead: 2 });
  await database.pool.query(`insert into party (party_id, name, kind) values ('P', 'P', 'other')`);
  await database.pool.query('insert into user_id (user_id, party_id) values ($1, $3), ($2, $3)', [userA, userB, 'P']);
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query(
    `truncate message_log, named_device, stream, held_message, quarantine_event, threshold_warning, threshold_count,
              threshold_bucket, threshold_bound, threshold_version, threshold, attribute_limit restart identity;
     update lane set time = '-infinity', sequence = 0; update replay_horizon set folded_to = '-infinity'`,
  );
});

const next = (changes: Partial<NewMessage> = {}): NewMessage => {
  const own = counter++;
  return newMessage(own, { bytes: Buffer.from(`${changes.userId ?? userA} ${own}`), ...changes });
};
const ofB = (changes: Partial<NewMessage> = {}) => next({ userId: userB, originator: userB, ...changes });
const many = (count: number, make: () => NewMessage = next) => Array.from({ length: count }, () => make());
const record = (messages: readonly NewMessage[], at: Date = noon) => recordScreened(database.pool, messages, at);
const verdictsOf = (outcomes: readonly RecordOutcome[]) =>
  outcomes.map((one) => (one.outcome === 'recorded' ? one.verdict : one.outcome));

async function rowsOf<Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> {
  return (await database.pool.query<Row>(sql, values)).rows;
}

describe('what is held', () => {
  test('keeps its order, its bytes and its row in the log, and is on no stream', async () => {
    await setThresholds(database.pool, userA, [threshold(2n)], noon);
    const messages = [...many(4), next({ direction: 'northbound', kind: 'response' })];
    const outcomes = await record(messages, later(1));
    expect(verdictsOf(outcomes)).toEqual(['passed', 'passed', 'held', 'held', 'passed']);
    const held = await rowsOf(
      'select sequence::integer, body, message_id, count::integer, bound::integer from held_message order by sequence',
    );
    expect(held).toEqual(
      [2, 3].map((index) => ({
        sequence: index + 1,
        body: Buffer.from(messages[index]?.bytes ?? []),
        message_id: `${messages[index]?.originator}:${messages[index]?.target}:${messages[index]?.counter}`,
        count: 3,
        bound: 2,
      })),
    );
    expect(await rowsOf('select message_sequence::integer as at from stream order by 1')).toEqual(
      [1, 2, 5].map((at) => ({ at })),
    );
    expect(await rowsOf('select count(*)::integer from message_log')).toEqual([{ count: 5 }]);
    // sent again it is what it was
    expect(verdictsOf(await record(messages.slice(2, 3), later(2)))).toEqual(['repeated']);
  });

  test('names itself: by the RequestID, by the ResponseID, or not at all', async () => {
    await setThresholds(database.pool, userA, [threshold(0n, { direction: 'processed' })], noon);
    const nameless = next({ direction: 'northbound', kind: 'device_alert', originator: undefined, srv: undefined });
    const alert = { ...nameless, counter: alertCounter(nameless.sha256) };
    const named = next({ direction: 'northbound', kind: 'device_alert', originator: undefined, srv: undefined });
    await record([alert, named], later(1));
    const found = await rowsOf<{ message_id: string }>('select message_id from held_message order by sequence');
    expect(found.map((row) => row.message_id)).toEqual(['', `${named.target}:${userA}:${named.counter}`]);
  });

  test('is one event as long as it goes on; a decided one, or a pause of the period, begins another', async () => {
    await setThresholds(database.pool, userA, [threshold(1n, { periodSeconds: 60 })], noon);
    await record(many(3), later(1));
    await record(many(2), later(50));
    const events = () =>
      rowsOf<{ event: string; held: string }>('select event::text, held from quarantine_event order by event');
    const [first, ...others] = await events();
    expect([first, others]).toMatchObject([{ event: '20261122000000000002', held: '4' }, []]);
    await database.pool.query(`update quarantine_event set state = 'decided'`);
    await record(many(1), later(55));
    expect(await events()).toMatchObject([{ held: '4' }, { held: '1' }]);
    await record(many(2), later(200));
    expect(await events()).toMatchObject([{ held: '4' }, { held: '1' }, { held: '1' }]);
    const [told] = await rowsOf<{ words: string }>('select words from quarantine_event order by event limit 1');
    expect(told?.words).toBe('more than 1 communications (all) sent within PT1M: threshold 1 version 1');
  });

  test('stays held when the number is raised or the threshold ends, and the count goes on', async () => {
    await setThresholds(database.pool, userA, [threshold(2n)], noon);
    await record(many(3), later(1));
    await setThresholds(database.pool, userA, [threshold(3n)], later(2));
    expect(verdictsOf(await record(many(2), later(3)))).toEqual(['passed', 'held']);
    await setThresholds(database.pool, userA, [], later(4));
    expect(verdictsOf(await record(many(1), later(5)))).toEqual(['passed']);
    expect(await rowsOf('select version, bound::integer from held_message order by sequence')).toEqual([
      { version: 1, bound: 2 },
      { version: 2, bound: 3 },
    ]);
    // begun anew, it counts what went out meanwhile
    await setThresholds(database.pool, userA, [threshold(5n)], later(6));
    expect(verdictsOf(await record(many(2), later(7)))).toEqual(['passed', 'held']);
    expect(await rowsOf('select version from threshold_version order by version')).toHaveLength(3);
  });

  test('does not count what the platform itself wrote, nor what is set without a change', async () => {
    await setThresholds(database.pool, userA, [threshold(1n, { direction: 'received' })], noon);
    await record([next({ direction: 'northbound', kind: 'dcc_alert', reason: 'internal.unexpected' })], later(1));
    await setThresholds(
      database.pool,
      userA,
      [threshold(1n, { direction: 'received', services: ['alerts'] })],
      later(2),
    );
    const alert = () => next({ direction: 'northbound', kind: 'dcc_alert' });
    // what the gateway would count is in the test's hands, what the log counts is not
    expect(await rowsOf('select closed::integer, current::integer from threshold_count')).toEqual([
      { closed: 0, current: 0 },
    ]);
    const again = await setThresholds(
      database.pool,
      userA,
      [threshold(1n, { direction: 'received', services: ['alerts'] })],
      later(3),
    );
    expect(again).toEqual({ added: [], changed: [], ended: [] });
    expect(verdictsOf(await record([alert(), alert()], later(4)))).toEqual(['passed', 'held']);
  });
});

test('a step begins with its first microsecond, and a number is in force from its very instant', async () => {
  await setThresholds(database.pool, userA, [threshold(2n, { periodSeconds: 2 })], noon);
  await record(many(1), later(0.5));
  await record(many(1), later(1));
  // of the first second nothing counts any more, of the next all
  expect(verdictsOf(await record(many(2), later(3.999)))).toEqual(['passed', 'held']);
  const exception = { kind: 'exception', warning: undefined, quarantine: 0n, from: later(10), to: later(20) } as const;
  const bounds = [
    { kind: 'threshold', warning: undefined, quarantine: 9n, from: undefined, to: later(30) },
    exception,
  ] as const;
  await setThresholds(database.pool, userA, [threshold(9n, { bounds })], later(5));
  const at = async (seconds: number) => verdictsOf(await record(many(1), later(seconds)))[0];
  expect([await at(9.999), await at(10), await at(19.999), await at(20), await at(29), await at(30)]).toEqual([
    'passed',
    'held',
    'held',
    'passed',
    'passed',
    'passed',
  ]);
  // without a number nothing is held, and all the same it is counted
  expect(verdictsOf(await record(many(20), later(31)))).toEqual(many(20).map(() => 'passed'));
  expect(await rowsOf('select (closed + current)::integer as count from threshold_count')).toEqual([{ count: 27 }]);
});

test('a value out of bounds is held or deleted, is not counted, and has an event a limit', async () => {
  await setThresholds(database.pool, userA, [threshold(1n)], noon);
  await inTransaction(database.pool, (client) =>
    replaceLimits(client, {
      rows: [
        { attribute: 'A.B', minimum: { digits: 1n, exponent: 0 }, maximum: undefined, from: undefined, to: undefined },
      ],
      submission: undefined,
      reference: 'SR-2',
      now: noon,
    }),
  );
  const breach = {
    limitId: 1n,
    version: 1,
    bound: '1',
    words: 'the balance 0.5 is below the minimum 1 (A.B)',
  } as const;
  const outcomes = await record(
    [next({ breach: { ...breach, verdict: 'held' } }), next({ breach: { ...breach, verdict: 'deleted' } }), next()],
    later(1),
  );
  expect(verdictsOf(outcomes)).toEqual(['held', 'deleted', 'passed']);
  expect(await rowsOf('select body is null as is_gone, words from held_message order by sequence')).toEqual([
    { is_gone: false, words: breach.words },
    { is_gone: true, words: breach.words },
  ]);
  expect(await rowsOf('select detector, held, deleted, words from quarantine_event')).toEqual([
    { detector: 'value', held: '1', deleted: '1', words: 'A.B below 1: limit 1 version 1' },
  ]);
  const explained = await explain(viewerA, outcomes[1]);
  expect(explained.words).toEqual([`deleted: ${breach.words}`, 'the limit: A.B below 1: limit 1 version 1']);
});

function explain(viewer: Viewer, outcome: RecordOutcome | undefined, userId = userA) {
  if (outcome?.outcome !== 'recorded') throw new Error('it was not recorded');
  return explainVerdict(database.pool, viewer, { userId, position: outcome.position, now: new Date() });
}

describe('every verdict is explained', () => {
  test('with the count of then, whatever came since', async () => {
    const warned = [{ kind: 'threshold', warning: 1n, quarantine: 2n, from: undefined, to: undefined }] as const;
    await setThresholds(database.pool, userA, [threshold(2n, { bounds: warned })], noon);
    const outcomes = await record(
      [...many(3), next({ commandVariant: 4 }), next({ verdict: 'refused', reason: 'gateway.schema' })],
      later(1),
    );
    await setThresholds(database.pool, userA, [threshold(9n)], later(2));
    await record(many(3), later(3));
    const all = await Promise.all(outcomes.map((outcome) => explain(viewerA, outcome)));
    const counted = '(all sent within PT1H: threshold 1 version 1)';
    expect(all.map((one) => one.words)).toEqual([
      [`passed: number 1 since 2026-11-22T11:00:00.000Z of at most 2 ${counted}`],
      [`warned: number 2 since 2026-11-22T11:00:00.000Z of at most 2, above the warning of 1 ${counted}`],
      [
        'held: it would have been number 3 since 2026-11-22T11:00:00.000Z',
        'more than 2 communications (all) sent within PT1H: threshold 1 version 1',
        'it waits for a decision',
      ],
      ['passed: a critical request counts when it is sent, not when it is transformed'],
      ['refused: gateway.schema; it counts for no threshold'],
    ]);
    expect(all[2]?.event).toBe('20261122000000000003');
    expect(await rowsOf('select count::integer, warning::integer, sequence::integer from threshold_warning')).toEqual([
      { count: 2, warning: 1, sequence: 2 },
    ]);
  });

  test('an innocent User held by the count over all Users; the Operator sees who made it up', async () => {
    await setThresholds(database.pool, ALL_USERS, [threshold(4n)], noon);
    const [first] = await record([...many(3), ofB()], later(1));
    const [held] = await record([ofB()], later(2));
    expect((await explain(viewerB, held, userB)).words).toEqual([
      'held: it would have been number 5 since 2026-11-22T11:00:00.000Z',
      'more than 4 communications (all) sent within PT1H by all Users together: threshold 1 version 1',
      'it waits for a decision',
    ]);
    expect(await listContributors(database.pool, { thresholdId: '1', at: later(3) })).toMatchObject({
      count: 4,
      contributors: [
        { userId: userA, count: 3 },
        { userId: userB, count: 1 },
      ],
    });
    // a User is not told of counts that others made up
    expect((await explain(viewerA, first)).words).toEqual(['passed: it counts for no threshold in force then']);
    expect((await explain(operator, first)).words).toEqual([
      'passed: number 1 since 2026-11-22T11:00:00.000Z of at most 4 ' +
        '(all sent within PT1H by all Users together: threshold 1 version 1)',
    ]);
  });
});

describe('who sees what', () => {
  test('thresholds with their versions and use: each its own, the Operator those over all Users', async () => {
    await setThresholds(database.pool, userA, [threshold(5n)], noon);
    await setThresholds(database.pool, userA, [threshold(7n)], later(1));
    await setThresholds(database.pool, ALL_USERS, [threshold(50n, { services: ['4.1.1'] })], later(1));
    await record(many(3), later(2));
    const list = (viewer: Viewer, userId?: string, now = later(3)) =>
      listThresholds(database.pool, viewer, { userId, cursor: undefined, limit: 50, now });
    expect((await list(viewerA)).items).toMatchObject([
      {
        userId: userA,
        period: 'PT1H',
        versions: [
          { version: 2, bounds: [{ kind: 'threshold', quarantine: 7 }] },
          { version: 1, endedAt: later(1).toISOString() },
        ],
        usage: { count: 3, quarantine: 7, windowFrom: '2026-11-22T11:00:02.500Z' },
      },
    ]);
    expect((await list(viewerA, undefined, later(4_000))).items[0]?.usage?.count).toBe(0);
    expect((await list(viewerB)).items).toEqual([]);
    await expect(list(viewerB, userA)).rejects.toThrow(PenstockError);
    expect((await list(operator)).items).toMatchObject([{ services: ['4.1.1'], usage: { count: 3 } }]);
    expect((await list(operator, userA)).items).toHaveLength(1);
  });

  test("the second wall: a viewer's role reads its own rows, and never the bytes", async () => {
    await setThresholds(database.pool, userA, [threshold(0n)], noon);
    await setThresholds(database.pool, userB, [threshold(0n)], noon);
    await record([next(), ofB()], later(1));
    const tables = ['threshold', 'threshold_version', 'threshold_bound', 'threshold_count', 'quarantine_event'];
    for (const table of tables) {
      const count = await asViewerOf(database.pool, [userA], async (client) => {
        const { rows } = await client.query<{ count: string }>(`select count(*) from ${table}`);
        return Number(rows[0]?.count);
      });
      expect([table, count]).toEqual([table, 1]);
    }
    const held = (columns: string) =>
      asViewerOf(database.pool, [userA], (client) => client.query(`select ${columns} from held_message`));
    expect((await held('user_id')).rows).toHaveLength(1);
    await expect(held('body')).rejects.toThrow(/permission denied/);
    await expect(
      asViewerOf(database.pool, [userA], (client) => client.query('select from attribute_limit')),
    ).rejects.toThrow(/permission denied/);
  });
});
