import type { Config } from '@penstock/platform/config';
import { createLog, type Log } from '@penstock/platform/log';
import { Command } from 'commander';
import { loadConfigFor } from '../load-config.ts';
import { type Running, runUntilStopped } from '../until-stopped.ts';

export type StartPlatform = (options: { config: Config; log: Log }) => Promise<Running>;

/** `penstock start`: the platform in the foreground, until SIGINT or SIGTERM; logs are JSON lines on standard output. */
export function startCommand(startPlatform: StartPlatform): Command {
  return new Command('start')
    .description('run the platform: database, gateway, delivery and API')
    .addHelpText(
      'after',
      '\nThe first SIGINT or SIGTERM finishes what was taken in and stops; a second one ends it at once.',
    )
    .action(async (_options, command: Command) => {
      const config = loadConfigFor(command);
      const log = createLog({ level: config.log.level });
      await runUntilStopped(() => startPlatform({ config, log }), log);
    });
}
