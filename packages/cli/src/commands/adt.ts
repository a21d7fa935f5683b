import { type AdtDifference, type AdtFile, compareAdt, Findings, readAdt } from '@penstock/files';
import type { Command } from 'commander';
import { exitCode, LocalFailure, localCommand, runLocally } from '../local-failure.ts';
import { describeFindings, knownSrv, LocalFile, printFindings, printJson } from '../local-files.ts';
import { signing } from '../sign-file.ts';

interface Options {
  readonly json?: boolean;
}

async function readFile(path: string): Promise<{ file: AdtFile | undefined; findings: Findings }> {
  const findings = new Findings();
  return { file: await readAdt(new LocalFile(path).read(), knownSrv, findings), findings };
}

const count = (number: number, one: string): string => `${number} ${one}${number === 1 ? '' : 's'}`;

function summarise({ userId, thresholds }: AdtFile): string {
  const exceptions = thresholds.reduce((sum, threshold) => sum + threshold.exceptions.length, 0);
  return `${count(thresholds.length, 'threshold')} and ${count(exceptions, 'exception')} of ${userId}`;
}

async function check(path: string, { json }: Options): Promise<number> {
  const { file, findings } = await readFile(path);
  if (json) printJson({ ...describeFindings(path, findings), ...(file === undefined ? {} : { contents: file }) });
  else {
    printFindings(path, findings);
    console.log(
      file === undefined ? `${path}: ${count(findings.faultCount, 'fault')}` : `${path}: ${summarise(file)}, no faults`,
    );
  }
  return file === undefined ? exitCode.faults : 0;
}

/** A file to compare; one with faults is told and ends the command. */
async function needFile(path: string): Promise<AdtFile> {
  const { file, findings } = await readFile(path);
  if (file !== undefined) return file;
  printFindings(path, findings);
  throw new LocalFailure(exitCode.faults, `${path} has faults and cannot be compared`, 'Correct the file first.');
}

const marks = { added: '+', removed: '-', changed: '~', unchanged: ' ' } as const;

function printDifference({ identity, kind, before, after, changes, reasons }: AdtDifference): void {
  const { services, direction, period } = identity;
  const numbers = (after.length > 0 ? after : before).map(({ quarantine }) => quarantine);
  console.log(`${marks[kind]} ${services} ${direction} in ${period}: quarantine above ${numbers.join(', ')}`);
  for (const { item, from, to, field, before: old, after: now } of changes) {
    const where =
      item === 'exception' || field === 'row' ? ` (${item} from ${from ?? 'applying'} to ${to ?? 'no end'})` : '';
    console.log(`    ${field}: ${old ?? 'none'} -> ${now ?? 'none'}${where}`);
  }
  for (const reason of reasons) console.log(`    relaxes ${reason}`);
}

async function diff(beforePath: string, afterPath: string, { json }: Options): Promise<number> {
  const [before, after] = [await needFile(beforePath), await needFile(afterPath)];
  if (before.userId !== after.userId) {
    const message = `${beforePath} is of ${before.userId} and ${afterPath} of ${after.userId}`;
    throw new LocalFailure(exitCode.faults, message, 'Compare files of the same User ID.');
  }
  const differences = compareAdt(before, after);
  const changed = differences.filter(({ kind }) => kind !== 'unchanged');
  const relaxes = differences.some((one) => one.relaxes);
  if (json) printJson({ userId: after.userId, isDifferent: changed.length > 0, relaxes, differences });
  else {
    for (const difference of changed) printDifference(difference);
    const kinds = (['added', 'removed', 'changed', 'unchanged'] as const).map(
      (kind) => `${differences.filter((one) => one.kind === kind).length} ${kind}`,
    );
    const warning = relaxes ? '; it could let through what is held today: a second person may have to agree' : '';
    console.log(`${after.userId}: ${kinds.join(', ')}${warning}`);
  }
  return changed.length > 0 ? exitCode.differences : 0;
}

async function checkForSigning(file: LocalFile): Promise<Findings> {
  const findings = new Findings();
  await readAdt(file.read(), knownSrv, findings);
  return findings;
}

/** `penstock adt`: ADT Files, on the machine of the User. */
export function adtCommand(): Command {
  const json = ['--json', 'tell the result as one line of JSON'] as const;
  return localCommand('adt')
    .description('check, compare and sign ADT Files, the thresholds of a User (docs/files.md); needs no server')
    .addCommand(
      localCommand('check')
        .description('find everything that is wrong with a file')
        .argument('<file>', 'the ADT File')
        .option(...json)
        .action((path: string, options: Options) => runLocally(() => check(path, options))),
    )
    .addCommand(
      localCommand('diff')
        .description('tell what a file changes, and whether it could let through what is held today')
        .argument('<before>', 'the ADT File that is in force')
        .argument('<after>', 'the new one')
        .option(...json)
        .action((before: string, after: string, options: Options) => runLocally(() => diff(before, after, options))),
    )
    .addCommand(signing(localCommand('sign').description('sign a file as its officer'), checkForSigning));
}
