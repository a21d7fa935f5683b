import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-cli-'));
  chmodSync(folder, 0o755);
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs `penstock` as its users do, through bin/penstock.cjs, with only this environment. */
function penstock(args: string[], environment: Record<string, string> = {}) {
  const bin = join(import.meta.dirname, '../../../bin/penstock.cjs');
  const env = { PATH: process.env.PATH, ...environment };
  return spawnSync(process.execPath, [bin, ...args], { cwd: folder, env, encoding: 'utf8' });
}

test('help lists the commands and the options', () => {
  const { stdout, status } = penstock(['--help']);
  expect(status).toBe(0);
  for (const word of ['config', 'migrate', '--config <file>', '--version']) expect(stdout).toContain(word);
});

test('config prints what is in force, as TOML that gives the same again, without secrets', () => {
  writeFileSync(join(folder, 'penstock.toml'), '[gateway]\nport = 9443\n');
  const environment = { PENSTOCK_DATABASE_URL: 'postgres://penstock:hunter2@db/penstock' };
  const { stdout, status } = penstock(['config'], environment);
  expect(status).toBe(0);
  expect(stdout).toContain('gateway.port = 9443 # PENSTOCK_GATEWAY_PORT\n');
  expect(stdout).toContain('PENSTOCK_DATABASE_URL');
  expect(stdout).not.toContain('hunter2');
  writeFileSync(join(folder, 'again.toml'), stdout);
  expect(penstock(['--config', 'again.toml', 'config'], environment).stdout).toBe(stdout);
  expect(penstock(['config', '--config', 'again.toml'], environment).stdout).toBe(stdout);
});

test('a wrong configuration is one line with the setting, one with what to do, and 1', () => {
  const { stderr, stdout, status } = penstock(['config'], { PENSTOCK_GATEWAY_PORT: 'eighty' });
  expect(status).toBe(1);
  expect(stdout).toBe('');
  expect(stderr.trim().split('\n')).toEqual([
    expect.stringMatching(/^penstock: config.invalid: gateway.port \(PENSTOCK_GATEWAY_PORT\): /),
    'Correct the settings that the detail names; docs/configuration.md describes all of them.',
  ]);
});

test('migrate makes the embedded database in the data folder, then finds it up to date', () => {
  const environment = { PENSTOCK_DATA_FOLDER: 'state' };
  const first = penstock(['migrate'], environment);
  expect(first.stderr).toBe('');
  expect(first.stdout).toMatch(/^0001_spine.sql\n/);
  expect(penstock(['migrate'], environment)).toMatchObject({ stdout: 'the database is up to date\n', status: 0 });
});

test('migrate on a database that is away says so', () => {
  const { stderr, status } = penstock(['migrate'], {
    PENSTOCK_DATABASE_URL: 'postgres://penstock@127.0.0.1:1/penstock',
  });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^penstock: database.unavailable: /);
});
