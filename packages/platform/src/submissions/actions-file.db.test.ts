import type { ReleaseDocument } from '@penstock/api';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { testAuthor } from '../foundation/testing-author.ts';
import { readOfficerPolicy, setOfficerPolicy } from '../parties/officers-store.ts';
import { event, hold } from '../quarantine/testing-quarantine.ts';
import { actions, adt, meter, sha256, threshold } from './testing-files.ts';
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

describe('an action file', () => {
  test('decides on what is held, and begins the release', async () => {
    await hold(world.database.pool, { count: 5 });
    const file = actions(1, 2, 3);
    const life = await world.submit(file, world.sign(file));
    expect(life).toMatchObject({ state: 'applied', kind: 'actions', summary: { actions: { process: 3, delete: 0 } } });
    const { rows } = await world.database.pool.query(`select state, decided::integer from release`);
    expect(rows).toEqual([{ state: 'running', decided: 3 }]);
  });

  test('carries service requests, all of which are told; one of the intake’s own form is one that it raised', async () => {
    await hold(world.database.pool, { count: 4 });
    const line = (counter: number, reference: string) =>
      `action,${event},${userA}:${meter}:${counter},,delete,,${reference}\n`;
    const named = (...lines: string[]) => actions().replace(/\n.*/s, `,reference\n${lines.join('')}`);
    const none = named(line(1, ''));
    const { references: [raised = ''] = [], ...first } = await world.submit(none, world.sign(none));
    expect(first).toMatchObject({ state: 'applied', reference: raised, isReferenceRaised: true });
    const some = named(line(2, 'CHG-7'), line(3, raised), line(4, 'CHG-7'));
    const told = { references: ['CHG-7', raised], isReferenceRaised: false };
    expect(await world.submit(some, world.sign(some))).toMatchObject({ state: 'applied', reference: 'CHG-7', ...told });
    const { json } = await world.get(`/submissions/${sha256(some)}/receipt`);
    expect(json).toMatchObject({ submission: { reference: 'CHG-7', ...told } });
    const others = adt(threshold(10, userB).replace(/$/, raised));
    // a file that names its own was given none, whatever could have been made of its day and its hash
    const notRaised = `${raised.slice(0, 'SR-20261122-'.length)}${sha256(some).slice(0, 10)}`;
    for (const [text, userId, as] of [
      [named(line(4, notRaised), 'nonsense\n'), userA, 'a'],
      [
        named(
          line(
            4,
            raised.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
          ),
          'nonsense\n',
        ),
        userA,
        'a',
      ],
      [others, userB, 'b'],
    ] as const) {
      const life = await world.submit(text, world.sign(text, userId), as);
      // nor is it listed under what it must not name
      const own = expect.stringContaining(sha256(text).slice(0, 10));
      expect(life).toMatchObject({ state: 'refused', reference: own, references: [own], isReferenceRaised: true });
      expect(life.faults?.[0]).toMatchObject({ line: 2, column: 'reference', code: 'reference.unknown' });
    }
  });

  test('that lets messages go waits for a second officer where the User asks for two', async () => {
    const { pool } = world.database;
    const policy = { secondOfficer: true, deputies: ['officer-2@example.org'] };
    await setOfficerPolicy(pool, userA, { ...policy, secondOfficerForRelease: true }, testAuthor);
    await hold(pool, { count: 3 });
    const deletes = actions(1).replace(',process,', ',delete,');
    expect(await world.submit(deletes, world.sign(deletes))).toMatchObject({ state: 'applied' });
    const lets = actions(2, 3);
    expect(await world.submit(lets, world.sign(lets))).toMatchObject({
      state: 'awaiting_second_officer',
      summary: { actions: { process: 2, delete: 0, events: 1 } },
      secondOfficer: { signed: [{ name: 'Officer 1' }], mayBe: [{ email: 'officer-2@example.org' }] },
    });
    const decided = async () => (await pool.query('select from held_decision')).rowCount;
    expect(await decided()).toBe(1);
    // what was set stays where it is not said
    await setOfficerPolicy(pool, userA, policy, testAuthor);
    expect(await readOfficerPolicy(pool, userA)).toEqual({ ...policy, secondOfficerForRelease: true });
    expect(await world.submit(lets, world.sign(lets, userA, 1))).toMatchObject({ state: 'applied' });
    expect(await decided()).toBe(3);
    expect(
      (await pool.query('select from release where submission = $1', [Buffer.from(sha256(lets), 'hex')])).rowCount,
    ).toBe(1);
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
