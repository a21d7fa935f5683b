import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** What a run of vitest came to; scripts/test.ts adds several up. */
export interface RunResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly { test: string; reason: string }[];
  /** Milliseconds a file of tests, setting up included. */
  readonly suites: readonly { suite: string; milliseconds: number }[];
}

function milliseconds(module: TestModule): number {
  const { setupDuration, prepareDuration, collectDuration, duration } = module.diagnostic();
  return setupDuration + prepareDuration + collectDuration + duration;
}

function describeSkip(test: TestCase): { test: string; reason: string } {
  const result = test.result();
  const note = result.state === 'skipped' ? result.note : undefined;
  return { test: test.fullName, reason: note ?? 'no reason was given' };
}

/** Writes the result of a run, as JSON, into the file that PENSTOCK_TEST_RESULT names. */
export default class TestReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const file = process.env.PENSTOCK_TEST_RESULT;
    if (file === undefined) throw new Error('PENSTOCK_TEST_RESULT names no file');
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const inState = (state: string) => tests.filter((test) => test.result().state === state);
    // a file that cannot be loaded, or a hook that fails, has no failed test
    const brokenModules = modules.filter(
      (module) => module.state() === 'failed' && !inState('failed').some((test) => test.module === module),
    );
    const result: RunResult = {
      passed: inState('passed').length,
      failed: inState('failed').length + brokenModules.length + unhandledErrors.length,
      skipped: inState('skipped').map(describeSkip),
      suites: modules.map((module) => ({
        suite: `${module.project.name} ${relative(process.cwd(), module.moduleId)}`,
        milliseconds: Math.round(milliseconds(module)),
      })),
    };
    writeFileSync(file, JSON.stringify(result));
  }
}
