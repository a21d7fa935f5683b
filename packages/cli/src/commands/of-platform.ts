import { startPlatform } from '@penstock/platform';
import type { Command } from 'commander';
import { configCommand } from './config.ts';
import { demoCommand } from './demo.ts';
import { importCommand } from './import.ts';
import { migrateCommand } from './migrate.ts';
import { peopleCommand } from './people.ts';
import { rehearseCommand } from './rehearse.ts';
import { startCommand } from './start.ts';

/** The Operator's commands, which run the platform or touch its database. */
export function platformCommands(): Command[] {
  return [
    configCommand(),
    migrateCommand(),
    importCommand(),
    peopleCommand(),
    startCommand(startPlatform),
    demoCommand(),
    rehearseCommand(),
  ];
}
