import { changeContentSchema } from '@penstock/api';
import { requireEui } from '@penstock/duis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listUses } from '../changes/history-store.ts';
import { createChange, moveChange } from '../changes/save-store.ts';
import { ensurePartitions } from '../foundation/database/index.ts';
import { type TestDatabase, testDatabase } from '../foundation/database/testing.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { newMessage, userA, userB } from '../messages/testing-messages.ts';
import { sumUpLog } from '../thresholds/log-sums.ts';
import { ALL_USERS } from '../thresholds/matching.ts';
import { recordScreened, setThresholds, threshold } from '../thresholds/testing-thresholds.ts';
import { lookAtUsage } from '../thresholds/usage-store.ts';
import { readChangeTraffic } from './traffic-store.ts';

const operatorId = requireEui('90-B3-D5-1F-30-00-00-02');
const asA: Viewer = { kind: 'user', userIds: [userA] };
const asB: Viewer = { kind: 'user', userIds: [userB] };
const asOperator: Viewer = { kind: 'operator', userId: operatorId };
const begin = Date.parse('2026-12-10T22:00:00Z');
const after = (minutes: number) => new Date(begin + minutes * 60_000);

let database: TestDatabase;
let now = after(-24 * 60);
const parts = () => ({ pool: database.pool, now: () => now, operatorId });

beforeAll(async () => {
  database = await testDatabase();
  const { pool } = database;
  await ensurePartitions(pool, { today: '2026-12-03', ahead: 10 });
  await pool.query(`insert into party (party_id, name, kind) values ('P', 'P', 'large_supplier')`);
  await pool.query(`insert into user_id (user_id, party_id) values ($1, 'P'), ($2, 'P')`, [userA, userB]);
  await setThresholds(pool, userA, [threshold(100n), threshold(5n, { services: ['8.2'] })], now);
  await setThresholds(pool, ALL_USERS, [threshold(1_000n, { services: ['4.1.1'] })], now);
});
afterAll(() => database.drop());

let counter = 1n;
const send = async (count: number, at: Date, changes: object = {}) => {
  const messages = Array.from({ length: count }, () => newMessage(counter++, { srv: '4.1.1', ...changes }));
  await recordScreened(database.pool, messages, at);
};

test('what is declared is held against thresholds before, and against what came after', async () => {
  const { pool } = database;
  await send(2, after(-7 * 24 * 60 + 30));
  await send(30, after(-90));
  await lookAtUsage(pool, after(-60));
  now = after(-30);
  const content = changeContentSchema.parse({
    title: 'Readings at night',
    statement: { kind: 'process' },
    sharing: 'outline',
    affected: { services: ['DUIS gateway'] },
    windows: [{ from: '2026-12-10T22:00', to: '2026-12-10T23:30' }],
    backOut: 'As before',
    traffic: [{ srv: '4.1.1', perHour: 80 }],
  });
  const { change } = (await createChange(parts(), asA, { content })).change;
  await moveChange(parts(), asA, { change, version: 1, to: 'shared' });
  const before = await readChangeTraffic(parts(), asA, change);
  expect(before.thresholds).toMatchObject([
    { services: ['all'], period: 'PT1H', declared: 80, usual: 30, quarantine: 100, exceeds: 'quarantine' },
  ]);
  expect(before.windows).toEqual([]);

  // at the minutes where the window begins, and ends, and beyond
  await send(3, after(-1));
  await send(5, after(0));
  await send(4, after(89));
  await send(6, after(90));
  await send(7, after(30), { srv: '8.2' });
  await send(7, after(30), { userId: userB, originator: userB });
  now = after(200);
  await sumUpLog(pool);
  const told = await readChangeTraffic(parts(), asOperator, change);
  expect(told.thresholds.map(({ isOverAll, quarantine }) => [isOverAll, quarantine])).toEqual([
    [false, 100],
    [true, 1_000],
  ]);
  expect(told.windows).toMatchObject([
    { from: after(0).toISOString(), to: after(90).toISOString(), counts: [{ declared: 120, came: 9, weekBefore: 2 }] },
  ]);

  // others know of it by its outline, and of its traffic nothing
  await expect(readChangeTraffic(parts(), asB, change)).rejects.toMatchObject({ code: 'request.not-found' });
  const { items } = await listUses(parts(), asA, { change, limit: 10 });
  expect(items.filter(({ purpose }) => purpose === 'traffic')).toMatchObject([{ reader: 'Operator', times: 1 }]);
});
