import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ensurePartitions, openDatabase } from '../foundation/database/index.ts';
import { type TestDatabase, testDatabase } from '../foundation/database/testing.ts';
import { createLog } from '../foundation/log.ts';
import { Committer, type Settled } from './committer.ts';
import type { NewMessage, RecordOutcome } from './message.ts';
import { DIRECTORY_MOVED, foldRequestIds, recordBatch } from './record-store.ts';
import { meter, newMessage, userA, userB } from './testing-messages.ts';

const log = createLog({ level: 'fatal' });
const noon = new Date('2026-11-22T12:00:00Z');
const days = (count: number): Date => new Date(noon.getTime() + count * 86_400_000);

const silent = { committed: () => undefined, failed: () => undefined, streamed: () => undefined };

let database: TestDatabase;
let version: bigint;

beforeAll(async () => {
  database = await testDatabase();
  await ensurePartitions(database.pool, { today: '2026-11-21', ahead: 8 });
  await database.pool.query(`insert into party (party_id, name, kind) values ('P', 'P', 'other')`);
  await database.pool.query('insert into user_id (user_id, party_id) values ($1, $3), ($2, $3)', [userA, userB, 'P']);
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query('truncate message_log, named_device, stream, highest_counter');
  await database.pool.query(`update lane set time = '-infinity'; update replay_horizon set folded_to = '-infinity'`);
  const row = await database.pool.query<{ version: string }>('select version::text from directory_version');
  version = BigInt(row.rows[0]?.version ?? 0);
});

async function record(messages: readonly NewMessage[], at: Date = noon): Promise<readonly RecordOutcome[]> {
  return (await recordBatch(database.pool, 0, version, messages, at)).outcomes;
}

async function count(table: string): Promise<number> {
  const rows = await database.pool.query<{ count: string }>(`select count(*) from ${table}`);
  return Number(rows.rows[0]?.count);
}

describe('a batch', () => {
  test('keeps the header of each message, in whatever part of the batch has which field', async () => {
    const preceding = `${userA}:${meter}:1`;
    const respondedAt = new Date('2026-11-22T08:00:00.123Z');
    await record([
      newMessage(1n, { header: { schemaVersion: '5.3', firstInSequence: true } }),
      newMessage(2n, { header: { schemaVersion: '5.4', firstInSequence: false, preceding } }),
      newMessage(3n, { header: { schemaVersion: '5.4', responseId: '', respondedAt } }),
      newMessage(4n, { header: { schemaVersion: '6.0', serviceReference: '7.1' } }),
    ]);
    await record([newMessage(5n)]);
    const { rows } = await database.pool.query(
      `select concat_ws('|', schema_version, first_in_sequence, preceding, response_id, responded_at, service_reference)
       from message_log order by sequence`,
    );
    expect(rows.map((row) => row.concat_ws)).toEqual([
      '5.3|t',
      `5.4|f|${preceding}`,
      '5.4||2026-11-22 08:00:00.123+00',
      '6.0|7.1',
      '5.4',
    ]);
  });

  test('records row, devices and body together, in order', async () => {
    const other = newMessage(7n, { userId: userB, originator: userB, devices: [] });
    const outcomes = await record([newMessage(1n), newMessage(2n, { devices: [meter, userB] }), other]);
    const sequences = outcomes.map((one) => (one.outcome === 'recorded' ? one.position.sequence : 0n));
    expect(outcomes.map((one) => one.outcome)).toEqual(['recorded', 'recorded', 'recorded']);
    expect(sequences[1]).toBe((sequences[0] ?? 0n) + 1n);
    expect(sequences[2]).toBe((sequences[0] ?? 0n) + 2n);
    const rows = await database.pool.query(
      `select l.counter::text, l.verdict, l.size, s.body, l.srv, l.code, l.recorded_at
       from message_log l join stream s on (s.user_id, s.message_day, s.message_sequence) = (l.user_id, l.day, l.sequence)
       order by l.sequence`,
    );
    expect(rows.rows).toMatchObject([
      {
        counter: '1',
        verdict: 'passed',
        size: 9,
        body: Buffer.from('message 1'),
        srv: '4.1.1',
        code: 'I99',
        recorded_at: noon,
      },
      { counter: '2' },
      { counter: '7' },
    ]);
    expect(await count('named_device')).toBe(1);
  });

  test('a refused message is in the log once, takes no RequestID and goes on no stream', async () => {
    const refused = newMessage(1n, { verdict: 'refused', code: 'E4', reason: 'gateway.device-not-responsible' });
    await record([refused]);
    const again = await record([refused], days(1));
    expect(again).toMatchObject([{ outcome: 'repeated', at: noon, code: 'E4', reason: refused.reason }]);
    expect(await count('message_log')).toBe(1);
    expect(await count('stream')).toBe(0);
    // the same bytes keep their answer; the RequestID is free for others
    expect((await record([newMessage(1n)], days(1)))[0]?.outcome).toBe('repeated');
    expect((await record([newMessage(1n, { bytes: Buffer.from('anew') })], days(1)))[0]?.outcome).toBe('recorded');
    // now the RequestID belongs to the other bytes
    expect((await record([refused], days(1)))[0]?.outcome).toBe('conflict');
  });

  test('counters of 64 bits and bodies of megabytes come out as they went in', async () => {
    const large = newMessage(18_446_744_073_709_551_615n, { bytes: Buffer.alloc(14_000_000, 'x') });
    await record([newMessage(0n), newMessage(9_007_199_254_740_993n), large]);
    const rows = await database.pool.query<{ counter: string }>(
      'select counter::text from message_log l order by l.counter',
    );
    expect(rows.rows.map((row) => row.counter)).toEqual(['0', '9007199254740993', '18446744073709551615']);
    const body = await database.pool.query<{ body: Buffer }>('select body from stream where octet_length(body) > 1000');
    expect(body.rows[0]?.body.equals(large.bytes)).toBe(true);
  });

  test('is refused whole when the directory has moved', async () => {
    await expect(recordBatch(database.pool, 0, version - 1n, [newMessage(1n)], noon)).rejects.toMatchObject({
      code: DIRECTORY_MOVED,
    });
    expect(await count('message_log')).toBe(0);
  });

  test('lane time never runs back', async () => {
    await record([newMessage(1n)], days(1));
    const outcome = (await record([newMessage(2n)], noon))[0];
    expect(outcome).toMatchObject({ outcome: 'recorded', at: days(1), position: { day: '2026-11-23' } });
  });
});

describe('the same RequestID', () => {
  test('with the same bytes is told of the first time', async () => {
    const [first] = await record([newMessage(1n)]);
    const [again] = await record([newMessage(1n)], days(0.1));
    expect(again).toMatchObject({ outcome: 'repeated', at: noon, code: 'I99' });
    expect(again?.outcome === 'repeated' && first?.outcome === 'recorded' && again.position).toEqual(
      first?.outcome === 'recorded' && first.position,
    );
    expect(await count('stream')).toBe(1);
  });

  test('with other bytes is a conflict', async () => {
    await record([newMessage(1n)]);
    const [other] = await record([newMessage(1n, { bytes: Buffer.from('other') })]);
    expect(other?.outcome).toBe('conflict');
    expect(await count('message_log')).toBe(1);
  });

  test('is found across midnight, as long as the day is not folded', async () => {
    await record([newMessage(1n)]);
    expect((await record([newMessage(1n)], days(1)))[0]?.outcome).toBe('repeated');
    expect((await record([newMessage(1n, { bytes: Buffer.from('x') })], days(3)))[0]?.outcome).toBe('conflict');
  });

  test('is a replay once its day is folded, for every counter not above the highest', async () => {
    await record([newMessage(5n)]);
    await record([newMessage(6n)], days(1));
    expect(await foldRequestIds(database.pool, '2026-11-23')).toBe(1);
    expect((await record([newMessage(5n)], days(3)))[0]?.outcome).toBe('replayed');
    expect((await record([newMessage(4n)], days(3)))[0]?.outcome).toBe('replayed');
    expect((await record([newMessage(4n, { rising: false })], days(3)))[0]?.outcome).toBe('recorded');
    expect((await record([newMessage(6n)], days(3)))[0]?.outcome).toBe('repeated');
    expect((await record([newMessage(7n)], days(3)))[0]?.outcome).toBe('recorded');
    expect((await record([newMessage(5n, { target: userB })], days(3)))[0]?.outcome).toBe('recorded');
    expect(await foldRequestIds(database.pool, '2026-11-23')).toBe(0);
  });

  test('does not concern other Users and other devices', async () => {
    const outcomes = await record([
      newMessage(1n),
      newMessage(1n, { userId: userB, originator: userB }),
      newMessage(1n, { target: userB }),
    ]);
    expect(outcomes.map((one) => one.outcome)).toEqual(['recorded', 'recorded', 'recorded']);
  });

  test('of something northbound: only the same bytes are a repetition', async () => {
    const response = newMessage(1n, { direction: 'northbound', kind: 'response', code: 'I0' });
    const second = {
      ...newMessage(1n, { bytes: Buffer.from('second') }),
      direction: 'northbound',
      kind: 'response',
    } as const;
    await record([newMessage(1n)]);
    const outcomes = [
      ...(await record([response])),
      ...(await record([second])),
      ...(await record([response], days(1))),
    ];
    expect(outcomes.map((one) => one.outcome)).toEqual(['recorded', 'recorded', 'repeated']);
  });
});

test('the probes stay look-ups on a day of which nothing is known, in sessions old and new', async () => {
  const young = await testDatabase();
  await ensurePartitions(young.pool, { today: '2026-11-22', ahead: 0 });
  for (const table of ['message_log_20261122', 'highest_counter']) {
    await young.pool.query(`alter table ${table} set (autovacuum_enabled = off)`);
  }
  let counter = 0n;
  const recordMany = async (client: pg.PoolClient, batches: number, size: number): Promise<void> => {
    for (let batch = 0; batch < batches; batch++) {
      const messages = Array.from({ length: size }, () => newMessage(counter++, { bytes: Buffer.from(`${counter}`) }));
      await recordBatch(client, 0, version, messages, noon);
    }
    await client.query('select pg_stat_force_next_flush()');
  };
  const rowsRead = async (): Promise<number> => {
    const { rows } = await young.pool.query<{ rows: string }>(
      `select sum(coalesce(idx_tup_read, 0)) + (select sum(seq_tup_read) from pg_stat_user_tables
                where relname like 'message_log_%' or relname = 'highest_counter') as rows
       from pg_stat_user_indexes where relname like 'message_log_%' or relname = 'highest_counter'`,
    );
    return Number(rows[0]?.rows);
  };
  const old = await young.pool.connect();
  await recordMany(old, 100, 10);
  await recordMany(old, 80, 500);
  const fresh = await young.pool.connect();
  await recordMany(fresh, 20, 15);
  old.release();
  fresh.release();
  // none of the messages was there before, so nothing but an insert may touch a row
  expect(await rowsRead()).toBe(0);
  await young.drop();
});

describe('the committer', () => {
  const committer = (): Committer => new Committer(database.pool, { mostWaiting: 5_000, observer: silent });

  test('records what many ask for at once, each RequestID once, across processes', async () => {
    await ensurePartitions(database.pool, { today: new Date().toISOString().slice(0, 10), ahead: 1 });
    const committers = [committer(), committer(), committer()];
    const asked = Array.from({ length: 600 }, (_, index) => ({
      committer: committers[index % 3],
      message: newMessage(BigInt(Math.floor(index / 4))),
    }));
    const settled = await Promise.all(asked.map((one) => one.committer?.record(one.message, version)));
    expect(settled.filter((one) => one?.outcome === 'recorded')).toHaveLength(150);
    expect(settled.filter((one) => one?.outcome === 'repeated')).toHaveLength(450);
    expect(await count('message_log')).toBe(150);
    expect(await count('stream')).toBe(150);
    const order = await database.pool.query<{ sequence: string; recorded_at: Date }>(
      'select sequence, recorded_at from message_log order by sequence',
    );
    const times = order.rows.map((row) => row.recorded_at.getTime());
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  test('finds the message that the database refuses, and records the others', async () => {
    await ensurePartitions(database.pool, { today: new Date().toISOString().slice(0, 10), ahead: 1 });
    const bad = newMessage(3n, { srv: 'a\0b' });
    const messages = [newMessage(1n), newMessage(2n), bad, newMessage(4n), newMessage(5n)];
    const one = committer();
    const settled = await Promise.allSettled(messages.map((message) => one.record(message, version)));
    expect(settled.map((result) => result.status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    expect(settled[2]).toMatchObject({ reason: { code: 'internal.unexpected' } });
    expect(await count('message_log')).toBe(4);
    await one.drained();
    expect(one.waiting).toBe(0);
  });

  test('keeps the order of what the network delivers, also while a second batch is sent', async () => {
    await ensurePartitions(database.pool, { today: new Date().toISOString().slice(0, 10), ahead: 1 });
    const { pool, close } = openDatabase({
      url: database.url,
      poolSize: 2,
      applicationName: 'test',
      log,
      pipeline: true,
    });
    const batches: number[] = [];
    const one = new Committer(pool, {
      mostWaiting: 5_000,
      observer: { ...silent, committed: (messages) => batches.push(messages) },
    });
    const asked: { message: NewMessage; settled: Promise<Settled> }[] = [];
    for (let counter = 0n; counter < 900n; counter++) {
      const userId = counter % 3n === 0n ? userB : userA;
      const direction = counter % 5n === 0n ? 'southbound' : 'northbound';
      const kind = direction === 'southbound' ? 'service_request' : 'device_alert';
      const message = newMessage(counter, { userId, originator: userId, direction, kind });
      asked.push({ message, settled: one.record(message, version) });
      // some wait and some are under way, all the time
      if (counter % 30n === 0n) await asked.at(-60)?.settled;
    }
    const positions = await Promise.all(
      asked.map(async ({ message, settled }) => ({ message, settled: await settled })),
    );
    for (const userId of [userA, userB]) {
      const sequences = positions
        .filter(({ message }) => message.userId === userId && message.direction === 'northbound')
        .map(({ settled }) => (settled.outcome === 'recorded' ? settled.position.sequence : -1n));
      expect(sequences).toEqual([...sequences].sort((a, b) => Number(a - b)));
      expect(sequences[0]).toBeGreaterThan(0n);
    }
    expect(batches.length).toBeGreaterThan(3);
    await one.drained();
    // nothing is kept of a lane that is at rest
    expect(pool.idleCount).toBe(pool.totalCount);
    await close();
  });

  test('answers a repetition with the time of the first, to the millisecond', async () => {
    await ensurePartitions(database.pool, { today: new Date().toISOString().slice(0, 10), ahead: 1 });
    const one = committer();
    for (let counter = 1n; counter < 20n; counter++) {
      const first = await one.record(newMessage(counter), version);
      const again = await one.record(newMessage(counter), version);
      expect(again).toMatchObject({ outcome: 'repeated', at: first.outcome === 'recorded' && first.at });
    }
  });

  test('says that the directory moved', async () => {
    expect(await committer().record(newMessage(1n), version - 1n)).toEqual({ outcome: 'stale' });
  });

  test('takes no more than it was told to hold', async () => {
    const full = new Committer(database.pool, { mostWaiting: 2, observer: silent });
    const first = [full.record(newMessage(1n), version), full.record(newMessage(2n), version)];
    await expect(full.record(newMessage(3n), version)).rejects.toMatchObject({ code: 'service.not-ready' });
    await Promise.all(first);
  });

  test('says that the database is away, for all that waited, and goes on when it is back', async () => {
    const away = await testDatabase();
    await ensurePartitions(away.pool, { today: new Date().toISOString().slice(0, 10), ahead: 1 });
    const one = new Committer(away.pool, { mostWaiting: 10, observer: silent });
    const name = new URL(away.url).pathname.slice(1);
    await away.administer(`alter database ${name} with allow_connections false`);
    await away.administer(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`);
    await expect(one.record(newMessage(1n), version)).rejects.toMatchObject({ code: 'database.unavailable' });
    await away.administer(`alter database ${name} with allow_connections true`);
    expect((await one.record(newMessage(1n), version)).outcome).toBe('recorded');
    await away.drop();
  });
});
