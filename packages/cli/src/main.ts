import { startPlatform } from '@penstock/platform';
import { errorCodes, PenstockError } from '@penstock/platform/errors';
import { Command } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { adtCommand } from './commands/adt.ts';
import { configCommand } from './commands/config.ts';
import { demoCommand } from './commands/demo.ts';
import { importCommand } from './commands/import.ts';
import { migrateCommand } from './commands/migrate.ts';
import { quarantineCommand } from './commands/quarantine.ts';
import { startCommand } from './commands/start.ts';

// The command `penstock`. Each command is a file of commands/; a failure is one line with its code and what to do.

const program = new Command('penstock')
  .description('The gate and the window of a smart metering network.')
  .version(manifest.version)
  .option('--config <file>', 'the configuration file (default: penstock.toml in the working folder, when there is one)')
  .addCommand(configCommand())
  .addCommand(migrateCommand())
  .addCommand(importCommand())
  .addCommand(startCommand(startPlatform))
  .addCommand(demoCommand())
  .addCommand(adtCommand())
  .addCommand(quarantineCommand())
  .showHelpAfterError('(penstock --help lists the commands)');

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof PenstockError)) throw error;
  console.error(`penstock: ${error.message}\n${errorCodes[error.code].action}`);
  process.exitCode = 1;
}
