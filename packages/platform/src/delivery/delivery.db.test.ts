import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../foundation/clock.ts';
import { configSchema } from '../foundation/config-schema.ts';
import { type DirectoryReader, openDirectory } from '../parties/directory-reader.ts';
import { Delivery, DeliveryDoor } from './delivery.ts';
import { log, type StreamsWorld, streamsWorld, until, user } from './testing-delivery.ts';
import { startReceiver } from './testing-receiver.ts';

let world: StreamsWorld;
let directory: DirectoryReader;
beforeEach(async () => {
  world = await streamsWorld({ daysBefore: 4 });
  directory = await openDirectory({ readRules: async () => undefined, pool: world.pool, log, pollMilliseconds: 20 });
});
afterEach(async () => {
  await directory.close();
  await world.drop();
});

function delivery(registry = new Registry(), settings: object = {}) {
  const config = configSchema.parse({ delivery: settings });
  return new Delivery({ pool: world.pool, directory, clock: systemClock, log, registry, config });
}

test('the room starts, follows new Users, counts, drops days that nobody needs, and stops', async () => {
  const room = delivery();
  await room.start();
  const counted = new Registry();
  const door = new DeliveryDoor({ pool: world.pool, log, registry: counted });
  await door.start();
  expect([...door.routes.keys()]).toEqual([
    'POST /network/take',
    'POST /network/acknowledge',
    'GET /duis/receive',
    'POST /duis/receive/acknowledge',
  ]);
  await world.pool.query(`insert into user_id (user_id, party_id) values ($1, 'P')`, [user(1)]);
  await world.pool.query('update directory_version set version = version + 1');
  await until(async () => (await world.pool.query('select from stream_cursor')).rowCount === 2);
  await world.put('northbound', [{ userId: user(1), body: 'a' }]);
  door.wakeups.announce('northbound', user(1));
  const receive = door.routes.get('GET /duis/receive');
  const answer = await receive?.({
    peer: { userId: user(1), isNetwork: false },
    url: new URL('https://gateway/duis/receive'),
    headers: {},
    body: Buffer.alloc(0),
    signal: new AbortController().signal,
  });
  expect(answer?.body.length).toBeGreaterThan(0);
  expect(await counted.metrics()).toContain('penstock_delivery_handed_out_total{direction="northbound"} 1');
  await room.dropTakenDays();
  const { rowCount } = await world.pool.query(
    `select from pg_class where relname like 'stream\\_2%' and relkind = 'r'`,
  );
  expect(rowCount).toBe(4); // two days before today, today, tomorrow
  await door.stop();
  await room.stop();
});

test('a receive service whose authority is not trusted is a failure that says so', async () => {
  const service = await startReceiver();
  await world.addUsers([1], service.url);
  await world.put('northbound', [{ userId: user(1), body: 'a' }]);
  const room = delivery();
  await room.start();
  await until(async () => (await world.cursor(user(1), 'northbound')).failures > 0);
  expect((await world.cursor(user(1), 'northbound')).last_error).toMatch(/SELF_SIGNED|CERT/);
  await room.stop();
  await service.close();
});

test('a file of the configuration that is not there is refused with the name of the setting', () => {
  expect(() => delivery(new Registry(), { pushAuthoritiesFile: '/nowhere/ca.pem' })).toThrow(
    expect.objectContaining({ code: 'config.invalid', message: expect.stringContaining('push_authorities_file') }),
  );
});
