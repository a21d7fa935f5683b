import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { adt, chunks, sha256, threshold } from './testing-files.ts';
import { type SubmissionWorld, submissionWorld, testPki, userA, userB } from './testing-submissions.ts';

// Senders that are slow, stand still or go away, by sockets of their own.

const LONGEST_REQUEST = 400;
let certificates: Awaited<ReturnType<typeof testPki>>;
let world: SubmissionWorld;
beforeAll(async () => {
  certificates = await testPki();
  world = await submissionWorld(certificates.pki, {
    longestRequest: LONGEST_REQUEST,
    pace: { stillMilliseconds: 3_000, graceMilliseconds: 1_500, leastBytesPerSecond: 2_000 },
  });
});
afterAll(async () => {
  await world.close();
  await certificates.remove();
});

const part = (name: string) => `--b\r\ncontent-disposition: form-data; name="${name}"; filename="${name}"\r\n\r\n`;

/** What is sent is said in chunks, so that nobody knows beforehand how much it is. */
class Sender {
  readonly socket: Socket;
  answer = '';

  constructor(path: string, type: string, as = 'a') {
    const { port } = new URL(world.address);
    this.socket = connect(Number(port), '127.0.0.1');
    this.socket.on('data', (piece: Buffer) => {
      this.answer += piece.toString('latin1');
    });
    this.socket.on('error', () => undefined);
    this.socket.write(
      `POST ${path} HTTP/1.1\r\nhost: x\r\nx-as: ${as}\r\ncontent-type: ${type}\r\ntransfer-encoding: chunked\r\n\r\n`,
    );
  }

  send(bytes: string | Buffer): void {
    this.socket.write(
      Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), Buffer.from(bytes), Buffer.from('\r\n')]),
    );
  }

  end(): void {
    this.socket.write('0\r\n\r\n');
  }

  get status(): number {
    return Number(/^HTTP\/1\.1 (\d+)/.exec(this.answer)?.[1] ?? 0);
  }
}
const upload = (as?: string) => new Sender('/api/v1/submissions', 'multipart/form-data; boundary=b', as);
async function numbers(): Promise<{ failures: number; refused: number; broken_off: number }> {
  const { rows } = await world.database.pool.query(
    `select failures, refused::integer as refused, broken_off::integer as broken_off from way where way = 'https'`,
  );
  return rows[0];
}
const places = async () => (await world.database.pool.query('select from submission_upload')).rowCount;

test('a file may come for longer than other requests, as long as it comes', async () => {
  const file = adt(threshold(10)) + '\n'.repeat(300_000);
  const sender = upload();
  sender.send(part('file'));
  const piece = Math.ceil(file.length / 10);
  for (let at = 0; at < file.length; at += piece) {
    sender.send(file.slice(at, at + piece));
    await pause(LONGEST_REQUEST / 5);
  }
  sender.send(`\r\n${part('signature')}`);
  sender.send(world.sign(file));
  sender.send('\r\n--b--\r\n');
  sender.end();
  await expect.poll(() => sender.status).toBe(202);
  expect(sender.answer).toContain(sha256(file));
  sender.socket.destroy();
});

test('other requests keep their time', async () => {
  const sender = new Sender('/api/v1/quarantine/events/1', 'application/json');
  sender.send('{');
  await once(sender.socket, 'close');
  expect(sender.status).toBe(408);
});

test.each([
  ['stands still', () => undefined],
  ['sends a byte now and then', (sender: Sender) => sender.send('x')],
])('whoever %s gives the place up, and that makes the way no worse', async (_, drip) => {
  const before = await numbers();
  const sender = upload('b');
  sender.send(`${part('file')}${adt(threshold(10, userB))}`);
  const drips = setInterval(() => drip(sender), 50);
  await once(sender.socket, 'close');
  clearInterval(drips);
  expect(sender.answer).toContain('submissions.too-slow');
  expect(sender.status).toBe(408);
  expect(await numbers()).toEqual({ ...before, broken_off: before.broken_off + 1 });
  expect(await places()).toBe(0);
});

test('whoever goes away is counted by itself; what is refused too; what fails of ours is a failure', async () => {
  const before = await numbers();
  const kept = await chunks(world.database.pool);
  const sender = upload();
  sender.send(`${part('file')}${adt(threshold(20))}`);
  await expect.poll(places).toBe(1);
  sender.socket.destroy();
  const gone = { ...before, broken_off: before.broken_off + 1 };
  await expect.poll(numbers).toEqual(gone);
  expect([await places(), await chunks(world.database.pool)]).toEqual([0, kept]);

  expect((await world.post('', world.sign('x'))).status).toBe(400);
  const refused = { ...gone, refused: gone.refused + 1 };
  await expect.poll(numbers).toEqual(refused);

  await world.database.pool.query('alter table submission_delivery rename to away');
  const file = adt(threshold(30));
  expect((await world.post(file, world.sign(file))).status).toBe(500);
  await world.database.pool.query('alter table away rename to submission_delivery');
  await expect.poll(numbers).toEqual({ ...refused, failures: refused.failures + 1 });
});

test('no Party holds all places', async () => {
  const { pool } = world.database;
  await pool.query(
    `with other as (insert into party (party_id, name, kind) values ('Q', 'Another', 'other') returning party_id)
     update user_id set party_id = other.party_id from other where user_id = $1`,
    [userB],
  );
  const users = Array.from({ length: 3 }, (_, index) => `90-B3-D5-1F-30-09-00-0${index}`);
  await pool.query(
    `insert into user_id (user_id, party_id) select u, (select party_id from user_id where user_id = $2)
     from unnest($1::macaddr8[]) u`,
    [users, userA],
  );
  const senders = users.map((user) => {
    const sender = new Sender(`/api/v1/submissions?userId=${user}`, 'multipart/form-data; boundary=b', 'operator');
    sender.send(`${part('file')}${adt(threshold(10, user))}`);
    return sender;
  });
  const more = setInterval(() => {
    for (const sender of senders) sender.send('x'.repeat(1_000));
  }, 50);
  await expect.poll(places).toBe(users.length);
  const file = adt(threshold(40));
  const signature = world.sign(file);
  expect(await world.post(file, signature)).toMatchObject({
    status: 429,
    json: { code: 'submissions.too-many-uploads' },
  });
  const others = adt(threshold(40, userB));
  expect((await world.post(others, world.sign(others, userB), { as: 'b' })).status).toBe(202);
  clearInterval(more);
  for (const { socket } of senders) socket.destroy();
  await expect.poll(places).toBe(0);
  expect((await world.post(file, signature)).status).toBe(202);
});
