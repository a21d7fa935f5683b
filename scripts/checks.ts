import { runNode } from './run-node.ts';

// What is checked without running anything: form (Biome) and types (TypeScript).

export interface CheckResult {
  readonly suite: string;
  readonly passed: boolean;
  readonly milliseconds: number;
}

const checks = [
  // biome and tsc are programs of their own behind small scripts
  { suite: 'biome', command: ['node_modules/@biomejs/biome/bin/biome', 'check', '.'] },
  {
    // the pages run in a browser: other types, and JSX
    suite: 'tsc portal',
    command: ['node_modules/typescript/bin/tsc', '--noEmit', '-p', 'packages/portal/tsconfig.json'],
  },
  { suite: 'tsc', command: ['node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json'] },
];

/** Runs all checks; what they say goes to the terminal. */
export async function runChecks(): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const { suite, command } of checks) {
    const from = performance.now();
    const passed = (await runNode(command)) === 0;
    results.push({ suite, passed, milliseconds: Math.round(performance.now() - from) });
  }
  return results;
}
