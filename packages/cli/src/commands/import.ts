import { createReadStream } from 'node:fs';
import { importKinds } from '@penstock/api';
import { consoleAuthor, ImportRefused, importFile, openPlatformDatabase } from '@penstock/platform';
import { createLog } from '@penstock/platform/log';
import { Argument, Command } from 'commander';
import { loadConfigFor } from '../load-config.ts';

/** Faults that are printed; the rest are counted. */
const MOST_PRINTED = 50;

/**
 * `penstock import KIND FILE`: on the database itself, so that the first certificate of the Operator can be registered
 * before anybody may call the API.
 */
export function importCommand(): Command {
  return new Command('import')
    .description(
      'bring in a CSV file of parties, User IDs, certificates, officers, devices or registrations (docs/imports.md)',
    )
    .addArgument(new Argument('<kind>', 'what the file holds').choices(importKinds))
    .argument('<file>', 'the CSV file')
    .action(async (kindName: string, file: string, _options, command: Command) => {
      const kind = importKinds.find((one) => one === kindName);
      if (kind === undefined) throw new RangeError(kindName);
      const database = await openPlatformDatabase(loadConfigFor(command), createLog({ level: 'warn' }));
      try {
        const result = await importFile(database.pool, kind, createReadStream(file), consoleAuthor());
        console.log(`${kind}: ${result.rows} rows, ${result.changed} changed`);
        for (const { line, message } of result.notes ?? []) console.log(`${file}:${line}: note: ${message}`);
      } catch (error) {
        if (!(error instanceof ImportRefused)) throw error;
        for (const { line, column, code, message, action } of error.faults.slice(0, MOST_PRINTED)) {
          console.error(`${file}:${line}${column === undefined ? '' : `:${column}`}: ${message} (${code}). ${action}`);
        }
        const more = error.faultCount - Math.min(error.faults.length, MOST_PRINTED);
        if (more > 0) console.error(`and ${more} more`);
        throw error;
      } finally {
        await database.close();
      }
    });
}
