import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** A test, or a file of tests that did not run, and the first lines of what it threw. */
export interface Failure {
  readonly test: string;
  readonly message: string;
}

/** What a run of vitest came to; scripts/test.ts adds several up. */
export interface RunResult {
  readonly passed: number;
  readonly failed: number;
  readonly failures: readonly Failure[];
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

interface Thrown {
  readonly message?: string;
}

function describeFailure(test: string, errors: readonly unknown[] = []): Failure {
  const messages = errors.map((error) => (error as Thrown).message ?? String(error));
  return { test, message: messages.join('\n').split('\n').slice(0, 12).join('\n') };
}

function relativePath(module: TestModule): string {
  return relative(process.cwd(), module.moduleId);
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
      failures: [
        ...inState('failed').map((test) =>
          describeFailure(`${relativePath(test.module)} > ${test.fullName}`, test.result().errors),
        ),
        ...brokenModules.map((module) => describeFailure(relativePath(module), module.errors())),
        ...unhandledErrors.map((error) => describeFailure('an error that nothing handled', [error])),
      ],
      skipped: inState('skipped').map(describeSkip),
      suites: modules.map((module) => ({
        suite: `${module.project.name} ${relativePath(module)}`,
        milliseconds: Math.round(milliseconds(module)),
      })),
    };
    writeFileSync(file, JSON.stringify(result));
  }
}
