import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { startChild } from '../harness/child.ts';
import type { WorldTask } from '../harness/world.ts';
import type { SignTask } from './sign.ts';

/** Messages in one file: 10,000 of them are about 25 MB. */
const PER_FILE = 10_000;

/** Makes at least `count` signed messages on all cores; resolves to their files, which mix all Users. */
export async function makeTraffic(world: WorldTask, count: number, folder: string): Promise<string[]> {
  const shares = Math.min(availableParallelism(), 8);
  const filesAShare = Math.ceil(count / shares / PER_FILE);
  const messages = join(folder, 'messages');
  mkdirSync(messages, { recursive: true });
  await Promise.all(
    Array.from({ length: shares }, async (_each, share) => {
      const perFile = Math.min(PER_FILE, Math.ceil(count / shares));
      const task: SignTask = { world, share, shares, count: filesAShare * perFile, perFile, folder: messages };
      const logFile = join(folder, `sign-${share}.log`);
      const child = startChild({ script: 'bench/load/sign.ts', args: [JSON.stringify(task)], logFile });
      const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
      if (code !== 0) throw new Error(`signing ended with ${code}; see ${logFile}`);
    }),
  );
  return Array.from({ length: filesAShare }, (_each, file) =>
    Array.from({ length: shares }, (_share, share) => join(messages, `${share}-${file}`)),
  ).flat();
}
