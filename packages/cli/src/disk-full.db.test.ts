import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type EmbeddedPostgres, openDatabase, startEmbeddedPostgres } from '@penstock/platform/database';
import { createLog } from '@penstock/platform/log';
import { expect, type TestContext, test, vi } from 'vitest';
import { audit, endlessTraffic, Senders, sound } from './testing-load.ts';
import {
  findServer,
  importWorld,
  removeFolder,
  settingsOf,
  TestPlatform,
  testFolder,
  testNetwork,
} from './testing-platform.ts';

// The platform's own PostgreSQL on a disk that fills up under load: a file system in memory, which root alone may mount.

const mebibyte = 1024 * 1024;
const log = createLog({ level: 'fatal' });

/** Fills the file system of a folder but for some bytes; returns how to make room again. */
function fill(folder: string, left: number): () => void {
  const file = join(folder, 'ballast');
  const { bavail, bsize } = statfsSync(folder);
  const chunk = Buffer.alloc(bsize);
  const descriptor = openSync(file, 'w');
  try {
    for (let written = 0; written < bavail * bsize - left; written += bsize) writeSync(descriptor, chunk);
  } finally {
    closeSync(descriptor);
  }
  return () => rmSync(file);
}

interface FullDisk {
  readonly dataFolder: string;
  readonly platform: TestPlatform;
  readonly senders: Senders;
  readonly database: EmbeddedPostgres;
  /** Checks that it goes on when there is room, and that all that was acknowledged is there, once. */
  goesOnWithRoom(): Promise<void>;
}

/** A platform under load whose disk has just become full. */
async function fullDisk(context: TestContext): Promise<FullDisk> {
  const folder = testFolder();
  context.onTestFinished(() => removeFolder(folder));
  const dataFolder = join(folder, 'data');
  mkdirSync(dataFolder);
  const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=384m,mode=755', 'penstock-test', dataFolder]);
  context.skip(mount.status !== 0, 'no file system of its own can be mounted here: that needs root');
  // lazily: the server may hold it a moment longer
  context.onTestFinished(() => void execFileSync('umount', ['--lazy', dataFolder]));

  const world = await testNetwork(folder);
  const environment = await settingsOf(world, { folder });
  await importWorld(world, environment);
  const platform = new TestPlatform(environment, folder);
  context.onTestFinished(async () => void (await platform.process?.end()));
  await platform.start();
  const database = await startEmbeddedPostgres({ dataFolder, log });
  const senders = new Senders({ world, gateways: [platform.gateway], senders: 8, traffic: endlessTraffic(world) });
  await vi.waitUntil(() => senders.acknowledged.length > 50, { timeout: 90_000 });
  const makeRoom = fill(dataFolder, mebibyte);
  await vi.waitUntil(() => senders.refusals.notNow > 50, { timeout: 90_000 });

  const goesOnWithRoom = async () => {
    const before = senders.acknowledged.length;
    makeRoom();
    await vi.waitUntil(() => senders.acknowledged.length > before + 200, { timeout: 90_000 });
    await senders.stop();
    // each call was answered, and the platform never ended
    expect([senders.unexpected, senders.refusals.noAnswer, platform.process?.hasEnded]).toEqual([[], 0, false]);
    const { pool, close } = openDatabase({ url: database.url, poolSize: 1, applicationName: 'test', log });
    try {
      expect(await audit(pool, senders.acknowledged)).toEqual(sound);
    } finally {
      await close();
    }
    expect(await platform.process?.end()).toEqual({ code: 0, signal: null });
  };
  return { dataFolder, platform, senders, database, goesOnWithRoom };
}

test('a full disk: 503 for each message, nothing acknowledged is lost, and it goes on when there is room', async (context) => {
  const { platform, senders, goesOnWithRoom } = await fullDisk(context);
  const { length } = senders.acknowledged;
  const refused = senders.refusals.notNow;
  await vi.waitUntil(() => senders.refusals.notNow > refused + 200, { timeout: 90_000 });
  expect(senders.acknowledged).toHaveLength(length);
  expect((await fetch(`${platform.http}/healthz`)).status).toBe(200);
  await goesOnWithRoom();
});

test('no room for the write-ahead log ends PostgreSQL: it comes back by itself when there is room', async (context) => {
  const { dataFolder, senders, database, goesOnWithRoom } = await fullDisk(context);
  const server = findServer(dataFolder);
  // each switch wants a new segment of 16 MiB, once those that were kept are used up
  const superuser = openDatabase({ url: database.superuserUrl, poolSize: 1, applicationName: 'test', log });
  const isServing = () =>
    superuser.pool.query(`select pg_logical_emit_message(false, 'test', 'x'), pg_switch_wal()`).then(
      () => true,
      () => false,
    );
  await vi.waitUntil(async () => !(await isServing()), { timeout: 90_000 });
  await superuser.close();
  await vi.waitUntil(() => findServer(dataFolder) !== server, { timeout: 90_000 });
  const refused = senders.refusals.notNow;
  await vi.waitUntil(() => senders.refusals.notNow > refused + 200, { timeout: 90_000 });
  await goesOnWithRoom();
});
