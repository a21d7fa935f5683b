import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../foundation/database/testing.ts';
import { recordHealth, recordWaiting } from './health-store.ts';
import { findStanding, requireOpen, writeSetUp } from './ways-store.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());
beforeEach(async () => {
  await database.pool.query('delete from way_outage');
});

const at = (time: string) => new Date(`2026-11-22T${time}Z`);

async function declare(way: string, from: Date): Promise<void> {
  await database.pool.query(
    `insert into way_outage (outage, way, from_at, reason, declared_at, declared_by, changed_at)
     values ($1, $2, $3, 'r', $3, 'Operator', $3)`,
    [randomUUID(), way, from],
  );
}

describe('how a way stands', () => {
  test('as the platform comes: HTTPS is preferred, SFTP allowed, e-mail a fallback, SharePoint off', async () => {
    const { pool } = database;
    await writeSetUp(pool, {
      https: { portal: 'http://p', api: 'https://a', mostBytes: 1 },
      email: { address: 'a@b.example', fingerprint: '', mostBytes: 1 },
    });
    expect(await findStanding(pool, 'https', at('10:00'))).toMatchObject({ use: 'preferred', isOpen: true });
    expect(await findStanding(pool, 'sftp', at('10:00'))).toMatchObject({ use: 'allowed', isOpen: true });
    expect(await findStanding(pool, 'sharepoint', at('10:00'))).toMatchObject({ use: 'off', isOpen: false });
    await expect(requireOpen(pool, 'email', at('10:00'))).rejects.toMatchObject({
      code: 'ways.closed',
      detail: expect.stringContaining('Use the portal or the API (HTTPS).'),
    });
  });

  test('an outage counts from its beginning until it is ended', async () => {
    const { pool } = database;
    await declare('https', at('10:00'));
    expect((await findStanding(pool, 'email', at('09:59'))).isOpen).toBe(false);
    await requireOpen(pool, 'email', at('10:00'));
    await pool.query('update way_outage set ended_at = $1', [at('11:00')]);
    expect((await findStanding(pool, 'email', at('11:00'))).isOpen).toBe(false);
  });

  test('in force is the version whose instant came last, unless it was withdrawn', async () => {
    const { pool } = database;
    const put = async (version: number, from: Date, email: string) => {
      await pool.query(`insert into way_version values ($1, $2, $2, 'Operator', 'r')`, [version, from]);
      await pool.query(
        `insert into way_use select $1, way, case way when 'email' then $2 else use end, '{}' from way_use where version = 1`,
        [version, email],
      );
    };
    await put(2, at('12:00'), 'allowed');
    await put(3, at('11:00'), 'off');
    const use = async (time: string) => (await findStanding(pool, 'email', at(time))).use;
    expect([await use('10:59'), await use('11:00'), await use('12:00')]).toEqual(['fallback', 'off', 'allowed']);
    await pool.query('update way_version set withdrawn_at = now() where version = 2');
    expect(await use('12:00')).toBe('off');
  });
});

test('health: the last success and failure, failures in a row, and since when it cannot be reached', async () => {
  const { pool } = database;
  const way = async () => (await pool.query(`select * from way where way = 'email'`)).rows[0];
  await recordHealth(pool, 'email', { by: 'use', ok: true, at: at('10:00') });
  await recordHealth(pool, 'email', { by: 'use', ok: false, at: at('10:02'), detail: 'x'.repeat(600) });
  await recordHealth(pool, 'email', { by: 'use', ok: false, at: at('10:01'), detail: 'away' });
  expect(await way()).toMatchObject({
    succeeded_at: at('10:00'),
    failed_at: at('10:02'),
    failures: 2,
    failure: 'away',
    probed_at: null,
  });
  await recordHealth(pool, 'email', { by: 'use', ok: true, at: at('10:03') });
  await recordHealth(pool, 'email', { by: 'probe', ok: false, at: at('10:04'), detail: 'refused' });
  await recordHealth(pool, 'email', { by: 'probe', ok: false, at: at('10:05'), detail: 'refused' });
  expect(await way()).toMatchObject({
    failures: 0,
    probe_fails_since: at('10:04'),
    probed_at: at('10:05'),
    probe_failure: 'refused',
  });
  await recordHealth(pool, 'email', { by: 'probe', ok: true, at: at('10:06') });
  await recordWaiting(pool, 'email', { count: 2, oldest: at('09:00') });
  expect(await way()).toMatchObject({ probe_fails_since: null, waiting: 2, oldest_waiting_at: at('09:00') });
  await recordWaiting(pool, 'email', { count: 0, oldest: undefined });
  expect(await way()).toMatchObject({ waiting: 0, oldest_waiting_at: null });
});
