import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChecks } from './checks.ts';
import { installTools } from './install-tools.ts';
import { runNode } from './run-node.ts';
import type { Failure, RunResult } from './test-reporter.ts';

// `npm test`: the checks, then every test, the database tests once more on Debian's PostgreSQL 15 where that is
// installed. It ends with the time of the longest suites, one line for whatever was skipped, what failed, and 'N passed, N failed'.
// `npm test -- PATH ...` runs the tests of these paths alone, on the embedded PostgreSQL.

const postgresql15 = '/usr/lib/postgresql/15/bin';

interface Totals {
  passed: number;
  failed: number;
  readonly failures: Failure[];
  readonly skipped: string[];
  /** Tests that were skipped, by their reason. */
  readonly skippedTests: Map<string, string[]>;
  readonly suites: { suite: string; milliseconds: number }[];
}

function noResult(label = ''): Failure {
  return { test: `the run of vitest${label}`, message: 'ended with an error, and with no failed test' };
}

/** Runs vitest once and adds what it came to; a run that ends without a result is a failure. */
async function runVitest(
  totals: Totals,
  args: readonly string[],
  options: { label?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-result-'));
  const file = join(folder, 'result.json');
  const command = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=./scripts/test-reporter.ts',
  ];
  const environment = { PENSTOCK_TEST_RESULT: file };
  const status = await runNode([...command, ...args], { ...options.env, ...environment });
  if (existsSync(file)) {
    const result: RunResult = JSON.parse(readFileSync(file, 'utf8'));
    totals.passed += result.passed;
    totals.failed += status !== 0 && result.failed === 0 ? 1 : result.failed;
    if (status !== 0 && result.failed === 0) totals.failures.push(noResult(options.label));
    for (const { test, message } of result.failures) {
      totals.failures.push({ test: test + (options.label ?? ''), message });
    }
    for (const { suite, milliseconds } of result.suites) {
      totals.suites.push({ suite: suite + (options.label ?? ''), milliseconds });
    }
    for (const { test, reason } of result.skipped) {
      totals.skippedTests.set(reason, [...(totals.skippedTests.get(reason) ?? []), test]);
    }
  } else {
    totals.failed += 1;
    totals.failures.push(noResult(options.label));
  }
  rmSync(folder, { recursive: true });
}

function report(totals: Totals, seconds: number): void {
  const longestFirst = totals.suites.toSorted((one, other) => other.milliseconds - one.milliseconds);
  console.log('\nseconds by suite');
  for (const { suite, milliseconds } of longestFirst.slice(0, 25)) {
    console.log(`${(milliseconds / 1000).toFixed(1).padStart(8)}  ${suite}`);
  }
  console.log(`${seconds.toFixed(1).padStart(8)}  in all\n`);
  for (const line of totals.skipped) console.log(`skipped: ${line}`);
  let skipped = totals.skipped.length;
  for (const [reason, tests] of totals.skippedTests) {
    skipped += tests.length;
    console.log(`skipped: ${tests[0]}${tests.length > 1 ? ` and ${tests.length - 1} more` : ''} because ${reason}`);
  }
  // last, so that the end of a long log tells what to look for
  for (const { test, message } of totals.failures)
    console.log(`failed: ${test}\n  ${message.replaceAll('\n', '\n  ')}`);
  console.log(`${totals.passed} passed, ${totals.failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
}

const paths = process.argv.slice(2);
const totals: Totals = { passed: 0, failed: 0, failures: [], skipped: [], skippedTests: new Map(), suites: [] };
const from = performance.now();

if (paths.length > 0) {
  await runVitest(totals, paths);
} else {
  for (const missing of installTools()) console.log(missing);
  for (const { suite, passed, milliseconds } of await runChecks()) {
    totals.suites.push({ suite, milliseconds });
    if (passed) totals.passed += 1;
    else {
      totals.failed += 1;
      totals.failures.push({ test: suite, message: 'its findings stand at the beginning of the output' });
    }
  }
  await runVitest(totals, []);
  if (existsSync(join(postgresql15, 'initdb'))) {
    const args = ['--project', 'database'];
    const env = { PENSTOCK_TEST_POSTGRESQL_BIN: postgresql15 };
    await runVitest(totals, args, { label: ' (PostgreSQL 15)', env });
  } else {
    totals.skipped.push(`the database tests on PostgreSQL 15 because ${postgresql15} is not installed`);
  }
}
report(totals, (performance.now() - from) / 1000);
if (totals.failed > 0) process.exitCode = 1;
