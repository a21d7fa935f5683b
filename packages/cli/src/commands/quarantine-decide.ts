import { renameSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import {
  type ActionName,
  type ActionRow,
  FileError,
  Findings,
  type HeldRow,
  parseEui,
  parseEvent,
  readReport,
  writeActions,
} from '@penstock/files';
import type { Command } from 'commander';
import { exitCode, LocalFailure, localCommand, runLocally } from '../local-failure.ts';
import { describeFindings, LocalFile, printFindings, printJson } from '../local-files.ts';

interface Options {
  readonly process?: boolean;
  readonly delete?: boolean;
  readonly event?: string;
  readonly srv?: string;
  readonly device?: string;
  readonly reason?: string;
  readonly reference?: string;
  readonly out: string;
  readonly json?: boolean;
}

function failUsage(message: string, action: string): never {
  throw new LocalFailure(exitCode.usage, message, action);
}

function readAction(options: Options): ActionName {
  if (options.process === options.delete)
    failUsage('give exactly one of --process and --delete', 'Choose what is decided.');
  return options.process ? 'process' : 'delete';
}

/** Which held messages are meant; all of them when nothing is asked. */
function readSelection({ event, srv, device }: Options): (row: HeldRow) => boolean {
  const wantedEvent = event === undefined ? undefined : parseEvent(event);
  const wantedDevice = device === undefined ? undefined : parseEui(device);
  if (event !== undefined && wantedEvent === undefined)
    failUsage(`${event} is not 1 to 20 digits`, 'Take it from the report.');
  if (device !== undefined && wantedDevice === undefined)
    failUsage(`${device} is not an EUI-64`, 'Take it from the report.');
  return (row) =>
    (wantedEvent === undefined || row.event === wantedEvent) &&
    (srv === undefined || row.srv === srv) &&
    (wantedDevice === undefined || row.device === wantedDevice);
}

async function decide(path: string, options: Options): Promise<number> {
  const action = readAction(options);
  const isMeant = readSelection(options);
  const { reason = '', reference = '' } = options;
  const findings = new Findings();
  let held = 0;
  let decided = 0;
  async function* actions(): AsyncGenerator<Omit<ActionRow, 'line'>> {
    for await (const rows of readReport(new LocalFile(path).read(), findings)) {
      for (const row of rows) {
        if (row.row === 'event') continue;
        held += 1;
        if (!isMeant(row)) continue;
        decided += 1;
        const { event, messageId, sha256 } = row;
        yield { event, messageId, sha256, action, reason, reference };
      }
    }
  }
  // so that a report with faults, or a kill, leaves no half of a file
  const temporary = `${options.out}.${process.pid}.tmp`;
  const handle = await open(temporary, 'wx');
  try {
    for await (const piece of writeActions(actions())) await handle.writeFile(piece);
    if (findings.faultCount > 0) {
      printFindings(path, findings);
      if (options.json) printJson(describeFindings(path, findings));
      throw new LocalFailure(exitCode.faults, `${path} has faults; nothing was written`, 'Take a new report.');
    }
    if (decided === 0) {
      const message = `none of the ${held} held messages is meant; nothing was written`;
      throw new LocalFailure(exitCode.faults, message, 'Choose other messages, or take a newer report.');
    }
    await handle.sync();
    renameSync(temporary, options.out);
  } catch (error) {
    rmSync(temporary, { force: true });
    if (!(error instanceof FileError)) throw error;
    throw new LocalFailure(
      exitCode.faults,
      `${error.code}: ${error.message}`,
      'Correct the reason or the reference, or decide fewer at once.',
    );
  } finally {
    await handle.close();
  }
  if (options.json) printJson({ out: options.out, action, decided, held });
  else console.log(`${options.out}: ${decided} of ${held} held messages to ${action}; sign it next`);
  return 0;
}

/** `penstock quarantine decide`: an action file from a report. What it does not name stays held. */
export function decideCommand(): Command {
  return localCommand('decide')
    .description('make an action file from a report; what is not chosen stays held')
    .argument('<report>', 'the Quarantined Communications Report')
    .option('--process', 'send the chosen messages on their way')
    .option('--delete', 'never send the chosen messages')
    .option('--event <reference>', 'choose what this event holds')
    .option('--srv <variant>', 'choose messages of this service request variant')
    .option('--device <eui>', 'choose messages that concern this device')
    .option('--reason <text>', 'why, for the record')
    .option('--reference <request>', 'your service request for it; without one the intake raises one')
    .requiredOption('--out <file>', 'the action file to write')
    .option('--json', 'tell the result as one line of JSON')
    .action((path: string, options: Options) => runLocally(() => decide(path, options)));
}
