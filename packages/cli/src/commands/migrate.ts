import { migrateDatabase } from '@penstock/platform';
import { createLog } from '@penstock/platform/log';
import { Command } from 'commander';
import { loadConfigFor } from '../load-config.ts';

/** `penstock migrate`: brings the database up to date; with no address configured, the embedded one of the data folder. */
export function migrateCommand(): Command {
  return new Command('migrate')
    .description('bring the database up to date; penstock start does it too')
    .action(async (_options, command: Command) => {
      const config = loadConfigFor(command);
      const log = createLog({ level: 'warn' });
      const { applied, stop } = await migrateDatabase(config, log);
      for (const name of applied) console.log(name);
      if (applied.length === 0) console.log('the database is up to date');
      await stop();
    });
}
