import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testAuthor } from '../foundation/testing-author.ts';
import { setOfficerPolicy } from '../parties/officers-store.ts';
import { hold } from '../quarantine/testing-quarantine.ts';
import { receiveFile } from './receive.ts';
import { actions, adt, chunks, inForce, sha256, threshold } from './testing-files.ts';
import { mortalPool } from './testing-mortal.ts';
import { MOST_BYTES, type SubmissionWorld, submissionWorld, testPki, userA } from './testing-submissions.ts';

// The process that takes a file in, or works on it, dies before each of its questions to the database in turn; another one
// goes on. Whole processes are killed in packages/cli (kill, release-kill, sftp-kill).

let certificates: Awaited<ReturnType<typeof testPki>>;
let world: SubmissionWorld;
let pool: pg.Pool;
beforeAll(async () => {
  certificates = await testPki();
  world = await submissionWorld(certificates.pki);
  pool = world.database.pool;
  await setOfficerPolicy(pool, userA, { secondOfficer: false, deputies: [] }, testAuthor);
});
afterAll(async () => {
  await world.close();
  await certificates.remove();
});

const stateOf = async (file: string) => (await world.get(`/submissions/${sha256(file)}`)).json.state;

/** Works on with a process that lives, until nothing is left: the one that died may hold its locks for moments. */
async function settle(file: string): Promise<void> {
  await expect
    .poll(
      async () => {
        while (await world.worker.workOnNext());
        return stateOf(file);
      },
      { timeout: 30_000, interval: 20 },
    )
    .toBe('applied');
}

async function numberOf(sql: string, ...values: unknown[]): Promise<number> {
  return Number(
    (await pool.query<{ number: string }>(`select count(*)::text as number ${sql}`, values)).rows[0]?.number,
  );
}

/** Whether a file was applied once: one step, one receipt of it, one notice. */
async function expectOnce(file: string): Promise<void> {
  const hash = Buffer.from(sha256(file), 'hex');
  const counts = [
    await numberOf(`from submission_step where sha256 = $1 and state = 'applied'`, hash),
    await numberOf(`from notice where about = $1`, sha256(file)),
    await numberOf(`from submission_step where sha256 = $1 and receipt is not null`, hash),
  ];
  expect(counts).toEqual([1, 1, 2]);
}

/** Lets a worker die before each of its questions, with a file of its own each time, and looks at what is left. */
async function dieAtEach(
  nextFile: (round: number) => Promise<string>,
  lookAtDeath: (file: string) => Promise<void>,
  lookAtEnd: (file: string, round: number) => Promise<void>,
): Promise<number> {
  for (let round = 1; ; round++) {
    const file = await nextFile(round);
    expect((await world.post(file, world.sign(file))).status).toBe(202);
    const mortal = mortalPool(pool, round);
    await world
      .workerOf(mortal.pool)
      .workOnNext()
      .catch(() => false);
    const isAlive = mortal.asked() < round;
    await lookAtDeath(file);
    await settle(file);
    await expectOnce(file);
    await lookAtEnd(file, round);
    if (isAlive) return round;
  }
}

test('an ADT File is applied once, whole or not at all', async () => {
  const first = adt(threshold(1_000));
  await world.submit(first, world.sign(first));
  let before = 1_000;
  const versions = () => numberOf('from threshold_version');
  let known = await versions();
  const rounds = await dieAtEach(
    async (round) => adt(threshold(1_000 + round)),
    async (file) => {
      // what is in force is what was, unless the file says that it was applied
      const isApplied = (await stateOf(file)) === 'applied';
      const [[, now] = []] = await inForce(pool);
      expect(now === before).toBe(!isApplied);
    },
    async (_, round) => {
      before = 1_000 + round;
      expect((await inForce(pool)).map(([, number]) => number)).toEqual([before]);
      expect((await versions()) - known).toBe(1);
      known = await versions();
    },
  );
  expect(rounds).toBeGreaterThan(30);
}, 120_000);

test('an action file decides once, whole or not at all', async () => {
  let held = 0;
  const decided = () => numberOf('from held_decision');
  const rounds = await dieAtEach(
    async () => {
      await hold(pool, { from: held + 1, count: 2 });
      held += 2;
      return actions(held - 1, held);
    },
    async (file) => {
      const isApplied = (await stateOf(file)) === 'applied';
      expect(await decided()).toBe(isApplied ? held : held - 2);
    },
    async (file) => {
      expect(await decided()).toBe(held);
      expect(await numberOf('from release where submission = $1', Buffer.from(sha256(file), 'hex'))).toBe(1);
    },
  );
  expect(rounds).toBeGreaterThan(30);
}, 120_000);

test('a file that is taken in is a submission, whole, or nothing', async () => {
  let kept = await chunks(pool);
  for (let round = 1; ; round++) {
    const file = adt(threshold(5_000 + round));
    const receive = (by: pg.Pool) =>
      receiveFile(by, {
        userId: userA,
        parts: partsOf({ file: Buffer.from(file), signature: world.sign(file) }),
        mostBytes: MOST_BYTES,
        mostKeptBytes: Number.MAX_SAFE_INTEGER,
        start: {},
        way: 'https',
        by: userA,
      });
    const mortal = mortalPool(pool, round);
    await receive(mortal.pool).catch(() => undefined);
    const isAlive = mortal.asked() < round;
    const { status } = await world.get(`/submissions/${sha256(file)}`);
    if (isAlive) expect(status).toBe(200);
    // the upload that nobody ends gives way
    await pool.query(`update submission_upload set stored_at = stored_at - interval '2 minutes'`);
    // what its process held is let go within moments
    await expect.poll(() => receive(pool).then(() => 'taken'), { timeout: 30_000, interval: 20 }).toBe('taken');
    await settle(file);
    await expectOnce(file);
    kept += 1;
    expect(await chunks(pool)).toBe(kept);
    const { rows } = await pool.query('select from submission_upload');
    expect(rows).toEqual([]);
    if (!isAlive) continue;
    expect(round).toBeGreaterThan(10);
    return;
  }
}, 120_000);

async function* partsOf(parts: Record<string, Buffer>) {
  for (const [name, bytes] of Object.entries(parts)) {
    yield {
      name,
      bytes: (async function* () {
        yield bytes;
      })(),
    };
  }
}
