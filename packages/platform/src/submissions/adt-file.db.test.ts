import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { untilBlocked } from '../foundation/database/testing.ts';
import { testAuthor } from '../foundation/testing-author.ts';
import { revokeOfficer, setOfficerPolicy } from '../parties/officers-store.ts';
import { lockThresholds } from '../thresholds/thresholds-store.ts';
import { expireWaiting } from './submissions-store.ts';
import { adt, chunks, inForce, sha256, threshold } from './testing-files.ts';
import {
  operatorId,
  SIGNATURE_DAYS,
  type SubmissionWorld,
  submissionWorld,
  testPki,
  userA,
  userB,
} from './testing-submissions.ts';

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
    expect(await inForce(world.database.pool)).toEqual([['90:b3:d5:1f:30:01:00:00', 10]]);
  });

  test('twice is one submission with one receipt, and changes nothing', async () => {
    const file = adt(threshold(10));
    const signature = world.sign(file);
    const first = await world.submit(file, signature);
    const again = await world.submit(file, world.sign(file));
    expect(again).toMatchObject({ receivedAt: first.receivedAt, changedAt: first.changedAt, state: 'applied' });
    expect((await world.get('/submissions')).json).toMatchObject({ items: [{ sha256: sha256(file) }] });
    expect(await chunks(world.database.pool)).toBe(1);
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
    expect(await inForce(world.database.pool)).toEqual([['90:b3:d5:1f:30:01:00:00', 10]]);
    const both = await world.submit(loose, world.sign(loose, userA, 1));
    expect(both).toMatchObject({ state: 'applied', receivedAt: waiting.receivedAt });
    expect(both.signatures?.map(({ name }) => name)).toEqual(['Officer 1', 'Officer 1', 'Officer 2']);
    expect(await inForce(world.database.pool)).toEqual([['90:b3:d5:1f:30:01:00:00', 20]]);
  });

  test('is not carried by an officer who was revoked while it waited', async () => {
    const tight = adt(threshold(10));
    const loose = adt(threshold(20));
    await world.submit(tight, world.sign(tight));
    const waiting = await world.submit(loose, world.sign(loose));
    const fingerprint = waiting.signatures?.[0]?.fingerprint ?? '';
    expect(await revokeOfficer(world.database.pool, { userId: userA, fingerprint }, testAuthor)).toBe(true);
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
    await untilBlocked(world.database.pool);
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
    expect(await inForce(world.database.pool)).toEqual([['90:b3:d5:1f:30:01:00:00', 10]]);
    expect(await world.submit(tight, world.sign(tight))).toMatchObject({ state: 'applied' });
  });

  test('needs one officer where the policy says so', async () => {
    await setOfficerPolicy(world.database.pool, userA, { secondOfficer: false, deputies: [] }, testAuthor);
    const tight = adt(threshold(10));
    const none = adt(`none,${userA},,,,,,,,SR-77`);
    await world.submit(tight, world.sign(tight));
    expect(await world.submit(none, world.sign(none))).toMatchObject({ state: 'applied', reference: 'SR-77' });
    expect(await inForce(world.database.pool)).toEqual([]);
  });

  test('keeps each threshold’s own service request, and tells all', async () => {
    const rows = ['SR-2', '', 'SR-3', 'SR-2'].map((reference, number) => `${threshold(number + 1)}${reference}`);
    const [one = '', two = '', three = '', late = ''] = rows;
    const own = [one.replace('PT1H,,1,,', 'PT1H,,1,,2030-01-01T00:00:00Z'), two.replace('4.1.1', '4.1.2')];
    const file = adt(...own, three.replace('PT1H,,3,', 'PT1H,,3,2030-01-01T00:00:00Z'), late.replace('4.1.1', '4.1.3'));
    const life = await world.submit(file, world.sign(file));
    expect(life).toMatchObject({ state: 'applied', reference: 'SR-2', references: ['SR-2', 'SR-3'] });
    const { rows: kept } = await world.database.pool.query(
      `select t.services[1] as srv, v.reference from threshold t join threshold_version v using (threshold_id) order by 1`,
    );
    expect(kept).toEqual([
      { srv: '4.1.1', reference: 'SR-2, SR-3' },
      { srv: '4.1.2', reference: 'SR-2' },
      { srv: '4.1.3', reference: 'SR-2' },
    ]);
  });

  test('with wrong lines is refused with all of them', async () => {
    const file = adt(threshold(10), threshold(12), `threshold,${userA},4.1.1,sent,P100Y,20,10,,,`, 'nonsense');
    const life = await world.submit(file, world.sign(file));
    expect(life).toMatchObject({ state: 'refused', code: 'submissions.faults' });
    expect(life.faultCount).toBeGreaterThan(2);
    expect(life.faults?.every(({ line, action }) => line > 1 && action !== '')).toBe(true);
    expect(await inForce(world.database.pool)).toEqual([]);
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
    expect(await inForce(world.database.pool)).toEqual([['00:00:00:00:00:00:00:00', 500]]);
  });
});
