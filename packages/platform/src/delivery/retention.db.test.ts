import { afterEach, beforeEach, expect, test } from 'vitest';
import { addDays, utcDay } from '../foundation/clock.ts';
import { listPartitions } from '../foundation/database/index.ts';
import { acknowledgeStreams } from './acknowledgement-store.ts';
import { checkHeld } from './held.ts';
import { dropTakenDays } from './retention.ts';
import { readStreamStates } from './streams.ts';
import { log, metrics, type StreamsWorld, streamsWorld, user } from './testing-delivery.ts';

const dayMs = 86_400_000;
const now = new Date();
const today = utcDay(now);
const before = (days: number) => new Date(now.getTime() - days * dayMs);

let world: StreamsWorld;
beforeEach(async () => {
  world = await streamsWorld({ daysBefore: 8 });
});
afterEach(() => world.drop());

const parts = () => ({ pool: world.pool, log, metrics: metrics() });
const hold = (at: Date) => checkHeld(parts(), { holdDays: 2, now: at });
const events = async () => {
  const { rows } = await world.pool.query(
    `select user_id::text, direction, kind, since, messages::integer, ended_at is not null as ended from service_event`,
  );
  return rows;
};
const taken = (
  number: number,
  direction: 'southbound' | 'northbound',
  position: { day: string; sequence: bigint } | undefined,
) =>
  acknowledgeStreams(
    world.pool,
    direction,
    new Map(position === undefined ? [] : [[user(number), position]]),
    undefined,
  );

test('what is not taken for the hold time raises one event, which ends when it is taken', async () => {
  await world.addUsers([1, 2]);
  const messages = ['a', 'b'].map((body) => ({ userId: user(1), body }));
  const [first] = await world.put('northbound', messages, { at: before(5) });
  const [, last] = await world.put('northbound', messages, { at: before(4) });
  // the stream was last taken from, or made, this long ago
  await world.pool.query('update stream_cursor set moved_at = $1', [before(5)]);
  expect(await hold(before(3.1))).toEqual({ raised: [], ended: [] });
  expect(await hold(before(2.9))).toEqual({ raised: [user(1)], ended: [] });
  expect(await hold(before(2.8))).toEqual({ raised: [], ended: [] });
  const event = { direction: 'northbound', kind: 'delivery_held', since: before(5), messages: 4 };
  expect(await events()).toMatchObject([{ ...event, ended: false }]);
  const [, state] = await readStreamStates(world.pool, { users: [user(1)], limit: 1 });
  expect(state).toMatchObject({ waiting: 4, oldestAt: before(5), heldSince: before(5) });
  // the first of the two that were recorded at once; what is still behind is being taken, so it raises nothing new
  await taken(1, 'northbound', first);
  expect(await hold(now)).toEqual({ raised: [], ended: [] });
  await taken(1, 'northbound', last);
  expect(await hold(now)).toEqual({ raised: [], ended: [user(1)] });
  expect(await events()).toMatchObject([{ ...event, ended: true }]);
});

test('a stream that is taken from, however far behind, is not held', async () => {
  await world.addUsers([1]);
  await world.put('northbound', [{ userId: user(1), body: 'a' }], { at: before(5) });
  expect(await hold(now)).toEqual({ raised: [], ended: [] });
});

const days = async () =>
  (await listPartitions(world.pool)).filter((one) => one.table === 'stream').map((one) => one.day);
const drop = (logDays: number) => dropTakenDays(parts(), { today, streamDays: 2, logDays });

test('a day leaves when everybody has taken it and the replay time is over', async () => {
  await world.addUsers([1, 2]);
  const [old] = await world.put('northbound', [{ userId: user(1), body: 'a' }], { at: before(6) });
  const [newer] = await world.put('southbound', [{ userId: user(2), body: 'b' }], { at: before(4) });
  // the days before are not needed by anybody
  expect((await drop(92)).map((one) => one.day)).toEqual([addDays(today, -8), addDays(today, -7)]);
  await taken(1, 'northbound', old);
  expect((await drop(92)).map((one) => one.day)).toEqual([addDays(today, -6), addDays(today, -5)]);
  await taken(2, 'southbound', newer);
  await drop(92);
  expect(await days()).toEqual([-2, -1, 0, 1].map((day) => addDays(today, day)));
  expect(await events()).toEqual([]);
});

test('what nobody took as long as the record is kept expires, and it is told what was lost', async () => {
  await world.addUsers([1, 2]);
  const messages = ['a', 'b', 'c'].map((body) => ({ userId: user(1), body }));
  const [first] = await world.put('northbound', messages, { at: before(7) });
  await taken(1, 'northbound', first);
  await world.put('southbound', [{ userId: user(2), body: 'd' }], { at: before(5) });
  await drop(6);
  expect((await days())[0]).toBe(addDays(today, -5));
  const since = new Date(`${addDays(today, -7)}T00:00:00Z`);
  const lost = { direction: 'northbound', kind: 'delivery_expired', since, messages: 2, ended: true };
  expect(await events()).toMatchObject([lost]);
  await drop(6);
  expect(await events()).toHaveLength(1);
  const states = await readStreamStates(world.pool, { users: 'all', limit: 10 });
  expect(states.map((state) => [state.direction, state.expired, state.waiting])).toEqual([
    ['southbound', 0, 0],
    ['northbound', 2, 0],
    ['southbound', 0, 1],
    ['northbound', 0, 0],
  ]);
});
