import { inviteFirstAdministrator, linkOf, openPlatformDatabase } from '@penstock/platform';
import { originsOf } from '@penstock/platform/config';
import { createLog } from '@penstock/platform/log';
import { Command } from 'commander';
import { loadConfigFor } from '../load-config.ts';

/** `penstock people first-administrator`: on the database itself, while nobody may invite anybody yet. */
export function peopleCommand(): Command {
  return new Command('people').description('people who sign in (docs/people.md)').addCommand(
    new Command('first-administrator')
      .description('make the link by which the first administrator of the Operator sets a password')
      .requiredOption('--email <address>', 'of the administrator')
      .option('--name <name>', 'as others see it', 'Administrator')
      .action(async ({ email, name }: { email: string; name: string }, command: Command) => {
        const config = loadConfigFor(command);
        const database = await openPlatformDatabase(config, createLog({ level: 'warn' }));
        try {
          const made = await inviteFirstAdministrator(database.pool, { email, name, now: new Date() });
          const { link, expiresAt } = linkOf(originsOf(config, config.http.port)[0], made);
          console.log(`${link}\nIt is good once, until ${expiresAt}. Who opens it becomes the administrator.`);
        } finally {
          await database.close();
        }
      }),
  );
}
