import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { testAuthor } from '../foundation/testing-author.ts';
import { setOfficerPolicy } from '../parties/officers-store.ts';
import { listNotices } from '../quarantine/notices-store.ts';
import { event, hold } from '../quarantine/testing-quarantine.ts';
import { lockThresholds } from '../thresholds/thresholds-store.ts';
import { actions, adt, inForce, sha256, threshold } from './testing-files.ts';
import { type SubmissionWorld, submissionWorld, testPki, userA, userB } from './testing-submissions.ts';
import { MOST_TRIES } from './turns.ts';

// Turns between Users, and files that cannot be worked on for a reason that is not theirs.

let certificates: Awaited<ReturnType<typeof testPki>>;
let world: SubmissionWorld;
let pool: pg.Pool;
let number = 100;
beforeAll(async () => {
  certificates = await testPki();
  world = await submissionWorld(certificates.pki);
  pool = world.database.pool;
  for (const user of [userA, userB])
    await setOfficerPolicy(pool, user, { secondOfficer: false, deputies: [] }, testAuthor);
  await pool.query(`
    create table broken (sha256 bytea primary key);
    create function break_off() returns trigger language plpgsql as $$
      begin raise exception 'the disk of tables is read-only'; end $$;
    create function is_broken(in_sha256 bytea) returns boolean language sql as $$
      select exists (select from broken where sha256 = in_sha256) $$;
    create trigger break_off before update on submission for each row
      when (new.state = 'applied' and is_broken(new.sha256)) execute function break_off()`);
});
afterAll(async () => {
  await world.close();
  await certificates.remove();
});
beforeEach(async () => {
  while (await world.worker.workOnNext());
});

/** Delivers a file that nobody delivered before. */
async function deliver(user: typeof userA = userA): Promise<string> {
  const file = adt(threshold(number++, user));
  const { status } = await world.post(file, world.sign(file, user), { as: user === userA ? 'a' : 'b' });
  expect(status).toBe(202);
  return file;
}
const lifeOf = async (file: string, as = 'a') => (await world.get(`/submissions/${sha256(file)}`, as)).json;
const stateOf = async (file: string, as = 'a') => (await lifeOf(file, as)).state;
const retry = (file: string, as = 'operator', user: string = userA) =>
  fetch(`${world.address}/api/v1/submissions/${sha256(file)}/retry?userId=${user}`, {
    method: 'POST',
    headers: { 'x-as': as },
  });
const hashOf = (file: string) => Buffer.from(sha256(file), 'hex');
/** Whatever is done, this file is not applied. */
const hinder = (file: string) => pool.query('insert into broken values ($1)', [hashOf(file)]);
const mend = () => pool.query('delete from broken');
/** As if tries had failed, or ended with their process. */
const tried = (file: string, tries: number) =>
  pool.query('update submission set tries = $1 where sha256 = $2', [tries, hashOf(file)]);
/** As if the pause were over. */
const endPause = () => pool.query('update submission set retry_at = clock_timestamp() where retry_at is not null');

test('a User with many files costs another no more than one turn, whoever came first', async () => {
  const many: string[] = [];
  for (let index = 0; index < 8; index++) many.push(await deliver());
  const one = await deliver(userB);
  await world.worker.workOnNext();
  await world.worker.workOnNext();
  expect(await stateOf(one, 'b')).toBe('applied');
  expect(await Promise.all(many.map((file) => stateOf(file)))).toEqual(['applied', ...Array(7).fill('received')]);
});

test('files of several Users are worked on at a time; of one User never two, in whatever processes', async () => {
  const [first, second] = [await deliver(), await deliver()];
  const other = await deliver(userB);
  const blocker = await pool.connect();
  const workers = [world.workerOf(pool), world.workerOf(pool)];
  try {
    await blocker.query('begin');
    await lockThresholds(blocker, userA);
    for (const worker of workers) worker.start();
    await expect.poll(() => stateOf(other, 'b')).toBe('applied');
    await expect.poll(() => stateOf(first)).toBe('checked');
    expect(await stateOf(second)).toBe('received');
    // who looks finds nothing that is not another's
    expect(await world.workerOf(pool).workOnNext()).toBe(false);
    await blocker.query('rollback');
    await expect.poll(() => stateOf(second)).toBe('applied');
    expect(await stateOf(first)).toBe('applied');
  } finally {
    await blocker.query('rollback');
    blocker.release();
    await Promise.all(workers.map((worker) => worker.stop()));
  }
});

test('a file that cannot be worked on is tried with pauses, then waits for the Operator; later ones wait till then', async () => {
  const broken = await deliver();
  const later = await deliver();
  const other = await deliver(userB);
  await hinder(broken);
  for (let tries = 1; tries < MOST_TRIES; tries++) {
    while (await world.worker.workOnNext());
    const { rows } = await pool.query('select tries::integer as tries from submission where retry_at is not null');
    expect(rows).toEqual([{ tries }]);
    // what it would set comes before what the later file sets
    expect([await stateOf(broken), await stateOf(later)]).toEqual(['checked', 'received']);
    await endPause();
  }
  expect(await stateOf(other, 'b')).toBe('applied');
  await world.worker.workOnNext();
  await mend();
  expect(await lifeOf(broken)).toMatchObject({ state: 'needs_operator', code: 'submissions.needs-operator' });
  expect((await listNotices(pool, { userId: userA, reader: 'x' }, { limit: 1 })).items[0]?.words).toMatch(
    /waits for the Operator$/,
  );
  expect((await world.get(`/submissions/${sha256(broken)}/receipt`)).json).toMatchObject({
    submission: { state: 'needs_operator' },
  });
  const listed = await world.get('/submissions/needing-operator', 'operator');
  expect(listed.json).toMatchObject({
    items: [{ userId: userA, sha256: sha256(broken), kind: 'adt', failure: 'the disk of tables is read-only' }],
  });
  expect((await world.get('/submissions/needing-operator')).status).toBe(403);
  while (await world.worker.workOnNext());
  expect(await stateOf(later)).toBe('applied');
  const set = await inForce(pool);

  // what came later stays in force: the Operator's click is not the officer's will
  expect((await retry(broken, 'a')).status).toBe(403);
  expect((await retry(later)).status).toBe(409);
  expect((await retry(broken)).status).toBe(200);
  expect((await retry(broken)).status).toBe(200);
  while (await world.worker.workOnNext());
  expect(await lifeOf(broken)).toMatchObject({ state: 'refused', code: 'submissions.superseded' });
  expect(await inForce(pool)).toEqual(set);
  await world.submit(broken, world.sign(broken, userA, 0, new Date(Date.now() - 3_600_000)));
  expect(await stateOf(broken)).toBe('applied');
});

test('the Operator tries a file again, and nothing is lost of it', async () => {
  const file = await deliver();
  await hinder(file);
  await tried(file, MOST_TRIES - 1);
  while (await world.worker.workOnNext());
  expect(await stateOf(file)).toBe('needs_operator');
  await mend();
  await retry(file);
  while (await world.worker.workOnNext());
  const { steps } = await lifeOf(file);
  expect(steps?.map(({ state }) => state)).toEqual([
    ...['received', 'verified', 'checked', 'needs_operator'],
    ...['received', 'verified', 'checked', 'applied'],
  ]);
  expect(steps?.[4]?.by).toMatch(/^Operator/);
});

test('a file at which the process ends each time waits for the Operator too', async () => {
  const file = await deliver();
  await tried(file, MOST_TRIES);
  while (await world.worker.workOnNext());
  expect(await stateOf(file)).toBe('needs_operator');
  const { rows } = await pool.query('select failure from submission where sha256 = $1', [hashOf(file)]);
  expect(rows).toEqual([{ failure: expect.stringMatching(/^the process ended/) }]);
});

test('a file of decisions that pauses holds nothing back', async () => {
  await hold(pool, { count: 1 });
  const decides = actions(1);
  await hinder(decides);
  await world.post(decides, world.sign(decides));
  const later = await deliver();
  while (await world.worker.workOnNext());
  await mend();
  expect([await stateOf(decides), await stateOf(later)]).toEqual(['verified', 'applied']);
  await endPause();
  while (await world.worker.workOnNext());
  expect(await stateOf(decides)).toBe('applied');
  expect((await pool.query('select from held_decision where event = $1', [event])).rowCount).toBe(1);
});
