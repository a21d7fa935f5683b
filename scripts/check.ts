import { runChecks } from './checks.ts';

const failed = runChecks().filter((check) => !check.passed);
if (failed.length > 0) process.exitCode = 1;
