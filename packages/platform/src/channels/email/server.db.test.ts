import { spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { SubmissionLife } from '@penstock/api';
import { createTransport } from 'nodemailer';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../foundation/clock.ts';
import { type Config, loadConfig } from '../../foundation/config.ts';
import { createHttpServer } from '../../foundation/http/server.ts';
import { createLog, type Log } from '../../foundation/log.ts';
import { machineOf } from '../../foundation/testing-machine.ts';
import { Reports } from '../../quarantine/report.ts';
import { GIB, MOST_GROWN, watchMemory, zeros } from '../../submissions/testing-memory.ts';
import {
  operatorId,
  type SubmissionWorld,
  submissionWorld,
  testPki,
  userA,
  userB,
} from '../../submissions/testing-submissions.ts';
import { writeSetUp } from '../../ways/ways-store.ts';
import { startEmail } from './index.ts';
import { emailRoutes } from './routes.ts';
import { address, Dialog, EmailKeys, messageOf, sClient } from './testing-email.ts';

// Real clients of SMTP and the real `openssl cms` before the server, with a real database behind it.

const MOST_MAIL_BYTES = 1024 * 1024;
let lowest = 1_000;
/** A whole ADT File of A, of one threshold that is lower each time, so that one officer is enough. */
const adt = () =>
  [
    'adt-file/1,user_id,services,direction,period,warning,quarantine,from,to,reference',
    `threshold,${userA},4.1.1,sent,PT1H,,${lowest--},,,`,
    '',
  ].join('\n');
const sha256Of = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');

let keys: EmailKeys;
let pki: Awaited<ReturnType<typeof testPki>>;
let world: SubmissionWorld;
let email: Awaited<ReturnType<typeof startEmail>>;
let port: number;
let daysAhead = 0;
const clock = { now: () => new Date(Date.now() + daysAhead * 24 * 3_600_000) };
let log: Log;
let config: Config;
const registry = new Registry();
const lines: string[] = [];
const dialogs: Dialog[] = [];

beforeAll(async () => {
  keys = new EmailKeys();
  pki = await testPki();
  world = await submissionWorld(pki.pki);
  const { pool } = world.database;
  await writeSetUp(pool, { https: { portal: '', api: '', mostBytes: 1 } });
  const environment = {
    ...keys.settings,
    PENSTOCK_EMAIL_MAX_BYTES: String(MOST_MAIL_BYTES),
    PENSTOCK_FILES_TRUST_ANCHORS: pki.pki.fileAuthorityFile,
    PENSTOCK_FILES_REVOCATION_LISTS: pki.pki.revocationListFile,
  };
  log = createLog({ level: 'debug' }, { write: (line) => lines.push(line) });
  config = loadConfig({ environment, workingFolder: '/' });
  email = await startEmail({ config, log, clock, registry, pool, reports: new Reports(pool) });
  port = email?.port ?? 0;
}, 120_000);
afterAll(async () => {
  for (const dialog of dialogs) dialog.end();
  await email?.stop();
  await world?.close();
  await pki?.remove();
  keys?.remove();
});

async function declare(): Promise<void> {
  await world.database.pool.query(
    `insert into way_outage (outage, way, from_at, reason, declared_at, declared_by, changed_at)
     values ($1, 'https', now() - interval '1 minute', 'r', now(), 'Operator', now())`,
    [randomUUID()],
  );
}
const end = () => world.database.pool.query('delete from way_outage');

beforeEach(async () => {
  await end();
  await declare();
});

async function secure(): Promise<Dialog> {
  const dialog = await Dialog.secure(port);
  dialogs.push(dialog);
  return dialog;
}

/** Sends one mail by a session of its own. */
async function send(mail: string | Buffer, envelope?: { from?: string; to?: string }): Promise<string> {
  const dialog = await secure();
  const said = await dialog.mail(mail, envelope);
  dialog.end();
  return said;
}

const signed = (text: string | Buffer, userId = userA) =>
  messageOf({ name: 'adt.csv', bytes: text }, { name: 'adt.csv.p7s', bytes: world.sign(text, userId) });

async function settled(sha256: string): Promise<Partial<SubmissionLife>> {
  while (await world.worker.workOnNext());
  const { status, json } = await world.get(`/submissions/${sha256}`);
  expect(status).toBe(200);
  return json;
}

async function submissions(): Promise<number> {
  return (await world.database.pool.query('select from submission')).rowCount ?? -1;
}

describe('a mail of an officer', () => {
  test.each(['-aes-256-gcm', '-aes256'])('encrypted by openssl %s becomes a submission', async (cipher) => {
    const text = adt();
    const said = await send(keys.encrypt(signed(text), userA, { cipher }));
    expect(said).toContain(`250 taken in as ${sha256Of(text)}`);
    expect(await settled(sha256Of(text))).toMatchObject({
      state: 'applied',
      userId: userA,
      deliveries: [{ way: 'email', name: 'adt.csv', by: 'Officer 1' }],
      signatures: [{ verdict: 'valid' }],
    });
    // by another way it is the same
    expect(await world.post(text, world.sign(text))).toMatchObject({ status: 202, json: { state: 'applied' } });
    const deliveries = (await settled(sha256Of(text))).deliveries ?? [];
    expect(deliveries.map(({ way }) => way).sort()).toEqual(['email', 'https']);
  });

  test('is taken from openssl s_client and from nodemailer', async () => {
    const [one, other] = [adt(), adt()];
    const mail = keys.encrypt(signed(one), userA);
    const heard = await sClient(
      port,
      ['EHLO x', 'MAIL FROM:<officer@user.example>', `RCPT TO:<${address}>`, 'DATA', `${mail}.`, 'QUIT', ''].join(
        '\r\n',
      ),
    );
    expect(heard).toContain(`taken in as ${sha256Of(one)}`);
    const client = createTransport({ host: '127.0.0.1', port, requireTLS: true, tls: { rejectUnauthorized: false } });
    const { response } = await client.sendMail({
      envelope: { from: 'officer@user.example', to: [address] },
      raw: keys.encrypt(signed(other), userA),
    });
    expect(response).toContain(`taken in as ${sha256Of(other)}`);
  });

  test('is made by the commands of docs/ways.md', async () => {
    const text = readFileSync(join(import.meta.dirname, '../../../../../docs/ways.md'), 'utf8');
    const [, commands = ''] = /```sh\n(part\(\) \{\n[^`]*?operator\.pem\n)curl --ssl-reqd/.exec(text) ?? [];
    const file = adt();
    keys.write('thresholds.csv', file);
    keys.write('thresholds.csv.p7s', world.sign(file));
    const made = spawnSync('sh', ['-e'], { cwd: keys.folder, input: commands });
    expect([made.status, made.stderr.toString()]).toEqual([0, '']);
    expect(commands).toContain(userA);
    expect(await send(keys.text('mail.eml').replaceAll(/\r?\n/g, '\r\n'))).toContain(sha256Of(file));
  });

  test('that is of no officer, another’s officer, or for another User ID, leaves nothing', async () => {
    const before = await submissions();
    const text = adt();
    expect(await send(keys.encrypt(signed(text, userB), userA))).toMatch(/^554 Not taken: .*not that of an officer/);
    expect(await send(keys.encrypt(signed(text), userB))).toMatch(/^554 Not taken: .*not that of an officer/);
    expect(await send(keys.encrypt(signed(text), operatorId))).toMatch(/^554/);
    expect(await send(keys.encrypt(signed(text), 'a file'))).toMatch(/does not name the User ID/);
    const other = messageOf({ name: 'a', bytes: adt() }, { name: 'a.p7s', bytes: world.sign(text) });
    expect(await send(keys.encrypt(other, userA))).toMatch(/554 .*not that of this file/);
    await world.database.pool.query(`update user_id set status = 'suspended' where user_id = $1`, [userA]);
    expect(await send(keys.encrypt(signed(text), userA))).toMatch(/554 .*not active/);
    await world.database.pool.query(`update user_id set status = 'active' where user_id = $1`, [userA]);
    expect(await submissions()).toBe(before);
  });

  test('that was signed long ago, or in another time, is not taken though somebody kept it', async () => {
    const before = await submissions();
    const text = adt();
    const signedAt = (hours: number) => {
      const p7s = world.sign(text, userA, 0, new Date(Date.now() + hours * 3_600_000));
      return keys.encrypt(messageOf({ name: 'a', bytes: text }, { name: 'a.p7s', bytes: p7s }), userA);
    };
    const mail = signedAt(-1);
    daysAhead = 15;
    expect(await send(mail)).toMatch(/^554 .*counts for 14 days after the time at which it says it was made/);
    daysAhead = 0;
    expect(await send(signedAt(25))).toMatch(/^554 .*sign the file anew/);
    expect(await submissions()).toBe(before);
    expect(await send(mail)).toMatch(/^250/);
  });

  test('is refused alike for every reason that an attacker could ask for one by one, unless it is authentic', async () => {
    const text = adt();
    const [name, p7s] = [
      { name: 'a.csv', bytes: text },
      { name: 'a.csv.p7s', bytes: world.sign(text) },
    ] as const;
    const three = messageOf(name, p7s, { name: 'b.csv', bytes: text });
    const cbc = keys.encrypt(signed(text), userA, { cipher: '-aes256' });
    const [head = '', body = ''] = cbc.split('\r\n\r\n');
    const flip = (at: number) => {
      const bytes = Buffer.from(body, 'base64');
      bytes[bytes.length - at] = (bytes.at(-at) ?? 0) ^ 1;
      return `${head}\r\n\r\n${bytes.toString('base64').replaceAll(/(.{64})/g, '$1\r\n')}\r\n`;
    };
    const replies = await Promise.all([
      // the padding; the last block; the block before it
      ...[1, 17, 40].map((at) => send(flip(at))),
      send(keys.encrypt(three, userA, { cipher: '-aes256' })),
      send(keys.encrypt('nothing', userA, { cipher: '-aes256' })),
      send(keys.encrypt(signed(text, userB), userA, { cipher: '-aes256' })),
    ]);
    expect(new Set(replies).size).toBe(1);
    expect(replies[0]).toMatch(/^554 Not taken: it cannot be opened, or is not exactly/);
    expect(await send(keys.encrypt(three, userA))).toContain('3 attachments');
    expect(await send(keys.encrypt(messageOf(name), userA))).toContain('1 attachments');
    // the reasons are for whoever runs the platform
    expect(lines.filter((line) => line.includes('it has 3 attachments')).length).toBeGreaterThanOrEqual(2);
  });

  test('that holds a bomb is a submission like any, and nothing of it is unpacked', async () => {
    // a gzip of 10 MB of zeros has 10 kB
    const bomb = gzipSync(Buffer.alloc(10 * 1024 * 1024));
    expect(await send(keys.encrypt(signed(bomb), userA))).toMatch(/^250/);
    expect(await settled(sha256Of(bomb))).toMatchObject({ state: 'refused', size: bomb.length });
  });
});

describe('a mail that is not encrypted as it must be', () => {
  const clear = (text: string) => `Subject: ${userA}\r\nMIME-Version: 1.0\r\n${text}`;

  test('in the clear, signed only, or for another key, is refused and said why', async () => {
    const text = adt();
    expect(await send(clear(signed(text)))).toMatch(/^554 .*nothing in the clear is taken/);
    expect(await send('Subject: hello\r\n\r\nhello')).toMatch(/^554 .*nothing in the clear is taken/);
    keys.write('message', signed(text));
    const only = keys.run(...`cms -sign -nodetach -in message -signer operator.pem -inkey operator.key`.split(' '));
    expect(await send(only.toString('latin1').replaceAll(/\r?\n/g, '\r\n'))).toMatch(/^554 .*in the clear/);
    keys.encrypting('other');
    expect(await send(keys.encrypt(signed(text), userA, { to: 'other' }))).toMatch(/^554 .*none of its recipients/);
    expect(await send(keys.encrypt(signed(text), userA, { cipher: '-aes128' }))).toMatch(/^554 .*encrypted by/);
    expect(await send(keys.encrypt(signed(text), userA, { cipher: '-des3' }))).toMatch(/^554 .*encrypted by/);
  });

  test('or that is cut off, is refused', async () => {
    const mail = keys.encrypt(signed(adt()), userA);
    expect(await send(`${mail.slice(0, mail.length / 2)}\r\n`)).toMatch(/^554/);
  });
});

describe('outside of a declared outage', () => {
  test('nothing is taken, for good, and the reply says which way to use; with one declared it opens', async () => {
    await end();
    const mail = keys.encrypt(signed(adt()), userA);
    expect(await send(mail)).toBe(
      '550 Not taken: E-mail is closed: it opens only while an outage of the portal or the API (HTTPS) is declared. Use the portal or the API (HTTPS).',
    );
    await declare();
    expect(await send(mail)).toMatch(/^250/);
  });

  test('also when it ends while a mail comes in', async () => {
    const dialog = await secure();
    for (const line of ['MAIL FROM:<a@b.example>', `RCPT TO:<${address}>`, 'DATA']) await dialog.say(line);
    dialog.write(keys.encrypt(signed(adt()), userA));
    await end();
    expect(await dialog.say('.')).toMatch(/^550 .*E-mail is closed/);
  });

  test('what is refused makes the way no worse, what fails of the platform does', async () => {
    const { pool } = world.database;
    const numbers = async () =>
      (await pool.query(`select failures, refused::integer as refused from way where way = 'email'`)).rows[0];
    const before = await numbers();
    await send(keys.encrypt(messageOf({ name: 'adt.csv', bytes: adt() }), userA));
    await expect.poll(numbers).toEqual({ ...before, refused: before.refused + 1 });
    await pool.query('alter table submission_delivery rename to away');
    const mail = keys.encrypt(signed(adt()), userA);
    expect(await send(mail)).toMatch(/^451/);
    await pool.query('alter table away rename to submission_delivery');
    await expect.poll(numbers).toEqual({ failures: before.failures + 1, refused: before.refused + 1 });
    expect(await send(mail)).toMatch(/^250/);
    await expect.poll(numbers).toEqual({ failures: 0, refused: before.refused + 1 });
  });

  test('while the database does not answer it is tried again later', async () => {
    const { pool } = world.database;
    const dialog = await secure();
    const query = pool.query;
    Object.assign(pool, { query: () => Promise.reject(new Error('away')) });
    expect(await dialog.say('MAIL FROM:<a@b.example>')).toMatch(/^451/);
    Object.assign(pool, { query });
    expect(await dialog.say('MAIL FROM:<a@b.example>')).toMatch(/^250/);
  });
});

describe('a client', () => {
  test('says nothing of mails before STARTTLS, and what it pipelined behind it is forgotten', async () => {
    const dialog = await Dialog.begin(port);
    dialogs.push(dialog);
    expect(await dialog.say('EHLO x')).toContain('STARTTLS');
    expect(await dialog.say('MAIL FROM:<a@b.example>')).toMatch(/^530 issue STARTTLS first/);
    expect(await dialog.say(`RCPT TO:<${address}>`)).toMatch(/^503/);
    expect(await dialog.say('DATA')).toMatch(/^503/);
    await dialog.startTls('EHLO y\r\nMAIL FROM:<smuggled@b.example>\r\n');
    // the first reply is to this
    expect(await dialog.say('NOOP')).toMatch(/^250/);
    expect(await dialog.say(`RCPT TO:<${address}>`)).toMatch(/^503/);
    expect(await dialog.say('EHLO x')).not.toMatch(/STARTTLS|AUTH/);
    expect(await dialog.say('MAIL FROM:<a@b.example>')).toMatch(/^250/);
  });

  test('cannot sign in, have anything relayed, or find addresses out', async () => {
    const dialog = await secure();
    expect(await dialog.say('AUTH PLAIN AGEAYg==')).toMatch(/^50\d/);
    expect(await dialog.say('VRFY files')).toMatch(/^(252|50\d)/);
    expect(await dialog.say('MAIL FROM:<a@b.example>')).toMatch(/^250/);
    for (const to of [
      'somebody@elsewhere.example',
      'files@penstock.example.evil.example',
      'files%evil@penstock.example',
    ]) {
      expect(await dialog.say(`RCPT TO:<${to}>`)).toMatch(/^550 .*nothing is relayed/);
    }
    expect(await dialog.say('RCPT TO:<postmaster>')).toMatch(/^550/);
    expect(await dialog.say('DATA')).toMatch(/^503/);
    // again and again the same, or another case, is one
    for (const to of [address, address.toUpperCase()]) expect(await dialog.say(`RCPT TO:<${to}>`)).toMatch(/^250/);
    const said = [];
    for (let n = 0; n < 7; n += 1) said.push(await dialog.say(`RCPT TO:<x${n}@elsewhere.example>`));
    expect(said.at(-2)).toMatch(/^550/);
    expect(said.at(-1)).toMatch(/^421/);
  });

  test('with the null sender is refused: bounces are never answered', async () => {
    const dialog = await secure();
    expect(await dialog.say('MAIL FROM:<>')).toMatch(/^550 .*bounces/);
  });

  test('cannot smuggle a second mail by line ends of another kind', async () => {
    const before = await submissions();
    const mail = keys.encrypt(signed(adt()), userA);
    for (const line of ['\n.\n', '\n.\r\n', '\r.\r\n', '\r\n.\n', '\r.\r', '\r\n.\r']) {
      const dialog = await secure();
      const inner = `${line}MAIL FROM:<x@y.example>\r\nRCPT TO:<${address}>\r\nDATA\r\n${mail}`;
      expect(await dialog.mail(`${mail.trimEnd()}${line === '' ? '' : inner}`)).toMatch(
        /^554 Not taken: a line of it does not end in CRLF/,
      );
      expect(await dialog.say('NOOP')).toMatch(/^250/);
      dialog.end();
    }
    expect(await submissions()).toBe(before);
  });

  test('is told before and while it sends too much', async () => {
    const dialog = await secure();
    expect(await dialog.say(`MAIL FROM:<a@b.example> SIZE=${MOST_MAIL_BYTES + 1}`)).toMatch(/^552/);
    expect(await dialog.say(`MAIL FROM:<a@b.example> SIZE=${GIB}`)).toMatch(/^552/);
    expect(await dialog.mail(Buffer.alloc(MOST_MAIL_BYTES + 100, 'x\r\n'))).toMatch(/^552/);
    // of one that goes on and on nothing more is kept than of one that is a little too large; a gigabyte would take a minute
    const memory = watchMemory();
    for (const line of ['MAIL FROM:<a@b.example>', `RCPT TO:<${address}>`, 'DATA']) await dialog.say(line);
    await dialog.pour(zeros(GIB / 4));
    expect(await dialog.say('\r\n.')).toMatch(/^552/);
    expect(memory.grown()).toBeLessThan(MOST_GROWN);
    // whatever it sends behind
    expect(await dialog.mail(keys.encrypt(signed(adt()), userA))).toMatch(/^250/);
    expect(await registry.metrics()).toMatch(/penstock_email_connections [1-9]/);
  });

  test('that goes away in the middle of a mail leaves nothing', async () => {
    const before = await submissions();
    const mail = keys.encrypt(signed(adt()), userA);
    const dialog = await secure();
    for (const line of ['MAIL FROM:<a@b.example>', `RCPT TO:<${address}>`, 'DATA']) await dialog.say(line);
    dialog.write(mail);
    dialog.end();
    expect(await send(keys.encrypt('x', userA))).toMatch(/^554/);
    expect(await submissions()).toBe(before);
  });
});

describe('an address', () => {
  test('has eight connections, and others have theirs', async () => {
    const from = '127.2.0.1';
    const opened = await Promise.all(Array.from({ length: 9 }, () => Dialog.begin(port, from)));
    dialogs.push(...opened);
    expect(opened.map(({ greeting }) => greeting.slice(0, 3)).sort()).toEqual([...Array<string>(8).fill('220'), '421']);
    expect((await secure()).greeting).toMatch(/^220/);
  });

  test('of which twenty mails were refused waits, and others do not', async () => {
    const from = '127.2.0.2';
    const dialog = await Dialog.secure(port, from);
    dialogs.push(dialog);
    for (let n = 0; n < 20; n += 1) expect(await dialog.mail('Subject: x\r\n\r\nx')).toMatch(/^554/);
    expect(await dialog.mail('Subject: x\r\n\r\nx')).toMatch(/^421 .*try again in ten minutes/);
    const again = await Dialog.begin(port, from);
    expect(again.greeting).toMatch(/^421 .*try again in ten minutes/);
    expect((await secure()).greeting).toMatch(/^220/);
  });
});

test('where to send it, and what to encrypt it to, is told by the API', async () => {
  const api = await createHttpServer({
    log,
    version: '0',
    routes: [emailRoutes({ pool: world.database.pool, clock: systemClock, config })],
  });
  const viewer = { kind: 'user', userIds: [userA], machine: machineOf('of A', 'read_only') } as const;
  const front = createServer((request, response) => api.handle(request, response, () => viewer));
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  const answer = await fetch(`http://127.0.0.1:${(front.address() as AddressInfo).port}/api/v1/email`);
  const text = await answer.text();
  expect(JSON.parse(text)).toMatchObject({
    isOpen: true,
    address,
    certificate: keys.text('operator.pem'),
    maxBytes: MOST_MAIL_BYTES,
  });
  expect(text).not.toContain('PRIVATE');
  front.close();
  await api.close();
});

test('no line of the log has anything of a key, a file or a mail', () => {
  const secret = keys.text('operator.key').split('\n')[1] ?? '';
  const all = lines.join('\n');
  expect(all).toContain('a file came in by e-mail');
  expect(secret).toHaveLength(64);
  for (const word of [secret, 'PRIVATE KEY', 'adt-file/1']) expect(all).not.toContain(word);
});
