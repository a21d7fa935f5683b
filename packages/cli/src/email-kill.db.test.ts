import { createHash, createPrivateKey, randomUUID } from 'node:crypto';
import { readCertificates, signDetached } from '@penstock/files/signature';
import { openDatabase, startEmbeddedPostgres } from '@penstock/platform/database';
import { createLog } from '@penstock/platform/log';
import { Dialog, EmailKeys, messageOf, Sink } from '@penstock/platform/testing/email';
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

// SIGKILL of the platform and of PostgreSQL while mails come in and receipts go out: what was answered by 250 is a
// submission, once, and its receipt goes out, under one Message-ID.

const ROUNDS = 2;
const soon = { timeout: 60_000, interval: 50 };

let folder: string;
let keys: EmailKeys;
let sink: Sink;
let world: World;
let user: UserCredentials;
let userId: string;
let platform: TestPlatform;
let port: number;
let pool: pg.Pool;
let closePool: () => Promise<void>;

beforeAll(async () => {
  folder = testFolder();
  keys = new EmailKeys();
  keys.encrypting('officer');
  sink = new Sink(keys);
  world = await testNetwork(folder);
  const [supplier] = world.users;
  const found = supplier && world.pki.users.get(supplier.userId);
  if (supplier === undefined || found === undefined) throw new Error('the world has no User');
  user = found;
  userId = supplier.userId;
  port = await freePort();
  const environment = await settingsOf(world, {
    folder,
    environment: {
      ...keys.settings,
      PENSTOCK_EMAIL_PORT: String(port),
      PENSTOCK_EMAIL_RELAY: `smtp://localhost:${await sink.listen()}`,
      PENSTOCK_EMAIL_RELAY_AUTHORITIES_FILE: keys.path('root.pem'),
    },
  });
  await importWorld(world, environment);
  platform = new TestPlatform(environment, folder);
  await platform.start();
  const log = createLog({ level: 'fatal' });
  const { url } = await startEmbeddedPostgres({ dataFolder: `${folder}/data`, log });
  ({ pool, close: closePool } = openDatabase({ url, poolSize: 2, applicationName: 'test', log }));
  await pool.query(
    `insert into way_outage (outage, way, from_at, reason, declared_at, declared_by, changed_at)
     values ($1, 'https', now() - interval '1 minute', 'r', now(), 'Operator', now())`,
    [randomUUID()],
  );
  const [certificate] = readCertificates(keys.read('officer.pem'));
  await pool.query(
    `insert into email_recipient (user_id, fingerprint, address, der, issuer, serial, not_before, not_after)
     values ($1, sha256($2), 'officer@user.example', $2, 'root', '1', now() - interval '1 day', now() + interval '1 day')`,
    [userId, certificate?.der],
  );
});
afterAll(async () => {
  await closePool?.();
  await platform?.process?.end('SIGKILL');
  await sink?.close();
  keys?.remove();
  if (folder !== undefined) await removeFolder(folder);
});

/** A mail with a file of some size that says nothing, signed by an officer. */
function mailOf(name: string): { readonly sha256: string; readonly mail: string } {
  const bytes = Buffer.alloc(300_000, `${name}\n`);
  const [officer] = user.officers;
  const [certificate] = readCertificates(Buffer.from(officer?.certificate ?? ''));
  if (officer === undefined || certificate === undefined) throw new Error('the User has no officer');
  const digest = createHash('sha256').update(bytes).digest();
  const key = createPrivateKey(officer.key);
  const signature = signDetached({ digest, key, certificate, chain: [], signingTime: new Date() });
  const message = messageOf({ name, bytes }, { name: `${name}.p7s`, bytes: signature });
  return { sha256: digest.toString('hex'), mail: keys.encrypt(message, userId) };
}

interface Sent {
  readonly sha256: string;
  /** What the server said; empty: nothing. */
  readonly said: string;
}

const sent: Sent[] = [];
let isSending = true;

/** Sends one mail after another, whatever happens. */
async function sendOn(): Promise<void> {
  for (let number = 1; isSending; number++) {
    const { sha256, mail } = mailOf(`file-${number}.csv`);
    const dialog = await Dialog.secure(port).catch(() => undefined);
    sent.push({ sha256, said: (await dialog?.mail(mail)) ?? '' });
    dialog?.end();
  }
}

const told = () => sent.filter(({ said }) => said.startsWith('250')).map(({ sha256 }) => sha256);

test('what was answered by 250 is there once, whatever is killed, and its receipt goes out', async () => {
  const sending = sendOn();
  for (let round = 1; round <= ROUNDS; round++) {
    const before = told().length;
    await vi.waitUntil(() => told().length > before, soon);
    const server = findServer(`${folder}/data`);
    if (round % 2 === 0 && server !== undefined) process.kill(server, 'SIGKILL');
    await platform.process?.end('SIGKILL');
    await platform.start();
  }
  const before = told().length;
  await vi.waitUntil(() => told().length > before, soon);
  isSending = false;
  await sending;

  const known = await vi.waitFor(async () => {
    const { rows } = await pool.query<{ sha256: string; deliveries: number }>(
      `select encode(s.sha256, 'hex') as sha256,
              (select count(*)::integer from submission_delivery d
               where d.user_id = s.user_id and d.sha256 = s.sha256 and d.way = 'email') as deliveries
       from submission s where s.user_id = $1 and s.state = 'refused'`,
      [userId],
    );
    expect(rows.map(({ sha256 }) => sha256)).toEqual(expect.arrayContaining(told()));
    return rows;
  }, soon);
  expect(known.filter(({ sha256 }) => !sent.some((one) => one.sha256 === sha256))).toEqual([]);
  expect(known.every(({ deliveries }) => deliveries === 1)).toBe(true);

  // a mail that was in hand when the platform was killed is tried again after ten minutes: not waited for here
  await pool.query(`update email_outbox set next_try_at = now() where state = 'queued'`);
  await vi.waitFor(async () => {
    const { rows } = await pool.query<{ sent: number }>(
      `select count(*)::integer as sent from email_outbox where state = 'sent'`,
    );
    expect(rows[0]?.sent).toBe(known.length);
  }, soon);
  const ids = new Set(sink.arrived.map(({ text }) => /^Message-ID: (.*)/m.exec(text)?.[1]));
  expect(ids.size).toBe(known.length);
  expect(sink.arrived.every(({ to }) => to.join() === 'officer@user.example')).toBe(true);
});
