import { createHash, createPrivateKey } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { PenstockClient } from '@penstock/api';
import { readCertificates, signDetached } from '@penstock/files/signature';
import { openDatabase, startEmbeddedPostgres } from '@penstock/platform/database';
import { createLog } from '@penstock/platform/log';
import { OPERATOR_ID, prepareTraffic, signersOf, type UserCredentials, type World } from '@penstock/simulator';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { clientOf, Senders } from './testing-load.ts';
import {
  findServer,
  importWorld,
  Penstock,
  removeFolder,
  settingsOf,
  TestPlatform,
  testFolder,
  testNetwork,
} from './testing-platform.ts';
import { Receiver } from './testing-receiver.ts';

// SIGKILL of the platform and of PostgreSQL between the receipt of an action file and the end of its release: everything
// that was decided is sent once, in order, with its bytes, and an alert was written about each held message, once. And of the
// platform between a save and the end of what webhooks are told of it: each is told at least once, under one id.

/** More than a chunk, so that a paced rest is left to be killed in. */
const HELD = 2_500;
/** Messages a second. */
const RATE = 250;
const soon = { timeout: 60_000, interval: 20 };

let folder: string;
let world: World;
let user: UserCredentials;
let platform: TestPlatform;
let pool: pg.Pool;
let closePool: () => Promise<void>;

beforeAll(async () => {
  folder = testFolder();
  const dataFolder = `${folder}/data`;
  world = await testNetwork(folder);
  const found = world.pki.users.get(supplier().userId);
  if (found === undefined) throw new Error('the supplier has no certificates');
  user = found;
  // a webhook goes to a machine of the test
  const allowed = { PENSTOCK_WEBHOOKS_ALLOWED_NETWORKS: '127.0.0.0/8' };
  const environment = await settingsOf(world, { folder, environment: allowed });
  await importWorld(world, environment);
  platform = new TestPlatform(environment, folder);
  await platform.start();
  const { url } = await startEmbeddedPostgres({ dataFolder, log: createLog({ level: 'fatal' }) });
  ({ pool, close: closePool } = openDatabase({
    url,
    poolSize: 2,
    applicationName: 'test',
    log: createLog({ level: 'fatal' }),
  }));
});
afterAll(async () => {
  await closePool?.();
  await platform?.process?.end('SIGKILL');
  await removeFolder(folder);
});

function supplier() {
  const [first] = world.users;
  if (first === undefined) throw new Error('the world has no User');
  return first;
}

async function withClient<Result>(use: (client: PenstockClient) => Promise<Result>): Promise<Result> {
  const { certificate, key } = user.transport;
  const client = new PenstockClient({ address: platform.gateway, certificate, key, authorities: world.pki.authority });
  try {
    return await use(client);
  } finally {
    client.close();
  }
}

function sign(file: Buffer): Buffer {
  const [officer] = user.officers;
  const [certificate] = readCertificates(Buffer.from(officer?.certificate ?? ''));
  if (officer === undefined || certificate === undefined) throw new Error('the User has no officer');
  return signDetached({
    digest: createHash('sha256').update(file).digest(),
    key: createPrivateKey(officer.key),
    certificate,
    chain: [],
    signingTime: new Date(),
  });
}

/** Delivers a file that an officer signed; resolves with its receipt. */
function deliver(file: Buffer) {
  async function* bytes() {
    yield file;
  }
  return withClient((client) => client.submit(bytes(), sign(file)));
}

/** Messages that are all held; resolves with how many there are then. */
async function sendUntilHeld(count: number): Promise<number> {
  const traffic = prepareTraffic({
    seed: 'release',
    count: Number.POSITIVE_INFINITY,
    signedPreCommandShare: 0,
    users: [supplier()],
    network: world.network,
    signers: signersOf(world.pki, [OPERATOR_ID, supplier().userId]),
    asOf: new Date(),
    counterBase: BigInt(Date.now()),
  });
  const senders = new Senders({ world, gateways: [platform.gateway], senders: 8, traffic });
  const held = async () => (await ask<{ n: number }>('select count(*)::integer as n from held_message'))[0]?.n ?? 0;
  await vi.waitUntil(async () => (await held()) >= count, soon);
  await senders.stop();
  expect(senders.unexpected).toEqual([]);
  return held();
}

/** An action file that lets go all that nobody decided on. */
async function processAll(): Promise<Buffer> {
  const lines = await ask<{ line: string }>(
    `select concat_ws(',', 'action', event, message_id, encode(sha256, 'hex'), 'process', '') as line
     from held_message h
     where not exists (select from held_decision d where (d.user_id, d.day, d.sequence) = (h.user_id, h.day, h.sequence))
     order by day, sequence`,
  );
  const header = 'quarantine-actions/1,event,message_id,sha256,action,reason';
  return Buffer.from(`${[header, ...lines.map(({ line }) => line)].join('\n')}\n`);
}

/** Asks the database until it answers: a connection may still be one to the server that was killed. */
const ask = <Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []) =>
  vi.waitFor(async () => (await pool.query<Row>(sql, values)).rows, { timeout: 90_000, interval: 20 });

async function released(): Promise<number> {
  const [row] = await ask<{ sent: number }>('select coalesce(sum(sent), 0)::integer as sent from release');
  return row?.sent ?? 0;
}

test('what was decided is released once, whatever is killed, and each held message was alerted once', async () => {
  const { userId } = supplier();
  const adt = Buffer.from(
    `adt-file/1,user_id,services,direction,period,warning,quarantine,from,to,reference\nthreshold,${userId},all,sent,P1D,,0,,,\n`,
  );
  const { sha256 } = await deliver(adt);
  await vi.waitUntil(async () => (await withClient((one) => one.submission(sha256))).state === 'applied', soon);

  const total = await sendUntilHeld(HELD);
  await deliver(await processAll());
  // acknowledged, and at once gone: it goes on by itself
  await platform.process?.end('SIGKILL');
  await platform.start();
  await vi.waitUntil(async () => (await ask('update release set rate = $1 returning 1', [RATE])).length === 1, soon);
  const paced = await released();
  await vi.waitUntil(async () => (await released()) > paced, soon);

  await platform.process?.end('SIGKILL');
  await platform.start();
  const again = await released();
  await vi.waitUntil(async () => (await released()) > again, soon);
  expect(await released()).toBeLessThan(total);

  const server = findServer(`${folder}/data`);
  if (server === undefined) throw new Error('no server is running');
  process.kill(server, 'SIGKILL');
  await vi.waitUntil(() => ![server, undefined].includes(findServer(`${folder}/data`)), soon);
  await ask('update release set rate = null, next_at = clock_timestamp()');
  await vi.waitUntil(async () => (await released()) >= total, soon);

  expect(await ask('select state, sent::integer, refused::integer from release')).toEqual([
    { state: 'done', sent: total, refused: 0 },
  ]);
  expect(
    await ask(
      `select count(*)::integer as rows, count(distinct (s.message_day, s.message_sequence))::integer as messages,
              bool_and(s.body = h.body) as same
       from stream s join held_message h
         on h.user_id = s.user_id and h.day = s.message_day and h.sequence = s.message_sequence
       where s.direction = 'southbound'`,
    ),
  ).toEqual([{ rows: total, messages: total, same: true }]);
  expect(
    await ask(
      `select count(*)::integer as disordered from (
         select (h.day, h.sequence) < lag((h.day, h.sequence)) over (order by s.day, s.sequence) as early
         from stream s join held_message h
           on h.user_id = s.user_id and h.day = s.message_day and h.sequence = s.message_sequence
         where s.direction = 'southbound') o where early`,
    ),
  ).toEqual([{ disordered: 0 }]);
  const alerts = () =>
    ask<{ rows: number; counters: number }>(
      `select count(*)::integer as rows, count(distinct counter)::integer as counters
       from message_log where kind = 'dcc_alert' and direction = 'northbound' and code = 'N999'`,
    );
  await vi.waitUntil(async () => ((await alerts())[0]?.rows ?? 0) >= total, soon);
  expect(await alerts()).toEqual([{ rows: total, counters: total }]);

  // what devices do a day was summed up meanwhile: each message that is out once, however late it went
  const everybody = '00:00:00:00:00:00:00:00';
  const left = () =>
    ask<{ summed: string }>('select sum_up_activity($1, 0::smallint, 100000, 10)::text as summed', [everybody]);
  await vi.waitUntil(async () => (await left())[0]?.summed === '0', soon);
  const [counted] = await ask<{ summed: number; out: number }>(
    `select (select sum(c)::integer from device_activity a, unnest(a.counts) c where a.user_id = $1) as summed,
            (select count(*)::integer from message_device d join message_log l using (user_id, day, sequence)
             where l.kind in ('service_request', 'signed_pre_command', 'response', 'smets1_response')
               and (l.verdict in ('passed', 'warned')
                    or exists (select from held_decision h
                               where h.action = 'process' and (h.user_id, h.day, h.sequence) = (l.user_id, l.day, l.sequence)))
               and not is_user_id(d.device)) as out`,
    [everybody],
  );
  expect(counted?.out).toBeGreaterThan(total / 2);
  expect(counted?.summed).toBe(counted?.out);
}, 180_000);

test('penstock quarantine submit begins a release paused, at a rate; penstock quarantine release lets it go on', async () => {
  const before = (await released()) + 20;
  const total = await sendUntilHeld(before);
  const file = await processAll();
  writeFileSync(`${folder}/actions.csv`, file);
  writeFileSync(`${folder}/actions.p7s`, sign(file));
  writeFileSync(`${folder}/ca.pem`, world.pki.authority);
  const { certificateFile, keyFile } = user.transport;
  const server = ['--server', platform.gateway, '--certificate', certificateFile, '--key', keyFile];
  const run = async (...args: string[]) => {
    const command = new Penstock([...args, '--json'], { folder });
    expect([(await command.ended).code, command.stderr]).toEqual([0, '']);
    return JSON.parse(command.stdout);
  };
  const askServer = (...args: string[]) => run(...args, ...server, '--ca', `${folder}/ca.pem`);
  const penstock = (...args: string[]) => askServer('quarantine', ...args);
  const { sha256 } = await penstock('submit', 'actions.csv', 'actions.p7s', '--paused', '--rate', '300');
  const [waiting] = (await penstock('releases')).items;
  expect(waiting).toMatchObject({
    submission: sha256,
    state: 'paused',
    rate: 300,
    sent: 0,
    pausedBy: supplier().userId,
  });
  await askServer('receipt', 'get', sha256, '--out', 'receipt.json');
  await askServer('receipt', 'file', sha256, '--out', 'again.csv');
  const authority = ['--authority', 'ca.pem', '--operator', OPERATOR_ID];
  expect(await run('receipt', 'verify', 'receipt.json', ...authority, '--file', 'again.csv')).toMatchObject({
    verified: true,
    compared: expect.stringContaining('again.csv is that file'),
  });
  expect(await penstock('release', sha256, '--resume', '--rate', 'none')).toMatchObject({ state: 'running' });
  await vi.waitUntil(async () => (await released()) === total, soon);
  const { items } = await penstock('notices');
  expect(items.map(({ kind }: { kind: string }) => kind)).toContain('held');
}, 120_000);

/** A webhook of the User, of what is shared; told to a receiver. */
async function hookUp(receiver: Receiver): Promise<void> {
  // who brings files does not set webhooks up
  await pool.query(`update certificate set role = 'user_administrator' where user_id = $1 and purpose = 'transport'`, [
    supplier().userId,
  ]);
  await pool.query('update directory_version set version = version + 1, moved_at = clock_timestamp()');
  const client = clientOf(world, platform.gateway, supplier().userId);
  const hook = { name: 'Desk', url: await receiver.listen(), types: ['change.shared'] };
  const call = () =>
    client.call({
      method: 'POST',
      path: '/api/v1/webhooks',
      contentType: 'application/json',
      body: Buffer.from(JSON.stringify(hook)),
    });
  let answer = await call();
  // until the platform knows of the role
  while (answer.status === 403) answer = await call();
  const { status, body } = answer;
  client.close();
  expect([status, body.toString()]).toEqual([200, expect.stringContaining('whsec_')]);
  receiver.secret = JSON.parse(body.toString()).secret;
}

/** Resolves with the change once its save is acknowledged. */
const share = (title: string) =>
  withClient(async ({ changes }) => {
    const windows = [{ from: '2040-12-10T22:00', to: '2040-12-11T02:00' }];
    const affected = { services: ['Signed files'] };
    const content = { title, statement: { kind: 'firewall_network' as const }, affected, windows, backOut: 'The old.' };
    const { change } = await changes.create({ content });
    return (await changes.move(change.change, { version: change.version, to: 'shared' })).change.change;
  });

/** Holds something in the database until it is called again; the connection is given up with it. */
async function hold(sql: string, values: unknown[] = []): Promise<() => void> {
  const client = await pool.connect();
  await client.query('begin');
  await client.query(sql, values);
  return () => client.release(true);
}

/** Waits until the platform waits for what is held. */
async function waitingFor(query: string): Promise<number> {
  const asked = `select pid from pg_stat_activity where wait_event_type = 'Lock' and query ilike $1`;
  return vi.waitUntil(async () => (await ask<{ pid: number }>(asked, [query]))[0]?.pid, soon);
}

test('each webhook is told of what was saved, under one id: killed before it is queued, while it is sent, before its answer is kept', async () => {
  const receiver = new Receiver();
  await hookUp(receiver);
  const kill = () => platform.process?.end('SIGKILL');
  const startAgain = async () => {
    await platform.start();
    // who had the webhook in hand has it for a minute more: not waited for here
    await ask('update webhook set leased_until = null returning 1');
  };
  const told = (count: number) => vi.waitUntil(() => receiver.told.length >= count, soon);

  const letQueue = await hold('lock table webhook_delivery in share mode');
  const saved = [await share('One'), await share('Two')];
  await waitingFor('%insert into webhook_delivery%');
  await kill();
  letQueue();
  expect(receiver.told).toEqual([]);
  await startAgain();
  await told(2);

  receiver.beforeAnswer = () => new Promise(() => undefined);
  saved.push(await share('Three'));
  await told(3);
  await kill();
  receiver.beforeAnswer = async () => undefined;
  await startAgain();
  await told(4);

  let letEnd: () => void = () => undefined;
  receiver.beforeAnswer = async (id) => {
    letEnd = await hold('select from webhook_delivery where message = $1 for update', [id]);
  };
  saved.push(await share('Four'));
  const pid = await waitingFor('%update webhook_delivery set state%');
  await kill();
  await ask('select pg_terminate_backend($1)', [pid]);
  receiver.beforeAnswer = async () => undefined;
  letEnd();
  await startAgain();
  await told(6);

  const states = () =>
    ask<{ message: string; state: string }>('select message, state from webhook_delivery order by at');
  await vi.waitUntil(async () => (await states()).every(({ state }) => state === 'sent'), soon);
  const ids = (await states()).map(({ message }) => message);
  const [one, two, three, four] = ids;
  expect(receiver.told.map(({ id }) => id)).toEqual([one, two, three, three, four, four]);
  expect(ids.map((id) => receiver.told.find((each) => each.id === id)?.change)).toEqual(saved);
  receiver.close();
}, 180_000);
