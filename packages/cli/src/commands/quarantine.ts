import { compareActions, Findings, HeldItems, readActions, readReport } from '@penstock/files';
import type { Command } from 'commander';
import { exitCode, localCommand, runLocally } from '../local-failure.ts';
import { describeFindings, LocalFile, printFindings, printJson } from '../local-files.ts';
import { signing } from '../sign-file.ts';
import { decideCommand } from './quarantine-decide.ts';
import { quarantineServerCommands } from './quarantine-server.ts';
import { submitting } from './submissions.ts';

interface CheckOptions {
  readonly report?: string;
  readonly json?: boolean;
}

async function readHeld(path: string, findings: Findings): Promise<HeldItems> {
  const held = new HeldItems();
  for await (const _ of readReport(new LocalFile(path).read(), findings, held));
  return held;
}

async function countActions(file: LocalFile, findings: Findings): Promise<{ process: number; delete: number }> {
  const counts = { process: 0, delete: 0 };
  for await (const rows of readActions(file.read(), findings)) for (const { action } of rows) counts[action] += 1;
  return counts;
}

async function check(path: string, { report, json }: CheckOptions): Promise<number> {
  const reportFindings = new Findings();
  const held = report === undefined ? undefined : await readHeld(report, reportFindings);
  const findings = new Findings();
  const file = new LocalFile(path);
  const decisions =
    held === undefined
      ? await countActions(file, findings)
      : await compareActions(held, readActions(file.read(), findings), findings);
  const isGood = findings.faultCount + reportFindings.faultCount === 0;
  if (json) {
    const ofReport = report === undefined ? {} : { report: describeFindings(report, reportFindings) };
    printJson({ ...describeFindings(path, findings), ...ofReport, decisions });
  } else {
    if (report !== undefined) printFindings(report, reportFindings);
    printFindings(path, findings);
    const undecided = 'undecided' in decisions ? `, ${decisions.undecided} stay held` : '';
    console.log(
      `${path}: ${decisions.process} to process, ${decisions.delete} to delete${undecided}${isGood ? ', no faults' : ''}`,
    );
    if (!isGood) console.log(`${findings.faultCount + reportFindings.faultCount} faults`);
  }
  return isGood ? 0 : exitCode.faults;
}

async function checkForSigning(file: LocalFile): Promise<Findings> {
  const findings = new Findings();
  await countActions(file, findings);
  return findings;
}

/** `penstock quarantine`: decisions about held messages, on the machine of the User. */
export function quarantineCommand(): Command {
  const command = localCommand('quarantine')
    .description('decide about held messages: reports, action files, releases (docs/files.md)')
    .addCommand(
      localCommand('check')
        .description('find everything that is wrong with an action file')
        .argument('<file>', 'the Quarantined Communications Action File')
        .option('--report <file>', 'look every item up in this Quarantined Communications Report')
        .option('--json', 'tell the result as one line of JSON')
        .action((path: string, options: CheckOptions) => runLocally(() => check(path, options))),
    )
    .addCommand(decideCommand())
    .addCommand(signing(localCommand('sign').description('sign an action file as its officer'), checkForSigning))
    .addCommand(
      submitting(localCommand('submit').description('deliver a signed action file, and wait for its result'))
        .option('--paused', 'its release begins paused')
        .option('--rate <messages>', 'messages a second that its release begins with'),
    );
  for (const one of quarantineServerCommands()) command.addCommand(one);
  return command;
}
