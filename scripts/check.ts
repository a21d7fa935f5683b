import { runChecks } from './checks.ts';

const failed = (await runChecks()).filter((check) => !check.passed);
if (failed.length > 0) process.exitCode = 1;
