import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addDays, type Clock, utcDay } from '../foundation/clock.ts';
import { inTransaction } from '../foundation/database/index.ts';
import { type TestDatabase, testDatabase } from '../foundation/database/testing.ts';
import { asViewerOf } from '../foundation/viewing.ts';
import { readPassage } from '../messages/passage.ts';
import type { DirectoryReader } from '../parties/directory-reader.ts';
import { moveDirectory } from '../parties/directory-version.ts';
import { explainVerdict } from '../thresholds/explain.ts';
import { checkDecisions, openDecisions, recordDecisions, stageDecisions } from './decisions-store.ts';
import { readEvent } from './events-store.ts';
import { listHeld } from './held-store.ts';
import type { RightsRefusal } from './quarantine.ts';
import type { ReleaseParts } from './release.ts';
import { listReleases, switchRelease } from './releases-store.ts';
import { day, event, fileNamed, hold, insertQuarantineWorld, linesOf, userA } from './testing-quarantine.ts';
import { releaseAll, testDirectory, testReleaseWorker } from './testing-release.ts';

let database: TestDatabase;
let directory: DirectoryReader<undefined>;
beforeEach(async () => {
  database = await testDatabase();
  await insertQuarantineWorld(database.pool);
  directory = await testDirectory(database.pool);
});
afterEach(async () => {
  await directory.close();
  await database.drop();
});

const worker = (changes?: Partial<ReleaseParts>) => testReleaseWorker(database.pool, directory, changes);

async function decide(file: string, lines: ReturnType<typeof linesOf>): Promise<void> {
  await inTransaction(database.pool, async (client) => {
    await openDecisions(client);
    await stageDecisions(client, lines);
    expect(await checkDecisions(client, userA)).toBeUndefined();
    await recordDecisions(client, { userId: userA, submission: fileNamed(file) });
  });
}

interface Streamed {
  readonly direction: string;
  readonly message_day: string;
  readonly message: number;
  readonly sequence: number;
  readonly same: boolean;
}
async function streamed(): Promise<Streamed[]> {
  const { rows } = await database.pool.query<Streamed>(
    `select s.direction, s.message_day::text, s.message_sequence::integer as message, s.sequence::integer as sequence,
            s.body = h.body and sha256(s.body) = h.sha256 as same
     from stream s join held_message h on h.user_id = s.user_id and h.day = s.message_day and h.sequence = s.message_sequence
     order by s.day, s.sequence`,
  );
  return rows;
}
const releases = async () => (await listReleases(database.pool, userA, { limit: 10 })).items;

describe('a release', () => {
  test('puts what is to be processed on its stream once, in order, with its bytes; the lane counts on', async () => {
    await hold(database.pool, { count: 2_500, bytes: 300 });
    await decide('one', [
      ...linesOf({ from: 501, count: 1_700 }),
      ...linesOf({ from: 1, count: 500, action: 'delete' }),
    ]);
    expect(await releaseAll(worker())).toBe(3);
    const rows = await streamed();
    expect(rows.map(({ message }) => message)).toEqual(Array.from({ length: 1_700 }, (_, index) => 501 + index));
    expect(rows.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 1_700 }, (_, index) => 1_000_001 + index),
    );
    expect(rows.every(({ same, direction }) => same && direction === 'southbound')).toBe(true);
    expect(await releases()).toMatchObject([{ state: 'done', decided: 2_200, sent: 1_700, deleted: 500, refused: 0 }]);
    const { rows: lanes } = await database.pool.query('select sequence::integer from lane');
    expect(lanes).toEqual([{ sequence: 1_001_700 }]);
    expect((await readEvent(database.pool, userA, event)).undecided).toBe(300);
  });

  test('says of each message when it went, by the span of its chunk', async () => {
    await hold(database.pool, { count: 3 });
    await decide('one', [...linesOf({ count: 1 }), ...linesOf({ from: 2, count: 1, action: 'delete' })]);
    await releaseAll(worker());
    const { items, cursor } = await listHeld(database.pool, userA, event, { limit: 10 });
    expect(cursor).toBeUndefined();
    expect(items.map(({ decision }) => [decision?.action, decision?.releasedAt !== undefined])).toEqual([
      ['process', true],
      ['delete', false],
      [undefined, false],
    ]);
    const first = await listHeld(database.pool, userA, event, { limit: 2 });
    const second = await listHeld(database.pool, userA, event, { limit: 2, cursor: first.cursor });
    expect(second.items.map(({ position }) => position)).toEqual([`${day}/3`]);
  });

  test('is told in the record: decided when, released where, taken when', async () => {
    const { pool } = database;
    await hold(pool, { count: 1_300 });
    await pool.query('update held_message set window_from = held_at');
    await decide('one', linesOf({ from: 5, count: 1, action: 'delete' }));
    await decide('two', [...linesOf({ from: 1, count: 4 }), ...linesOf({ from: 6, count: 1_200 })]);
    let asked = 0;
    // the third
    await releaseAll(worker({ judge: () => (++asked === 3 ? { code: 'gateway.rights', detail: 'gone' } : undefined) }));
    const { rows } = await pool.query<{ message: string; day: string; sequence: string }>(
      `select message_sequence::text as message, day::text, sequence::text from stream order by sequence`,
    );
    const viewer = { kind: 'user', userIds: [userA] } as const;
    const held = { user_id: userA, direction: 'southbound', verdict: 'held', day } as const;
    const lastDay = addDays(utcDay(new Date()), 1);
    const life = (sequence: string) =>
      asViewerOf(pool, [userA], (client) => readPassage(client, { ...held, sequence }, lastDay));
    const two = fileNamed('two').toString('hex');
    for (const at of [0, 2, 3, 997, 998, 999, 1_000, rows.length - 1]) {
      const row = rows[at];
      const { decision, takenAt } = await life(row?.message ?? '');
      expect([decision?.submission, decision?.streamPosition]).toEqual([two, `${row?.day}/${row?.sequence}`]);
      expect([decision?.releasedAt === undefined, takenAt]).toEqual([false, undefined]);
    }
    expect(await life('3')).not.toHaveProperty('decision');
    expect((await life('5')).decision).toMatchObject({
      action: 'delete',
      submission: fileNamed('one').toString('hex'),
    });
    // a message of an older day is released behind what was taken before
    const [, second, third] = rows;
    const takenAt = new Date(`${second?.day}T12:00:00Z`).toISOString();
    await pool.query(
      `insert into delivery (user_id, day, direction, from_day, from_sequence, to_day, to_sequence, delivered_at)
       values ($1, $2, 'southbound', '-infinity', 0, $2, $3, $4)`,
      [userA, second?.day, second?.sequence, takenAt],
    );
    expect((await life(second?.message ?? '')).takenAt).toBe(takenAt);
    expect((await life(third?.message ?? '')).takenAt).toBeUndefined();
    const explain = async (sequence: string) => {
      const position = { day, sequence: BigInt(sequence) };
      return (await explainVerdict(pool, viewer, { userId: undefined, position, now: new Date() })).words.join('; ');
    };
    expect(await explain(second?.message ?? '')).toMatch(/put on the southbound stream at .* as .*; taken at /);
    expect(await explain('5')).toMatch(/decided to be deleted at .* by the file /);
    expect(await explain('3')).toMatch(/it waits for a decision/);
  });

  test('by several at once is carried out once', async () => {
    await hold(database.pool, { count: 6_000 });
    await decide('one', linesOf({ count: 6_000 }));
    const workers = [worker(), worker(), worker()];
    await Promise.all(workers.map(releaseAll));
    await releaseAll(worker());
    const rows = await streamed();
    expect(rows.map(({ message }) => message)).toEqual(Array.from({ length: 6_000 }, (_, index) => 1 + index));
    expect(await releases()).toMatchObject([{ state: 'done', sent: 6_000 }]);
  });

  test('goes to the stream that the message was held from', async () => {
    await hold(database.pool, { count: 2, direction: 'northbound' });
    await decide('one', linesOf({ count: 2 }));
    const told: string[] = [];
    await releaseAll(worker({ streamed: (direction, userId) => told.push(`${direction} ${userId}`) }));
    expect((await streamed()).map(({ direction }) => direction)).toEqual(['northbound', 'northbound']);
    expect(told).toEqual([`northbound ${userA}`]);
  });

  test('leaves held what may not be sent any more, says why, and lets it be decided again', async () => {
    await hold(database.pool, { count: 4 });
    await database.pool.query(`update held_message set body = 'forged' where sequence = 2`);
    await decide('one', linesOf({ count: 4 }));
    expect((await readEvent(database.pool, userA, event)).state).toBe('decided');
    const refusal: RightsRefusal = { code: 'gateway.signer-not-valid', detail: 'revoked' };
    let asked = 0;
    // the third
    await releaseAll(worker({ judge: () => (asked++ === 2 ? refusal : undefined) }));
    expect((await streamed()).map(({ message }) => message)).toEqual([1, 4]);
    expect(await releases()).toMatchObject([{ state: 'done', sent: 2, refused: 2 }]);
    expect(await readEvent(database.pool, userA, event)).toMatchObject({ state: 'investigating', undecided: 2 });
    const { items } = await listHeld(database.pool, userA, event, { limit: 10 });
    expect(items.map((item) => [item.refusal?.code, item.decision?.action])).toEqual([
      [undefined, 'process'],
      ['quarantine.bytes-changed', undefined],
      ['gateway.signer-not-valid', undefined],
      [undefined, 'process'],
    ]);
    await decide('two', linesOf({ from: 3, count: 1 }));
    await releaseAll(worker());
    expect((await streamed()).map(({ message }) => message)).toEqual([1, 4, 3]);
    await decide('three', linesOf({ from: 2, count: 1, action: 'delete' }));
    expect((await readEvent(database.pool, userA, event)).state).toBe('decided');
  });

  test('of what was held for too long does not happen', async () => {
    await hold(database.pool, { count: 1 });
    await decide('one', linesOf({ count: 1 }));
    await database.pool.query(`update held_message set held_at = held_at - interval '90 days'`);
    await releaseAll(worker({ expireDays: 30 }));
    expect(await streamed()).toEqual([]);
    expect(await releases()).toMatchObject([{ sent: 0, refused: 1 }]);
  });

  test('is judged again when certificates or roles have moved', async () => {
    await hold(database.pool, { count: 5 });
    await decide('one', linesOf({ count: 5 }));
    await inTransaction(database.pool, moveDirectory);
    const versions: bigint[] = [];
    const one = worker({
      judge: (_held, facts) => {
        versions.push(facts.directory.version);
        return undefined;
      },
    });
    await releaseAll(one);
    expect((await streamed()).length).toBe(5);
    expect(versions.at(-1)).toBe(directory.current().version);
    const { rows } = await database.pool.query<{ version: string }>('select version from directory_version');
    expect(versions.at(-1)).toBe(BigInt(rows[0]?.version ?? 0));
  });

  test('judges anew what it judged ahead before a pause, or more than a second ago', async () => {
    await hold(database.pool, { count: 3_000 });
    await decide('one', linesOf({ count: 3_000 }));
    const submission = fileNamed('one').toString('hex');
    const change = (state: 'paused' | 'running') =>
      switchRelease(database.pool, { userId: userA, submission, author: userA, change: { state } });
    let time = Date.now();
    const clock: Clock = { now: () => new Date(time) };
    let mayBeSent = true;
    // the next chunk is judged while one is carried out; both have the answer of that time
    let judged = 0;
    const judgedBy = new Map([2_000, 4_000].map((count) => [count, Promise.withResolvers<void>()]));
    const one = worker({
      clock,
      judge: () => {
        judgedBy.get(++judged)?.resolve();
        return mayBeSent ? undefined : { code: 'gateway.not-responsible', detail: 'not any more' };
      },
    });
    expect(await one.releaseNext()).toMatchObject({ sent: 1_000 });
    await judgedBy.get(2_000)?.promise;
    await change('paused');
    expect(await one.releaseNext()).toBeUndefined();
    mayBeSent = false;
    await change('running');
    expect(await one.releaseNext()).toMatchObject({ sent: 0, refused: 1_000 });
    await judgedBy.get(4_000)?.promise;
    mayBeSent = true;
    time += 1_001;
    expect(await one.releaseNext()).toMatchObject({ sent: 1_000, refused: 0 });
  });

  test('is paced, paused and resumed', async () => {
    await hold(database.pool, { count: 1_200 });
    await decide('one', linesOf({ count: 1_200 }));
    const submission = fileNamed('one').toString('hex');
    const change = (changes: Parameters<typeof switchRelease>[1]['change']) =>
      switchRelease(database.pool, { userId: userA, submission, author: userA, change: changes });
    expect(await change({ rate: 100 })).toMatchObject({ rate: 100, state: 'running' });
    expect(await worker().releaseNext()).toMatchObject({ sent: 25 });
    // the next quarter of a second is not over, but a release may be a second behind
    const { rows } = await database.pool.query<{ ahead: number }>(
      'select extract(epoch from next_at - started_at)::float8 as ahead from release',
    );
    expect(rows[0]?.ahead).toBeGreaterThan(0.2);
    expect(await change({ state: 'paused' })).toMatchObject({ state: 'paused', sent: 25 });
    expect(await worker().releaseNext()).toBeUndefined();
    expect(await change({ state: 'running', rate: null })).not.toHaveProperty('rate');
    await releaseAll(worker());
    expect(await releases()).toMatchObject([{ state: 'done', sent: 1_200 }]);
    await expect(change({ state: 'paused' })).rejects.toMatchObject({ code: 'quarantine.release-done' });
    expect((await releases())[0]?.switches.map(({ author, change }) => `${author} ${change}`)).toEqual(
      ['rate 100', 'paused', 'rate none', 'resumed'].map((words) => `${userA} ${words}`),
    );
  });

  test('that the Operator paused is resumed by nobody else', async () => {
    await hold(database.pool, { count: 2 });
    await decide('one', linesOf({ count: 2 }));
    const submission = fileNamed('one').toString('hex');
    const change = (author: string, changes: Parameters<typeof switchRelease>[1]['change']) =>
      switchRelease(database.pool, { userId: userA, submission, author, change: changes });
    await change(userA, { state: 'paused' });
    expect(await change('Operator', { state: 'paused' })).toMatchObject({ pausedBy: 'Operator' });
    expect(await change(userA, { state: 'paused', rate: 5 })).toMatchObject({ pausedBy: 'Operator', rate: 5 });
    await expect(change(userA, { state: 'running' })).rejects.toMatchObject({ code: 'quarantine.release-paused' });
    expect(await worker().releaseNext()).toBeUndefined();
    const resumed = await change('Operator', { state: 'running' });
    expect(resumed).toMatchObject({ state: 'running' });
    expect(resumed).not.toHaveProperty('pausedBy');
    expect(resumed.switches.map(({ author, change }) => [author, change])).toEqual([
      [userA, 'paused'],
      ['Operator', 'paused'],
      [userA, 'rate 5'],
      ['Operator', 'resumed'],
    ]);
    await change(userA, { state: 'paused' });
    expect(await change(userA, { state: 'running' })).toMatchObject({ state: 'running' });
  });
});
