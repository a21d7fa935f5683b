import { createHash, createPrivateKey } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCertificates, signDetached } from '@penstock/files/signature';
import { openDatabase, startEmbeddedPostgres } from '@penstock/platform/database';
import { createLog } from '@penstock/platform/log';
import { type Client, noSftp, publicKeyIn, sftpClient } from '@penstock/platform/testing/sftp';
import type { UserCredentials, World } from '@penstock/simulator';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  findServer,
  freePort,
  importWorld,
  removeFolder,
  settingsOf,
  TestPlatform,
  testFolder,
  testNetwork,
} from './testing-platform.ts';

// SIGKILL of the platform and of PostgreSQL while files come in by SFTP: what `sftp` was told is whole becomes a submission,
// once, and a file that was not whole becomes none.

const ROUNDS = 3;
const soon = { timeout: 60_000, interval: 50 };

let folder: string;
let world: World;
let user: UserCredentials;
let userId: string;
let platform: TestPlatform;
let client: Client;
let pool: pg.Pool;
let closePool: () => Promise<void>;

beforeAll(async () => {
  if (noSftp !== undefined) return;
  folder = testFolder();
  const dataFolder = `${folder}/data`;
  world = await testNetwork(folder);
  const [supplier] = world.users;
  const found = supplier && world.pki.users.get(supplier.userId);
  if (supplier === undefined || found === undefined) throw new Error('the world has no User');
  user = found;
  userId = supplier.userId;
  const port = await freePort();
  const environment = await settingsOf(world, { folder, environment: { PENSTOCK_SFTP_PORT: String(port) } });
  await importWorld(world, environment);
  platform = new TestPlatform(environment, folder);
  await platform.start();
  const log = createLog({ level: 'fatal' });
  const { url } = await startEmbeddedPostgres({ dataFolder, log });
  ({ pool, close: closePool } = openDatabase({ url, poolSize: 2, applicationName: 'test', log }));
  client = sftpClient(port, publicKeyIn(join(dataFolder, 'sftp-host-key')));
  const [algorithm = '', key = ''] = client.makeKey('machine', '-t', 'ed25519').split(' ');
  const bytes = Buffer.from(key, 'base64');
  await pool.query(
    `insert into ssh_key (user_id, fingerprint, algorithm, key, name) values ($1, sha256($2), $3, $2, 'machine')`,
    [userId, bytes, algorithm],
  );
});
afterAll(async () => {
  client?.remove();
  await closePool?.();
  await platform?.process?.end('SIGKILL');
  if (folder !== undefined) await removeFolder(folder);
});

/** Writes a file of some size that says nothing, with the signature of an officer. */
function writeSigned(name: string): string {
  const bytes = Buffer.alloc(1_500_000, `${name}\n`);
  const [officer] = user.officers;
  const [certificate] = readCertificates(Buffer.from(officer?.certificate ?? ''));
  if (officer === undefined || certificate === undefined) throw new Error('the User has no officer');
  const digest = createHash('sha256').update(bytes).digest();
  const key = createPrivateKey(officer.key);
  writeFileSync(join(client.folder, name), bytes);
  const signature = signDetached({ digest, key, certificate, chain: [], signingTime: new Date() });
  writeFileSync(join(client.folder, `${name}.p7s`), signature);
  return digest.toString('hex');
}

interface Put {
  readonly sha256: string;
  /** Both were said to be whole. */
  readonly isTold: boolean;
}

const puts: Put[] = [];
let isPutting = true;

/** Puts one file after another, whatever happens. */
async function putOn(): Promise<void> {
  for (let number = 1; isPutting; number++) {
    const name = `file-${number}.csv`;
    const sha256 = writeSigned(name);
    const batch = [`put ${name} incoming/`, `put ${name}.p7s incoming/`];
    const { code } = await client.run(batch, { user: userId, key: 'machine' });
    puts.push({ sha256, isTold: code === 0 });
  }
}

const told = () => puts.filter(({ isTold }) => isTold).length;

test('what was put is taken in once, whatever is killed', async ({ skip }) => {
  skip(noSftp !== undefined, noSftp);
  const putting = putOn();
  for (let round = 1; round <= ROUNDS; round++) {
    const before = told();
    await vi.waitUntil(() => told() > before, soon);
    const server = findServer(`${folder}/data`);
    if (round % 2 === 0 && server !== undefined) process.kill(server, 'SIGKILL');
    await platform.process?.end('SIGKILL');
    await platform.start();
  }
  const before = told();
  await vi.waitUntil(() => told() > before, soon);
  isPutting = false;
  await putting;

  const known = await vi.waitFor(async () => {
    const { rows } = await pool.query<{ sha256: string; deliveries: number }>(
      `select encode(s.sha256, 'hex') as sha256,
              (select count(distinct d.signature_sha256)::integer from submission_delivery d
               where d.user_id = s.user_id and d.sha256 = s.sha256) as deliveries
       from submission s where s.user_id = $1 and s.state = 'refused'`,
      [userId],
    );
    const shas = rows.map(({ sha256 }) => sha256);
    expect(shas).toEqual(expect.arrayContaining(puts.filter(({ isTold }) => isTold).map(({ sha256 }) => sha256)));
    return rows;
  }, soon);
  // nothing that was cut off became a file of its own
  expect(known.filter(({ sha256 }) => !puts.some((put) => put.sha256 === sha256))).toEqual([]);
  expect(known.every(({ deliveries }) => deliveries === 1)).toBe(true);
  expect(told()).toBeGreaterThan(ROUNDS);
});
