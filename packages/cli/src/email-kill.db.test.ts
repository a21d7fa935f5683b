import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { Dialog, EmailKeys, messageOf, Sink } from '@penstock/platform/testing/email';
import { OPERATOR_ID } from '@penstock/simulator';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { KilledPlatform } from './testing-kill.ts';
import { freePort, Penstock } from './testing-platform.ts';

// SIGKILL of the platform and of PostgreSQL while mails come in and receipts go out: what was answered by 250 is a
// submission, once, and its receipt goes out, under one Message-ID.

const ROUNDS = 2;
const soon = { timeout: 60_000, interval: 50 };

let keys: EmailKeys;
let sink: Sink;
let killed: KilledPlatform;
let port: number;

/** `penstock email`, as the Operator's machine. */
async function penstockEmail(...args: string[]) {
  const { folder, world, platform } = killed;
  const operator = world.pki.users.get(OPERATOR_ID)?.machines.get('security');
  if (operator === undefined) throw new Error('the world has no Operator');
  writeFileSync(`${folder}/ca.pem`, world.pki.authority);
  const as = ['--certificate', operator.certificateFile, '--key', operator.keyFile, '--ca', `${folder}/ca.pem`];
  const command = new Penstock(['email', ...args, '--server', platform.gateway, ...as, '--json'], { folder });
  const { code } = await command.ended;
  return { code, stderr: command.stderr, json: command.stdout === '' ? undefined : JSON.parse(command.stdout) };
}

beforeAll(async () => {
  keys = new EmailKeys();
  for (const name of ['officer', 'gone']) keys.encrypting(name);
  sink = new Sink(keys);
  port = await freePort();
  killed = await KilledPlatform.start({
    ...keys.settings,
    PENSTOCK_EMAIL_PORT: String(port),
    PENSTOCK_EMAIL_RELAY: `smtp://localhost:${await sink.listen()}`,
    PENSTOCK_EMAIL_RELAY_AUTHORITIES_FILE: keys.path('root.pem'),
  });
  await killed.pool.query(
    `insert into way_outage (outage, way, from_at, reason, declared_at, declared_by, changed_at)
     values ($1, 'https', now() - interval '1 minute', 'r', now(), 'Operator', now())`,
    [randomUUID()],
  );
});
afterAll(async () => {
  await killed?.end();
  await sink?.close();
  keys?.remove();
});

test('penstock email registers an address, lists and revokes it', async () => {
  const { userId } = killed;
  const register = (name: string) =>
    penstockEmail('register', `${name}@user.example`, keys.path(`${name}.pem`), '--user', userId);
  expect(await register('officer')).toMatchObject({ code: 0, json: { changed: true } });
  expect(await register('officer')).toMatchObject({ code: 0, json: { changed: false } });
  await register('gone');
  const { json } = await penstockEmail('list', '--user', userId);
  const gone = json.items.find(({ address }: { address: string }) => address === 'gone@user.example');
  expect(json.items).toHaveLength(2);
  expect(await penstockEmail('revoke', gone.fingerprint, '--user', userId)).toMatchObject({ json: { changed: true } });
  expect(await penstockEmail('revoke', gone.fingerprint)).toMatchObject({
    code: 64,
    stderr: expect.stringContaining('--user is missing'),
  });
  expect(await penstockEmail('register', 'x@user.example', keys.path('officer.key'), '--user', userId)).toMatchObject({
    stderr: expect.stringContaining('private key'),
  });
});

/** A mail with a file of some size that says nothing, signed by an officer. */
function mailOf(name: string): { readonly sha256: string; readonly mail: string } {
  const { bytes, signature, sha256 } = killed.signedFile(name, 300_000);
  const message = messageOf({ name, bytes }, { name: `${name}.p7s`, bytes: signature });
  return { sha256, mail: keys.encrypt(message, killed.userId) };
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
    await killed.killAndStart({ withDatabase: round % 2 === 0 });
  }
  const before = told().length;
  await vi.waitUntil(() => told().length > before, soon);
  isSending = false;
  await sending;

  const known = await vi.waitFor(async () => {
    const rows = await killed.submissions('email');
    expect(rows.map(({ sha256 }) => sha256)).toEqual(expect.arrayContaining(told()));
    return rows;
  }, soon);
  expect(known.filter(({ sha256 }) => !sent.some((one) => one.sha256 === sha256))).toEqual([]);
  expect(known.every(({ deliveries }) => deliveries === 1)).toBe(true);

  // a mail that was in hand when the platform was killed is tried again after ten minutes: not waited for here
  await killed.pool.query(`update email_outbox set next_try_at = now() where state = 'queued'`);
  await vi.waitFor(async () => {
    const { rows } = await killed.pool.query<{ sent: number }>(
      `select count(*)::integer as sent from email_outbox where state = 'sent'`,
    );
    expect(rows[0]?.sent).toBe(known.length);
  }, soon);
  const ids = new Set(sink.arrived.map(({ text }) => /^Message-ID: (.*)/m.exec(text)?.[1]));
  expect(ids.size).toBe(known.length);
  expect(sink.arrived.every(({ to }) => to.join() === 'officer@user.example')).toBe(true);
});
