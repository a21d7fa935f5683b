import { afterEach, beforeEach, expect, test } from 'vitest';
import { NetworkSide } from './network.ts';
import { log, type StreamsWorld, streamsWorld, texts, user } from './testing-delivery.ts';
import { Wakeups } from './wakeups.ts';

let world: StreamsWorld;
let wakeups: Wakeups;
let network: NetworkSide;
beforeEach(async () => {
  world = await streamsWorld();
  wakeups = new Wakeups(world.pool, log);
  network = new NetworkSide(world.pool, wakeups);
});
afterEach(async () => {
  await wakeups.stop();
  await world.drop();
});

const { signal } = new AbortController();
const usual = { consumer: 'one', messages: 500, bytes: 1e6, waitSeconds: 0, signal };
const take = (changes: Partial<typeof usual> = {}) => network.take({ ...usual, ...changes });
const bodies = (number: number, count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => ({ userId: user(number), body: `${number}:${from + index}` }));
const endLeases = () => world.pool.query(`update stream_cursor set leased_until = clock_timestamp() - interval '1 s'`);

test('the same messages come again when the lease has run out, until they are acknowledged', async () => {
  await world.addUsers([1]);
  await world.put('southbound', bodies(1, 3));
  const first = await take({ messages: 2 });
  expect(texts(first)).toEqual(['1:0', '1:1']);
  expect(await take({ consumer: 'two' })).toEqual([]);
  expect(await take()).toEqual([]);
  await endLeases();
  const again = await take({ consumer: 'two', messages: 2 });
  expect(again).toEqual(first);
  const positions = again.map(({ userId, position }) => ({ userId, position }));
  expect([...(await network.acknowledge('two', positions)).values()]).toEqual(['moved']);
  expect(texts(await take())).toEqual(['1:2']);
});

test('a taker that lost what it took says so and gets it again, and only its own leases end', async () => {
  await world.addUsers([1, 2]);
  await world.put('southbound', bodies(1, 2));
  const lost = await take();
  await world.put('southbound', bodies(2, 1));
  expect(texts(await take({ consumer: 'two' }))).toEqual(['2:0']);
  await network.letGo('one');
  expect(await take()).toEqual(lost);
});

test('an acknowledgement moves forward only, by the holder only, to a message of the stream only', async () => {
  await world.addUsers([1, 2]);
  const [first, second] = await world.put('southbound', bodies(1, 2));
  const [others] = await world.put('southbound', bodies(2, 1));
  if (first === undefined || second === undefined || others === undefined) throw new Error('not recorded');
  await take();
  const say = async (consumer: string, position: typeof first) =>
    (await network.acknowledge(consumer, [{ userId: user(1), position }])).get(user(1));
  expect(await say('two', second)).toBe('held-by-other');
  expect(await say('one', others)).toBe('unknown-position');
  expect(await say('one', { ...second, sequence: 999n })).toBe('unknown-position');
  expect(await say('one', second)).toBe('moved');
  expect(await say('one', second)).toBe('unchanged');
  expect(await say('two', first)).toBe('unchanged');
  expect(await world.cursor(user(1), 'southbound')).toMatchObject({ ...text(second), leased_by: null });
  const spans = await world.pool.query(
    `select from_day::text, from_sequence::text, to_day::text, to_sequence::text from delivery where user_id = $1`,
    [user(1)],
  );
  expect(spans.rows).toEqual([
    { from_day: '-infinity', from_sequence: '0', to_day: second.day, to_sequence: second.sequence.toString() },
  ]);
  expect(await network.acknowledge('one', [{ userId: user(9), position: first }])).toEqual(
    new Map([[user(9), 'unknown-position']]),
  );
});
const text = ({ day, sequence }: { day: string; sequence: bigint }) => ({ day, sequence: sequence.toString() });

test('a lease that has run out does not matter while nobody else holds the stream', async () => {
  await world.addUsers([1]);
  await world.put('southbound', bodies(1, 1));
  const taken = await take();
  await endLeases();
  expect([...(await network.acknowledge('one', taken)).values()]).toEqual(['moved']);
});

test('turns go over the Users that wait, and the least recently served go first', async () => {
  await world.addUsers([1, 2, 3]);
  await world.put('southbound', [...bodies(1, 50), ...bodies(2, 2), ...bodies(3, 5)]);
  const taken = await take({ messages: 12 });
  const expected = ['1:0', '1:1', '1:2', '1:3', '1:4', '2:0', '2:1', '3:0', '3:1', '3:2', '3:3', '3:4'];
  expect(texts(taken).sort()).toEqual(expected);
  await network.acknowledge('one', taken);
  await world.put('southbound', [...bodies(2, 1, 2), ...bodies(3, 1, 5)]);
  const next = [];
  for (let turn = 0; turn < 4; turn++) {
    const one = await take({ messages: 1 });
    await network.acknowledge('one', one);
    next.push(...texts(one));
  }
  // 1, 2 and 3 were served in one instant, then each in its turn; the flood of 1 gets one place in three
  expect(next.slice(0, 3).sort()).toEqual(['1:5', '2:2', '3:5']);
  expect(next[3]).toBe('1:6');
});

test('streams of which nothing fits are free for the next taker at once', async () => {
  await world.addUsers([1, 2]);
  await world.put('southbound', [
    { userId: user(1), body: Buffer.alloc(900, 'a') },
    { userId: user(2), body: Buffer.alloc(900, 'b') },
  ]);
  const first = await take({ bytes: 1_000 });
  expect(first).toHaveLength(1);
  const second = await take({ bytes: 1_000, consumer: 'two' });
  expect(second).toHaveLength(1);
  expect(second[0]?.userId).not.toBe(first[0]?.userId);
});

test('a message larger than the bound is taken, alone', async () => {
  await world.addUsers([1]);
  await world.put('southbound', [{ userId: user(1), body: Buffer.alloc(300_000, 'a') }, ...bodies(1, 1)]);
  const taken = await take({ bytes: 1_000 });
  expect(taken.map((one) => one.body.length)).toEqual([300_000]);
});

test('takers at the same time never get the same User', async () => {
  await world.addUsers([1, 2, 3, 4, 5, 6, 7, 8]);
  await world.put(
    'southbound',
    [1, 2, 3, 4, 5, 6, 7, 8].flatMap((number) => bodies(number, 5)),
  );
  const takes = await Promise.all(['a', 'b', 'c', 'd'].map((consumer) => take({ consumer, messages: 10 })));
  const seen = takes.flatMap((messages, taker) =>
    [...new Set(messages.map((one) => one.userId))].map((id) => ({ id, taker })),
  );
  expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
});

test('a wait ends with the first message of this process or another, or when the taker goes', async () => {
  await world.addUsers([1, 2]);
  await wakeups.start();
  const other = new Wakeups(world.pool, log);
  await other.start();
  for (const announcer of [wakeups, other]) {
    // who waits looks by himself after a second: on a busy machine a single try may be as late
    const seconds: number[] = [];
    while (seconds.length < 10 && !seconds.some((one) => one < 0.9)) {
      const started = performance.now();
      const waiting = take({ waitSeconds: 20 });
      await world.put('southbound', bodies(1, 1));
      announcer.announce('southbound', user(1));
      const taken = await waiting;
      expect(taken).toHaveLength(1);
      seconds.push((performance.now() - started) / 1000);
      await network.acknowledge('one', taken);
    }
    expect(Math.min(...seconds)).toBeLessThan(0.9);
  }
  await other.stop();
  const going = new AbortController();
  const waiting = take({ waitSeconds: 20, signal: going.signal });
  setImmediate(() => going.abort());
  expect(await waiting).toEqual([]);
});

test('stopped while it connects, it leaves no connection that the end of the pool would wait for', async () => {
  const other = new Wakeups(world.pool, log);
  const stopped = new Promise<void>((resolve) => {
    // its first question is under way then
    world.pool.once('acquire', () => setImmediate(() => resolve(other.stop())));
  });
  await other.start();
  await stopped;
  expect(world.pool.idleCount).toBe(world.pool.totalCount);
});

test('a message that nobody announced is found within about a second', async () => {
  await world.addUsers([1]);
  const waiting = take({ waitSeconds: 20 });
  await world.put('southbound', bodies(1, 1));
  expect(await waiting).toHaveLength(1);
});

test('a User made later has its streams', async () => {
  await world.addUsers([1]);
  expect(await take()).toEqual([]);
  await world.addUsers([2]);
  await world.put('southbound', bodies(2, 1));
  expect(await take()).toHaveLength(1);
});
