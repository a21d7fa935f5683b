import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testAuthor } from '../foundation/testing-author.ts';
import { setOfficerPolicy } from '../parties/officers-store.ts';
import { expireWaiting } from './submissions-store.ts';
import { adt, chunks, inForce, limits, sha256, threshold } from './testing-files.ts';
import { mortalPool } from './testing-mortal.ts';
import {
  operatorId,
  SIGNATURE_DAYS,
  type SubmissionWorld,
  submissionWorld,
  testPki,
  UNSIGNED,
  userA,
} from './testing-submissions.ts';
import { addSignature } from './uploads-store.ts';
import { withdraw } from './withdraw-store.ts';

// Each change of a file's state beside being applied at once (life-kill): the process dies before each of its questions to
// the database in turn, and what comes after is as if it had not.

let certificates: Awaited<ReturnType<typeof testPki>>;
let world: SubmissionWorld;
let pool: pg.Pool;
let number = 1_000;
beforeAll(async () => {
  certificates = await testPki();
  world = await submissionWorld(certificates.pki);
  pool = world.database.pool;
  await setOfficerPolicy(pool, operatorId, { secondOfficer: false, deputies: [] }, testAuthor);
  const tight = adt(threshold(10));
  await world.submit(tight, world.sign(tight));
});
afterAll(async () => {
  await world.close();
  await certificates.remove();
});

const hashOf = (file: string) => Buffer.from(sha256(file), 'hex');
const lifeOf = async (file: string, as = 'a') => (await world.get(`/submissions/${sha256(file)}`, as)).json;
const stepsOf = async (file: string, as = 'a') => (await lifeOf(file, as)).steps?.map(({ state }) => state);
const set = async () => (await inForce(pool)).map(([, quarantine]) => quarantine);
const work = (by: pg.Pool) => world.workerOf(by).workOnNext();

/** What the officers were told of a file. */
async function told(file: string): Promise<string[]> {
  const { rows } = await pool.query<{ words: string }>(
    'select words from notice where about = $1 order by noticed_at',
    [sha256(file)],
  );
  return rows.map(({ words }) => words);
}

/** Works on with a process that lives: the one that died may hold its locks for moments. */
async function settle(file: string, state: string, as = 'a'): Promise<void> {
  await expect
    .poll(
      async () => {
        while (await world.worker.workOnNext());
        return (await lifeOf(file, as)).state;
      },
      { interval: 20 },
    )
    .toBe(state);
}

/** A file that relaxes what is in force, and is signed by one officer. */
async function relaxing(): Promise<string> {
  const file = adt(threshold(number++));
  expect((await world.post(file, world.sign(file))).status).toBe(202);
  return file;
}
async function waiting(): Promise<string> {
  const file = await relaxing();
  await settle(file, 'awaiting_second_officer');
  return file;
}
const seconds = new Map<string, Buffer>();
/** The signature of the second officer, the same however often it is brought. */
function bySecond(file: string): Buffer {
  const signature = seconds.get(file) ?? world.sign(file, userA, 1);
  seconds.set(file, signature);
  return signature;
}
function countersign(by: pg.Pool, file: string, signature = bySecond(file)): Promise<void> {
  const signatureSha256 = Buffer.from(sha256(signature), 'hex');
  const given = { userId: userA, sha256: hashOf(file), signature, signatureSha256 };
  return addSignature(by, { ...given, way: 'https', by: userA, fileName: undefined });
}

const firstLife = ['received', 'verified', 'checked', 'awaiting_second_officer'];

/**
 * Lets `act` die before each of its questions, or each so many, with a file of its own each time; returns how many it asked.
 * A file that is worked on asks what life-kill lets it die at one by one.
 */
async function dieAtEach(scene: {
  each?: number;
  prepare: () => Promise<string>;
  act: (by: pg.Pool, file: string) => Promise<unknown>;
  /** What was done is done whole, or not at all. */
  atDeath?: (file: string) => Promise<void>;
  /** Goes on with a process that lives, and looks. */
  goOn: (file: string) => Promise<void>;
}): Promise<number> {
  for (let round = 1; ; round += scene.each ?? 1) {
    const file = await scene.prepare();
    const mortal = mortalPool(pool, round);
    const failed = await scene.act(mortal.pool, file).then(
      () => undefined,
      (error: unknown) => error,
    );
    const isAlive = mortal.asked() < round;
    if (isAlive && failed !== undefined) throw failed;
    await scene.atDeath?.(file);
    await scene.goOn(file);
    if (isAlive) return mortal.asked();
  }
}

test('a file waits for its second officer once, and nothing of it is applied', async () => {
  const before = await set();
  const asked = await dieAtEach({
    each: 2,
    prepare: relaxing,
    act: work,
    atDeath: async () => expect(await set()).toEqual(before),
    async goOn(file) {
      await settle(file, 'awaiting_second_officer');
      expect((await stepsOf(file))?.filter((state) => state === 'awaiting_second_officer')).toHaveLength(1);
      expect(await told(file)).toEqual([expect.stringContaining('second officer')]);
      expect(await set()).toEqual(before);
    },
  });
  expect(asked).toBeGreaterThan(20);
});

test('a second signature is taken once, and the file is applied once', async () => {
  const asked = await dieAtEach({
    prepare: waiting,
    act: countersign,
    async goOn(file) {
      await expect.poll(() => countersign(pool, file).then(() => 'taken'), { interval: 20 }).toBe('taken');
      await settle(file, 'applied');
      expect(await stepsOf(file)).toEqual([...firstLife, 'received', 'verified', 'checked', 'applied']);
      expect(await told(file)).toHaveLength(2);
      expect((await lifeOf(file)).signatures).toHaveLength(2);
    },
  });
  expect(asked).toBeGreaterThan(5);
});

test('a file of two officers is applied once, whole or not at all', async () => {
  let before = await set();
  const asked = await dieAtEach({
    each: 4,
    async prepare() {
      const file = await waiting();
      await countersign(pool, file);
      return file;
    },
    act: work,
    async atDeath(file) {
      const isApplied = (await lifeOf(file)).state === 'applied';
      expect(JSON.stringify(await set()) === JSON.stringify(before)).toBe(!isApplied);
    },
    async goOn(file) {
      await settle(file, 'applied');
      expect((await stepsOf(file))?.filter((state) => state === 'applied')).toHaveLength(1);
      expect(await told(file)).toHaveLength(2);
      before = await set();
      expect(before).toEqual([number - 1]);
    },
  });
  expect(asked).toBeGreaterThan(30);
});

test('a file is refused once, and the bytes that nobody signed and that have no room are gone', async () => {
  const kept = await chunks(pool);
  const asked = await dieAtEach({
    async prepare() {
      const file = `${adt(threshold(number++))}${'\n'.repeat(UNSIGNED.mostBytes)}`;
      expect((await world.post(file, Buffer.from('no signature'))).status).toBe(202);
      return file;
    },
    act: work,
    async goOn(file) {
      await settle(file, 'refused');
      expect(await stepsOf(file)).toEqual(['received', 'refused']);
      expect(await told(file)).toHaveLength(1);
      expect(await chunks(pool)).toBe(kept);
    },
  });
  expect(asked).toBeGreaterThan(10);
});

test('a file is taken back once', async () => {
  const take = (by: pg.Pool, file: string) => withdraw(by, { userId: userA, sha256: hashOf(file), by: userA });
  const asked = await dieAtEach({
    prepare: waiting,
    act: take,
    async goOn(file) {
      await expect.poll(() => take(pool, file).then(() => 'taken back'), { interval: 20 }).toBe('taken back');
      expect(await stepsOf(file)).toEqual([...firstLife, 'withdrawn']);
      expect(await told(file)).toHaveLength(2);
    },
  });
  expect(asked).toBeGreaterThan(5);
});

test('a file that was signed anew in vain rests where it rested, and nobody is told again', async () => {
  const asked = await dieAtEach({
    async prepare() {
      const file = await waiting();
      await countersign(pool, file, Buffer.from(`no signature ${number}`));
      return file;
    },
    act: work,
    async goOn(file) {
      await settle(file, 'awaiting_second_officer');
      expect(await stepsOf(file)).toEqual([...firstLife, 'received', 'awaiting_second_officer']);
      expect(await told(file)).toHaveLength(1);
    },
  });
  expect(asked).toBeGreaterThan(10);
});

test('a file that no second officer signed in time is refused once', async () => {
  const asked = await dieAtEach({
    async prepare() {
      const file = await waiting();
      await pool.query(
        `update submission_signature set received_at = received_at - interval '100 days' where sha256 = $1`,
        [hashOf(file)],
      );
      return file;
    },
    act: (by) => expireWaiting(by, SIGNATURE_DAYS),
    async goOn(file) {
      const expire = async () => {
        await expireWaiting(pool, SIGNATURE_DAYS);
        return (await lifeOf(file)).code;
      };
      await expect.poll(expire, { interval: 20 }).toBe('submissions.expired');
      expect(await stepsOf(file)).toEqual([...firstLife, 'refused']);
      expect(await told(file)).toHaveLength(2);
    },
  });
  expect(asked).toBeGreaterThan(5);
});

test('a limits file is applied once, whole or not at all', async () => {
  const inForceNow = async () => {
    const { rows } = await pool.query<{ maximum: string }>(
      'select maximum::text as maximum from attribute_limit where ended_at is null',
    );
    return rows.map(({ maximum }) => maximum);
  };
  let before = await inForceNow();
  const asked = await dieAtEach({
    each: 4,
    async prepare() {
      const file = limits(`limit,UpdateMeterBalance.CreditMode.AdjustMeterBalance,,${number++},,,`);
      const answer = await world.post(file, world.sign(file, operatorId), { as: 'operator' });
      expect(answer.status).toBe(202);
      return file;
    },
    act: work,
    async atDeath(file) {
      const isApplied = (await lifeOf(file, 'operator')).state === 'applied';
      expect(JSON.stringify(await inForceNow()) === JSON.stringify(before)).toBe(!isApplied);
    },
    async goOn(file) {
      await settle(file, 'applied', 'operator');
      expect((await stepsOf(file, 'operator'))?.filter((state) => state === 'applied')).toHaveLength(1);
      before = await inForceNow();
      expect(before).toHaveLength(1);
    },
  });
  expect(asked).toBeGreaterThan(30);
});
