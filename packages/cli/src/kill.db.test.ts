import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { ensurePartitions, openDatabase, startEmbeddedPostgres } from '@penstock/platform/database';
import { createLog } from '@penstock/platform/log';
import { auditWindows } from '@penstock/platform/thresholds';
import type { World } from '@penstock/simulator';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  type Audit,
  audit,
  endlessTraffic,
  Senders,
  setTightThresholds,
  sound,
  streamPositions,
  Taker,
} from './testing-load.ts';
import {
  findServer,
  importWorld,
  removeFolder,
  settingsOf,
  TestPlatform,
  testFolder,
  testNetwork,
  textOf,
} from './testing-platform.ts';

// SIGKILL under load that exceeds its thresholds: of the platform, of a process of its gateway, of PostgreSQL, and of one
// of its processes; each time in the middle of an export, too. `npm run bench -- recovery` does it many times with more load; PENSTOCK_TEST_KILL_ROUNDS makes it
// more here.

const rounds = Number(process.env.PENSTOCK_TEST_KILL_ROUNDS ?? 2);
/** Longer means never; how quick it is, the bench says. */
const servesAgainWithin = 60_000;
/** Acknowledged before each kill, so that it comes under load. */
const loaded = 100;
/** Much longer than what is under way may take, shorter than the test may. */
const endsWithin = 90_000;

let folder: string;
let dataFolder: string;
let world: World;
let platform: TestPlatform;
let senders: Senders;
let taker: Taker;
let pool: pg.Pool;
let closePool: () => Promise<void>;
/** Each was being made when something was killed. */
const exports: string[] = [];

beforeAll(async () => {
  folder = testFolder();
  dataFolder = `${folder}/data`;
  world = await testNetwork(folder);
  const environment = await settingsOf(world, { folder, environment: { PENSTOCK_GATEWAY_PROCESSES: '2' } });
  await importWorld(world, environment);
  platform = new TestPlatform(environment, folder);
  await platform.start();
  // a guest of the platform's server, which keeps its address when it is started again
  const log = createLog({ level: 'fatal' });
  const { url } = await startEmbeddedPostgres({ dataFolder, log });
  ({ pool, close: closePool } = openDatabase({ url, poolSize: 2, applicationName: 'test', log }));
  await setTightThresholds(pool, world);
  await recordClosedDay();
  senders = new Senders({ world, gateways: [platform.gateway], senders: 8, traffic: endlessTraffic(world) });
  taker = new Taker(world, platform.gateway, 'taker');
});

afterAll(async () => {
  await Promise.all([senders?.stop(), taker?.stop()]);
  await closePool?.();
  await platform?.process?.end('SIGKILL');
  await removeFolder(folder);
});

/**
 * Waits for load, kills, and waits until a message is acknowledged that was sent after the kill, and after `isBack`:
 * what a killed server left may record for a moment longer.
 */
async function survive(kill: () => Promise<void> | void, isBack: () => boolean = () => true): Promise<void> {
  const before = senders.acknowledged.length;
  await vi.waitUntil(() => senders.acknowledged.length >= before + loaded, { timeout: servesAgainWithin });
  const name = await askForExport();
  await vi.waitUntil(() => isUnderWay(name), { timeout: servesAgainWithin, interval: 5 });
  exports.push(name);
  await kill();
  await vi.waitUntil(isBack, { timeout: servesAgainWithin, interval: 10 });
  const backAt = performance.now();
  await vi.waitUntil(() => senders.lastAcknowledgedSentAt > backAt, { timeout: servesAgainWithin, interval: 10 });
  expect(senders.unexpected).toEqual([]);
  expect(taker.faults).toEqual([]);
  expect(await auditAgain()).toEqual(sound);
}

/** A day that is over, of more rows than are read at a time: what an export of it has is known. */
const closedDay = new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 10);
const closedRows = 25_000;

async function recordClosedDay(): Promise<void> {
  await ensurePartitions(pool, { today: closedDay, ahead: 0 });
  await pool.query(
    `insert into message_log (user_id, day, sequence, recorded_at, direction, kind, verdict, target, counter, code, size,
                              sha256, repetition)
     select $1, $2, i, $2::date at time zone 'UTC' + i * interval '1 s', 'northbound', 'device_alert', 'passed', $1, i, '8F3F',
            100, sha256(i::text::bytea), i
     from generate_series(1, $3::integer) i`,
    [ownerOfExports(), closedDay, closedRows],
  );
}

const ownerOfExports = () => world.users[0]?.userId;

async function askForExport(): Promise<string> {
  const name = randomBytes(16).toString('hex');
  // a connection may still be one to the server that was killed
  await vi.waitFor(
    () =>
      pool.query(
        `insert into export (user_id, export, asked_by, author, requested_at, format, conditions, first_day, last_day, day,
                             sequence, turn_at, changed_at)
         values ($1, $2, 'user', 'x', now(), 'csv', '{}', $3, $3, $3, 9223372036854775807, now(), now())
         on conflict do nothing`,
        [ownerOfExports(), name, closedDay],
      ),
    { timeout: servesAgainWithin },
  );
  return name;
}

/** Whoever makes it has its row; what was made in a turn is seen after it. */
async function isUnderWay(name: string): Promise<boolean> {
  const { rows } = await pool.query(
    `select from export where export = $1 and state = 'waiting' for update skip locked`,
    [name],
  );
  return rows.length === 0;
}

async function fileOf(name: string): Promise<string> {
  const { rows } = await pool.query<{ body: Buffer }>(
    'select body from export_chunk where export = $1 order by from_byte',
    [name],
  );
  return rows.map(({ body }) => gunzipSync(body).toString('utf8')).join('');
}

/** Asks the database until it answers: a connection may still be one to the server that was killed. */
async function auditAgain(): Promise<Audit> {
  const acknowledged = [...senders.acknowledged];
  return await vi.waitFor(() => audit(pool, acknowledged), { timeout: servesAgainWithin });
}

const each = Array.from({ length: rounds }, (_, index) => index + 1);

describe('under load, nothing acknowledged is lost or doubled and it serves again', () => {
  test.each(each)('the platform is killed and started again, %i', async () => {
    const orphans = gatewayProcesses();
    await survive(async () => {
      await platform.process?.end('SIGKILL');
      await platform.start();
    });
    expect(orphans).toHaveLength(2);
    expect(orphans.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
  });

  test.each(each)('a process of the gateway is killed: another serves, and a new one is started, %i', async () => {
    const [killed] = gatewayProcesses();
    const isBack = () => gatewayProcesses().length === 2 && !gatewayProcesses().includes(killed ?? 0);
    await survive(() => kill(killed), isBack);
    expect(platform.process?.hasEnded).toBe(false);
    // the metrics of both are summed, and those of the one that is gone are gone
    await vi.waitFor(
      async () => {
        const metrics = await (await fetch(`${platform.http}/metrics`)).text();
        expect(metrics).toMatch(/^penstock_gateway_answers_total\{service="[a-z-]+",outcome="accepted"\} [1-9]/m);
        expect(metrics.match(/^penstock_commit_batches_total [1-9]\d*$/gm)).toHaveLength(1);
      },
      { timeout: servesAgainWithin },
    );
  });

  test.each(each)('PostgreSQL is killed: the platform comes back by itself, %i', async () => {
    const server = findServer(dataFolder);
    const isBack = () => ![server, undefined].includes(findServer(dataFolder));
    await survive(() => kill(server), isBack);
    expect(platform.process?.hasEnded).toBe(false);
  });

  test.each(each)('both are killed at once and the platform is started again, %i', async () => {
    await survive(async () => {
      kill(findServer(dataFolder));
      await platform.process?.end('SIGKILL');
      await platform.start();
    });
  });

  test.each(each)(
    'the process of PostgreSQL that records is killed: the platform comes back by itself, %i',
    async () => {
      // connections of the pool take turns: the one that recorded last may be looking up devices just now
      const pid = await vi.waitUntil(
        async () => {
          const { rows } = await pool.query<{ pid: number }>(
            `select pid from pg_stat_activity where application_name = 'penstock gateway' and query like '%record_batch%' limit 1`,
          );
          return rows[0]?.pid;
        },
        { timeout: servesAgainWithin, interval: 5 },
      );
      await survive(() => kill(pid));
      expect(platform.process?.hasEnded).toBe(false);
    },
  );

  test('a taker that took and acknowledged all the time was given every message', async () => {
    await senders.stop();
    expect(await auditAgain()).toEqual(sound);
    expect((await auditWindows(pool)).held).toBeGreaterThan(loaded);
    const positions = await streamPositions(pool);
    await vi.waitUntil(() => [...positions].every((position) => taker.taken.has(position)), {
      timeout: servesAgainWithin,
    });
    expect(taker.faults).toEqual([]);
    expect([...taker.taken.keys()].filter((position) => !positions.has(position))).toEqual([]);
  });

  test('exports in whose middle it was are whole: no row twice, none missing, as one that nothing disturbed', async () => {
    const states = async () => {
      const { rows } = await pool.query<{ state: string }>('select distinct state from export');
      return rows.map(({ state }) => state).join();
    };
    await vi.waitUntil(async () => (await states()) === 'done', { timeout: endsWithin });
    const undisturbed = await askForExport();
    await vi.waitUntil(async () => (await states()) === 'done', { timeout: endsWithin });
    const whole = await fileOf(undisturbed);
    expect(new Set(whole.trimEnd().split('\r\n')).size).toBe(closedRows + 1);
    expect(exports.length).toBeGreaterThan(2 * rounds);
    const hash = (text: string) => createHash('sha256').update(text).digest('hex');
    for (const name of exports) expect(hash(await fileOf(name))).toBe(hash(whole));
  });

  test('it stops in order at last, with its processes and its database', async () => {
    const processes = gatewayProcesses();
    // what it says of what it waits for tells more than the time-out of a test
    const ended = await Promise.race([platform.process?.end(), pause(endsWithin)]);
    expect(ended, platform.process?.stdout.split('\n').slice(-30).join('\n')).toEqual({ code: 0, signal: null });
    expect(findServer(dataFolder)).toBeUndefined();
    expect(processes.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
  });
});

/** The processes of the gateway that run now, by their pids. */
function gatewayProcesses(): number[] {
  const parent = platform.process?.child.pid;
  const children = textOf(`/proc/${parent}/task/${parent}/children`).split(' ').filter(Boolean).map(Number);
  return children.filter((pid) => textOf(`/proc/${pid}/cmdline`).includes('door-process.ts'));
}

function kill(pid: number | undefined): void {
  if (pid === undefined) throw new Error('there is no process to kill');
  process.kill(pid, 'SIGKILL');
}
