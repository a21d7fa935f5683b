import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from './run-node.ts';

// Packs a copy of the package, so that whatever fails, and whoever else works in the tree, the tree stays as it is.

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-pack-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The machine's npm with the Node that runs this test, its own cache, and nothing of the npm that runs the tests. */
function npm(args: readonly string[], workingFolder: string) {
  const inherited = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
  const env = {
    ...Object.fromEntries(inherited),
    PATH: dirname(process.execPath) + delimiter + process.env.PATH,
    npm_config_cache: join(folder, 'cache'),
    npm_config_update_notifier: 'false',
  };
  const { status, stdout, stderr, error } = spawnSync('npm', args, { cwd: workingFolder, env, encoding: 'utf8' });
  if (error !== undefined) throw error;
  return { status, said: stdout + stderr };
}

/** A copy of what packing a package needs; returns the copied package's folder. */
function copyOf(name: string, into: string): string {
  const place = join(folder, into, 'packages', name);
  mkdirSync(place, { recursive: true });
  for (const part of ['bin', 'scripts', 'package.json', 'tsconfig.json']) {
    cpSync(join(root, part), join(folder, into, part), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, into, 'node_modules'));
  const source = join(root, 'packages', name);
  for (const part of readdirSync(source).filter((each) => each !== 'node_modules' && each !== 'dist')) {
    cpSync(join(source, part), join(place, part), { recursive: true });
  }
  return place;
}

const filesIn = (place: string) => readdirSync(place, { recursive: true, encoding: 'utf8' }).sort();

/** Packs the copy and installs the tarball, and nothing else, into an empty folder, offline; returns that folder. */
function packAndInstall(place: string): string {
  const name = basename(place);
  const tarballs = join(folder, `${name}-tarballs`);
  mkdirSync(tarballs);
  const packed = npm(['pack', '--pack-destination', tarballs], place);
  expect(packed.status, packed.said).toBe(0);
  const consumer = join(folder, `${name}-consumer`);
  mkdirSync(consumer);
  writeFileSync(join(consumer, 'package.json'), '{ "private": true, "type": "module" }');
  const [tarball = ''] = readdirSync(tarballs);
  const flags = ['--offline', '--no-audit', '--no-fund'];
  const installed = npm(['install', ...flags, join(tarballs, tarball)], consumer);
  expect(installed.status, installed.said).toBe(0);
  return consumer;
}

describe('the packed package @penstock/duis', () => {
  let consumer: string;
  let installed: string;

  beforeAll(() => {
    const place = copyOf('duis', 'whole');
    const before = filesIn(place);
    const manifest = readFileSync(join(place, 'package.json'), 'utf8');
    consumer = packAndInstall(place);
    installed = join(consumer, 'node_modules', '@penstock', 'duis');
    expect(filesIn(place)).toEqual(before);
    expect(readFileSync(join(place, 'package.json'), 'utf8')).toBe(manifest);
  }, 60_000);

  test('holds JavaScript with its declarations, licence and README, and nothing of the tests', () => {
    const files = filesIn(installed).filter((file) => /\.\w+$|LICENSE/.test(file));
    const code = files.filter((file) => file.endsWith('.js'));
    const declarations = code.map((file) => file.replace(/\.js$/, '.d.ts'));
    expect(files.toSorted()).toEqual([...code, ...declarations, 'LICENSE', 'README.md', 'package.json'].sort());
    expect(files.filter((file) => /test/i.test(file))).toEqual([]);
    const licence = readFileSync(join(root, 'LICENSE'), 'utf8');
    expect(readFileSync(join(installed, 'LICENSE'), 'utf8')).toBe(licence);
    const { scripts, publishConfig } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    expect([scripts, publishConfig]).toEqual([undefined, undefined]);
  });

  test('reads, verifies and writes in plain JavaScript, as its README shows', () => {
    const [, example = '', expected] =
      /```js\n([\s\S]*?)\/\/ (.*)\n```/.exec(readFileSync(join(installed, 'README.md'), 'utf8')) ?? [];
    writeFileSync(join(consumer, 'example.js'), example);
    const said = execFileSync(process.execPath, ['example.js'], { cwd: consumer, encoding: 'utf8' });
    expect(said.trim()).toBe(expected);
  });

  test('has types that hold for whoever uses it, and refuse what is wrong', () => {
    const use = `
      import { DuisError, type DuisErrorCode, type Eui, parseRequestId, readMessage, type Signer } from '@penstock/duis';
      export const targetOf = (bytes: Uint8Array): Eui | undefined => readMessage(bytes).requestId?.target;
      export const codeOf = (error: unknown): DuisErrorCode | undefined =>
        error instanceof DuisError ? error.code : undefined;
      export const counter: bigint | undefined = parseRequestId('')?.counter;
      // @ts-expect-error a signer needs its key
      export const signer: Signer = { issuer: '', serial: '1' };
    `;
    writeFileSync(join(consumer, 'consumer.ts'), use);
    const compilerOptions = {
      strict: true,
      noEmit: true,
      target: 'es2024',
      module: 'nodenext',
      types: ['node'],
      typeRoots: [join(root, 'node_modules', '@types')],
    };
    writeFileSync(join(consumer, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }));
    const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const { status, stdout } = spawnSync(process.execPath, [compiler], { cwd: consumer, encoding: 'utf8' });
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });
});

describe('the packed package @penstock/files', () => {
  let consumer: string;
  beforeAll(() => {
    consumer = packAndInstall(copyOf('files', 'files'));
  }, 60_000);

  test('holds JavaScript with its declarations, and nothing of the tests', () => {
    const installed = join(consumer, 'node_modules', '@penstock', 'files');
    const files = filesIn(installed).filter((file) => /\.\w+$|LICENSE/.test(file));
    const code = files.filter((file) => file.endsWith('.js'));
    const declarations = code.map((file) => file.replace(/\.js$/, '.d.ts'));
    expect(files.toSorted()).toEqual([...code, ...declarations, 'LICENSE', 'README.md', 'package.json'].sort());
    expect(files.filter((file) => /test/i.test(file))).toEqual([]);
  });

  test('reads a file in plain JavaScript, as its README shows', () => {
    const readme = readFileSync(join(consumer, 'node_modules/@penstock/files/README.md'), 'utf8');
    const [, example = '', expected] = /```js\n([\s\S]*?)\/\/ (.*)\n```/.exec(readme) ?? [];
    writeFileSync(join(consumer, 'example.js'), example);
    const said = execFileSync(process.execPath, ['example.js'], { cwd: consumer, encoding: 'utf8' });
    expect(said.trim()).toBe(expected);
  });

  test('refuses what is no signature, by its code', () => {
    const use = `
      import { readSignature, SignatureError } from '@penstock/files/signature';
      try {
        readSignature(new Uint8Array(10));
      } catch (error) {
        console.log(error instanceof SignatureError, error.code);
      }
    `;
    writeFileSync(join(consumer, 'signature.js'), use);
    const said = execFileSync(process.execPath, ['signature.js'], { cwd: consumer, encoding: 'utf8' });
    expect(said.trim()).toBe('true files.signature.form');
  });
});

test('a package that does not compile is not packed, and nothing is left behind', { timeout: 60_000 }, () => {
  const place = copyOf('duis', 'broken');
  writeFileSync(join(place, 'src', 'broken.ts'), "export const broken: number = 'text';\n");
  const before = filesIn(place);
  const manifest = readFileSync(join(place, 'package.json'), 'utf8');
  const packed = npm(['pack'], place);
  expect(packed.status).not.toBe(0);
  expect(packed.said).toContain('broken.ts');
  expect(filesIn(place)).toEqual(before);
  expect(readFileSync(join(place, 'package.json'), 'utf8')).toBe(manifest);
});

test('packing that was broken off after its preparation is mended by the next', { timeout: 60_000 }, () => {
  const place = copyOf('duis', 'stopped');
  const before = filesIn(place);
  const manifest = readFileSync(join(place, 'package.json'), 'utf8');
  const step = (name: string) =>
    execFileSync(process.execPath, [join(place, '../../bin/pack.cjs'), name], { cwd: place, encoding: 'utf8' });
  step('prepare');
  step('prepare');
  expect(readFileSync(join(place, 'package.json'), 'utf8')).not.toBe(manifest);
  step('restore');
  expect(filesIn(place)).toEqual(before);
  expect(readFileSync(join(place, 'package.json'), 'utf8')).toBe(manifest);
});
