import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';

function run() {
  const script = join(import.meta.dirname, 'testing-until-stopped-child.ts');
  const child = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const exited = once(child, 'exit');
  const line = async (): Promise<unknown> => (await lines.next()).value;
  return { child, line, exited };
}

test('the first signal stops in order, and the process ends by itself', async () => {
  const { child, line, exited } = run();
  expect(await line()).toBe('starting');
  child.stdin.write('start\n');
  expect(await line()).toBe('started');
  child.kill('SIGTERM');
  expect(await line()).toBe('stopping');
  child.stdin.write('stop\n');
  expect(await line()).toBe('over');
  expect(await exited).toEqual([0, null]);
});

test('a signal that comes while it starts stops it as soon as it has started', async () => {
  const { child, line, exited } = run();
  expect(await line()).toBe('starting');
  child.kill('SIGINT');
  child.stdin.write('start\n');
  expect(await line()).toBe('started');
  expect(await line()).toBe('stopping');
  child.stdin.write('stop\n');
  expect(await line()).toBe('over');
  expect(await exited).toEqual([0, null]);
});

test('a second signal does not wait', async () => {
  const { child, line, exited } = run();
  expect(await line()).toBe('starting');
  child.stdin.write('start\n');
  expect(await line()).toBe('started');
  child.kill('SIGTERM');
  expect(await line()).toBe('stopping');
  child.kill('SIGTERM');
  expect(await exited).toEqual([1, null]);
});
