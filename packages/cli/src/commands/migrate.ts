import { migrate, startEmbeddedPostgres } from '@penstock/platform/database';
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
      const embedded =
        config.database.url === undefined
          ? await startEmbeddedPostgres({ dataFolder: config.dataFolder, log })
          : undefined;
      try {
        const ran = await migrate(config.database.url ?? embedded?.url ?? '');
        for (const name of ran) console.log(name);
        if (ran.length === 0) console.log('the database is up to date');
      } finally {
        await embedded?.stop();
      }
    });
}
