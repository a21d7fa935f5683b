import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { ReleaseDocument } from '@penstock/api';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { lockDirectory } from '../parties/directory-version.ts';
import { revokeOfficer, setOfficerPolicy } from '../parties/officers-store.ts';
import { event, hold } from '../quarantine/testing-quarantine.ts';
import { lockThresholds } from '../thresholds/thresholds-store.ts';
import { receiveFile } from './receive.ts';
import { expireWaiting } from './submissions-store.ts';
import {
  MOST_BYTES,
  MOST_KEPT_BYTES,
  operatorId,
  SIGNATURE_DAYS,
  type SubmissionWorld,
  submissionWorld,
  testPki,
  userA,
  userB,
} from './testing-submissions.ts';
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

const adtHeader = 'adt-file/1,user_id,services,direction,period,warning,quarantine,from,to,reference';
const adt = (...rows: string[]) => `${[adtHeader, ...rows].join('\n')}\n`;
const threshold = (quarantine: number, userId: string = userA) =>
  `threshold,${userId},4.1.1,sent,PT1H,,${quarantine},,,`;
const actionsHeader = 'quarantine-actions/1,event,message_id,sha256,action,reason';
const meter = '00-DB-12-34-56-78-90-A0';
const actions = (...counters: number[]) =>
  `${[actionsHeader, ...counters.map((n) => `action,${event},${userA}:${meter}:${n},,process,checked`)].join('\n')}\n`;
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

async function inForce(): Promise<[string, number][]> {
  const { rows } = await world.database.pool.query<{ user_id: string; quarantine: number }>(
    `select t.user_id::text, b.quarantine::integer as quarantine
     from threshold t join threshold_version v using (threshold_id) join threshold_bound b using (threshold_id, version)
     where v.ended_at is null order by 1, 2`,
  );
  return rows.map(({ user_id, quarantine }) => [user_id, quarantine]);
}
/** Until a transaction waits for the lock of another. */
async function untilBlocked(): Promise<void> {
  const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  while ((await world.database.pool.query(waiting)).rowCount === 0) await pause(10);
}
async function chunks(): Promise<number> {
  return (await world.database.pool.query('select from submission_chunk')).rowCount ?? -1;
}

describe('an ADT File', () => {
  test('that tightens is applied with one signature, and shows its difference', async () => {
    const file = adt(threshold(10));
    const { status, json } = await world.post(file, world.sign(file));
    expect([status, json.state, json.sha256]).toEqual([202, 'received', sha256(file)]);
    expect(await world.worker.workOnNext()).toBe(true);
    const life = (await world.get(`/submissions/${sha256(file)}`)).json;
    expect(life).toMatchObject({ state: 'applied', kind: 'adt', faultCount: 0 });
    expect(life.reference).toMatch(/^SR-\d{8}-[0-9a-f]{10}$/);
    expect(life.signatures).toMatchObject([{ verdict: 'valid', name: 'Officer 1' }]);
    expect(life.summary?.adt).toMatchObject({ added: 1, relaxes: false });
    expect(await inForce()).toEqual([['90:b3:d5:1f:30:01:00:00', 10]]);
  });

  test('twice is one submission with one receipt, and changes nothing', async () => {
    const file = adt(threshold(10));
    const signature = world.sign(file);
    const first = await world.submit(file, signature);
    const again = await world.submit(file, world.sign(file));
    expect(again).toMatchObject({ receivedAt: first.receivedAt, changedAt: first.changedAt, state: 'applied' });
    expect((await world.get('/submissions')).json).toMatchObject({ items: [{ sha256: sha256(file) }] });
    expect(await chunks()).toBe(1);
  });

  test('that could let through what was held waits for a second officer, who is another person', async () => {
    const tight = adt(threshold(10));
    const loose = adt(threshold(20));
    await world.submit(tight, world.sign(tight));
    const waiting = await world.submit(loose, world.sign(loose));
    expect(waiting).toMatchObject({
      state: 'awaiting_second_officer',
      summary: { adt: { relaxes: true, changed: 1 } },
    });
    expect(waiting.summary?.adt?.differences[0]?.reasons[0]).toMatch(/10.*20|20.*10/);
    // the same officer once more makes no second
    expect(await world.submit(loose, world.sign(loose))).toMatchObject({ state: 'awaiting_second_officer' });
    expect(await inForce()).toEqual([['90:b3:d5:1f:30:01:00:00', 10]]);
    const both = await world.submit(loose, world.sign(loose, userA, 1));
    expect(both).toMatchObject({ state: 'applied', receivedAt: waiting.receivedAt });
    expect(both.signatures?.map(({ name }) => name)).toEqual(['Officer 1', 'Officer 1', 'Officer 2']);
    expect(await inForce()).toEqual([['90:b3:d5:1f:30:01:00:00', 20]]);
  });

  test('is not carried by an officer who was revoked while it waited', async () => {
    const tight = adt(threshold(10));
    const loose = adt(threshold(20));
    await world.submit(tight, world.sign(tight));
    const waiting = await world.submit(loose, world.sign(loose));
    const fingerprint = waiting.signatures?.[0]?.fingerprint ?? '';
    expect(await revokeOfficer(world.database.pool, { userId: userA, fingerprint })).toBe(true);
    expect(await world.submit(loose, world.sign(loose, userA, 1))).toMatchObject({ state: 'awaiting_second_officer' });
  });

  test('is applied only while every signature counts: not after two weeks, nor one that came before', async () => {
    const { pool } = world.database;
    const [tight, loose] = [adt(threshold(10)), adt(threshold(20))];
    await world.submit(tight, world.sign(tight));
    await world.submit(loose, world.sign(loose));
    expect(await expireWaiting(pool, SIGNATURE_DAYS)).toBe(0);
    await pool.query(`update submission_signature set received_at = received_at - interval '15 days'`);
    expect(await expireWaiting(pool, SIGNATURE_DAYS)).toBe(1);
    expect((await world.get(`/submissions/${sha256(loose)}`)).json).toMatchObject({
      state: 'refused',
      code: 'submissions.expired',
    });
    expect(await world.submit(loose, world.sign(loose, userA, 1))).toMatchObject({ state: 'awaiting_second_officer' });
    expect(await world.submit(loose, world.sign(loose))).toMatchObject({ state: 'applied' });
  });

  test('signed anew while it is worked on counts both signatures', async () => {
    const { pool } = world.database;
    const [tight, loose] = [adt(threshold(10)), adt(threshold(20))];
    await world.submit(tight, world.sign(tight));
    await world.post(loose, world.sign(loose));
    // the second officer's comes just when the worker says that it waits for one
    await pool.query(
      `create function sign_meanwhile() returns trigger language plpgsql as $$ begin
         if new.state = 'checked' then
           update submission_signature set sha256 = new.sha256 where sha256 = '';
         end if;
         return null;
       end $$;
       create trigger sign_meanwhile after update on submission for each row execute function sign_meanwhile()`,
    );
    const second = world.sign(loose, userA, 1);
    await pool.query(
      `insert into submission_signature (user_id, sha256, signature_sha256, signature, received_at)
       values ($1, '', sha256($2), $2, clock_timestamp())`,
      [userA, second],
    );
    while (await world.worker.workOnNext());
    expect((await world.get(`/submissions/${sha256(loose)}`)).json).toMatchObject({
      state: 'applied',
      signatures: [{ verdict: 'valid' }, { verdict: 'valid' }],
    });
  });

  test('that relaxes what another tightens just before waits for a second officer', async () => {
    const { pool } = world.database;
    const [loose, middle, tight] = [adt(threshold(30)), adt(threshold(20)), adt(threshold(10))];
    await world.submit(loose, world.sign(loose));
    // while another sets thresholds of this User the file is compared with 30, and cannot be applied
    const other = await pool.connect();
    await other.query('begin');
    await lockThresholds(other, userA);
    await world.post(middle, world.sign(middle));
    const working = world.worker.workOnNext();
    await untilBlocked();
    await other.query(
      `update threshold_bound set quarantine = 10
       where (threshold_id, version) in (select threshold_id, version from threshold_version where ended_at is null)`,
    );
    await other.query('commit');
    other.release();
    await working;
    while (await world.worker.workOnNext());
    expect((await world.get(`/submissions/${sha256(middle)}`)).json).toMatchObject({
      state: 'awaiting_second_officer',
      summary: { adt: { relaxes: true } },
    });
    expect(await inForce()).toEqual([['90:b3:d5:1f:30:01:00:00', 10]]);
    expect(await world.submit(tight, world.sign(tight))).toMatchObject({ state: 'applied' });
  });

  test('needs one officer where the policy says so', async () => {
    await setOfficerPolicy(world.database.pool, userA, false);
    const tight = adt(threshold(10));
    const none = adt(`none,${userA},,,,,,,,SR-77`);
    await world.submit(tight, world.sign(tight));
    expect(await world.submit(none, world.sign(none))).toMatchObject({ state: 'applied', reference: 'SR-77' });
    expect(await inForce()).toEqual([]);
  });

  test('with wrong lines is refused with all of them', async () => {
    const file = adt(threshold(10), threshold(12), `threshold,${userA},4.1.1,sent,P100Y,20,10,,,`, 'nonsense');
    const life = await world.submit(file, world.sign(file));
    expect(life).toMatchObject({ state: 'refused', code: 'submissions.faults' });
    expect(life.faultCount).toBeGreaterThan(2);
    expect(life.faults?.every(({ line, action }) => line > 1 && action !== '')).toBe(true);
    expect(await inForce()).toEqual([]);
  });

  test('of another User ID is refused, and one of the Operator is that of all Users', async () => {
    const file = adt(threshold(10, userB));
    expect(await world.submit(file, world.sign(file))).toMatchObject({ code: 'submissions.other-user' });
    const warning = adt(`threshold,${operatorId},all,sent,PT1H,5,10,,,`);
    expect(await world.submit(warning, world.sign(warning, operatorId), 'operator')).toMatchObject({
      code: 'submissions.faults',
      faults: [{ line: 2, column: 'warning' }],
    });
    const all = adt(threshold(500, operatorId));
    const life = await world.submit(all, world.sign(all, operatorId), 'operator');
    expect(life).toMatchObject({ state: 'applied' });
    expect(await inForce()).toEqual([['00:00:00:00:00:00:00:00', 500]]);
  });
});

describe('an Attribute Limits File', () => {
  const limits = (...rows: string[]) =>
    `${['attribute-limits/1,attribute,minimum,maximum,from,to,reference', ...rows].join('\n')}\n`;
  const attribute = 'UpdateMeterBalance.CreditMode.AdjustMeterBalance';

  test("is the Operator's, and what loosens it takes two of its officers", async () => {
    const tight = limits(`limit,${attribute},-5,5.5,,,`);
    expect(await world.submit(tight, world.sign(tight))).toMatchObject({ code: 'submissions.other-user' });
    expect(await world.submit(tight, world.sign(tight, operatorId), 'operator')).toMatchObject({
      state: 'applied',
      kind: 'limits',
      summary: { limits: { added: 1, relaxes: false } },
    });
    const loose = limits(`limit,${attribute},-5,50,,,`);
    const waiting = await world.submit(loose, world.sign(loose, operatorId), 'operator');
    expect(waiting).toMatchObject({
      state: 'awaiting_second_officer',
      summary: { limits: { changed: 1, relaxes: true } },
    });
    await world.submit(loose, world.sign(loose, operatorId, 1), 'operator');
    const { rows } = await world.database.pool.query(
      'select attribute, minimum::text, maximum::text from attribute_limit where ended_at is null',
    );
    expect(rows).toEqual([{ attribute, minimum: '-5', maximum: '50' }]);
  });

  test('that relaxes what another tightens just before waits for a second officer', async () => {
    const { pool } = world.database;
    const [loose, middle] = [limits(`limit,${attribute},-5,30,,,`), limits(`limit,${attribute},-5,20,,,`)];
    await world.submit(loose, world.sign(loose, operatorId), 'operator');
    const other = await pool.connect();
    await other.query('begin');
    await lockDirectory(other);
    await world.post(middle, world.sign(middle, operatorId), { as: 'operator' });
    const working = world.worker.workOnNext();
    await untilBlocked();
    await other.query('update attribute_limit set maximum = 10 where ended_at is null');
    await other.query('commit');
    other.release();
    await working;
    while (await world.worker.workOnNext());
    expect((await world.get(`/submissions/${sha256(middle)}`, 'operator')).json).toMatchObject({
      state: 'awaiting_second_officer',
      summary: { limits: { relaxes: true } },
    });
  });

  test('with wrong lines is refused with all of them', async () => {
    const file = limits('limit,nothing,1,2,,,', `limit,${attribute},2,1,,,`);
    const life = await world.submit(file, world.sign(file, operatorId), 'operator');
    expect(life.faults?.map(({ line, code }) => [line, code])).toEqual([
      [2, 'files.attribute-unknown'],
      [3, 'files.limit-order'],
    ]);
  });
});

describe('a signature', () => {
  const file = adt(threshold(10));

  test('over other bytes, by nobody known, or by an officer of another User carries nothing', async () => {
    const tampered = `${file}threshold,${userA},4.1.2,sent,PT1H,,99,,,\n`;
    expect(await world.submit(tampered, world.sign(file))).toMatchObject({
      state: 'refused',
      code: 'files.signature.content',
    });
    expect(await world.submit(file, world.sign(file, userB))).toMatchObject({ code: 'submissions.not-an-officer' });
    const junk = adt(threshold(11));
    expect(await world.submit(junk, Buffer.from('junk'))).toMatchObject({ code: 'files.signature.form' });
    expect(await inForce()).toEqual([]);
    // the same file with a right signature goes on
    expect(await world.submit(file, world.sign(file))).toMatchObject({ state: 'applied' });
  });

  test('of an officer who was revoked before is refused', async () => {
    await world.database.pool.query('update officer set revoked_at = clock_timestamp()');
    expect(await world.submit(file, world.sign(file))).toMatchObject({
      code: 'submissions.not-an-officer',
      detail: expect.stringMatching(/revoked/),
    });
  });

  test('that is worth nothing does not open a file that was refused, and leaves one that waits where it is', async () => {
    await hold(world.database.pool, { count: 1 });
    const early = actions(1, 2);
    const refused = await world.submit(early, world.sign(early));
    expect(refused).toMatchObject({ state: 'refused', code: 'submissions.faults', faultCount: 1 });
    await hold(world.database.pool, { count: 1, from: 2 });
    const junk = await world.submit(early, Buffer.from('junk'));
    expect(junk).toMatchObject({ state: 'refused', code: 'submissions.faults', faultCount: 1 });
    expect(junk.signatures?.map(({ verdict }) => verdict)).toEqual(['valid', 'refused']);
    expect(await world.submit(early, world.sign(early))).toMatchObject({ state: 'applied' });

    const [tight, loose] = [adt(threshold(10)), adt(threshold(20))];
    await world.submit(tight, world.sign(tight));
    await world.submit(loose, world.sign(loose));
    await setOfficerPolicy(world.database.pool, userA, false);
    expect(await world.submit(loose, Buffer.from('junk'))).toMatchObject({ state: 'awaiting_second_officer' });
  });

  test('by a certificate that has expired since does not count', async () => {
    const day = 24 * 60 * 60 * 1000;
    const old = await testPki(new Date(Date.now() - (10 * 365 + 4) * day));
    const expired = await submissionWorld(old.pki);
    try {
      const { pool } = expired.database;
      await pool.query(`update officer set registered_at = registered_at - interval '20 days'`);
      await expired.post(file, expired.sign(file, userA, 0, new Date(Date.now() - 10 * day)));
      await pool.query(`update submission_signature set received_at = received_at - interval '10 days'`);
      while (await expired.worker.workOnNext());
      expect((await expired.get(`/submissions/${sha256(file)}`)).json).toMatchObject({
        state: 'refused',
        code: 'files.signature.expired',
        signatures: [{ verdict: 'valid' }],
      });
    } finally {
      await expired.close();
      await old.remove();
    }
  });

  test('in any number does not open a file for ever', async () => {
    await world.database.pool.query('delete from officer');
    for (let n = 0; n < 20; n++) expect((await world.post(file, Buffer.from(`junk ${n}`))).status).toBe(202);
    expect(await world.post(file, Buffer.from('junk 20'))).toMatchObject({
      status: 409,
      json: { code: 'submissions.too-many-signatures' },
    });
  });
});

describe('an action file', () => {
  test('decides on what is held, and begins the release', async () => {
    await hold(world.database.pool, { count: 5 });
    const file = actions(1, 2, 3);
    const life = await world.submit(file, world.sign(file));
    expect(life).toMatchObject({ state: 'applied', kind: 'actions', summary: { actions: { process: 3, delete: 0 } } });
    const { rows } = await world.database.pool.query(`select state, decided::integer from release`);
    expect(rows).toEqual([{ state: 'running', decided: 3 }]);
  });

  test('begins its release as its delivery says, else as the platform is set', async () => {
    await hold(world.database.pool, { count: 4 });
    const release = async (counter: number, deliveries: { as?: string; query: string }[], of = world) => {
      const file = actions(counter);
      for (const one of deliveries) await of.post(file, of.sign(file), one);
      while (await of.worker.workOnNext());
      const { items } = (await of.get(`/releases?userId=${userA}`)).json as { items?: ReleaseDocument[] };
      const [found] = items?.filter(({ submission }) => submission === sha256(file)) ?? [];
      return { ...found, switches: found?.switches.map(({ author, change }) => `${author} ${change}`) };
    };
    expect(await release(1, [{ query: 'rate=7' }])).toMatchObject({
      state: 'running',
      rate: 7,
      switches: [`${userA} rate 7`],
    });
    const byOperator = { as: 'operator', query: `userId=${userA}&paused=true` };
    expect(await release(2, [byOperator, { query: 'paused=true&rate=9' }])).toMatchObject({
      state: 'paused',
      pausedBy: 'Operator',
      rate: 9,
      switches: [`${userA} rate 9`, 'Operator paused'],
    });
    expect(await release(3, [{ query: '' }])).not.toHaveProperty('rate');
    const file = actions(4);
    expect((await world.post(file, world.sign(file), { query: 'rate=0' })).status).toBe(400);
    const paced = await submissionWorld(certificates.pki, { releaseRate: 20 });
    try {
      await hold(paced.database.pool, { count: 4 });
      expect(await release(1, [{ query: '' }], paced)).toMatchObject({ rate: 20, switches: ['Operator rate 20'] });
      expect(await release(2, [{ query: 'rate=50' }], paced)).toMatchObject({ rate: 50 });
    } finally {
      await paced.close();
    }
  });

  test('is refused with all lines that are wrong, of form and of what is held, and nothing of it is recorded', async () => {
    await hold(world.database.pool, { count: 3 });
    const file = `${actions(1, 7, 8)}action,${event},nonsense,,process,\naction,${event},${userA}:${meter}:2,,burn,\n`;
    const life = await world.submit(file, world.sign(file));
    expect(life).toMatchObject({ state: 'refused', code: 'submissions.faults', faultCount: 4 });
    expect(life.faults?.map(({ line, code }) => [line, code])).toEqual([
      [3, 'decision.item-unknown'],
      [4, 'decision.item-unknown'],
      [5, 'files.message-id'],
      [6, 'files.action'],
    ]);
    expect((await world.database.pool.query('select from held_decision')).rowCount).toBe(0);
  });

  test('that another file overtook is refused with the lines that were decided', async () => {
    await hold(world.database.pool, { count: 3 });
    const [one, two] = [actions(1, 2), actions(2, 3)];
    await world.submit(one, world.sign(one));
    const life = await world.submit(two, world.sign(two));
    expect(life.faults?.map(({ line, code }) => [line, code])).toEqual([[2, 'decision.already-decided']]);
  });
});

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
    expect(await chunks()).toBe(0);
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
    expect(await chunks()).toBe(0);
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
    expect(await chunks()).toBe(1);
    await receiveFile(pool, delivery());
    expect(await chunks()).toBe(1);
    while (await world.worker.workOnNext());
    expect((await world.get(`/submissions/${sha256(file)}`)).json).toMatchObject({ state: 'applied' });
  });

  test('of a file whose bytes are gone brings them back', async () => {
    const { pool } = world.database;
    await world.post(file, world.sign(file));
    await pool.query('delete from submission_chunk');
    expect(await world.submit(file, world.sign(file))).toMatchObject({ state: 'applied' });
    expect(await chunks()).toBe(1);
  });

  test('of what no officer signed leaves the verdict and no bytes', async () => {
    const junk = await world.submit(file, Buffer.from('junk'));
    expect(junk).toMatchObject({ state: 'refused', code: 'files.signature.form', size: file.length });
    expect(await chunks()).toBe(0);
    await world.post(file, Buffer.from('junk'));
    expect(await chunks()).toBe(0);
    expect(await world.submit(file, world.sign(file))).toMatchObject({ state: 'applied' });
    expect(await chunks()).toBe(1);
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
