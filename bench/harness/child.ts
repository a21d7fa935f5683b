import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { atEnd } from './cleanup.ts';

/**
 * Processes of the bench. Each watches descriptor 3 and stops when the bench is gone, even when that was killed
 * (bin/_parent.cjs); in order, each is stopped at the end.
 */

const root = join(import.meta.dirname, '../..');
const { nodeOptions } = createRequire(import.meta.url)('../../bin/_node.cjs') as { nodeOptions: readonly string[] };

export interface ChildOptions {
  /** From the repository's root. */
  readonly script: string;
  readonly args?: readonly string[];
  readonly nodeOptions?: readonly string[];
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** File for what it says on both outputs. */
  readonly logFile: string;
  /** Whether it takes commands through an IPC channel. */
  readonly commanded?: boolean;
}

/** How long a process may take to stop in order. */
const STOP_WITHIN = 30_000;

export function startChild(options: ChildOptions): ChildProcess {
  const child = spawn(
    process.execPath,
    [
      ...nodeOptions,
      ...(options.nodeOptions ?? []),
      '--require',
      join(root, 'bin/_parent.cjs'),
      join(root, options.script),
      ...(options.args ?? []),
    ],
    {
      cwd: root,
      env: { ...process.env, ...options.environment },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', ...(options.commanded === true ? (['ipc'] as const) : [])],
      // Ctrl-C is for the bench, which stops its processes in order
      detached: true,
      serialization: 'advanced',
    },
  );
  const log = createWriteStream(options.logFile, { flags: 'a' });
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  child.once('close', () => log.end());
  atEnd(`stopping ${options.script}`, () => stopChild(child));
  return child;
}

export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Asks it to stop and waits; kills it when it does not. Returns at once for one that has ended. */
export async function stopChild(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = once(child, 'exit');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN);
  child.kill('SIGTERM');
  await ended;
  clearTimeout(timer);
  if (child.signalCode === 'SIGKILL') throw new Error(`process ${child.pid} did not stop within ${STOP_WITHIN} ms`);
}

/** Kills it without a word, and waits until it is gone. */
export async function killChild(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
