import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DuisError, type DuisErrorCode, duisErrors } from '@penstock/duis';
import { describe, expect, test } from 'vitest';
import { type ErrorCode, errorCodes } from '../packages/platform/src/foundation/error-codes.ts';
import { failureProblem } from '../packages/platform/src/gateway/answer.ts';

// What the documents name is there: files, scripts, links, every code that the gateway can answer with its status, every
// metric, and every line of the log at which a person must act.

const root = join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** Files below a folder with this ending, by path from the root; nothing of node_modules. */
function filesBelow(folder: string, ending: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending) && !name.includes('node_modules'))
    .map((name) => join(folder, name));
}

/** The first group of every match. */
function found(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, group = '']) => group);
}

const pages = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md'];
const documents = [
  ...pages,
  ...filesBelow('docs', '.md'),
  'packages/duis/README.md',
  'packages/files/README.md',
  'packages/simulator/README.md',
];
const sources = filesBelow('packages/platform/src', '.ts').filter((file) => !/\.test\.ts$|\/testing/.test(file));

const endsAsFile = /^[\w.@-]+(\/[\w.@-]+)*\.(ts|cjs|sql|md|svg)$/;
const beginsAsFolder = /^(packages|bench|scripts|docs|bin|\.ci)(\/[\w.@-]+)*$/;
const names = new Set(sources.map((file) => basename(file)));

/** A path from the root or from the platform's sources; a name alone is that of any of their files. */
function isThere(path: string): boolean {
  return ['', 'packages/platform/src'].some((base) => existsSync(join(root, base, path))) || names.has(path);
}

describe.each(pages)('%s', (page) => {
  const text = read(page);

  test('names files that are there', () => {
    const prose = text.replaceAll(/^```[\s\S]*?^```/gm, '');
    const paths = found(prose, /`([^`\n]+)`/g).filter((word) => endsAsFile.test(word) || beginsAsFolder.test(word));
    expect(paths.filter((path) => !isThere(path))).toEqual([]);
  });

  test('names npm scripts that are there', () => {
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(read('package.json'));
    const called = [...found(text, /\bnpm run ([\w-]+)/g), ...found(text, /\bnpm (start|test)\b/g)];
    expect(called.filter((name) => scripts[name] === undefined)).toEqual([]);
  });
});

test.each(documents)('the links of %s lead somewhere', (document) => {
  const targets = found(read(document), /\]\(([^)\s]+)\)/g).filter((target) => !/^[a-z]+:/.test(target));
  const files = targets.map((target) => target.replace(/#.*/, '')).filter((file) => file !== '');
  expect(files.filter((file) => !existsSync(join(root, dirname(document), file)))).toEqual([]);
});

const gateway = read('docs/gateway.md');
const networkInterface = read('docs/network-interface.md');

/** The second column of the row of a code; undefined when there is none. */
function answerOf(document: string, code: string): string | undefined {
  const row = document.split('\n').find((line) => line.startsWith(`| \`${code}\` | `));
  return row?.split(' | ')[1];
}

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errorCodes, code);

/** The registered codes that the sources of a room name; what stops the start is nobody's answer. */
function codesOf(room: string): ErrorCode[] {
  const text = sources.filter((file) => file.startsWith(`packages/platform/src/${room}/`)).map(read);
  const codes = new Set(found(text.join('\n'), /'([a-z]+\.[a-z-]+)'/g));
  return [...codes].filter(isErrorCode).filter((code) => code !== 'config.invalid');
}

describe('docs/gateway.md', () => {
  const codesOfMessages = (Object.keys(duisErrors) as DuisErrorCode[]).filter((code) =>
    /^duis\.(xml|profile|signature|rule)\./.test(code),
  );
  test.each(codesOfMessages)('%s stands there with its status', (code) => {
    const { status } = failureProblem(new DuisError(code));
    const expected = code.startsWith('duis.rule.') ? `${status}|E1[123]|${status} or E1[123]` : `${status}`;
    expect(answerOf(gateway, code)).toMatch(new RegExp(`^(${expected})$`));
  });

  const failures: ErrorCode[] = ['database.unavailable', 'internal.unexpected'];
  const codes = new Set([...codesOf('gateway'), ...codesOf('messages'), ...failures]);
  test.each([...codes])('%s stands there, or with the network interface', (code) => {
    const inNetworkInterface = networkInterface.includes(`| \`${code}\` | `) ? 'listed' : undefined;
    expect(answerOf(gateway, code) ?? inNetworkInterface).toMatch(
      new RegExp(`^(${errorCodes[code].status}|E\\d+|listed)$`),
    );
  });

  test('the DUIS response codes are those of the refusals', () => {
    const refusals = [
      ...read('packages/platform/src/gateway/refusal.ts').matchAll(/'(gateway\.[a-z-]+)',\s*'(E\d+)'/g),
    ];
    expect(refusals.length).toBeGreaterThan(5);
    for (const [, code = '', responseCode = ''] of refusals) {
      expect([code, answerOf(gateway, code)]).toEqual([code, responseCode]);
    }
  });
});

test.each(codesOf('delivery'))('%s stands in docs/network-interface.md with its status', (code) => {
  expect(answerOf(networkInterface, code)).toBe(`${errorCodes[code].status}`);
});

test('docs/operation.md has our metrics, and no others', () => {
  const metric = /\b(penstock_(?:gateway|commit|lane|delivery)_[a-z_]+)/g;
  const registered = found(sources.map(read).join('\n'), new RegExp(`'${metric.source}'`, 'g'));
  expect(registered.length).toBeGreaterThan(10);
  const told = new Set(found(read('docs/operation.md'), metric));
  expect([...told].sort()).toEqual([...new Set(registered)].sort());
});

test('docs/operation.md has every line of the log at level error', () => {
  const text = sources.map(read).join('\n');
  const lines = found(text, /log\.(?:error|fatal)\([^;]*?'([^']+)',?\s*\);/g);
  expect(lines.length).toBe(found(text, /(log\.(?:error|fatal)\()/g).length);
  expect(lines.filter((line) => !read('docs/operation.md').includes(`\`${line}\``))).toEqual([]);
});
