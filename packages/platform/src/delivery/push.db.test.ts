import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PushSide } from './push.ts';
import { log, metrics, type StreamsWorld, streamsWorld, until, user } from './testing-delivery.ts';
import { credentials, neverAnswers, type Receiver, refuses, startReceiver, takes } from './testing-receiver.ts';
import { Wakeups } from './wakeups.ts';

let world: StreamsWorld;
const receivers: Receiver[] = [];
const sides: { push: PushSide; wakeups: Wakeups }[] = [];
beforeEach(async () => {
  world = await streamsWorld();
});
afterEach(async () => {
  for (const receiver of receivers.splice(0)) await receiver.close();
  for (const { push, wakeups } of sides.splice(0)) {
    await push.stop();
    await wakeups.stop();
  }
  await world.drop();
});

async function receiver(numbers: readonly number[]): Promise<Receiver> {
  const started = await startReceiver();
  receivers.push(started);
  await world.addUsers(numbers, started.url);
  return started;
}

/** What a process does; the longest pause is short, so that tests need not wait for it. */
function startPushing(options: { timeoutSeconds?: number; retryWithinSeconds?: number } = {}) {
  const wakeups = new Wakeups(world.pool, log);
  const parts = { pool: world.pool, wakeups, metrics: metrics(), log };
  const usual = { timeoutSeconds: 5, retryWithinSeconds: 0.02, random: () => 0 };
  const push = new PushSide(parts, { ...credentials, ...usual, ...options });
  const side = { push, wakeups };
  sides.push(side);
  push.start();
  return side;
}

async function put(number: number, count: number, from = 0) {
  const bodies = Array.from({ length: count }, (_, index) => ({
    userId: user(number),
    body: `${number}:${from + index}`,
  }));
  const positions = await world.put('northbound', bodies);
  for (const { wakeups } of sides) wakeups.announce('northbound', user(number));
  return positions;
}
const bodiesOf = (one: Receiver) => one.received.map(({ body }) => body);
const expected = (number: number, count: number) => Array.from({ length: count }, (_, index) => `${number}:${index}`);
const isAt = (number: number, position: { day: string; sequence: bigint } | undefined) => async () => {
  const cursor = await world.cursor(user(number), 'northbound');
  return cursor.sequence === position?.sequence.toString() && cursor.day === position.day && cursor.leased_by === null;
};

test('messages are pushed in order as they come, and the cursor follows', async () => {
  const service = await receiver([1]);
  await put(1, 200);
  startPushing();
  await until(() => service.received.length === 200);
  const positions = await put(1, 3, 200);
  await until(isAt(1, positions.at(-1)));
  expect(bodiesOf(service)).toEqual(expected(1, 203));
  const { rows } = await world.pool.query<{ from: string; to: string }>(
    `select from_sequence::text as from, to_sequence::text as to from delivery where user_id = $1 order by to_sequence`,
    [user(1)],
  );
  // spans lie end to end
  expect(rows.map((row) => row.from)).toEqual(['0', ...rows.slice(0, -1).map((row) => row.to)]);
});

test('an announced message goes out at once, and one that came while the last was pushed is not forgotten', async () => {
  const service = await receiver([1]);
  startPushing();
  await put(1, 1);
  await until(() => service.received.length === 1);
  const started = performance.now();
  // each is announced while the one before is being answered
  for (let round = 1; round <= 20; round++) {
    await put(1, 1, round);
    await until(() => service.received.length > round);
  }
  // who is not woken looks by himself after a second
  expect(performance.now() - started).toBeLessThan(19_000);
  expect(bodiesOf(service)).toEqual(expected(1, 21));
});

test('what is not taken is tried again with the same bytes and position, and the others notice nothing', async () => {
  const broken = await receiver([1]);
  const well = await receiver([2]);
  broken.behaviour = refuses(500);
  startPushing();
  await put(1, 2);
  await put(2, 50);
  await until(() => well.received.length === 50);
  await until(() => broken.received.length >= 3);
  await until(async () => (await world.cursor(user(1), 'northbound')).failures >= 3);
  const failing = await world.cursor(user(1), 'northbound');
  expect(failing).toMatchObject({ last_error: 'HTTP 500', sequence: '0' });
  expect(failing.failing_since).toBeInstanceOf(Date);
  expect(failing.retry_at).toBeInstanceOf(Date);
  broken.behaviour = takes;
  await until(() => bodiesOf(broken).includes('1:1'));
  expect(new Set(bodiesOf(broken).slice(0, -1))).toEqual(new Set(['1:0']));
  expect(new Set(broken.received.slice(0, -1).map((one) => one.position)).size).toBe(1);
  await until(async () => (await world.cursor(user(1), 'northbound')).failures === 0);
  expect(await world.cursor(user(1), 'northbound')).toMatchObject({
    failing_since: null,
    retry_at: null,
    last_error: null,
  });
});

test('a service that never answers, and one behind a closed port, cost the others nothing and recover', async () => {
  const silent = await receiver([1]);
  const closed = await receiver([2]);
  const well = await receiver([3]);
  silent.behaviour = neverAnswers;
  await closed.close();
  startPushing({ timeoutSeconds: 0.3 });
  await put(1, 5);
  await put(2, 5);
  await put(3, 100);
  await until(() => well.received.length === 100);
  await until(async () => (await world.cursor(user(1), 'northbound')).failures >= 2);
  await until(async () => (await world.cursor(user(2), 'northbound')).failures >= 2);
  expect(await world.cursor(user(1), 'northbound')).toMatchObject({ last_error: 'no answer within 0.3 s' });
  expect(await world.cursor(user(2), 'northbound')).toMatchObject({ last_error: 'ECONNREFUSED' });
  // one message under way at a time, the first
  expect(new Set(bodiesOf(silent))).toEqual(new Set(['1:0']));
  silent.behaviour = takes;
  await closed.open();
  await until(() => bodiesOf(silent).at(-1) === '1:4' && bodiesOf(closed).at(-1) === '2:4');
  expect(bodiesOf(closed)).toEqual(expected(2, 5));
});

test('a connection killed in the middle of an answer: the message comes again, in order', async () => {
  const service = await receiver([1]);
  let cuts = 0;
  service.behaviour = (response, received, socket) => {
    cuts += 1;
    if (cuts % 3 === 0) socket.destroy();
    else takes(response, received, socket);
  };
  await put(1, 30);
  startPushing();
  await until(() => bodiesOf(service).at(-1) === '1:29');
  // without those that came again, each once and in order
  expect(bodiesOf(service).filter((body, index, all) => body !== all[index + 1])).toEqual(expected(1, 30));
});

test('a stop finishes the message under way, saves the cursor and gives the stream back', async () => {
  const service = await receiver([1]);
  let answer: ServerResponse | undefined;
  service.behaviour = (response, received, socket) => {
    if (received.body === '1:3') answer = response;
    else takes(response, received, socket);
  };
  const positions = await put(1, 10);
  const { push } = startPushing();
  await until(() => answer !== undefined);
  let isStopped = false;
  const stopping = push.stop().then(() => {
    isStopped = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(isStopped).toBe(false);
  answer?.writeHead(204).end();
  await stopping;
  expect(bodiesOf(service)).toEqual(expected(1, 4));
  expect(await isAt(1, positions[3])()).toBe(true);
  service.behaviour = takes;
  startPushing();
  await until(() => service.received.length === 10);
  expect(bodiesOf(service)).toEqual(expected(1, 10));
});

test('of several processes one pushes a stream; when it is gone another goes on from the saved cursor', async () => {
  const service = await receiver([1]);
  startPushing();
  startPushing();
  startPushing();
  const positions = await put(1, 150);
  await until(isAt(1, positions.at(-1)));
  expect(bodiesOf(service)).toEqual(expected(1, 150));
  // a process that was killed left its lease
  await world.pool.query(
    `update stream_cursor set leased_by = 'gone', leased_until = clock_timestamp() + interval '300 ms' where user_id = $1`,
    [user(1)],
  );
  await put(1, 1, 150);
  await until(() => service.received.length === 151);
});

test('a loop that lost its stream to another stops without moving the cursor', async () => {
  const service = await receiver([1]);
  let answer: ServerResponse | undefined;
  service.behaviour = (response) => {
    answer = response;
  };
  await put(1, 3);
  const { push } = startPushing();
  await until(() => answer !== undefined);
  await world.pool.query(
    `update stream_cursor set leased_by = 'other', leased_until = clock_timestamp() + interval '1 hour'`,
  );
  answer?.writeHead(204).end();
  service.behaviour = takes;
  await push.stop();
  expect(await world.cursor(user(1), 'northbound')).toMatchObject({ sequence: '0', leased_by: 'other' });
});

test('a User with a new address is tried at once, whatever pause it had', async () => {
  const service = await receiver([1]);
  service.behaviour = refuses(503);
  const { push } = startPushing({ retryWithinSeconds: 3_600 });
  const known = { userId: user(1), delivery: 'push', receiveUrl: service.url } as const;
  const others = { partyId: 'P', partyName: 'P', status: 'active', roles: [], risingCounters: true, lane: 0 } as const;
  await push.directoryMoved([{ ...known, ...others }]);
  await put(1, 1);
  await until(async () => (await world.cursor(user(1), 'northbound')).failures === 1);
  await world.pool.query(`update stream_cursor set retry_at = clock_timestamp() + interval '1 hour'`);
  const moved = await startReceiver();
  receivers.push(moved);
  await world.pool.query('update user_id set receive_url = $2 where user_id = $1', [user(1), moved.url]);
  await push.directoryMoved([{ ...known, ...others, receiveUrl: moved.url }]);
  await until(() => moved.received.length === 1);
});

test('a database that goes away stops nothing for good', async () => {
  const service = await receiver([1]);
  startPushing();
  await put(1, 5);
  await until(() => service.received.length === 5);
  await world.pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
  );
  const positions = await put(1, 5, 5);
  await until(isAt(1, positions.at(-1)));
  expect(bodiesOf(service).filter((body, index, all) => all.indexOf(body) === index)).toEqual(expected(1, 10));
});
