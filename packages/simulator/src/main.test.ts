import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, vi } from 'vitest';
import { StubGateway } from './testing/stub-gateway.ts';
import { testWorld, withFolder } from './testing/world.ts';

const MAIN = join(import.meta.dirname, 'main.ts');
const WAIT = { timeout: 90_000, interval: 50 };

interface Line {
  readonly event: string;
  readonly message?: string;
  readonly started?: { readonly about: string };
}

function run(args: readonly string[]): { child: ChildProcess; lines: Line[]; ended: Promise<number | null> } {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines: Line[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line)));
  return { child, lines, ended: new Promise((resolve) => child.once('close', resolve)) };
}

it('makes certificates and import files, and ends', async () => {
  await withFolder(async (folder) => {
    const { lines, ended } = run(['--folder', folder, '--homes', '10', '--prepare-only']);
    expect(await ended).toBe(0);
    expect(lines.map(({ event }) => event)).toEqual(['prepared']);
    expect(existsSync(join(folder, 'imports', 'devices.csv'))).toBe(true);
  });
});

it('runs, carries out commands, names what is wrong with one, and stops when told', async () => {
  await withFolder(async (folder) => {
    const world = await testWorld(folder, 28_443);
    const gateway = new StubGateway(world);
    const address = await gateway.start();
    const rates = ['--requests', '50', '--alerts', '5', '--state-every', '0', '--receive-port', '28443'];
    const { child, lines, ended } = run(['--folder', folder, '--homes', '120', '--gateway', address, ...rates]);
    const events = (): string[] => lines.map(({ event }) => event);
    const tell = (command: object): void => void child.stdin?.write(`${JSON.stringify(command)}\n`);
    try {
      await vi.waitFor(() => expect(events()).toEqual(['prepared', 'running']), WAIT);
      await vi.waitFor(() => expect(gateway.accepted.size).toBeGreaterThan(5), WAIT);
      tell({ command: 'start-incident', name: 'wild-meter' });
      tell({ command: 'start-incident', name: 'earthquake' });
      await vi.waitFor(() => expect(lines).toHaveLength(4), WAIT);
      expect(lines.find(({ event }) => event === 'incident')?.started?.about).toContain('300 times a second');
      expect(lines.find(({ event }) => event === 'error')?.message).toContain('an incident is one of flood');
      tell({ command: 'stop' });
      expect(await ended).toBe(0);
      expect(events().slice(-2)).toEqual(['state', 'stopped']);
    } finally {
      child.kill('SIGKILL');
      await gateway.stop();
    }
  });
});
