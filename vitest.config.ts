import { defineConfig } from 'vitest/config';
import { quickFolder } from './scripts/quick-folder.ts';

// each worker, and each program that a test starts, gets it from here
process.env.TMPDIR ??= quickFolder();

// Two projects: pure tests, and tests on a real database (one server for the run, one database a test). A third makes
// the pictures of the portal, and is no part of the tests.
// The tests of the embedded server, of the platform that runs it, of the pages, and of what is a protocol more than SQL
// (SFTP, mail, sign-in, who may call what, the life of signed files, the command line) say nothing about another server.
const ofEmbedded = [
  '**/embedded.db.test.ts',
  'packages/portal/tests/*.db.test.ts',
  'packages/platform/src/channels/**/*.db.test.ts',
  'packages/platform/src/events/*.db.test.ts',
  'packages/platform/src/{activity,api,audit-oracle,client,others}.db.test.ts',
  'packages/platform/src/people/*.db.test.ts',
  'packages/platform/src/submissions/*.db.test.ts',
  'packages/cli/src/*.db.test.ts',
];
const onOtherServer = process.env.PENSTOCK_TEST_POSTGRESQL_BIN ?? process.env.PENSTOCK_TEST_DATABASE_URL;
const excluded = ['**/node_modules/**', '**/dist/**'];
/** A condition is waited for; its default of a second is what a busy machine sleeps. */
const patient = { poll: { timeout: 60_000 } };
/**
 * Node imports the tests as it does the product: it takes the types away by itself, and keeps what it compiled where
 * NODE_COMPILE_CACHE says. Nothing here is mocked or transformed.
 */
const native = { experimental: { viteModuleRunner: false, nodeLoader: false } };
const onDatabase = {
  ...native,
  expect: patient,
  environment: 'node' as const,
  setupFiles: ['scripts/seeded-properties.ts'],
  globalSetup: ['packages/platform/src/foundation/database/testing-server.ts'],
  // a cold server start and the migrations come before the first test of a run; whoever asks for more worlds waits for them
  testTimeout: process.env.PENSTOCK_TEST_RUNS === undefined ? 240_000 : 0,
  hookTimeout: 240_000,
};
const screenshots = {
  test: { name: 'screenshots', include: ['packages/portal/tests/screenshots*.test.ts'], ...onDatabase },
};

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...native,
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'scripts/**/*.test.ts', 'bench/**/*.test.ts'],
          exclude: ['**/*.db.test.ts', ...excluded],
          environment: 'node',
          setupFiles: ['scripts/seeded-properties.ts'],
          expect: patient,
          // longer means never; how quick something is, the benches say
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'database',
          include: ['packages/*/src/**/*.db.test.ts', 'packages/portal/tests/*.db.test.ts', 'bench/**/*.db.test.ts'],
          exclude: onOtherServer === undefined ? excluded : [...ofEmbedded, ...excluded],
          ...onDatabase,
        },
      },
      ...(process.env.PENSTOCK_SCREENSHOTS === undefined ? [] : [screenshots]),
    ],
    // 2 cores: more workers only take turns
    maxWorkers: 2,
    passWithNoTests: false,
  },
});
