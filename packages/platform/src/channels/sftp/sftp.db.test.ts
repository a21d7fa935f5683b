import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SubmissionLife } from '@penstock/api';
import { readCertificates } from '@penstock/files/signature';
import { Registry } from 'prom-client';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../foundation/clock.ts';
import { loadConfig } from '../../foundation/config.ts';
import { readFileSigner } from '../../foundation/file-signer.ts';
import { createLog } from '../../foundation/log.ts';
import { testAuthor } from '../../foundation/testing-author.ts';
import { readSshKey } from '../../parties/ssh-keys.ts';
import { registerSshKey, revokeSshKey } from '../../parties/ssh-keys-store.ts';
import { Reports } from '../../quarantine/report.ts';
import { event, hold } from '../../quarantine/testing-quarantine.ts';
import { releasedOf } from '../../quarantine/testing-release.ts';
import { GIB, MOST_GROWN, watchMemory } from '../../submissions/testing-memory.ts';
import {
  MOST_BYTES,
  MOST_KEPT_BYTES,
  operatorId,
  type SubmissionWorld,
  submissionWorld,
  testPki,
  userA,
  userB,
} from '../../submissions/testing-submissions.ts';
import { TrustFiles } from '../../submissions/trust.ts';
import { decideOn } from '../testing-decide.ts';
import { readHostKey } from './host-key.ts';
import { PairTaker } from './pair-taker.ts';
import { SftpServer } from './server.ts';
import { type Client, noSftp, type Run, sftpClient } from './testing-sftp.ts';

// The real `sftp` of OpenSSH before the server, with a real database behind it.

const log = createLog({ level: 'silent' });
let lowest = 1_000;
const soon = { timeout: 90_000, interval: 50 };
/** A whole ADT File of A, of one threshold that is lower each time, so that one officer is enough. */
const adt = (quarantine = lowest--) =>
  [
    'adt-file/1,user_id,services,direction,period,warning,quarantine,from,to,reference',
    `threshold,${userA},4.1.1,sent,PT1H,,${quarantine},,,`,
    '',
  ].join('\n');

let pki: Awaited<ReturnType<typeof testPki>>;
let folder: string;
let world: SubmissionWorld;
let server: SftpServer;
let taker: PairTaker;
let client: Client;
let port: number;

beforeAll(async () => {
  if (noSftp !== undefined) return;
  pki = await testPki();
  folder = mkdtempSync(join(tmpdir(), 'penstock-sftp-data-'));
  world = await submissionWorld(pki.pki);
  const operator = pki.pki.users.get(operatorId)?.signing;
  const environment = {
    PENSTOCK_DATA_FOLDER: folder,
    PENSTOCK_FILES_TRUST_ANCHORS: pki.pki.fileAuthorityFile,
    PENSTOCK_FILES_REVOCATION_LISTS: pki.pki.revocationListFile,
    PENSTOCK_OPERATOR_SIGNING_KEY_FILE: operator?.keyFile,
    PENSTOCK_OPERATOR_SIGNING_CERTIFICATE_FILE: operator?.certificateFile,
  };
  const config = loadConfig({ environment, workingFolder: '/' });
  const { pool } = world.database;
  const hostKey = readHostKey(config);
  taker = new PairTaker({
    pool,
    log,
    clock: systemClock,
    trust: new TrustFiles(config),
    mostBytes: MOST_BYTES,
    mostKeptBytes: MOST_KEPT_BYTES,
  });
  server = new SftpServer({
    pool,
    log,
    clock: systemClock,
    registry: new Registry(),
    reports: new Reports(pool),
    hostKey,
    taker,
    operatorId,
    signer: readFileSigner(config),
    mostBytes: 2 * MOST_BYTES,
  });
  port = await server.listen(0, '127.0.0.1');
  client = sftpClient(port, hostKey.publicKey);
  for (const [name, userId] of [
    ['a', userA],
    ['b', userB],
  ] as const) {
    await registerSshKey(pool, { userId, name, key: readSshKey(client.makeKey(name, '-t', 'ed25519')) }, testAuthor);
  }
}, 120_000);
afterAll(async () => {
  await server?.stop();
  await taker?.stop();
  await world?.close();
  client?.remove();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  await pki?.remove();
});
beforeEach(async (test) => {
  test.skip(noSftp !== undefined, noSftp);
  await world.database.pool.query('delete from incoming_file');
});

const asA = (...batch: string[]): Promise<Run> => client.run(batch, { user: userA, key: 'a' });
const asB = (...batch: string[]): Promise<Run> => client.run(batch, { user: userB, key: 'b' });
const inFolder = (name: string) => join(client.folder, name);

function write(name: string, bytes: string | Buffer): Buffer {
  writeFileSync(inFolder(name), bytes);
  return Buffer.from(bytes);
}

/** Writes a file and its signature by an officer of A. */
function writeSigned(name: string, bytes: string | Buffer): string {
  write(name, bytes);
  write(`${name}.p7s`, world.sign(bytes));
  return createHash('sha256').update(bytes).digest('hex');
}

/** What became of a file, once it has come to rest and needs nobody. */
async function settled(sha256: string): Promise<Partial<SubmissionLife>> {
  return vi.waitFor(async () => {
    while (await world.worker.workOnNext());
    const { status, json } = await world.get(`/submissions/${sha256}`);
    expect(status).toBe(200);
    expect(['applied', 'refused']).toContain(json.state);
    return json;
  }, soon);
}

describe('a file and its signature', () => {
  test('become a submission; its receipt is signed by the Operator, and openssl says so', async () => {
    const sha256 = writeSigned('thresholds.csv', adt());
    expect(await asA('cd incoming', 'put thresholds.csv', 'put thresholds.csv.p7s')).toMatchObject({ code: 0 });
    expect(await settled(sha256)).toMatchObject({
      state: 'applied',
      deliveries: [{ way: 'sftp', name: 'thresholds.csv', by: expect.stringMatching(/^SSH key SHA256:/) }],
      signatures: [{ verdict: 'valid' }],
    });
    await vi.waitFor(async () => expect((await asA('ls -1 incoming')).output).not.toContain('thresholds'), soon);
    // in one session: each signs anew, and the length of a signature is not always the same
    const fetched = await asA('get receipts/*-applied.json*', 'ls -l receipts');
    expect(fetched).toMatchObject({ code: 0 });
    const [receipt = '', signature = ''] = readdirSync(client.folder).filter((name) => name.includes('applied.json'));
    expect(JSON.parse(readFileSync(inFolder(receipt), 'utf8'))).toMatchObject({
      document: 'penstock-receipt/1',
      submission: { userId: userA, sha256, state: 'applied' },
    });
    expect(verify(receipt, signature)).toBe(0);
    for (const name of [receipt, signature]) {
      expect(fetched.output).toMatch(new RegExp(` ${readFileSync(inFolder(name)).length} .*${name}\\s`));
    }
    writeFileSync(inFolder(receipt), 'other');
    expect(verify(receipt, signature)).not.toBe(0);
  });

  test('may come in either order, under a name for the time of the upload, and by any kind of key', async () => {
    const kinds = [
      ['ecdsa', '-b', '256'],
      ['ecdsa', '-b', '384'],
      ['rsa', '-b', '3072'],
    ];
    for (const [index, [type = '', ...more]] of kinds.entries()) {
      const key = `key-${index}`;
      const line = client.makeKey(key, '-t', type, ...more);
      await registerSshKey(world.database.pool, { userId: userA, name: key, key: readSshKey(line) }, testAuthor);
      const sha256 = writeSigned('one.csv', adt());
      const batch = [
        'put one.csv.p7s incoming/one.csv.p7s.part',
        'rename incoming/one.csv.p7s.part incoming/one.csv.p7s',
        'put one.csv incoming/one.csv.filepart',
        'rename incoming/one.csv.filepart incoming/one.csv',
      ];
      expect(await client.run(batch, { user: userA, key })).toMatchObject({ code: 0 });
      expect(await settled(sha256)).toMatchObject({ state: 'applied' });
    }
  });

  test('are one submission with every signature that lies there, of whatever officer, however its name is written', async () => {
    // more than before: it needs a second officer
    const sha256 = writeSigned('both.csv', adt(5_000));
    const text = readFileSync(inFolder('both.csv'));
    write('both.csv.P7S', world.sign(text, userA, 1));
    write('late.p7s', world.sign(text, userA, 1, new Date(Date.now() - 60_000)));
    // the file comes last: all that lies beside it goes in with it
    const batch = ['put both.csv.p7s incoming/', 'put both.csv.P7S incoming/', 'put late.p7s incoming/BOTH.csv.3.p7s'];
    expect(await asA(...batch, 'put both.csv incoming/')).toMatchObject({ code: 0 });
    const life = await settled(sha256);
    expect(life).toMatchObject({ state: 'applied' });
    expect(life.signatures?.map(({ verdict }) => verdict)).toEqual(['valid', 'valid', 'valid']);
    await vi.waitFor(async () => expect((await asA('ls -1 incoming')).output).not.toContain('both'), soon);
    expect((await asA('ls -1 receipts')).output).not.toContain('not-taken');
  });

  test('go in although another signature beside them is none, and that one is told of', async () => {
    const sha256 = writeSigned('one-of-two.csv', adt());
    write('one-of-two.csv.2.p7s', '');
    const batch = ['one-of-two.csv.2.p7s', 'one-of-two.csv.p7s', 'one-of-two.csv'].map(
      (name) => `put ${name} incoming/`,
    );
    expect(await asA(...batch)).toMatchObject({ code: 0 });
    expect(await settled(sha256)).toMatchObject({ state: 'applied', signatures: [{ verdict: 'valid' }] });
    await vi.waitFor(async () => {
      expect((await asA('ls -1 incoming')).output.match(/incoming\/\S+/g)).toEqual(['incoming/one-of-two.csv.2.p7s']);
      expect((await asA('ls -1 receipts')).output).toContain('one-of-two.csv.2.p7s.not-taken.json');
    }, soon);
    const { rows } = await world.database.pool.query(`select words from notice where kind = 'delivery'`);
    expect(rows.map(({ words }) => words).join()).toContain('one-of-two.csv.2.p7s was not taken in by SFTP');
  });

  test('half sent stay until they are resumed, and are whole then', async () => {
    // not to be made smaller by the wire
    const big = randomBytes(MOST_BYTES - 1_000);
    const sha256 = writeSigned('big.csv', big);
    const sizeOf = async () => {
      const { rows } = await world.database.pool.query(
        `select size::integer, is_whole from incoming_file where name = 'big.csv'`,
      );
      return rows[0];
    };
    // at a megabyte a second it is not done when its first piece is stored
    const killWhen = vi.waitFor(async () => expect((await sizeOf())?.size).toBeGreaterThan(0), soon);
    const slow = { user: userA, key: 'a', flags: ['-l', '8000'], killWhen };
    expect(await client.run(['put big.csv.p7s incoming/', 'put big.csv incoming/'], slow)).toMatchObject({
      code: null,
    });
    const half = await sizeOf();
    expect(half).toMatchObject({ is_whole: false });
    expect(half.size).toBeLessThan(big.length);
    await taker.take(userA);
    expect(await world.get(`/submissions/${sha256}`)).toMatchObject({ status: 404 });
    expect(await asA('reput big.csv incoming/big.csv')).toMatchObject({ code: 0 });
    expect(await settled(sha256)).toMatchObject({ size: big.length, signatures: [{ verdict: 'valid' }] });
  });

  test('that cannot be taken in say why in a document beside the receipts, and go on when they are put anew', async () => {
    const text = adt();
    write('bad.csv', text);
    write('bad.csv.p7s', '');
    expect(await asA('put bad.csv incoming/', 'put bad.csv.p7s incoming/')).toMatchObject({ code: 0 });
    await vi.waitFor(async () => expect((await asA('get receipts/bad.csv.not-taken.json')).code).toBe(0), soon);
    expect(JSON.parse(readFileSync(inFolder('bad.csv.not-taken.json'), 'utf8'))).toMatchObject({
      code: 'submissions.parts',
      detail: 'the part signature is missing or empty',
      action: expect.stringContaining('signature'),
    });
    expect(await asA('get receipts/bad.csv.not-taken.json.p7s')).toMatchObject({ code: 0 });
    expect(verify('bad.csv.not-taken.json', 'bad.csv.not-taken.json.p7s')).toBe(0);
    const sha256 = writeSigned('bad.csv', text);
    expect(await asA('put bad.csv.p7s incoming/')).toMatchObject({ code: 0 });
    expect(await settled(sha256)).toMatchObject({ state: 'applied' });
    await vi.waitFor(async () => expect((await asA('ls -1 receipts')).output).not.toContain('not-taken'), soon);
  });

  test('more than a folder may hold, or more files, are refused and nothing else is lost', async () => {
    write('big.csv', randomBytes(MOST_BYTES));
    const puts = ['put big.csv incoming/1', 'put big.csv incoming/2', 'put big.csv incoming/3'];
    expect(await asA(...puts)).toMatchObject({ code: 1, output: expect.stringContaining('Failure') });
    expect((await asA('ls -1 incoming')).output.match(/incoming\/[12]\b/g)).toHaveLength(2);
    expect(await asA('rm incoming/1', 'put big.csv incoming/4')).toMatchObject({ code: 0 });
  });

  test('of a gigabyte are refused where the folder is full, in little memory, and leave nothing once they are removed', async () => {
    const pieces = async () => (await world.database.pool.query('select from incoming_chunk')).rowCount;
    const before = await pieces();
    // a file of no blocks: what is read of it is zeros
    write('huge.csv', '');
    truncateSync(inFolder('huge.csv'), GIB);
    const memory = watchMemory();
    const put = await asA('put huge.csv incoming/');
    expect(memory.grown()).toBeLessThan(MOST_GROWN);
    expect(put).toMatchObject({ code: 1, output: expect.stringContaining('Failure') });
    expect(await asA('rm incoming/huge.csv')).toMatchObject({ code: 0 });
    expect(await pieces()).toBe(before);
  });
});

describe('reports', () => {
  test('of what is held are those of the API, and every read of them is the User’s own', async () => {
    await hold(world.database.pool, { count: 300 });
    const fromApi = await fetch(`${world.address}/api/v1/quarantine/events/${event}/report`, {
      headers: { 'x-as': 'a' },
    });
    expect(await asA('cd reports', 'ls -l', `get ${event}.csv`)).toMatchObject({ code: 0 });
    const report = readFileSync(inFolder(`${event}.csv`), 'utf8');
    expect(report).toBe(await fromApi.text());
    expect(report.split('\n').length).toBeGreaterThan(300);
    // and it was let go: the next one is not refused; what is held in between changes nothing of what was signed
    expect(await asA(`get reports/${event}.csv`, `get reports/${event}.csv.p7s`)).toMatchObject({ code: 0 });
    expect(verify(`${event}.csv`, `${event}.csv.p7s`)).toBe(0);
    await hold(world.database.pool, { count: 1, from: 1_000 });
    expect(await asA(`get reports/${event}.csv.p7s`)).toMatchObject({ code: 0 });
    expect(verify(`${event}.csv`, `${event}.csv.p7s`)).not.toBe(0);
    expect((await asB('ls -1 reports')).output).not.toContain(event);
    expect(await asB(`get reports/${event}.csv`)).toMatchObject({ code: 1 });
  });
});

test('decisions on what a report says come back the same way, and what they let go is released', async () => {
  const { pool } = world.database;
  const own = '20261120000000000051';
  await hold(pool, { event: own, from: 5_001, count: 4 });
  expect(await asA(`get reports/${own}.csv`)).toMatchObject({ code: 0 });
  const decisions = await decideOn(readFileSync(inFolder(`${own}.csv`), 'utf8'));
  const sha256 = writeSigned('decisions.csv', decisions);
  expect(await asA('put decisions.csv incoming/', 'put decisions.csv.p7s incoming/')).toMatchObject({ code: 0 });
  expect(await settled(sha256)).toMatchObject({
    state: 'applied',
    kind: 'actions',
    references: ['SR-2026-0044'],
    deliveries: [{ way: 'sftp', name: 'decisions.csv' }],
    summary: { actions: { process: 3, delete: 1, events: 1 } },
  });
  expect(await releasedOf(pool, own)).toEqual([5_001, 5_002, 5_003]);
  expect((await asA('ls -1 receipts')).output).toContain(`${sha256.slice(0, 16)}-applied.json`);
});

describe('another’s folder', () => {
  test.each([
    `get /${userA}/incoming/secret.csv`,
    'get ../../incoming/secret.csv',
    'get /incoming/../../incoming/secret.csv',
    'get incoming/secret.csv',
    'get /etc/passwd',
    'get ../../../../../../etc/passwd',
    `ls /${userA}`,
    'ls /incoming/secret.csv',
    'rm incoming/secret.csv',
    'rename incoming/secret.csv incoming/mine.csv',
    `put local.txt /${userA}/incoming/x.csv`,
    'put local.txt /receipts/x.json',
    'put local.txt /reports/x.csv',
    'put local.txt /x.csv',
    'put local.txt incoming/.hidden',
    'put local.txt "incoming/a|b"',
    'mkdir incoming/folder',
    'rmdir receipts',
    'symlink /etc/passwd incoming/link',
    'ln incoming/secret.csv incoming/link',
  ])('is not reached by %s', async (command) => {
    write('secret.csv', 'of A alone');
    write('local.txt', 'of B');
    await asA('put secret.csv incoming/');
    rmSync(inFolder('secret.csv'));
    expect(await asB(command)).toMatchObject({ code: 1 });
    expect(existsSync(inFolder('secret.csv')) || existsSync(inFolder('passwd'))).toBe(false);
    const { rows } = await world.database.pool.query('select user_id, name from incoming_file');
    expect(rows).toEqual([{ user_id: expect.stringMatching(/00:00$/), name: 'secret.csv' }]);
  });

  test('nor are its receipts, what was not taken in, and their signatures', async () => {
    const sha256 = writeSigned('mine.csv', adt());
    write('bad.csv', 'no signature');
    write('bad.csv.p7s', '');
    const puts = ['mine.csv', 'mine.csv.p7s', 'bad.csv', 'bad.csv.p7s'].map((name) => `put ${name} incoming/`);
    expect(await asA(...puts)).toMatchObject({ code: 0 });
    await settled(sha256);
    await vi.waitFor(async () => {
      const { output } = await asA('ls -1 receipts');
      expect(output).toContain('applied');
      expect(output).toContain('not-taken');
    }, soon);
    const names = (await asA('ls -1 receipts')).output.match(/receipts\/\S+/g) ?? [];
    expect(names.length).toBeGreaterThanOrEqual(4);
    for (const name of names) expect(await asB(`get ${name}`)).toMatchObject({ code: 1 });
    expect((await asB('ls -1 receipts')).output).not.toMatch(/applied|not-taken/);
  });

  test('and another’s name, key, or a way without a key let nobody in', async () => {
    expect(await client.run(['ls'], { user: userA, key: 'b' })).toMatchObject({ code: 255 });
    expect(await client.run(['ls'], { user: 'root', key: 'a' })).toMatchObject({ code: 255 });
    client.makeKey('unknown', '-t', 'ed25519');
    expect(await client.run(['ls'], { user: userA, key: 'unknown' })).toMatchObject({ code: 255 });
    const byPassword = ['-o', 'PreferredAuthentications=password,keyboard-interactive'];
    expect(await client.run(['ls'], { user: userA, key: 'a', flags: byPassword })).toMatchObject({ code: 255 });
    const key = 'a-revoked';
    const read = readSshKey(client.makeKey(key, '-t', 'ed25519'));
    await registerSshKey(world.database.pool, { userId: userA, name: key, key: read }, testAuthor);
    expect(await client.run(['ls'], { user: userA, key })).toMatchObject({ code: 0 });
    const fingerprint = `SHA256:${read.fingerprint.toString('base64').replace('=', '')}`;
    await revokeSshKey(world.database.pool, { userId: userA, fingerprint }, testAuthor);
    expect(await client.run(['ls'], { user: userA, key })).toMatchObject({ code: 255 });
  });

  test('there is no shell, no command and no tunnel', async () => {
    const options = ['IdentitiesOnly=yes', 'BatchMode=yes', `UserKnownHostsFile=${inFolder('known_hosts')}`];
    const named = [...options.flatMap((option) => ['-o', option]), '-i', inFolder('a'), '-p', String(port)];
    const run = (args: string[]) =>
      new Promise<number | null>((resolve) => {
        spawn('ssh', [...named, ...args], { cwd: client.folder, stdio: 'ignore' }).once('close', resolve);
      });
    expect(await run([`${userA}@127.0.0.1`, 'id'])).not.toBe(0);
    expect(await run(['-W', '127.0.0.1:22', `${userA}@127.0.0.1`])).not.toBe(0);
    expect(await run(['-N', '-o', 'ExitOnForwardFailure=yes', '-R', '0:127.0.0.1:22', `${userA}@127.0.0.1`])).not.toBe(
      0,
    );
  });
});

describe('whoever loses the right', () => {
  test('loses it in a session that is open', async () => {
    const ssh = await connect();
    const sftp = await new Promise<ssh2.SFTPWrapper>((resolve, reject) => {
      ssh.sftp((error, wrapper) => (error === undefined ? resolve(wrapper) : reject(error)));
    });
    const list = () => new Promise((resolve) => sftp.readdir('/incoming', (error) => resolve(error?.message)));
    expect(await list()).toBeUndefined();
    const handle = await new Promise<Buffer>((resolve, reject) => {
      sftp.open('/incoming/begun.csv', 'w', (error, opened) => (error ? reject(error) : resolve(opened)));
    });
    const close = () => new Promise((resolve) => sftp.close(handle, (error) => resolve(error?.message)));
    await world.database.pool.query(`update user_id set status = 'suspended' where user_id = $1`, [userA]);
    // what was begun before does not become whole
    expect(await close()).toBeDefined();
    const { rows } = await world.database.pool.query(`select is_whole from incoming_file where name = 'begun.csv'`);
    expect(rows).toEqual([{ is_whole: false }]);
    await vi.waitFor(() => expect(ended).toContain('close'), soon);
    await world.database.pool.query(`update user_id set status = 'active' where user_id = $1`, [userA]);
  });

  test('a client that sends without waiting is ended before it costs memory', async () => {
    const { pool } = world.database;
    const ssh = await connect();
    const sftp = await new Promise<ssh2.SFTPWrapper>((resolve, reject) => {
      ssh.sftp((error, wrapper) => (error === undefined ? resolve(wrapper) : reject(error)));
    });
    const handle = await new Promise<Buffer>((resolve, reject) => {
      sftp.open('/incoming/flood.csv', 'w', (error, opened) => (error ? reject(error) : resolve(opened)));
    });
    const blocker = await pool.connect();
    await blocker.query('begin; lock table incoming_file in access exclusive mode');
    try {
      // one packet each: the client waits for the first half of what it must cut in two
      const piece = Buffer.alloc(31_000);
      for (let n = 0; n < 2_500; n++) sftp.write(handle, piece, 0, piece.length, n * piece.length, () => undefined);
      await vi.waitFor(() => expect(ended).toContain('close'), soon);
    } finally {
      blocker.release(true);
    }
    expect(await asA('ls')).toMatchObject({ code: 0 });
  });
});

let ended: string[] = [];
async function connect(): Promise<ssh2.Client> {
  ended = [];
  const ssh = new ssh2.Client();
  await new Promise<void>((resolve, reject) => {
    ssh.once('ready', resolve);
    ssh.once('error', reject);
    ssh.connect({ host: '127.0.0.1', port, username: userA, privateKey: readFileSync(inFolder('a')) });
  });
  ssh.on('error', () => ended.push('error'));
  ssh.on('close', () => ended.push('close'));
  return ssh;
}

/** What `openssl cms -verify` says of a receipt: 0 is good. */
function verify(receipt: string, signature: string): number | null {
  const [certificate] = readCertificates(Buffer.from(pki.pki.users.get(operatorId)?.signing.certificate ?? ''));
  expect(certificate).toBeDefined();
  writeFileSync(inFolder('operator.pem'), pki.pki.users.get(operatorId)?.signing.certificate ?? '');
  const args = [
    'cms',
    '-verify',
    '-binary',
    '-inform',
    'PEM',
    '-in',
    inFolder(signature),
    '-content',
    inFolder(receipt),
  ];
  return spawnSync('openssl', [...args, '-noverify', '-certfile', inFolder('operator.pem'), '-out', '/dev/null'])
    .status;
}

describe('a way that is closed', () => {
  const use = (use: string) => world.database.pool.query(`update way_use set use = $1 where way = 'sftp'`, [use]);

  test('while somebody is here lets what was begun become whole, and nothing new begin', async () => {
    const ssh = await connect();
    const sftp = await new Promise<ssh2.SFTPWrapper>((resolve, reject) => {
      ssh.sftp((error, wrapper) => (error === undefined ? resolve(wrapper) : reject(error)));
    });
    const open = (name: string) =>
      new Promise<Buffer>((resolve, reject) => {
        sftp.open(`/incoming/${name}`, 'w', (error, handle) => (error ? reject(error) : resolve(handle)));
      });
    const begun = await open('closing.csv');
    await use('off');
    try {
      await expect(open('new.csv')).rejects.toThrow('SFTP is not used for delivering files.');
      const renamed = new Promise((resolve) => sftp.rename('/incoming/closing.csv', '/incoming/x.csv', resolve));
      expect(await renamed).toBeInstanceOf(Error);
      expect(await new Promise((resolve) => sftp.close(begun, resolve))).toBeUndefined();
      const { rows } = await world.database.pool.query(`select name, is_whole from incoming_file`);
      expect(rows).toEqual([{ name: 'closing.csv', is_whole: true }]);
    } finally {
      await use('allowed');
      ssh.end();
    }
  });

  test('says so to whoever signs in, and what to use instead', async () => {
    const { pool } = world.database;
    await pool.query(`update way set set_up = '{}' where way = 'https'`);
    await use('off');
    try {
      const { code, output } = await asA('ls incoming');
      expect(code).not.toBe(0);
      expect(output).toContain('SFTP is not used for delivering files. Use the portal or the API (HTTPS).');
    } finally {
      await use('allowed');
    }
    expect((await asA('ls incoming')).code).toBe(0);
  });
});

test('a key says when it was used last, and the way how it fares', async () => {
  const { pool } = world.database;
  await asB('ls receipts');
  const key = await pool.query('select used_at from ssh_key where user_id = $1', [userB]);
  expect(key.rows[0].used_at).toBeInstanceOf(Date);
  const before = new Date();
  const sha256 = writeSigned('health.csv', adt());
  await asA('put health.csv incoming/', 'put health.csv.p7s incoming/');
  await vi.waitFor(async () => expect((await world.get(`/submissions/${sha256}`)).status).toBe(200), soon);
  const { rows } = await pool.query(`select succeeded_at, failures from way where way = 'sftp'`);
  expect(rows[0].failures).toBe(0);
  expect(rows[0].succeeded_at.getTime()).toBeGreaterThanOrEqual(before.getTime());
});
