import { type AdtDifference, type AdtFile, compareAdt, parseEui, readAdt } from '@penstock/files';
import type { Command } from 'commander';
import { exitCode, LocalFailure, localCommand } from '../local-failure.ts';
import { knownSrv } from '../local-files.ts';
import { countersigning, retrying, submitting, tellingStatus, withdrawing } from './submissions.ts';
import { addWholeFileCommands, count, type WholeFile, writeChange, writeSpan } from './whole-file.ts';

interface Options {
  readonly operator?: string;
}

/** The Operator's User ID in upper case, when it is given. */
function operatorIdOf({ operator }: Options): string | undefined {
  if (operator === undefined) return undefined;
  const id = parseEui(operator);
  if (id !== undefined) return id;
  throw new LocalFailure(exitCode.usage, `${operator} is not an EUI-64`, 'Give the User ID of the Operator.');
}

const adtFile: WholeFile<AdtFile, AdtDifference, Options> = {
  title: 'the ADT File',
  addOptions: (command) =>
    command.option('--operator <eui>', 'the User ID of the Operator: its file sets thresholds across all Users'),
  read: (file, findings, options) => readAdt(file.read(), knownSrv, findings, { operatorId: operatorIdOf(options) }),
  summarise({ userId, thresholds }, options) {
    const exceptions = thresholds.reduce((sum, threshold) => sum + threshold.exceptions.length, 0);
    const whose = userId === operatorIdOf(options) ? `${userId}, across all Users` : userId;
    return `${count(thresholds.length, 'threshold')} and ${count(exceptions, 'exception')} of ${whose}`;
  },
  ownerOf: ({ userId }) => userId,
  compare(before, after) {
    if (before.userId === after.userId) return compareAdt(before, after);
    const message = `the first file is of ${before.userId} and the second of ${after.userId}`;
    throw new LocalFailure(exitCode.faults, message, 'Compare files of the same User ID.');
  },
  describe: ({ userId }) => ({ userId }),
  writeDifference({ identity, before, after, changes }) {
    const { services, direction, period } = identity;
    const numbers = (after.length > 0 ? after : before).map(({ quarantine }) => quarantine);
    return [
      `${services} ${direction} in ${period}: quarantine above ${numbers.join(', ')}`,
      ...changes.map((change) =>
        writeChange(
          change,
          change.item === 'exception' || change.field === 'row' ? ` (${change.item} ${writeSpan(change)})` : '',
        ),
      ),
    ];
  },
};

/** `penstock adt`: ADT Files, on the machine of the User, or of the Operator for its own. */
export function adtCommand(): Command {
  const command = localCommand('adt').description(
    'check, compare, sign and submit ADT Files, the thresholds of a User or of the Operator (docs/files.md)',
  );
  return addWholeFileCommands(command, adtFile)
    .addCommand(
      submitting(localCommand('submit').description('deliver a signed file, and wait for what becomes of it')),
    )
    .addCommand(tellingStatus(localCommand('status').description('tell what became of signed files')))
    .addCommand(
      countersigning(localCommand('countersign').description('add the signature of a second officer to a file')),
    )
    .addCommand(withdrawing(localCommand('withdraw').description('take a file back that is not applied yet')))
    .addCommand(
      retrying(localCommand('retry').description('of the Operator: try a file again that could not be worked on')),
    );
}
