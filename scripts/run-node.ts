import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** The folder of the repository. */
export const root = join(import.meta.dirname, '..');

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs Node in the repository with `args` to its end and returns the exit code, null when a signal ended it. Signals to
 * this process are passed on, and this process then ends with 1 when the other one has ended.
 */
export async function runNode(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<number | null> {
  const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, ...env }, stdio: 'inherit' });
  let isStopping = false;
  const passOn = (signal: NodeJS.Signals) => {
    isStopping = true;
    child.kill(signal);
  };
  for (const signal of signals) process.on(signal, passOn);
  const [code]: unknown[] = await once(child, 'exit');
  for (const signal of signals) process.off(signal, passOn);
  if (isStopping) process.exit(1);
  return typeof code === 'number' ? code : null;
}
