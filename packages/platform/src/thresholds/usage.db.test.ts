import { afterEach, beforeEach, expect, test } from 'vitest';
import { ensurePartitions } from '../foundation/database/index.ts';
import { type TestDatabase, testDatabase } from '../foundation/database/testing.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { newMessage, userA, userB } from '../messages/testing-messages.ts';
import { listThresholds } from './list-store.ts';
import { ALL_USERS } from './matching.ts';
import { recordScreened, setThresholds, threshold } from './testing-thresholds.ts';
import { lookAtUsage, readUsage } from './usage-store.ts';

const noon = new Date('2026-11-22T12:00:00Z');
const after = (seconds: number) => new Date(noon.getTime() + seconds * 1_000);
const asA: Viewer = { kind: 'user', userIds: [userA] };
const asOperator: Viewer = { kind: 'operator', userId: userB };

let database: TestDatabase;
beforeEach(async () => {
  database = await testDatabase();
  await ensurePartitions(database.pool, { today: '2026-11-22', ahead: 1 });
  await database.pool.query(`insert into party (party_id, name, kind) values ('P', 'P', 'other')`);
  await database.pool.query(`insert into user_id (user_id, party_id) values ($1, 'P'), ($2, 'P')`, [userA, userB]);
});
afterEach(() => database.drop());

async function idOf(viewer: Viewer, userId?: string): Promise<string> {
  const { items } = await listThresholds(database.pool, viewer, { userId, cursor: undefined, limit: 1, now: noon });
  return items[0]?.thresholdId ?? '';
}

test('looks say what the window held at each minute, also when nothing came since', async () => {
  const { pool } = database;
  const bound = { kind: 'threshold', warning: 2n, quarantine: 3n, from: undefined, to: undefined } as const;
  await setThresholds(pool, userA, [threshold(3n, { periodSeconds: 120, bounds: [bound] })], noon);
  await recordScreened(pool, [newMessage(1n), newMessage(2n)], after(30));
  for (const seconds of [60, 61, 120, 180]) await lookAtUsage(pool, after(seconds));
  const thresholdId = await idOf(asA);
  const usage = await readUsage(pool, asA, thresholdId);
  expect(usage.stepSeconds).toBe(60);
  expect(usage.looks.map(({ at, count }) => [at.slice(14, 19), count])).toEqual([
    ['01:00', 2],
    ['02:00', 2],
    ['03:00', 0],
  ]);
  expect(usage.looks[0]).toMatchObject({ warning: 2, quarantine: 3 });
  expect((await readUsage(pool, asOperator, thresholdId)).looks).toHaveLength(3);
  const asB: Viewer = { kind: 'user', userIds: [userB] };
  await expect(readUsage(pool, asB, thresholdId)).rejects.toMatchObject({ code: 'request.not-found' });
});

test('a long period is looked at less often and kept for longer', async () => {
  const { pool } = database;
  await setThresholds(pool, ALL_USERS, [threshold(3n), threshold(3n, { periodSeconds: 7 * 86_400 })], noon);
  for (const seconds of [0, 60, 2_100, 86_460]) await lookAtUsage(pool, after(seconds));
  const { rows } = await pool.query(
    `select t.period_seconds::integer as period, array_agg(l.at order by l.at) as at
     from threshold_usage l join threshold t using (user_id, threshold_id) group by 1 order by 1`,
  );
  expect(rows).toEqual([
    { period: 3_600, at: [after(60), after(2_100), after(86_460)] },
    // every 35 minutes since 1970: noon of that day is none of them
    { period: 604_800, at: expect.not.arrayContaining([after(60)]) },
  ]);
});
