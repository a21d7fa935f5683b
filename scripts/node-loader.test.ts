import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { afterEach, describe, expect, test } from 'vitest';

const loader = join(import.meta.dirname, '..', 'bin', '_node.cjs');
const runChild = `require(${JSON.stringify(loader)}).run('scripts/testing-node-loader-child.ts', ['first']);`;

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGTERM');
});

function run(code: string): { child: ChildProcess; lines: Interface } {
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return { child, lines: createInterface({ input: child.stdout }) };
}

async function rest(lines: Interface): Promise<string[]> {
  const found: string[] = [];
  for await (const line of lines) found.push(line);
  return found;
}

test('runs the script with the pinned Node and passes the exit code on', async () => {
  const { child, lines } = run(runChild);
  expect(await once(lines, 'line')).toEqual(['ready v24.21.0 first']);
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await rest(lines)).toEqual(['SIGTERM']);
  expect(await exited).toEqual([7, null]);
});

test('what is compiled is kept with the modules, or where the caller says', async () => {
  const folderOf = async (environment: Readonly<Record<string, string | undefined>>): Promise<string> => {
    const code = `require(${JSON.stringify(loader)}).run('scripts/testing-node-loader-child.ts', ['compiled']);`;
    const env = { ...process.env, NODE_COMPILE_CACHE: undefined, ...environment };
    const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'], env });
    children.push(child);
    const [line] = await once(createInterface({ input: child.stdout }), 'line');
    return String(line);
  };
  const kept = join(import.meta.dirname, '..', 'node_modules', '.compiled');
  expect(await folderOf({})).toMatch(kept);
  const own = join(kept, 'of-a-test');
  expect(await folderOf({ NODE_COMPILE_CACHE: own })).toMatch(own);
});

test('a signal that comes twice at once is passed on once', async () => {
  const { child, lines } = run(runChild);
  await once(lines, 'line');
  child.kill('SIGINT');
  child.kill('SIGINT');
  expect(await once(lines, 'line')).toEqual(['SIGINT']);
  child.kill('SIGTERM');
  expect(await rest(lines)).toEqual(['SIGTERM']);
});

test('a killed loader leaves no script behind', async () => {
  const { child, lines } = run(runChild);
  await once(lines, 'line');
  child.kill('SIGKILL');
  expect(await rest(lines)).toEqual(['SIGTERM']);
});

describe('without the pinned Node', () => {
  const withoutPin = (version: string) => `
    const { Module } = require('node:module');
    const resolve = Module._resolveFilename;
    Module._resolveFilename = function (name, ...rest) {
      if (name.startsWith('node-linux-')) throw new Error('missing');
      return resolve.call(this, name, ...rest);
    };
    Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });
    ${runChild}`;

  test.each(['20.20.2', '24.20.9', '25.0.0'])('Node %s says one line and ends with 1', async (version) => {
    const child = spawn(process.execPath, ['-e', withoutPin(version)], { stdio: ['ignore', 'pipe', 'pipe'] });
    const [output, errors] = [
      rest(createInterface({ input: child.stdout })),
      rest(createInterface({ input: child.stderr })),
    ];
    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(await output).toEqual([]);
    expect(await errors).toEqual([expect.stringMatching(/^penstock: needs Node >=24.21 <25, .* this is Node /)]);
  });

  test('a Node that is new enough is used as it is', async () => {
    const { lines } = run(withoutPin('24.22.0'));
    expect(String(await once(lines, 'line'))).toMatch(/^ready v24/);
  });
});
