import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OutageReport, PlannedUses, WaysDocument, WaysVersion } from '@penstock/api';
import { createTransport } from 'nodemailer';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { systemClock } from '../foundation/clock.ts';
import { loadConfig } from '../foundation/config.ts';
import { messageOf as wordsOf } from '../foundation/errors.ts';
import { createLog } from '../foundation/log.ts';
import { testAuthor } from '../foundation/testing-author.ts';
import { registerEmailRecipient } from '../parties/email-recipients-store.ts';
import { readSshKey } from '../parties/ssh-keys.ts';
import { registerSshKey } from '../parties/ssh-keys-store.ts';
import { Reports } from '../quarantine/report.ts';
import { hold } from '../quarantine/testing-quarantine.ts';
import { releasedOf } from '../quarantine/testing-release.ts';
import {
  operatorId,
  type SubmissionWorld,
  submissionWorld,
  testPki,
  userA,
} from '../submissions/testing-submissions.ts';
import { setUpsOf } from '../ways/set-up.ts';
import { WayWatch } from '../ways/watch.ts';
import { writeSetUp } from '../ways/ways-store.ts';
import { address, EmailKeys, messageOf, Sink } from './email/testing-email.ts';
import { type Channels, startChannels } from './index.ts';
import { type Client, noSftp, sftpClient } from './sftp/testing-sftp.ts';
import { decideOn } from './testing-decide.ts';

// Whole outages, as people and machines live through them: by the API, the real `sftp`, a real client of SMTP and the
// real `openssl cms`. The preferred way goes down, a User reports it, the Operator declares it, all are told by mail, a
// report goes out and its decisions come back by e-mail, the way is back, the outage is ended, and e-mail is closed
// again. Then one of an office suite, which took files and hosted mail together.

const log = createLog({ level: 'silent' });
const soon = { timeout: 90_000, interval: 50 };

let keys: EmailKeys;
let pki: Awaited<ReturnType<typeof testPki>>;
let folder: string;
let world: SubmissionWorld;
let sftp: Channels;
let email: Channels;
let watch: WayWatch;
let client: Client;
let sink: Sink;

function configOf(settings: Readonly<Record<string, string>>) {
  const environment = {
    PENSTOCK_DATA_FOLDER: folder,
    PENSTOCK_FILES_TRUST_ANCHORS: pki.pki.fileAuthorityFile,
    PENSTOCK_FILES_REVOCATION_LISTS: pki.pki.revocationListFile,
    ...settings,
  };
  return loadConfig({ environment, workingFolder: '/' });
}

function start(settings: Readonly<Record<string, string>>): Promise<Channels> {
  const { pool } = world.database;
  const parts = {
    log,
    clock: systemClock,
    registry: new Registry(),
    pool,
    sharepointPool: pool,
    reports: new Reports(pool),
  };
  return startChannels({ ...parts, config: configOf(settings) });
}

beforeAll(async () => {
  if (noSftp !== undefined) return;
  keys = new EmailKeys();
  keys.encrypting('officer');
  sink = new Sink(keys);
  pki = await testPki();
  folder = mkdtempSync(join(tmpdir(), 'penstock-rehearsal-'));
  world = await submissionWorld(pki.pki);
  const { pool } = world.database;
  sftp = await start({ PENSTOCK_SFTP_PORT: '0' });
  const certificate = keys.text('officer.pem');
  await registerEmailRecipient(pool, { userId: userA, address: 'officer@user.example', certificate }, testAuthor);
  email = await start({
    ...keys.settings,
    PENSTOCK_EMAIL_RELAY: `smtp://localhost:${await sink.listen()}`,
    PENSTOCK_EMAIL_RELAY_AUTHORITIES_FILE: keys.path('root.pem'),
  });
  const listening = { gateway: 'https://gateway.example', portal: 'https://portal.example' };
  const library = {
    PENSTOCK_SHAREPOINT_TENANT_ID: 'penstock.example',
    PENSTOCK_SHAREPOINT_CLIENT_ID: '6f1c2a3e-0000-4000-8000-000000000001',
    PENSTOCK_SHAREPOINT_CLIENT_SECRET: 'not tried here',
    PENSTOCK_SHAREPOINT_DRIVE_ID: 'b!library',
  };
  const config = configOf({ ...keys.settings, ...library });
  await writeSetUp(pool, setUpsOf(config, { ...listening, sftp: sftp.sftp, email: email.email }));
  const registry = new Registry();
  watch = new WayWatch({
    pool,
    log,
    clock: systemClock,
    registry,
    looks: { ...sftp.looks, ...email.looks },
    operatorId,
  });
  client = sftpClient(port(), Buffer.from(sftp.sftp?.hostKey.split(' ')[1] ?? '', 'base64'));
  const key = readSshKey(client.makeKey('a', '-t', 'ed25519'));
  await registerSshKey(pool, { userId: userA, name: 'host', key }, testAuthor);
}, 120_000);
afterAll(async () => {
  await watch?.stop();
  await Promise.all([sftp?.stop(), email?.stop()]);
  client?.remove();
  await sink?.close();
  await world?.close();
  await pki?.remove();
  keys?.remove();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

const port = () => sftp.sftp?.port ?? 0;
let lowest = 1_000;
/** A whole ADT File, of one threshold that is lower each time, so that one officer is enough. */
const nextFile = () =>
  [
    'adt-file/1,user_id,services,direction,period,warning,quarantine,from,to,reference',
    `threshold,${userA},4.1.1,sent,PT1H,,${lowest--},,,`,
    '',
  ].join('\n');
const sha256Of = (text: string) => createHash('sha256').update(text).digest('hex');
const event = '20261120000000000041';

/** By the API, of the User or the Operator. */
async function ways(as: 'a' | 'operator'): Promise<WaysDocument> {
  return (await world.get('/ways', as)).json as unknown as WaysDocument;
}

async function bySftp(text: string): Promise<string> {
  writeFileSync(join(client.folder, 'file.csv'), text);
  writeFileSync(join(client.folder, 'file.csv.p7s'), world.sign(text));
  const batch = ['put file.csv incoming/', 'put file.csv.p7s incoming/'];
  return (await client.run(batch, { user: userA, key: 'a' })).output;
}

/** The reply of the server to a mail, or what the client says of its refusal. */
function byEmail(text: string): Promise<string> {
  const message = messageOf({ name: 'file.csv', bytes: text }, { name: 'file.csv.p7s', bytes: world.sign(text) });
  const tls = { ca: keys.read('root.pem') };
  const transport = createTransport({ host: 'localhost', port: email.email?.port ?? 0, requireTLS: true, tls });
  const envelope = { from: 'officer@user.example', to: [address] };
  return transport.sendMail({ envelope, raw: keys.encrypt(message, userA) }).then(({ response }) => response, wordsOf);
}

async function expectApplied(text: string, deliveredBy: readonly string[]): Promise<void> {
  const life = await vi.waitFor(async () => {
    while (await world.worker.workOnNext());
    const { status, json } = await world.get(`/submissions/${sha256Of(text)}`);
    expect({ status, state: json.state }).toEqual({ status: 200, state: 'applied' });
    return json;
  }, soon);
  expect(life.deliveries?.map(({ way }) => way).sort()).toEqual(deliveredBy);
}

/** The mail to the User's address that says something, once it has come, as openssl opens it. */
async function mailWith(words: string): Promise<string> {
  const opened = (mail: { readonly text: string }) => {
    keys.write('mail', mail.text);
    return keys.run(...'cms -decrypt -in mail -inkey officer.key -recip officer.pem'.split(' ')).toString();
  };
  return vi.waitFor(() => {
    const found = sink.arrived.map(opened).filter((text) => text.includes(words));
    expect(found, words).toHaveLength(1);
    return found[0] ?? '';
  }, soon);
}

/** What the platform's own look says of SFTP; one that began before may still be told. */
async function expectReached(isReached: boolean): Promise<void> {
  const health = await vi.waitFor(async () => {
    await watch.look();
    const seen = (await ways('operator')).ways.find(({ way }) => way === 'sftp')?.health;
    expect(seen?.probeFailsSince === undefined).toBe(isReached);
    return seen;
  }, soon);
  if (!isReached) expect(health?.probeFailure).toContain('ECONNREFUSED');
}

async function setWays(body: object): Promise<void> {
  expect(await world.call<WaysVersion>('/ways/versions', body, 'planner')).toMatchObject({ status: 200 });
}

/** Declares an outage and returns its id. */
async function declare(way: string, reason: string): Promise<string> {
  const { status, json } = await world.call<WaysDocument>('/ways/outages', { way, reason }, 'operator');
  expect(status).toBe(200);
  return json.outages.find((one) => one.way === way)?.outage ?? '';
}

async function endOutage(outage: string, why: string): Promise<void> {
  expect(await world.call(`/ways/outages/${outage}/end`, { why }, 'operator')).toMatchObject({ status: 200 });
}

const closed = (...using: string[]) => ({
  status: 409,
  json: { code: 'ways.closed', detail: expect.stringContaining(`Use ${using.join(' or ')}.`) },
});

test('an outage of the preferred way, from its first sign to its end', async (its) => {
  its.skip(noSftp !== undefined, noSftp);
  const { pool } = world.database;
  const uses: PlannedUses = {
    https: { use: 'fallback', dependsOn: ['internet line'] },
    sftp: { use: 'preferred', dependsOn: ['data centre'] },
    email: { use: 'fallback', dependsOn: ['office suite'] },
    sharepoint: { use: 'off', dependsOn: [] },
  };
  await setWays({ reason: 'Machines deliver most', ways: uses });
  await mailWith('SFTP is the preferred way');

  // before: the preferred way alone takes files in, and the others say so
  const first = nextFile();
  await bySftp(first);
  await expectApplied(first, ['sftp']);
  expect(await byEmail(first)).toMatch(
    /550.*E-mail is closed: it opens only while an outage of SFTP is declared\. Use SFTP\./,
  );
  expect(await world.post(first, world.sign(first))).toMatchObject(closed('SFTP'));
  // the Operator's own files are taken always
  const own = world.sign(first, operatorId);
  expect(await world.post(first, own, { as: 'operator' })).toMatchObject({ status: 202 });

  // down: messages are held, the platform sees that SFTP is away, a User reports it
  await hold(pool, { event, from: 4_001, count: 3 });
  await sftp.stop();
  expect(await bySftp(nextFile())).toMatch(/Connection (refused|closed)/);
  await expectReached(false);
  const report = { way: 'sftp', words: 'Connection refused' };
  const reported = await world.call<OutageReport>('/ways/reports', report);
  expect(reported).toMatchObject({ status: 200, json: { state: 'open' } });

  // declared: fallbacks open, all are told, on the pages and by mail
  const outage = await declare('sftp', 'The data centre is without power');
  const meanwhile = await ways('a');
  expect(meanwhile.usable).toEqual(['https', 'email']);
  const instead = 'deliver files by the portal or the API (HTTPS) or e-mail';
  expect(meanwhile.announcements[0]?.words).toContain(instead);
  expect(await mailWith('The data centre is without power')).toContain(instead);
  const answered = (await world.get('/ways/reports')).json as unknown as { items: OutageReport[] };
  expect(answered.items).toMatchObject([{ state: 'declared', outage }]);

  // the report of what is held comes by mail, and what is decided goes back so: it is released, and nothing else
  const [, base64 = ''] =
    new RegExp(`filename="${event}\\.csv"\\r\\n\\r\\n([A-Za-z0-9+/=\\r\\n]+)`).exec(
      await mailWith(`are held: event ${event}`),
    ) ?? [];
  const decisions = await decideOn(Buffer.from(base64, 'base64').toString());
  expect(await byEmail(decisions)).toContain(`250 taken in as ${sha256Of(decisions)}`);
  await expectApplied(decisions, ['email']);
  expect(await releasedOf(pool, event)).toEqual([4_001, 4_002]);
  expect(await mailWith(sha256Of(decisions))).toContain('is now in the state: applied');
  // whoever is not sure sends it again by another way: it is the same submission
  expect(await world.post(decisions, world.sign(decisions))).toMatchObject({ status: 202, json: { state: 'applied' } });
  await expectApplied(decisions, ['email', 'https']);
  expect(await releasedOf(pool, event)).toEqual([4_001, 4_002]);

  // back: the platform sees it; what is open stays open until somebody ends the outage
  sftp = await start({ PENSTOCK_SFTP_PORT: String(port()) });
  await expectReached(true);
  const third = nextFile();
  await bySftp(third);
  await expectApplied(third, ['sftp']);
  expect((await ways('a')).usable).toEqual(['https', 'email']);

  // ended: closed again, and all are told
  await endOutage(outage, 'Power is back.');
  expect(await mailWith('Power is back.')).toContain('The portal or the API (HTTPS) and e-mail are closed again.');
  expect(await byEmail(nextFile())).toContain('E-mail is closed');
  expect(await world.post(third, world.sign(third))).toMatchObject(closed('SFTP'));
  const fourth = nextFile();
  await bySftp(fourth);
  await expectApplied(fourth, ['sftp']);
}, 300_000);

test('an outage of a whole office suite: the fallback that depends on it is named last, and the next one carries', async (its) => {
  its.skip(noSftp !== undefined, noSftp);
  const { pool } = world.database;
  const suite = ['office suite'];
  const body = {
    reason: 'People deliver most',
    ways: {
      https: { use: 'off', dependsOn: ['internet line'] },
      sftp: { use: 'fallback', dependsOn: ['data centre'] },
      email: { use: 'fallback', dependsOn: suite },
      sharepoint: { use: 'preferred', dependsOn: suite },
    },
  };
  const shared = { way: 'email', with: 'sharepoint', names: suite };
  const refused = await world.call('/ways/versions', body, 'planner');
  expect(refused).toMatchObject({ status: 409, json: { code: 'ways.shared-dependency' } });
  await setWays({ ...body, acceptsShared: true });
  await mailWith('SharePoint is the preferred way');
  expect(await bySftp(nextFile())).toContain('SFTP is closed');

  // files and hosted mail are gone together: the relay takes nothing either
  sink.failing = 'later';
  const outage = await declare('sharepoint', 'The office suite does not answer');
  const seen = await ways('a');
  expect(seen).toMatchObject({ usable: ['sftp', 'email'], shared: [shared] });
  const words = 'deliver files by SFTP or e-mail. E-mail depends on "office suite", too, and may fail';
  expect(seen.announcements[0]?.words).toContain(words);
  // its report is offered where files are taken
  const other = '20261120000000000042';
  await hold(pool, { event: other, from: 4_101, count: 2 });
  const fetched = await client.run([`get reports/${other}.csv`], { user: userA, key: 'a' });
  expect(fetched).toMatchObject({ code: 0 });
  expect(readFileSync(join(client.folder, `${other}.csv`), 'utf8')).toContain(':4102,');
  const file = nextFile();
  await bySftp(file);
  await expectApplied(file, ['sftp']);

  // mail is back, and brings what waited; the end closes the fallbacks
  const putOff = `select from email_outbox where state = 'queued' and kind = 'notice' and failure is not null`;
  await vi.waitFor(async () => expect((await pool.query(putOff)).rowCount).toBe(1), soon);
  sink.failing = 'never';
  await pool.query(`update email_outbox set next_try_at = now() where state = 'queued'`);
  expect(await mailWith('The office suite does not answer')).toContain(words);
  await endOutage(outage, 'It answers again.');
  await mailWith('It answers again.');
  expect(await bySftp(nextFile())).toContain('SFTP is closed');
}, 300_000);
