import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Migration, migrate, readMigrations } from './migrate.ts';
import { type TestDatabase, testDatabase } from './testing.ts';

let database: TestDatabase;
let next: number;
beforeAll(async () => {
  database = await testDatabase();
  next = readMigrations().length + 1;
});
afterAll(() => database.drop());

function made(number: number, name: string, sql: string): Migration {
  return { number, name, sql, sha256: createHash('sha256').update(sql).digest('hex') };
}
const tables = async () => {
  const { rows } = await database.pool.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'penstock'::regnamespace and relname like 'made%' order by 1`,
  );
  return rows.map((row) => row.name);
};

test('the migrations of this version are run by an owner that is no superuser, each once', async () => {
  const { rows } = await database.pool.query('select rolsuper from pg_roles where rolname = current_user');
  expect(rows).toEqual([{ rolsuper: false }]);
  expect(await migrate(database.url)).toEqual([]);
  const { rowCount } = await database.pool.query('select from migration');
  expect(rowCount).toBe(readMigrations().length);
});

test('several processes migrate at once, and each migration is run once', async () => {
  const all = [...readMigrations(), made(next, 'once', 'create table made_once (n integer)')];
  const ran = await Promise.all([1, 2, 3, 4].map(() => migrate(database.url, all)));
  expect(ran.flat()).toEqual(['once']);
  expect(await tables()).toEqual(['made_once']);
});

test('a migration that fails leaves nothing of itself, and those before it stand', async () => {
  const before = [...readMigrations(), made(next, 'once', 'create table made_once (n integer)')];
  const good = made(next + 1, 'good', 'create table made_good (n integer)');
  const failing = made(next + 2, 'failing', 'create table made_half (n integer); select 1 / 0');
  await expect(migrate(database.url, [...before, good, failing])).rejects.toMatchObject({ code: '22012' });
  expect(await tables()).toEqual(['made_good', 'made_once']);
  const mended = made(next + 2, 'failing', 'create table made_half (n integer)');
  expect(await migrate(database.url, [...before, good, mended])).toEqual(['failing']);
});

test('a history that was changed, or that is longer than this version knows, is refused', async () => {
  const changed = readMigrations().map((migration) => ({ ...migration, sha256: '00' }));
  await expect(migrate(database.url, changed)).rejects.toMatchObject({ code: 'database.history-changed' });
  await expect(migrate(database.url, changed)).rejects.toThrow(/0001_spine.sql: its file was changed since/);
  await expect(migrate(database.url, readMigrations())).rejects.toThrow(
    /migration once: this version does not have it/,
  );
});

test('a migration file that is missing or doubled in number is refused before anything is run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-migrations-'));
  for (const name of ['0001_a.sql', '0003_c.sql', 'notes.md']) writeFileSync(join(folder, name), '');
  expect(() => readMigrations(folder)).toThrow('migration 0003_c.sql should have the number 0002');
  rmSync(folder, { recursive: true });
});
