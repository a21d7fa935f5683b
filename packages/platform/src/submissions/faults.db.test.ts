import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testAuthor } from '../foundation/testing-author.ts';
import { setOfficerPolicy } from '../parties/officers-store.ts';
import { receiveFile } from './receive.ts';
import { adt, chunks, inForce, sha256, threshold } from './testing-files.ts';
import { GIB, MIB, MOST_GROWN, watchMemory, zeros } from './testing-memory.ts';
import { type SubmissionWorld, submissionWorld, testPki, userA } from './testing-submissions.ts';

// Files that race, and files that are far too large.

let certificates: Awaited<ReturnType<typeof testPki>>;
let world: SubmissionWorld;
beforeAll(async () => {
  certificates = await testPki();
  world = await submissionWorld(certificates.pki);
  await setOfficerPolicy(world.database.pool, userA, { secondOfficer: false, deputies: [] }, testAuthor);
});
afterAll(async () => {
  await world.close();
  await certificates.remove();
});

test('files that race for the same thresholds are applied one after the other, each compared with the one before', async () => {
  const { pool } = world.database;
  const numbers = Array.from({ length: 12 }, (_, index) => 100 + index);
  const files = numbers.map((number) => adt(threshold(number)));
  for (const file of files) await world.post(file, world.sign(file));
  const workOnAll = async (worker: SubmissionWorld['worker']) => {
    while (await worker.workOnNext());
  };
  await Promise.all([world.worker, world.workerOf(pool), world.workerOf(pool)].map(workOnAll));
  const { rows } = await pool.query<{ sha256: string; words: string[] }>(
    `select encode(s.sha256, 'hex') as sha256, s.summary->'words' as words
     from submission s join submission_step t using (user_id, sha256)
     where t.state = 'applied' order by t.at`,
  );
  expect(rows).toHaveLength(files.length);
  let before = 'none';
  for (const row of rows) {
    const number = numbers[files.findIndex((file) => sha256(file) === row.sha256)];
    expect(row.words).toEqual([`4.1.1: quarantine ${before} -> ${number} an hour`]);
    before = String(number);
  }
  expect((await inForce(pool)).map(([, number]) => String(number))).toEqual([before]);
});

test('a file that does not say how long it is, is refused where the limit is passed, and not at its end', async () => {
  const kept = await chunks(world.database.pool);
  const call = request(`${world.address}/api/v1/submissions`, {
    method: 'POST',
    headers: { 'x-as': 'a', 'content-type': 'multipart/form-data; boundary=b', 'transfer-encoding': 'chunked' },
  });
  call.on('error', () => undefined);
  call.write('--b\r\ncontent-disposition: form-data; name="file"; filename="f"\r\n\r\n');
  // a gigabyte, of which nobody takes more than the limit
  const memory = watchMemory();
  const answered = once(call, 'response') as Promise<[IncomingMessage]>;
  const stop = answered.then(() => true);
  for (const piece of zeros(GIB)) {
    if (!call.write(piece) && (await Promise.race([stop, once(call, 'drain')])) === true) break;
  }
  const [answer] = await answered;
  call.destroy();
  expect(answer.statusCode).toBe(413);
  expect(memory.grown()).toBeLessThan(MOST_GROWN);
  expect(await chunks(world.database.pool)).toBe(kept);
});

/** Bytes outside the heap of JavaScript, where those of files are, that somebody still holds. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().arrayBuffers;
}

test('a file of any size takes a few megabytes of memory, one endless line and a bomb included', async () => {
  const { pool } = world.database;
  const size = 48 * MIB;
  const signature = world.sign('other');
  const before = heldBytes();
  // what nobody holds any more is let go by a thread of its own, when that has time
  const expectFew = () => expect.poll(() => heldBytes() - before).toBeLessThan(16 * MIB);
  async function* endless() {
    for (let sent = 0; sent < size; sent += MIB) {
      if (sent % (8 * MIB) === 0) await expectFew();
      yield Buffer.alloc(MIB, 'x');
    }
  }
  async function* parts() {
    yield { name: 'file', bytes: endless() };
    yield {
      name: 'signature',
      bytes: (async function* () {
        yield signature;
      })(),
    };
  }
  const delivery = { userId: userA, parts: parts(), mostBytes: size, mostKeptBytes: 2 * size, start: {} };
  await receiveFile(pool, { ...delivery, way: 'https', by: userA });
  while (await world.worker.workOnNext());
  await expectFew();
  // nothing is ever unpacked: what would become a gigabyte is refused as the bytes that it is
  const bomb = gzipSync(Buffer.alloc(64 * MIB));
  expect(await world.submit(bomb, world.sign(bomb))).toMatchObject({
    state: 'refused',
    size: bomb.length,
    code: 'submissions.faults',
    faults: [{ line: 1 }],
  });
  const line = `${adt(threshold(1))}${'x'.repeat(2 * MIB)}`;
  expect(await world.submit(line, world.sign(line))).toMatchObject({
    faults: [{ line: 3, code: 'files.line-length' }],
  });
});
