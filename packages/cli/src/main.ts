import { errorCodes, PenstockError } from '@penstock/platform/errors';
import { Command } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { adtCommand } from './commands/adt.ts';
import { auditCommand } from './commands/audit.ts';
import { changeCommand } from './commands/change.ts';
import { emailCommand } from './commands/email.ts';
import { incidentCommand } from './commands/incident.ts';
import { limitsCommand } from './commands/limits.ts';
import { quarantineCommand } from './commands/quarantine.ts';
import { receiptCommand } from './commands/receipt.ts';

// The command `penstock`. Each command is a file of commands/; a failure is one line with its code and what to do.

const program = new Command('penstock')
  .description('The gate and the window of a smart metering network.')
  .version(manifest.version)
  .option('--config <file>', 'the configuration file (default: penstock.toml in the working folder, when there is one)')
  .showHelpAfterError('(penstock --help lists the commands)');

const localCommands = [
  adtCommand(),
  auditCommand(),
  changeCommand(),
  quarantineCommand(),
  limitsCommand(),
  receiptCommand(),
  emailCommand(),
  incidentCommand(),
];
// Loading the platform takes half a second and 30 MB, of which an officer who checks a file has nothing.
if (!localCommands.some((command) => command.name() === process.argv[2])) {
  const { platformCommands } = await import('./commands/of-platform.ts');
  for (const command of platformCommands()) program.addCommand(command);
}
for (const command of localCommands) program.addCommand(command);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof PenstockError)) throw error;
  console.error(`penstock: ${error.message}\n${errorCodes[error.code].action}`);
  process.exitCode = 1;
}
