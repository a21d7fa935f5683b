import { X509Certificate } from 'node:crypto';
import { PenstockClient } from '@penstock/api';
import { formatRequestId } from '@penstock/duis';
import { type TestDatabase, testDatabase } from '@penstock/platform/testing';
import { auditWindows } from '@penstock/platform/thresholds';
import { OPERATOR_ID, type PreparedRequest, type World } from '@penstock/simulator';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  audit,
  clientOf,
  endlessTraffic,
  Senders,
  setTightThresholds,
  sound,
  streamPositions,
  Taker,
} from './testing-load.ts';
import { importWorld, removeFolder, settingsOf, TestPlatform, testFolder, testNetwork } from './testing-platform.ts';

// Two platforms on one database, as PENSTOCK_DATABASE_URL lets them be.

let folder: string;
let world: World;
let database: TestDatabase;
let platforms: TestPlatform[];
let traffic: Iterator<PreparedRequest>;

beforeAll(async () => {
  folder = testFolder();
  world = await testNetwork(folder);
  database = await testDatabase();
  const options = { folder, databaseUrl: database.url };
  const [one, two] = [await settingsOf(world, options), await settingsOf(world, options)];
  await importWorld(world, one);
  platforms = [one, two].map((environment) => new TestPlatform(environment, folder));
  // at once: each finds the other migrating and making partitions
  await Promise.all(platforms.map((platform) => platform.start()));
  traffic = endlessTraffic(world);
});

afterAll(async () => {
  for (const platform of platforms ?? []) await platform.process?.end();
  await database?.drop();
  await removeFolder(folder);
});

function next(): PreparedRequest {
  const { value } = traffic.next();
  if (value === undefined) throw new Error('there is no more traffic');
  return value;
}

function send(platform: TestPlatform, { service, bytes }: PreparedRequest) {
  const client = clientOf(world, platform.gateway, OPERATOR_ID);
  const call = { method: 'POST', path: `/duis/${service}`, body: bytes, contentType: 'application/xml' } as const;
  return client.call(call).finally(() => client.close());
}

test('the same messages sent to both at once are recorded once, and both give the same answer', async () => {
  const messages = Array.from({ length: 40 }, next);
  const answers = await Promise.all(
    messages.map((message) => Promise.all([...platforms, ...platforms].map((platform) => send(platform, message)))),
  );
  for (const [index, four] of answers.entries()) {
    expect(four.map((answer) => answer.status)).toEqual([200, 200, 200, 200]);
    expect([messages[index]?.srv, new Set(four.map((answer) => answer.body.toString('utf8'))).size]).toEqual([
      messages[index]?.srv,
      1,
    ]);
  }
  expect(
    await audit(
      database.pool,
      messages.map(({ requestId }) => formatRequestId(requestId)),
    ),
  ).toEqual(sound);
});

test('senders and takers on both: each message is given to the network, none to both takers', async () => {
  const takers = platforms.map((platform, index) => new Taker(world, platform.gateway, `taker-${index}`));
  const gateways = platforms.map((platform) => platform.gateway);
  const senders = new Senders({ world, gateways, senders: 6, traffic });
  await vi.waitUntil(() => senders.acknowledged.length >= 600, { timeout: 90_000 });
  await senders.stop();
  const positions = await streamPositions(database.pool);
  const taken = () => takers.flatMap((taker) => [...taker.taken.keys()]);
  await vi.waitUntil(() => taken().length >= positions.size, { timeout: 90_000 });
  await Promise.all(takers.map((taker) => taker.stop()));
  expect(new Set(taken())).toEqual(positions);
  expect(taken()).toHaveLength(positions.size);
  expect(takers.every((taker) => taker.taken.size > 0)).toBe(true);
  expect(takers.flatMap((taker) => taker.faults)).toEqual([]);
  expect([senders.unexpected, senders.refusals]).toEqual([[], { notNow: 0, noAnswer: 0 }]);
  expect(await audit(database.pool, senders.acknowledged)).toEqual(sound);
});

test('thresholds set while both take messages in: no window is exceeded, and nothing is held within one', async () => {
  const gateways = platforms.map((platform) => platform.gateway);
  const senders = new Senders({ world, gateways, senders: 6, traffic });
  await vi.waitUntil(() => senders.acknowledged.length >= 100, { timeout: 90_000 });
  await setTightThresholds(database.pool, world);
  await vi.waitUntil(async () => (await auditWindows(database.pool)).held >= 500, { timeout: 60_000, interval: 200 });
  await senders.stop();
  expect([senders.unexpected, senders.refusals]).toEqual([[], { notNow: 0, noAnswer: 0 }]);
  expect(await audit(database.pool, senders.acknowledged)).toEqual(sound);
});

/** As many messages as asked for, of one User or of all others. */
function nextOf(count: number, isWanted: (message: PreparedRequest) => boolean): PreparedRequest[] {
  const messages: PreparedRequest[] = [];
  while (messages.length < count) {
    const message = next();
    if (isWanted(message)) messages.push(message);
  }
  return messages;
}

test('a certificate revoked at one is refused by both from then on; when one stops, the other serves on', async () => {
  const [one, two] = platforms;
  const [user] = world.users;
  const signing = user && world.pki.users.get(user.userId)?.signing;
  const operator = world.pki.users.get(OPERATOR_ID)?.machines.get('security');
  if (one === undefined || two === undefined || signing === undefined || operator === undefined) {
    throw new Error('the world is not whole');
  }
  const [before, ...after] = nextOf(6, (message) => message.user === user);
  if (before === undefined) throw new Error('there is no message');
  expect((await send(two, before)).status).toBe(200);
  const client = new PenstockClient({
    address: one.gateway,
    certificate: operator.certificate,
    key: operator.key,
    authorities: world.pki.authority,
  });
  const fingerprint = new X509Certificate(signing.certificate).fingerprint256.replaceAll(':', '');
  await client.revokeCertificate({ purpose: 'signing', fingerprint });
  client.close();
  // no pause: whoever records asks the database whether its directory is still the newest
  const answers = await Promise.all(after.flatMap((message) => [send(two, message), send(one, message)]));
  for (const answer of answers) {
    expect([answer.status, JSON.parse(answer.body.toString('utf8'))]).toMatchObject([
      403,
      { code: 'gateway.signer-not-valid', detail: 'the signing certificate is revoked' },
    ]);
  }
  const ids = after.map(({ requestId }) => formatRequestId(requestId));
  expect(await audit(database.pool, ids)).toEqual({ ...sound, lost: ids.length });

  expect(await one.process?.end()).toEqual({ code: 0, signal: null });
  for (const message of nextOf(5, (other) => other.user !== user)) expect((await send(two, message)).status).toBe(200);
});
