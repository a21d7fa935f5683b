import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlannedUses } from '@penstock/api';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { systemClock } from '../foundation/clock.ts';
import { loadConfig } from '../foundation/config.ts';
import { createLog } from '../foundation/log.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { registerEmailRecipient } from '../parties/email-recipients-store.ts';
import { readSshKey } from '../parties/ssh-keys.ts';
import { registerSshKey } from '../parties/ssh-keys-store.ts';
import { Reports } from '../quarantine/report.ts';
import {
  operatorId,
  type SubmissionWorld,
  submissionWorld,
  testPki,
  userA,
} from '../submissions/testing-submissions.ts';
import { declareOutage, endOutage } from '../ways/outages-store.ts';
import { reportOutage } from '../ways/reports-store.ts';
import { setUpsOf } from '../ways/set-up.ts';
import { setVersion } from '../ways/versions-store.ts';
import { WayWatch } from '../ways/watch.ts';
import { readWays } from '../ways/ways-reading.ts';
import { writeSetUp } from '../ways/ways-store.ts';
import { Dialog, EmailKeys, messageOf, Sink } from './email/testing-email.ts';
import { type Channels, startChannels } from './index.ts';
import { type Client, noSftp, sftpClient } from './sftp/testing-sftp.ts';

// A whole outage, played with the real `sftp` and `openssl cms`: the preferred way goes down, a User reports it, the
// Operator declares it, a file comes by e-mail and its receipt goes back so, the way is back, the outage is ended, and e-mail is closed again.

const log = createLog({ level: 'silent' });
const operator: Viewer = { kind: 'operator', userId: operatorId };
const user: Viewer = { kind: 'user', userIds: [userA] };
const soon = { timeout: 30_000, interval: 50 };

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
  await registerEmailRecipient(pool, { userId: userA, address: 'officer@user.example', certificate });
  email = await start({
    ...keys.settings,
    PENSTOCK_EMAIL_RELAY: `smtp://localhost:${await sink.listen()}`,
    PENSTOCK_EMAIL_RELAY_AUTHORITIES_FILE: keys.path('root.pem'),
  });
  const listening = { gateway: 'https://gateway.example', portal: 'https://portal.example' };
  await writeSetUp(pool, setUpsOf(configOf(keys.settings), { ...listening, sftp: sftp.sftp, email: email.email }));
  const registry = new Registry();
  watch = new WayWatch({ pool, log, clock: systemClock, registry, looks: { ...sftp.looks, ...email.looks } });
  client = sftpClient(port(), Buffer.from(sftp.sftp?.hostKey.split(' ')[1] ?? '', 'base64'));
  const key = readSshKey(client.makeKey('a', '-t', 'ed25519'));
  await registerSshKey(pool, { userId: userA, name: 'host', key });
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
const acting = () => ({ viewer: operator, now: systemClock.now(), operatorId });
const ways = (viewer: Viewer) => readWays(world.database.pool, viewer, systemClock.now());

async function bySftp(text: string): Promise<string> {
  writeFileSync(join(client.folder, 'file.csv'), text);
  writeFileSync(join(client.folder, 'file.csv.p7s'), world.sign(text));
  const batch = ['put file.csv incoming/', 'put file.csv.p7s incoming/'];
  return (await client.run(batch, { user: userA, key: 'a' })).output;
}

/** The reply of the server to a mail, or to what came before it. */
async function byEmail(text: string): Promise<string> {
  const message = messageOf({ name: 'file.csv', bytes: text }, { name: 'file.csv.p7s', bytes: world.sign(text) });
  const dialog = await Dialog.secure(email.email?.port ?? 0);
  const said = await dialog.mail(keys.encrypt(message, userA));
  dialog.end();
  return said;
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

/** What the platform's own look says of SFTP; one that began before may still be told. */
async function expectReached(isReached: boolean): Promise<void> {
  const health = await vi.waitFor(async () => {
    await watch.look();
    const seen = (await ways(operator)).ways.find(({ way }) => way === 'sftp')?.health;
    expect(seen?.probeFailsSince === undefined).toBe(isReached);
    return seen;
  }, soon);
  if (!isReached) expect(health?.probeFailure).toContain('ECONNREFUSED');
}

test('an outage of the preferred way, from its first sign to its end', async (its) => {
  its.skip(noSftp !== undefined, noSftp);
  const { pool } = world.database;
  const uses: PlannedUses = {
    https: { use: 'fallback', dependsOn: ['internet line'] },
    sftp: { use: 'preferred', dependsOn: ['data centre'] },
    email: { use: 'fallback', dependsOn: ['office suite'] },
    sharepoint: { use: 'off', dependsOn: [] },
  };
  await setVersion(pool, { reason: 'Machines deliver most', ways: uses }, acting());

  // before: the preferred way alone takes files in, and the others say so
  const first = nextFile();
  await bySftp(first);
  await expectApplied(first, ['sftp']);
  expect(await byEmail(first)).toMatch(
    /E-mail is closed: it opens only while an outage of SFTP is declared\. Use SFTP\./,
  );
  const closed = { status: 409, json: { code: 'ways.closed', detail: expect.stringContaining('Use SFTP.') } };
  expect(await world.post(first, world.sign(first))).toMatchObject(closed);
  // the Operator's own files are taken always
  const own = world.sign(first, operatorId);
  expect(await world.post(first, own, { as: 'operator' })).toMatchObject({ status: 202 });

  // down: the platform sees it, a User reports it
  await sftp.stop();
  expect(await bySftp(nextFile())).toMatch(/Connection (refused|closed)/);
  await expectReached(false);
  const report = { report: randomUUID(), userId: userA, way: 'sftp', words: 'Connection refused' } as const;
  await reportOutage(pool, report, { viewer: user, now: systemClock.now() });

  // declared: fallbacks open, all are told
  const outage = randomUUID();
  await declareOutage(pool, { outage, way: 'sftp', reason: 'The data centre is without power' }, acting());
  const meanwhile = await ways(user);
  expect(meanwhile.usable).toEqual(['https', 'email']);
  expect(meanwhile.announcements[0]?.words).toContain('deliver files by the portal or the API (HTTPS) or e-mail');
  const answered = await pool.query('select state, outage from way_report');
  expect(answered.rows).toEqual([{ state: 'declared', outage }]);
  const second = nextFile();
  expect(await byEmail(second)).toContain(`250 taken in as ${sha256Of(second)}`);
  await expectApplied(second, ['email']);
  await vi.waitFor(() => expect(sink.arrived).toHaveLength(1), soon);
  expect(sink.arrived[0]?.to).toEqual(['officer@user.example']);
  keys.write('mail', sink.arrived[0]?.text ?? '');
  const opened = keys.run(...'cms -decrypt -in mail -inkey officer.key -recip officer.pem'.split(' ')).toString();
  expect(opened).toContain('is now in the state: applied');
  // whoever is not sure sends it again by another way: it is the same submission
  expect(await world.post(second, world.sign(second))).toMatchObject({ status: 202, json: { state: 'applied' } });
  await expectApplied(second, ['email', 'https']);

  // back: the platform sees it; what is open stays open until somebody ends the outage
  sftp = await start({ PENSTOCK_SFTP_PORT: String(port()) });
  await expectReached(true);
  const third = nextFile();
  await bySftp(third);
  await expectApplied(third, ['sftp']);
  expect((await ways(user)).usable).toEqual(['https', 'email']);

  // ended: closed again
  await endOutage(pool, { outage, why: 'Power is back.' }, acting());
  expect(await byEmail(nextFile())).toContain('E-mail is closed');
  expect(await world.post(third, world.sign(third))).toMatchObject(closed);
  const fourth = nextFile();
  await bySftp(fourth);
  await expectApplied(fourth, ['sftp']);
  const { rows } = await pool.query<{ words: string }>(
    `select words from notice where user_id = $1 and kind = 'way' order by noticed_at`,
    [userA],
  );
  expect(rows.map(({ words }) => words)).toEqual([
    expect.stringContaining('SFTP is the preferred way'),
    expect.stringMatching(/^Outage of SFTP since .*The data centre is without power\./),
    expect.stringMatching(/ended on .*The portal or the API \(HTTPS\) and e-mail are closed again\. Power is back\.$/),
  ]);
}, 180_000);
