import {
  consoleAuthor,
  inviteFirstAdministrator,
  linkOf,
  openPlatformDatabase,
  resetByMachine,
} from '@penstock/platform';
import { originsOf } from '@penstock/platform/config';
import { createLog } from '@penstock/platform/log';
import { Command } from 'commander';
import { loadConfigFor } from '../load-config.ts';

type Pool = Awaited<ReturnType<typeof openPlatformDatabase>>['pool'];

/** Makes a link on the database itself, and says it with what it is good for. */
async function sayLink(
  command: Command,
  make: (pool: Pool) => ReturnType<typeof inviteFirstAdministrator>,
  words: string,
): Promise<void> {
  const config = loadConfigFor(command);
  const database = await openPlatformDatabase(config, createLog({ level: 'warn' }));
  try {
    const { link, expiresAt } = linkOf(originsOf(config, config.http.port)[0], await make(database.pool));
    console.log(`${link}\nIt is good once, until ${expiresAt}. ${words}`);
  } finally {
    await database.close();
  }
}

/** `penstock people`: what only who has the machine may do, where no administrator is there to do it. */
export function peopleCommand(): Command {
  return new Command('people')
    .description('people who sign in (docs/people.md)')
    .addCommand(
      new Command('first-administrator')
        .description('make the link by which the first administrator of the Operator sets a password')
        .requiredOption('--email <address>', 'of the administrator')
        .option('--name <name>', 'as others see it', 'Administrator')
        .action(({ email, name }: { email: string; name: string }, command: Command) =>
          sayLink(
            command,
            (pool) => inviteFirstAdministrator(pool, { email, name, now: new Date(), by: consoleAuthor() }),
            'Who opens it becomes the administrator.',
          ),
        ),
    )
    .addCommand(
      new Command('reset')
        .description(
          'take password, second factor, passkeys and sessions of a person away, and make the link for new ones',
        )
        .requiredOption('--email <address>', 'of the person')
        .action(({ email }: { email: string }, command: Command) =>
          sayLink(
            command,
            (pool) => resetByMachine(pool, { email, now: new Date(), by: consoleAuthor() }),
            'Who opens it sets a new way to sign in as this person.',
          ),
        ),
    );
}
