import { directionSchema, messageKinds } from '@penstock/api';
import { type Command, Option } from 'commander';
import { exitCode, LocalFailure, localCommand, runLocally } from '../local-failure.ts';
import { printJson } from '../local-files.ts';
import { askServer, asksServer, printTable, type ServerOptions, userOf } from '../server.ts';
import { type ExportOptions, exportRecord } from './audit-export.ts';
import { type ReportOptions, report } from './audit-report.ts';
import {
  type Conditions,
  messageCells,
  messageHeadings,
  questionOf,
  titleCells,
  titleHeadings,
  titleQuestionOf,
} from './audit-rows.ts';
import { tail } from './audit-tail.ts';

// `penstock audit`: a User's own record, the titles of its devices, and reports, with the rights of the certificate.

export interface SearchOptions extends ServerOptions, Conditions {
  readonly titles?: boolean;
  readonly limit: string;
}

function limitOf({ limit }: SearchOptions): number {
  if (/^[1-9]\d{0,2}$/.test(limit) && Number(limit) <= 200) return Number(limit);
  throw new LocalFailure(
    exitCode.usage,
    `--limit ${limit} is none`,
    'Give a number from 1 to 200; penstock audit export has all.',
  );
}

function tellMore({ cursor }: { readonly cursor?: string | undefined }): void {
  if (cursor !== undefined) console.error('There are more: narrow the question, or use penstock audit export.');
}

async function search(options: SearchOptions): Promise<number> {
  const limit = limitOf(options);
  const titles = options.titles ? titleQuestionOf(options) : undefined;
  return askServer(options, async (client) => {
    if (titles === undefined) {
      const page = await client.messages({ ...questionOf(options), ...userOf(options), limit });
      if (options.json) printJson(page);
      else printTable(messageHeadings, page.items.map(messageCells));
      if (!options.json) tellMore(page);
      return 0;
    }
    const page = await client.titles(titles.device, { ...titles.query, ...userOf(options), limit });
    if (options.json) printJson(page);
    else printTable(titleHeadings, page.items.map(titleCells));
    if (!options.json) tellMore(page);
    return 0;
  });
}

function withConditions(command: Command): Command {
  return asksServer(command)
    .option('--from <time>', 'from this instant on, such as 2026-11-22T00:00:00Z')
    .option('--to <time>', 'before this instant')
    .option('--device <eui>', 'what concerns this device')
    .option('--mpxn <mpxn>', 'what concerns a device of this metering point')
    .addOption(
      new Option('--direction <direction>', 'to the device or from it; of titles').choices(directionSchema.options),
    )
    .option('--srv <srv>', 'of this service request variant')
    .addOption(new Option('--kind <kind>', 'of this kind').choices(messageKinds))
    .option('--code <code>', 'with this response or alert code')
    .option('--request <id>', 'with this RequestID');
}

export function auditCommand(): Command {
  return localCommand('audit')
    .description("search, export and follow a User's own record, and the titles of its devices; fetch reports")
    .addCommand(
      withConditions(localCommand('search').description('the newest messages that meet all conditions'))
        .option('--titles', "titles of everybody's messages to the device")
        .option('--limit <number>', 'at most so many', '50')
        .action((options: SearchOptions) => runLocally(() => search(options))),
    )
    .addCommand(
      withConditions(
        localCommand('export').description('a file of all that meets the conditions; goes on where it broke off'),
      )
        .requiredOption('--out <file>', 'where the file goes')
        .option('--titles', "titles of everybody's messages to the device")
        .addOption(new Option('--format <format>', 'of the file').choices(['csv', 'jsonl']).default('csv'))
        .action((options: ExportOptions) => runLocally(() => exportRecord(options))),
    )
    .addCommand(
      asksServer(localCommand('tail').description('messages as they are recorded, until it is interrupted'))
        .option('--device <eui>', "titles of everybody's messages to this device instead")
        .action((options: ServerOptions & { readonly device?: string }) => runLocally(() => tail(options))),
    )
    .addCommand(
      asksServer(localCommand('report').description('list the reports that there are, or fetch one as CSV'))
        .argument('[report]', 'such as RSAT_001')
        .option('--month <month>', 'of this month, such as 2026-11')
        .option('--device <eui>', 'of this device')
        .option('--out <file>', 'where it goes (default: the standard output)')
        .action((name: string | undefined, options: ReportOptions) => runLocally(() => report(name, options))),
    );
}
