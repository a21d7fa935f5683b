import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findDependencyBreaches, findUnusedDependencies, readTree, type Tree } from './dependency-rules.ts';

test('the repository keeps its dependency rules', () => {
  const tree = readTree(join(import.meta.dirname, '..'));
  expect(findDependencyBreaches(tree)).toEqual([]);
  expect(findUnusedDependencies(tree)).toEqual([]);
});

const house: Readonly<Record<string, string>> = {
  'packages/duis/src/index.ts': "import { createHash } from 'node:crypto';\nexport * from './read.ts';",
  'packages/duis/src/read.ts': 'export const read = 1;',
  'packages/platform/src/foundation/clock.ts': 'export const clock = 1;',
  'packages/platform/src/foundation/testing.ts': "import { inject } from 'vitest';",
  'packages/platform/src/messages/log.ts': "import { clock } from '../foundation/clock.ts';\nimport pg from 'pg';",
  'packages/platform/src/delivery/push.ts': "import type { log } from '../messages/log.ts';",
  'packages/platform/src/gateway/take.ts': "import { read } from '@penstock/duis';\nimport '../messages/log.ts';",
  'packages/platform/src/main.ts': "import './gateway/take.ts';\nimport './delivery/push.ts';",
};

function breaches(planted: Record<string, string>): string[] {
  const dependencies: Tree['dependencies'] = new Map([
    ['', ['vitest', 'fast-check']],
    ['platform', ['pg', '@penstock/duis']],
    ['simulator', ['@smartdcc/duis-templates', '@penstock/duis']],
    ['bench', ['@penstock/platform', '@penstock/simulator']],
  ]);
  return findDependencyBreaches({ sources: new Map(Object.entries({ ...house, ...planted })), dependencies });
}

test('a house in order has no breach', () => {
  expect(breaches({})).toEqual([]);
  expect(
    breaches({
      'packages/duis/src/read.test.ts':
        "import { test } from 'vitest';\nimport { readFileSync } from 'node:fs';\nimport '@penstock/simulator';",
      'packages/simulator/src/templates.ts': "import '@smartdcc/duis-templates';\nimport '@penstock/duis';",
      'bench/main.ts': "import '@penstock/simulator';\nimport '@penstock/platform/database';",
    }),
  ).toEqual([]);
});

const platform = 'packages/platform/src';

describe('a planted breach is found', () => {
  test.each([
    [
      `${platform}/messages/up.ts`,
      "import '../delivery/push.ts';",
      'messages may not import delivery: imports run downwards only',
    ],
    [
      `${platform}/parties/side.ts`,
      "import '../messages/log.ts';",
      'parties may not import messages: imports run downwards only',
    ],
    [
      `${platform}/foundation/up.ts`,
      "export * from '../main.ts';",
      'foundation may not import main: imports run downwards only',
    ],
    [
      `${platform}/messages/type.ts`,
      "import type { x } from '../gateway/take.ts';",
      'messages may not import gateway: imports run downwards only',
    ],
    [
      `${platform}/messages/late.ts`,
      "const x = await import('../gateway/take.ts');",
      'messages may not import gateway: imports run downwards only',
    ],
    [`${platform}/attic/x.ts`, "import '../messages/log.ts';", 'the room attic is on no floor'],
    [
      `${platform}/messages/computed.ts`,
      'const x = await import(process.argv[2]);',
      'an import whose path is computed',
    ],
    [
      `${platform}/messages/gpl.ts`,
      "import '@penstock/simulator';",
      'platform may not import @penstock/simulator: it is GPL code',
    ],
    [
      `${platform}/messages/gpl.ts`,
      "import '@smartdcc/duis-templates/x';",
      'platform may not import @smartdcc/duis-templates: it is GPL code',
    ],
    [`${platform}/messages/cli.ts`, "import '@penstock/cli';", 'platform may not import cli'],
    [
      `${platform}/messages/path.ts`,
      "import '../../../duis/src/read.ts';",
      "a path out of the package platform: import by the package's name",
    ],
    [
      `${platform}/messages/fixture.ts`,
      "import '../foundation/testing.ts';",
      'packages/platform/src/foundation/testing.ts is for tests only',
    ],
    [`${platform}/messages/fixture.ts`, "import '@penstock/duis/testing';", '@penstock/duis/testing is for tests only'],
    [`${platform}/messages/part.ts`, "import 'left-pad';", 'left-pad is not in the dependencies of platform'],
    ['bench/api.ts', "import '@penstock/api';", '@penstock/api is not in the dependencies of bench'],
    [`${platform}/messages/tool.ts`, "import 'fast-check';", 'fast-check is not in the dependencies of platform'],
    [
      'packages/duis/src/files.ts',
      "import { readFileSync } from 'node:fs';",
      'duis does no I/O and may not import node:fs',
    ],
    [
      'packages/duis/src/child.ts',
      "import 'node:child_process';",
      'duis does no I/O and may not import node:child_process',
    ],
    ['packages/duis/src/part.ts', "import 'pg';", 'duis may not import pg: it needs nothing'],
    ['packages/duis/src/api.ts', "import '@penstock/api';", 'duis may not import api'],
  ])('%s: %s', (file, source, expected) => {
    expect(breaches({ [file]: source })).toEqual([`${file}:1: ${expected}`]);
  });

  test('a dependency that nothing uses', () => {
    const sources = new Map(Object.entries(house));
    const dependencies = new Map([
      ['', ['typescript']],
      ['platform', ['pg', '@penstock/duis', 'left-pad']],
    ]);
    expect(findUnusedDependencies({ sources, dependencies })).toEqual(['platform does not use left-pad']);
  });

  test('an unknown package', () => {
    expect(breaches({ 'packages/attic/src/x.ts': '' })).toEqual([
      'packages/attic/src/x.ts: the package attic is not known',
    ]);
  });

  test('a circle, of two and of three files', () => {
    const two = {
      [`${platform}/messages/a.ts`]: "import './b.ts';",
      [`${platform}/messages/b.ts`]: "import './a.ts';",
    };
    expect(breaches(two)).toEqual([
      `a circle: ${platform}/messages/a.ts -> ${platform}/messages/b.ts -> ${platform}/messages/a.ts`,
    ]);
    const three = {
      'packages/duis/src/a.ts': "export * from './b.ts';",
      'packages/duis/src/b.ts': "import type { C } from './c.ts';",
      'packages/duis/src/c.ts': "import { a } from './a.ts';",
    };
    expect(breaches(three)).toHaveLength(1);
  });
});
