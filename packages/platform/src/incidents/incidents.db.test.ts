import { afterEach, beforeEach, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../foundation/database/testing.ts';
import { event, hold, insertQuarantineWorld, userA, userB } from '../quarantine/testing-quarantine.ts';
import { followEvents, listIncidents } from './incidents.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await testDatabase();
  await insertQuarantineWorld(database.pool);
});
afterEach(() => database.drop());

test('each event opens one incident, for its User, that is closed when the event is resolved', async () => {
  await hold(database.pool, { count: 1 });
  const incidents = async (userId = userA) => (await listIncidents(database.pool, userId, { limit: 10 })).items;
  await Promise.all([followEvents(database.pool), followEvents(database.pool)]);
  expect(await incidents()).toMatchObject([{ incident: `INC-${event}`, state: 'open' }]);
  expect(await incidents(userB)).toEqual([]);
  expect((await listIncidents(database.pool, 'all', { limit: 10, state: 'open' })).items).toHaveLength(1);
  expect((await listIncidents(database.pool, 'all', { limit: 10, state: 'closed' })).items).toEqual([]);
  await database.pool.query(`update quarantine_event set state = 'resolved'`);
  await followEvents(database.pool);
  expect(await incidents()).toMatchObject([{ state: 'closed', closedAt: expect.any(String) }]);
});

test('an event that was resolved before anybody looked has its incident too, which is closed', async () => {
  await hold(database.pool, { count: 1 });
  await database.pool.query(
    `update quarantine_event set state = 'resolved', changed_at = first_at + interval '2 seconds'`,
  );
  await followEvents(database.pool);
  const { items } = await listIncidents(database.pool, userA, { limit: 10 });
  expect(items).toMatchObject([
    {
      incident: `INC-${event}`,
      state: 'closed',
      openedAt: '2026-11-20T10:00:00.000Z',
      closedAt: '2026-11-20T10:00:02.000Z',
    },
  ]);
});
