import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { testAuthor } from '../foundation/testing-author.ts';
import { revokeOfficer, setOfficerPolicy } from '../parties/officers-store.ts';
import { hold } from '../quarantine/testing-quarantine.ts';
import { actions, adt, inForce, sha256, threshold } from './testing-files.ts';
import { type SubmissionWorld, submissionWorld, testPki, userA, userB } from './testing-submissions.ts';

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
    expect(await inForce(world.database.pool)).toEqual([]);
    // the same file with a right signature goes on
    expect(await world.submit(file, world.sign(file))).toMatchObject({ state: 'applied' });
  });

  test('of an officer who was removed between signing and receipt is refused; one who comes later is none either', async () => {
    const { pool } = world.database;
    const signature = world.sign(file);
    const { rows } = await pool.query<{ fingerprint: string }>(
      `select encode(fingerprint, 'hex') as fingerprint from officer where user_id = $1 and name = 'Officer 1'`,
      [userA],
    );
    await revokeOfficer(pool, { userId: userA, fingerprint: rows[0]?.fingerprint ?? '' }, testAuthor);
    expect(await world.submit(file, signature)).toMatchObject({
      state: 'refused',
      code: 'submissions.not-an-officer',
      detail: expect.stringContaining('revoked before the signature was received'),
    });
    const other = adt(threshold(11));
    await world.post(other, world.sign(other, userA, 1));
    // registered after the receipt, before anybody looked
    await pool.query(`update officer set registered_at = clock_timestamp() where name = 'Officer 2'`);
    while (await world.worker.workOnNext());
    expect((await world.get(`/submissions/${sha256(other)}`)).json).toMatchObject({
      state: 'refused',
      detail: expect.stringContaining('registered after'),
    });
    expect(await inForce(pool)).toEqual([]);
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
    await setOfficerPolicy(world.database.pool, userA, { secondOfficer: false, deputies: [] }, testAuthor);
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
