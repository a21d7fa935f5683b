import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { untilBlocked } from '../foundation/database/testing.ts';
import { lockDirectory } from '../parties/directory-version.ts';
import { limits, sha256 } from './testing-files.ts';
import { operatorId, type SubmissionWorld, submissionWorld, testPki } from './testing-submissions.ts';

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

describe('an Attribute Limits File', () => {
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
    await untilBlocked(world.database.pool);
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
