import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Client, noSftp, publicKeyIn, sftpClient } from '@penstock/platform/testing/sftp';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { KilledPlatform } from './testing-kill.ts';
import { freePort } from './testing-platform.ts';

// SIGKILL of the platform and of PostgreSQL while files come in by SFTP: what `sftp` was told is whole becomes a submission,
// once, and a file that was not whole becomes none.

const ROUNDS = 3;
const soon = { timeout: 60_000, interval: 50 };

let killed: KilledPlatform;
let client: Client;

beforeAll(async () => {
  if (noSftp !== undefined) return;
  const port = await freePort();
  killed = await KilledPlatform.start({ PENSTOCK_SFTP_PORT: String(port) });
  client = sftpClient(port, publicKeyIn(join(killed.folder, 'data/sftp-host-key')));
  const [algorithm = '', key = ''] = client.makeKey('machine', '-t', 'ed25519').split(' ');
  await killed.pool.query(
    `insert into ssh_key (user_id, fingerprint, algorithm, key, name) values ($1, sha256($2), $3, $2, 'machine')`,
    [killed.userId, Buffer.from(key, 'base64'), algorithm],
  );
});
afterAll(async () => {
  client?.remove();
  await killed?.end();
});

/** Writes a file of some size that says nothing, with the signature of an officer. */
function writeSigned(name: string): string {
  const { bytes, signature, sha256 } = killed.signedFile(name, 1_500_000);
  writeFileSync(join(client.folder, name), bytes);
  writeFileSync(join(client.folder, `${name}.p7s`), signature);
  return sha256;
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
    const { code } = await client.run(batch, { user: killed.userId, key: 'machine' });
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
    await killed.killAndStart({ withDatabase: round % 2 === 0 });
  }
  const before = told();
  await vi.waitUntil(() => told() > before, soon);
  isPutting = false;
  await putting;

  const known = await vi.waitFor(async () => {
    const rows = await killed.submissions('sftp');
    const shas = rows.map(({ sha256 }) => sha256);
    expect(shas).toEqual(expect.arrayContaining(puts.filter(({ isTold }) => isTold).map(({ sha256 }) => sha256)));
    return rows;
  }, soon);
  // nothing that was cut off became a file of its own
  expect(known.filter(({ sha256 }) => !puts.some((put) => put.sha256 === sha256))).toEqual([]);
  expect(known.every(({ deliveries }) => deliveries === 1)).toBe(true);
  expect(told()).toBeGreaterThan(ROUNDS);
});
