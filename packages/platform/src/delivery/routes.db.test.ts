import { decodeFrames, FRAMES_CONTENT_TYPE } from '@penstock/api';
import type { Eui } from '@penstock/duis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { formatPosition } from '../messages/message.ts';
import { NetworkSide } from './network.ts';
import { PullSide } from './receive.ts';
import { type DeliveryHandler, deliveryRoutes } from './routes.ts';
import { log, metrics, type StreamsWorld, streamsWorld, user } from './testing-delivery.ts';
import { Wakeups } from './wakeups.ts';

let world: StreamsWorld;
let wakeups: Wakeups;
let routes: ReadonlyMap<string, DeliveryHandler>;
beforeEach(async () => {
  world = await streamsWorld();
  wakeups = new Wakeups(world.pool, log);
  const [network, pull] = [new NetworkSide(world.pool, wakeups), new PullSide(world.pool, wakeups)];
  routes = deliveryRoutes({ network, pull, metrics: metrics() });
});
afterEach(() => world.drop());

const operator = user(999);
interface Call {
  readonly by?: Eui;
  readonly json?: unknown;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

/** 'GET /duis/receive?wait=0' */
async function call(address: string, { by = operator, json, body, signal }: Call = {}) {
  const [method = '', target = ''] = address.split(' ');
  const url = new URL(target, 'https://gateway');
  const handler = routes.get(`${method} ${url.pathname}`);
  if (handler === undefined) throw new Error(address);
  const answer = await handler({
    peer: { userId: by, isNetwork: by === operator },
    url,
    headers: {},
    body: Buffer.from(body ?? JSON.stringify(json ?? '')),
    signal: signal ?? new AbortController().signal,
  });
  return answer;
}
const frames = async (address: string, options?: Call) => {
  const answer = await call(address, options);
  expect(answer).toMatchObject({ status: 200, contentType: FRAMES_CONTENT_TYPE });
  return decodeFrames(Buffer.from(answer.body)).map(({ header, body }) => ({
    ...header,
    body: Buffer.from(body).toString(),
  }));
};
const parse = (answer: { body: Buffer | string }): unknown => JSON.parse(answer.body.toString());

test('the network takes frames and acknowledges positions', async () => {
  await world.addUsers([1, 2]);
  const [first, second] = await world.put('southbound', [
    { userId: user(1), body: 'one' },
    { userId: user(2), body: 'two' },
  ]);
  if (first === undefined || second === undefined) throw new Error('not recorded');
  const taken = await frames('POST /network/take?max=10&wait=0&consumer=dsp');
  expect(taken.toSorted((a, b) => a.body.localeCompare(b.body))).toEqual([
    { user: user(1), position: formatPosition(first), kind: 'request', body: 'one' },
    { user: user(2), position: formatPosition(second), kind: 'request', body: 'two' },
  ]);
  const positions = [
    { user: user(1).toLowerCase(), position: formatPosition(first) },
    { user: user(2), position: formatPosition({ ...second, sequence: second.sequence + 1n }) },
  ];
  const answer = parse(await call('POST /network/acknowledge', { json: { consumer: 'dsp', positions } }));
  expect(answer).toEqual({
    results: [
      { user: user(1), outcome: 'moved' },
      { user: user(2), outcome: 'refused', code: 'delivery.position-unknown' },
    ],
  });
});

test('a taker whose answer was lost is given the same again at once when it says so', async () => {
  await world.addUsers([1]);
  await world.put('southbound', [{ userId: user(1), body: 'one' }]);
  const take = (more = '') => frames(`POST /network/take?wait=0&consumer=dsp${more}`);
  const lost = await take();
  expect(lost).toHaveLength(1);
  expect(await take()).toEqual([]);
  expect(await take('&again=true')).toEqual(lost);
});

test('a User pulls from its cursor on; nothing moves until it acknowledges', async () => {
  await world.addUsers([1]);
  const positions = await world.put(
    'northbound',
    ['a', 'b', 'c'].map((body) => ({ userId: user(1), body })),
  );
  const by = user(1);
  const bodies = async (max: number) =>
    (await frames(`GET /duis/receive?max=${max}&wait=0`, { by })).map((frame) => frame.body);
  expect(await bodies(2)).toEqual(['a', 'b']);
  expect(await bodies(100)).toEqual(['a', 'b', 'c']);
  const position = formatPosition(positions[1] ?? { day: '', sequence: 0n });
  const acknowledge = async () => parse(await call('POST /duis/receive/acknowledge', { by, json: { position } }));
  expect(await acknowledge()).toEqual({ outcome: 'moved' });
  expect(await bodies(100)).toEqual(['c']);
  expect(await acknowledge()).toEqual({ outcome: 'unchanged' });
  const { rows } = await world.pool.query('select direction, to_sequence::text from delivery');
  expect(rows).toEqual([{ direction: 'northbound', to_sequence: positions[1]?.sequence.toString() }]);
});

test('a User is woken by its own messages only, and by the end of the process', async () => {
  await world.addUsers([1, 2]);
  const waiting = frames('GET /duis/receive?wait=20', { by: user(1) });
  await world.put('northbound', [{ userId: user(2), body: 'of another' }]);
  wakeups.announce('northbound', user(2));
  await world.put('northbound', [{ userId: user(1), body: 'own' }]);
  wakeups.announce('northbound', user(1));
  expect((await waiting).map((frame) => frame.body)).toEqual(['own']);
  const stopping = new AbortController();
  await call('POST /duis/receive/acknowledge', {
    by: user(1),
    json: { position: await lastPosition(user(1)) },
  });
  const ending = frames('GET /duis/receive?wait=20', { by: user(1), signal: stopping.signal });
  setImmediate(() => stopping.abort());
  expect(await ending).toEqual([]);
});

test('a User that waits with too many calls at once is told so, and others are not', async () => {
  await world.addUsers([1, 2]);
  const stopping = new AbortController();
  const receive = (by: Eui) => frames('GET /duis/receive?wait=20', { by, signal: stopping.signal });
  const waiting = Array.from({ length: 8 }, () => receive(user(1)));
  await expect(receive(user(1))).rejects.toMatchObject({ code: 'delivery.too-many-calls' });
  const others = receive(user(2));
  await world.put('northbound', [{ userId: user(2), body: 'other' }]);
  wakeups.announce('northbound', user(2));
  expect(await others).toHaveLength(1);
  stopping.abort();
  await Promise.all(waiting);
  expect(await frames('GET /duis/receive?wait=0', { by: user(1) })).toEqual([]);
});

test('a User that has just changed to pulling waits for the push that is under way', async () => {
  await world.addUsers([1]);
  await world.put('northbound', [{ userId: user(1), body: 'a' }]);
  await world.pool.query(
    `update stream_cursor set leased_by = 'push', leased_until = clock_timestamp() + interval '1 minute'`,
  );
  const json = { position: await lastPosition(user(1)) };
  const acknowledging = call('POST /duis/receive/acknowledge', { by: user(1), json });
  await expect(acknowledging).rejects.toMatchObject({ code: 'delivery.held-by-other' });
});

async function lastPosition(userId: Eui): Promise<string> {
  const { rows } = await world.pool.query<{ position: string }>(
    `select day::text || '/' || sequence as position from stream where user_id = $1 order by day desc, sequence desc limit 1`,
    [userId],
  );
  return rows[0]?.position ?? '';
}

test.each<[string, Call, string]>([
  ['POST /network/take?consumer=x', { by: user(1) }, 'access.denied'],
  ['POST /network/acknowledge', { by: user(1) }, 'access.denied'],
  ['POST /network/take', {}, 'request.invalid'],
  ['POST /network/take?consumer=a%20b', {}, 'request.invalid'],
  ['POST /network/take?consumer=x&max=0', {}, 'request.invalid'],
  ['POST /network/take?consumer=x&wait=-1', {}, 'request.invalid'],
  ['POST /network/take?consumer=x&limit=1', {}, 'request.invalid'],
  ['POST /network/acknowledge', { body: '{' }, 'request.invalid'],
  [
    'POST /network/acknowledge',
    { json: { consumer: 'x', positions: [{ user: 'x', position: '2026-11-22/1' }] } },
    'request.invalid',
  ],
  ['GET /duis/receive?max=100000', { by: user(1) }, 'request.invalid'],
  ['GET /duis/receive', { by: user(2) }, 'delivery.not-pulled'],
  ['GET /duis/receive', { by: user(77) }, 'access.denied'],
  ['POST /duis/receive/acknowledge', { by: user(2), json: { position: '2026-11-22/1' } }, 'delivery.not-pulled'],
  ['POST /duis/receive/acknowledge', { by: user(1), json: { position: '2026-11-22/1' } }, 'delivery.position-unknown'],
  ['POST /duis/receive/acknowledge', { by: user(1), json: { position: '2026-13-45/1' } }, 'request.invalid'],
  ['POST /duis/receive/acknowledge', { by: user(1), json: { position: 'x' } }, 'request.invalid'],
])('%s by the wrong one or in the wrong form', async (address, options, code) => {
  await world.addUsers([1]);
  await world.addUsers([2], 'https://localhost/');
  await expect(call(address, options)).rejects.toMatchObject({ code });
});
