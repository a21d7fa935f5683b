import { Findings } from '@penstock/files';
import type { Command } from 'commander';
import { exitCode, LocalFailure, localCommand, runLocally } from '../local-failure.ts';
import { describeFindings, LocalFile, printFindings, printJson } from '../local-files.ts';
import { signing } from '../sign-file.ts';

// check, diff and sign of the files that are a whole set: thresholds, and limits of attributes.

/** What `diff` needs of a difference. */
interface Difference {
  readonly kind: 'added' | 'removed' | 'changed' | 'unchanged';
  readonly relaxes: boolean;
  readonly reasons: readonly string[];
}

/** What makes one kind of file; `Options` are those that its commands take beside the common ones. */
export interface WholeFile<Contents, One extends Difference, Options> {
  /** As people call it, with its article. */
  readonly title: string;
  /** Gives a command the options by which a file is read. */
  addOptions(command: Command): Command;
  read(file: LocalFile, findings: Findings, options: Options): Promise<Contents | undefined>;
  /** What it holds, in words. */
  summarise(contents: Contents, options: Options): string;
  /** Whose it is: what the last line of `diff` begins with. */
  ownerOf(contents: Contents): string;
  /** Throws LocalFailure when the two cannot be compared. */
  compare(before: Contents, after: Contents): One[];
  /** What `diff --json` tells beside the differences. */
  describe(contents: Contents): object;
  /** The line of one difference, and those of its changes. */
  writeDifference(difference: One): readonly [string, ...string[]];
}

interface Common {
  readonly json?: boolean;
}

export const count = (number: number, one: string): string => `${number} ${one}${number === 1 ? '' : 's'}`;

const marks = { added: '+', removed: '-', changed: '~', unchanged: ' ' } as const;

/** The subcommands check, diff and sign, added to the command of this kind of file. */
export function addWholeFileCommands<Contents extends object, One extends Difference, Options>(
  command: Command,
  kind: WholeFile<Contents, One, Options>,
): Command {
  async function check(path: string, options: Options & Common): Promise<number> {
    const findings = new Findings();
    const contents = await kind.read(new LocalFile(path), findings, options);
    if (options.json)
      printJson({ ...describeFindings(path, findings), ...(contents === undefined ? {} : { contents }) });
    else {
      printFindings(path, findings);
      const faults = count(findings.faultCount, 'fault');
      console.log(`${path}: ${contents === undefined ? faults : `${kind.summarise(contents, options)}, no faults`}`);
    }
    return contents === undefined ? exitCode.faults : 0;
  }

  /** A file to compare; one with faults is told and ends the command. */
  async function needFile(path: string, options: Options): Promise<Contents> {
    const findings = new Findings();
    const contents = await kind.read(new LocalFile(path), findings, options);
    if (contents !== undefined) return contents;
    printFindings(path, findings);
    throw new LocalFailure(exitCode.faults, `${path} has faults and cannot be compared`, 'Correct the file first.');
  }

  async function diff(beforePath: string, afterPath: string, options: Options & Common): Promise<number> {
    const [before, after] = [await needFile(beforePath, options), await needFile(afterPath, options)];
    const differences = kind.compare(before, after);
    const changed = differences.filter((one) => one.kind !== 'unchanged');
    const relaxes = differences.some((one) => one.relaxes);
    if (options.json) {
      printJson({ ...kind.describe(after), isDifferent: changed.length > 0, relaxes, differences });
    } else {
      for (const difference of changed) {
        const [line, ...changes] = kind.writeDifference(difference);
        console.log(`${marks[difference.kind]} ${line}`);
        for (const change of changes) console.log(`    ${change}`);
        for (const reason of difference.reasons) console.log(`    relaxes ${reason}`);
      }
      const kinds = (['added', 'removed', 'changed', 'unchanged'] as const).map(
        (one) => `${differences.filter((difference) => difference.kind === one).length} ${one}`,
      );
      const warning = relaxes ? '; it could let through what is held today: a second person may have to agree' : '';
      console.log(`${kind.ownerOf(after)}: ${kinds.join(', ')}${warning}`);
    }
    return changed.length > 0 ? exitCode.differences : 0;
  }

  async function checkForSigning(file: LocalFile, options: Options): Promise<Findings> {
    const findings = new Findings();
    await kind.read(file, findings, options);
    return findings;
  }

  const json = ['--json', 'tell the result as one line of JSON'] as const;
  const checkCommand = localCommand('check')
    .description('find everything that is wrong with a file')
    .argument('<file>', kind.title)
    .option(...json)
    .action((path: string, options: Options & Common) => runLocally(() => check(path, options)));
  const diffCommand = localCommand('diff')
    .description('tell what a file changes, and whether it could let through what is held today')
    .argument('<before>', `${kind.title} that is in force`)
    .argument('<after>', 'the new one')
    .option(...json)
    .action((before: string, after: string, options: Options & Common) =>
      runLocally(() => diff(before, after, options)),
    );
  const signCommand = signing(localCommand('sign').description('sign a file as its officer'), checkForSigning);
  for (const one of [checkCommand, diffCommand, signCommand]) command.addCommand(kind.addOptions(one));
  return command;
}

interface Changed {
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly field: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** The span of the row that a change is in. */
export const writeSpan = ({ from, to }: Changed): string => `from ${from ?? 'applying'} to ${to ?? 'no end'}`;

/** A value that changed, as a line of `diff`. */
export function writeChange({ field, before, after }: Changed, where: string): string {
  return `${field}: ${before ?? 'none'} -> ${after ?? 'none'}${where}`;
}
