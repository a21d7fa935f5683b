import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { completeLockFile, type LockFile, missingEntries } from './lock-file.ts';

const text = readFileSync(join(import.meta.dirname, '..', 'package-lock.json'), 'utf8');

test('package-lock.json lets npm ci run (node scripts/complete-lock-file.ts mends it)', () => {
  const lock: LockFile = JSON.parse(text);
  expect(Object.keys(missingEntries(lock))).toEqual([]);
});

test('package-lock.json names no host: packages come from the registry that the reader of it uses', () => {
  expect(text.match(/"resolved": "\w+:.*"/g)).toBeNull();
});

test('optional packages of other platforms are entered, once, where they are missing', () => {
  const optionalDependencies = {
    '@x/linux-x64-gnu': '1.2.3',
    '@x/linux-arm64-musl': '1.2.3',
    '@x/win32-ia32-msvc': '^1.2.3',
  };
  const lock: LockFile = {
    packages: {
      '': {},
      'node_modules/x': { dev: true, optionalDependencies },
      'node_modules/x/node_modules/@x/linux-x64-gnu': { version: '1.2.3' },
    },
  };
  const complete = completeLockFile(lock);
  expect(complete.packages['node_modules/@x/linux-arm64-musl']).toEqual({
    version: '1.2.3',
    cpu: ['arm64'],
    dev: true,
    libc: ['musl'],
    optional: true,
    os: ['linux'],
  });
  expect(complete.packages['node_modules/@x/win32-ia32-msvc']).toMatchObject({ version: '1.2.3', os: ['win32'] });
  expect(complete.packages['node_modules/@x/linux-x64-gnu']).toBeUndefined();
  expect(missingEntries(complete)).toEqual({});
});
