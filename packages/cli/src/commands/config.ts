import { describeConfig } from '@penstock/platform/config';
import { Command } from 'commander';
import { loadConfigFor } from '../load-config.ts';

/** `penstock config`: what is in force, as a penstock.toml would say it; settings without a value are comments. */
export function configCommand(): Command {
  return new Command('config')
    .description('print the configuration that is in force, without secrets, as TOML')
    .addHelpText('after', '\nEvery setting is described in docs/configuration.md.')
    .action((_options, command: Command) => {
      for (const { name, variable, value } of describeConfig(loadConfigFor(command))) {
        const isShown = value !== '' && value !== '"[redacted]"';
        console.log(isShown ? `${name} = ${value} # ${variable}` : `# ${name} = ${value} ${variable}`);
      }
    });
}
