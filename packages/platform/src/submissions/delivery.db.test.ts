import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { receiveFile } from './receive.ts';
import { adt, chunks, sha256, threshold } from './testing-files.ts';
import {
  MOST_BYTES,
  MOST_KEPT_BYTES,
  type SubmissionWorld,
  submissionWorld,
  testPki,
  UNSIGNED,
  userA,
  userB,
} from './testing-submissions.ts';
import { dropUnsigned } from './unsigned-store.ts';
import { beginUpload, dropUpload, storeChunk } from './uploads-store.ts';

let certificates: Awaited<ReturnType<typeof testPki>>;
let world: SubmissionWorld;
beforeAll(async () => {
  certificates = await testPki();
});
afterAll(() => certificates.remove());
beforeEach(async () => {
  world = await submissionWorld(certificates.pki);
});
afterEach(() => world.close());

describe('delivery', () => {
  const file = adt(threshold(10));

  test('of what is no file of ours is refused when it is read', async () => {
    const life = await world.submit('a,b\n1,2\n', world.sign('a,b\n1,2\n'));
    expect(life).toMatchObject({
      state: 'refused',
      code: 'submissions.faults',
      faults: [{ line: 1, code: 'files.header' }],
    });
  });

  test('has two parts, within limits, and leaves nothing behind otherwise', async () => {
    const send = async (form: FormData) => {
      const answer = await fetch(`${world.address}/api/v1/submissions`, {
        method: 'POST',
        body: form,
        headers: { 'x-as': 'a' },
      });
      return ((await answer.json()) as { code: string }).code;
    };
    const form = (parts: Record<string, Blob | string>) => {
      const made = new FormData();
      for (const [name, part] of Object.entries(parts)) made.set(name, part);
      return made;
    };
    const blob = new Blob([file]);
    expect(await send(form({ file: blob }))).toBe('submissions.parts');
    expect(await send(form({ file: blob, signature: 'text' }))).toBe('submissions.parts');
    expect(await send(form({ file: blob, signature: new Blob([]) }))).toBe('submissions.parts');
    expect(await send(form({ file: blob, other: blob }))).toBe('submissions.parts');
    expect(await send(form({ file: blob, signature: new Blob(['x'.repeat(70_000)]) }))).toBe('request.too-large');
    expect(await send(form({ signature: blob, file: new Blob(['x'.repeat(MOST_BYTES + 1)]) }))).toBe(
      'request.too-large',
    );
    expect(await chunks(world.database.pool)).toBe(0);
    const answer = await fetch(`${world.address}/api/v1/submissions`, {
      method: 'POST',
      body: 'x',
      headers: { 'x-as': 'a' },
    });
    expect(answer.status).toBe(415);
  });

  test('of a gigabyte is refused before it is read', async () => {
    const call = request(`${world.address}/api/v1/submissions`, {
      method: 'POST',
      headers: {
        'x-as': 'a',
        'content-type': 'multipart/form-data; boundary=b',
        'content-length': 1024 * 1024 * 1024,
      },
    });
    call.flushHeaders();
    const [answer] = (await once(call, 'response')) as [IncomingMessage];
    call.destroy();
    expect(answer.statusCode).toBe(413);
    expect(await chunks(world.database.pool)).toBe(0);
  });

  test('whose connection is lost while it is committed is whole, and may be repeated', async () => {
    const { pool } = world.database;
    const signature = world.sign(file);
    async function* parts() {
      for (const [name, bytes] of Object.entries({ file: Buffer.from(file), signature })) {
        yield {
          name,
          bytes: (async function* () {
            yield bytes;
          })(),
        };
      }
    }
    const delivery = () => ({
      userId: userA,
      parts: parts(),
      mostBytes: MOST_BYTES,
      mostKeptBytes: MOST_KEPT_BYTES,
      start: {},
      way: 'https' as const,
      by: userA,
    });
    // a pool whose first commit is done by the server, and whose answer is lost
    let isLost = false;
    const lossy = new Proxy(pool, {
      get(target, name) {
        if (name !== 'connect') return Reflect.get(target, name).bind?.(target) ?? Reflect.get(target, name);
        return async () => {
          const client = await target.connect();
          return new Proxy(client, {
            get(inner, what) {
              const value = Reflect.get(inner, what);
              if (what !== 'query') return typeof value === 'function' ? value.bind(inner) : value;
              return async (...args: Parameters<typeof inner.query>) => {
                const isReceived = (await pool.query('select from submission_chunk')).rowCount === 1;
                const answer = await inner.query(...args);
                if (String(args[0]) === 'commit' && isReceived && !isLost) {
                  isLost = true;
                  throw Object.assign(new Error('Connection terminated'), { code: 'ECONNRESET' });
                }
                return answer;
              };
            },
          });
        };
      },
    });
    await expect(receiveFile(lossy, delivery())).rejects.toThrow('terminated');
    expect(await chunks(world.database.pool)).toBe(1);
    await receiveFile(pool, delivery());
    expect(await chunks(world.database.pool)).toBe(1);
    while (await world.worker.workOnNext());
    expect((await world.get(`/submissions/${sha256(file)}`)).json).toMatchObject({ state: 'applied' });
  });

  test('of a file whose bytes are gone brings them back', async () => {
    const { pool } = world.database;
    await world.post(file, world.sign(file));
    await pool.query('delete from submission_chunk');
    expect(await world.submit(file, world.sign(file))).toMatchObject({ state: 'applied' });
    expect(await chunks(world.database.pool)).toBe(1);
  });

  test('of what no officer signed leaves the verdict, and its bytes for some days within a quota', async () => {
    const { pool } = world.database;
    const junk = await world.submit(file, Buffer.from('junk'));
    expect(junk).toMatchObject({ state: 'refused', code: 'files.signature.form', size: file.length, isKept: true });
    const days = (Date.parse(junk.keptUntil ?? '') - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(UNSIGNED.days);
    const bytes = await fetch(`${world.address}/api/v1/submissions/${sha256(file)}/file`, { headers: { 'x-as': 'a' } });
    expect(await bytes.text()).toBe(file);
    expect(await dropUnsigned(pool)).toBe(0);
    const age = () => pool.query(`update submission set unsigned_until = clock_timestamp() - interval '1 second'`);
    await age();
    expect(await dropUnsigned(pool)).toBe(1);
    expect(await chunks(pool)).toBe(0);
    const gone = (await world.get(`/submissions/${sha256(file)}`)).json;
    expect(gone).toMatchObject({ isKept: false });
    expect(gone).not.toHaveProperty('keptUntil');
    await world.post(file, Buffer.from('junk'));
    expect(await chunks(pool)).toBe(0);
    // a new signature that is no better brings the bytes back for as long, and one that is good for ever
    expect(await world.submit(file, Buffer.from('more junk'))).toMatchObject({ state: 'refused', isKept: true });
    const signed = await world.submit(file, world.sign(file));
    expect(signed).toMatchObject({ state: 'applied', isKept: true });
    expect(signed).not.toHaveProperty('keptUntil');
    expect([await dropUnsigned(pool), await chunks(pool)]).toEqual([0, 1]);
    // within a quota of the User: of what is above it the hash alone
    const of = (size: number, n: number) => `${n}`.padEnd(size, '\n');
    const half = UNSIGNED.mostBytes / 2;
    const kept = async (text: string, userId = userA, as = 'a') =>
      (await world.submit(text, Buffer.from('junk'), as)).isKept && userId;
    expect(await kept(of(half, 1))).toBe(userA);
    expect(await kept(of(half + 1, 2))).toBe(false);
    expect(await kept(of(half, 3))).toBe(userA);
    expect(await kept('4')).toBe(false);
    expect(await kept(of(half, 5), userB, 'b')).toBe(userB);
    expect(await chunks(pool)).toBe(4);
    // one that is signed after all makes room
    const third = of(half, 3);
    expect(await world.submit(third, world.sign(third))).toMatchObject({ code: 'submissions.faults', isKept: true });
    expect(await kept('6')).toBe(userA);
  });

  test('of ever new files that nobody signed ends with the day’s thousandth; a known file still comes in', async () => {
    const { pool } = world.database;
    await world.submit(file, Buffer.from('junk'));
    await pool.query(
      `insert into submission (user_id, sha256, size, received_at, state, changed_at, reference)
       select user_id, sha256(n::text::bytea), size, received_at, state, changed_at, reference
       from submission, generate_series(1, 999) n`,
    );
    const other = adt(threshold(11));
    expect(await world.post(other, world.sign(other))).toMatchObject({
      status: 429,
      json: { code: 'submissions.too-many-unsigned' },
    });
    expect(await chunks(pool)).toBe(1);
    expect(await world.submit(file, world.sign(file))).toMatchObject({ state: 'applied' });
    expect(await world.submit(other, world.sign(other, userA, 1))).toMatchObject({ kind: 'adt' });
  });

  test('is bounded: one file at a time for a User, and bytes that are kept of it', async () => {
    const { pool } = world.database;
    const large = `${file}${'\n'.repeat(MOST_BYTES - file.length)}`;
    const other = `${large.slice(0, -1)} `;
    const upload = { userId: userA, upload: randomUUID() };
    await beginUpload(pool, upload);
    await storeChunk(pool, { ...upload, number: 0, bytes: Buffer.from('half') });
    expect(await world.post(large, world.sign(large))).toMatchObject({
      status: 429,
      json: { code: 'submissions.upload-under-way' },
    });
    expect((await world.post(large, world.sign(large), { as: 'b' })).status).toBe(202);
    // one that stands still gives way, and cannot go on
    await pool.query(`update submission_upload set stored_at = stored_at - interval '2 minutes'`);
    expect((await world.post(large, world.sign(large))).status).toBe(202);
    await expect(storeChunk(pool, { ...upload, number: 1, bytes: Buffer.from('half') })).rejects.toThrow();
    await dropUpload(pool, upload);
    expect(await world.post(other, world.sign(other))).toMatchObject({
      status: 429,
      json: { code: 'submissions.too-many-bytes' },
    });
    const { rows } = await pool.query(
      'select user_id, sum(octet_length(bytes)) as size from submission_chunk group by 1',
    );
    expect(rows.map(({ size }) => Number(size))).toEqual([MOST_BYTES, MOST_BYTES]);
  });

  test('in pieces keeps the bytes', async () => {
    const rows = Array.from(
      { length: 9_000 },
      (_, n) => `threshold,${userA},4.1.1,sent,PT${n + 1}S,,10,,,${'x'.repeat(60)}`,
    );
    const large = adt(...rows);
    expect(large.length).toBeGreaterThan(1024 * 1024);
    const { json } = await world.post(large, world.sign(large));
    expect(json).toMatchObject({ sha256: sha256(large), size: large.length });
    const stored = await world.database.pool.query<{ sha256: string; pieces: number }>(
      `select encode(sha256(string_agg(bytes, '' order by number)), 'hex') as sha256, count(*)::integer as pieces
       from submission_chunk`,
    );
    expect(stored.rows).toEqual([{ sha256: sha256(large), pieces: Math.ceil(large.length / (1024 * 1024)) }]);
  });

  test('is its own only', async () => {
    await world.submit(file, world.sign(file));
    expect((await world.get(`/submissions/${sha256(file)}`, 'b')).status).toBe(404);
    expect((await world.get(`/submissions?userId=${userA}`, 'b')).status).toBe(403);
    expect((await world.get(`/submissions/${sha256(file)}?userId=${userA}`, 'operator')).json.state).toBe('applied');
    // another User who sends the same bytes has a submission of its own, and learns nothing of the other
    const others = await world.submit(file, world.sign(file), 'b');
    expect(others).toMatchObject({ userId: userB, state: 'refused', code: 'submissions.not-an-officer' });
    expect((await world.post(file, world.sign(file), { as: 'nobody' })).status).toBe(401);
  });
});
