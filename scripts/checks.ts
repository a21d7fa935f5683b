import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

// What is checked without running anything: form (Biome) and types (TypeScript).

export const root = join(import.meta.dirname, '..');

export interface CheckResult {
  readonly suite: string;
  readonly passed: boolean;
  readonly milliseconds: number;
}

const checks = [
  // biome and tsc are programs of their own behind small scripts
  { suite: 'biome', command: ['node_modules/@biomejs/biome/bin/biome', 'check', '.'] },
  { suite: 'tsc', command: ['node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json'] },
];

/** Runs all checks; what they say goes to the terminal. */
export function runChecks(): CheckResult[] {
  return checks.map(({ suite, command }) => {
    const from = performance.now();
    const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' });
    return { suite, passed: status === 0, milliseconds: Math.round(performance.now() - from) };
  });
}
