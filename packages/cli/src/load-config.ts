import { type Config, loadConfig } from '@penstock/platform/config';
import type { Command } from 'commander';

/** The configuration for a command: that of the file, of `--config` where it is given, and of the environment. */
export function loadConfigFor(command: Command): Config {
  const file: unknown = command.optsWithGlobals().config;
  return loadConfig({
    environment: process.env,
    workingFolder: process.cwd(),
    ...(typeof file === 'string' ? { file } : {}),
  });
}
