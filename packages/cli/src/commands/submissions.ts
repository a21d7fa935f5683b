import { createReadStream, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { PenstockClient, SubmissionLife } from '@penstock/api';
import type { Command } from 'commander';
import { exitCode, LocalFailure, runLocally } from '../local-failure.ts';
import { printJson } from '../local-files.ts';
import { askServer, asksServer, printTable, type ServerOptions, userOf } from '../server.ts';

// `penstock adt submit`, `penstock quarantine submit` and `penstock adt status`: signed files on the server.

/** Faults that are printed; with --json all that the server lists are told. */
const MOST_PRINTED = 50;
const ASK_EVERY_MS = 200;
const underWay: readonly SubmissionLife['state'][] = ['received', 'verified', 'checked'];

const isTerminal = process.stderr.isTTY === true;

/** Waits until the file has come to rest; how far it is goes to standard error when that is a terminal. */
async function untilAtRest(client: PenstockClient, receipt: SubmissionLife, options: ServerOptions) {
  let life = receipt;
  while (underWay.includes(life.state)) {
    if (isTerminal) process.stderr.write(`\r${life.sha256.slice(0, 12)}: ${life.state} ...\u001b[K`);
    await pause(ASK_EVERY_MS);
    life = await client.submission(receipt.sha256, userOf(options));
  }
  if (isTerminal) process.stderr.write('\r\u001b[K');
  return life;
}

function printSummary({ summary }: SubmissionLife): void {
  const { adt, actions, limits, words = [] } = summary ?? {};
  if (actions !== undefined) {
    console.log(`${actions.process} to process, ${actions.delete} to delete, of ${actions.events} events`);
  }
  if (actions === undefined) for (const sentence of words.slice(0, MOST_PRINTED)) console.log(`  ${sentence}`);
  if (words.length > MOST_PRINTED) console.log(`  and ${words.length - MOST_PRINTED} more`);
  if (limits !== undefined) {
    const { added, removed, changed, unchanged } = limits;
    console.log(`limits: ${added} added, ${removed} removed, ${changed} changed, ${unchanged} unchanged`);
    for (const reason of limits.reasons) console.log(`    relaxes ${reason}`);
  }
  if (adt === undefined) return;
  const { added, removed, changed, unchanged } = adt;
  console.log(`thresholds: ${added} added, ${removed} removed, ${changed} changed, ${unchanged} unchanged`);
  for (const { services, direction, period, kind, reasons } of adt.differences) {
    console.log(`  ${kind} ${services} ${direction} in ${period}`);
    for (const reason of reasons) console.log(`    relaxes ${reason}`);
  }
}

function printLife(life: SubmissionLife): void {
  const requests = `service request${life.references.length === 1 ? '' : 's'} ${life.references.join(', ')}`;
  console.log(`${life.sha256} ${life.state}, received ${life.receivedAt}, ${requests}`);
  if (life.keptUntil !== undefined) console.log(`no officer signed it: its bytes are kept until ${life.keptUntil}`);
  if (life.code !== undefined) console.log(`${life.code}: ${life.detail ?? ''}`);
  for (const { line, column, code, message, action } of life.faults.slice(0, MOST_PRINTED)) {
    console.log(`  ${line}${column === undefined ? '' : `:${column}`}: ${message} (${code}). ${action}`);
  }
  const more = life.faultCount - Math.min(life.faults.length, MOST_PRINTED);
  if (more > 0) console.log(`  and ${more} more`);
  for (const { verdict, name, code, detail } of life.signatures) {
    console.log(
      `signature: ${verdict ?? 'not judged yet'}${name === undefined ? '' : `, ${name}`}${code === undefined ? '' : `, ${code}: ${detail}`}`,
    );
  }
  printSummary(life);
  const { secondOfficer } = life;
  if (secondOfficer === undefined) return;
  const people = secondOfficer.mayBe.map(({ name, email }) => `${name} <${email}>`);
  console.log(`second officer: ${people.length === 0 ? 'nobody is registered who may be' : people.join(', ')}`);
}

/** What the state of a file says to scripts. */
function codeOf({ state }: SubmissionLife): number {
  if (state === 'refused' || state === 'withdrawn') return exitCode.faults;
  return state === 'awaiting_second_officer' || state === 'needs_operator' ? exitCode.waiting : 0;
}

/** How a release begins, where a command can say it. */
interface SubmitOptions extends ServerOptions {
  readonly paused?: boolean;
  readonly rate?: string;
}

function startOf({ paused, rate }: SubmitOptions): { paused?: 'true'; rate?: number } {
  if (rate !== undefined && !/^[1-9][0-9]{0,6}$/.test(rate)) {
    throw new LocalFailure(exitCode.usage, `${rate} is no rate`, 'Give --rate with whole messages a second.');
  }
  return { ...(paused ? { paused: 'true' } : {}), ...(rate === undefined ? {} : { rate: Number(rate) }) };
}

async function submit(path: string, signaturePath: string, options: SubmitOptions): Promise<number> {
  const start = startOf(options);
  const signature = readFileSync(signaturePath);
  return askServer(options, async (client) => {
    const receipt = await client.submit(createReadStream(path), signature, { ...userOf(options), ...start });
    const life = await untilAtRest(client, receipt, options);
    if (options.json) printJson(life);
    else printLife(life);
    return codeOf(life);
  });
}

/** @throws LocalFailure */
export function requireSha256(text: string): string {
  if (/^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase();
  throw new LocalFailure(
    exitCode.usage,
    `${text} is no SHA-256`,
    'Write the 64 hex digits of the file, or of its receipt.',
  );
}

async function status(sha256: string | undefined, options: ServerOptions): Promise<number> {
  return askServer(options, async (client) => {
    if (sha256 !== undefined) {
      const life = await client.submission(requireSha256(sha256), userOf(options));
      if (options.json) printJson(life);
      else printLife(life);
      return codeOf(life);
    }
    const page = await client.submissions({ ...userOf(options), limit: 50 });
    if (options.json) printJson(page);
    else {
      const rows = page.items.map((one) => [one.receivedAt, one.kind ?? '', one.state, one.reference, one.sha256]);
      printTable(['received', 'kind', 'state', 'service request', 'SHA-256'], rows);
    }
    return 0;
  });
}

/** Gives a command the arguments and options of delivering a signed file. */
export function submitting(command: Command): Command {
  return asksServer(command)
    .argument('<file>', 'the file, as it was signed')
    .argument('<signature>', 'its detached signature, as penstock or openssl cms made it')
    .action((path: string, signature: string, options: SubmitOptions) =>
      runLocally(() => submit(path, signature, options)),
    );
}

/** Gives a command the arguments and options of asking what became of signed files. */
export function tellingStatus(command: Command): Command {
  return asksServer(command)
    .argument('[sha256]', 'the SHA-256 of one file; without it the latest are listed')
    .action((sha256: string | undefined, options: ServerOptions) => runLocally(() => status(sha256, options)));
}

async function withdraw(sha256: string, options: ServerOptions): Promise<number> {
  return askServer(options, async (client) => {
    const life = await client.withdraw(requireSha256(sha256), userOf(options));
    if (options.json) printJson(life);
    else printLife(life);
    return 0;
  });
}

/** Gives a command the arguments and options of taking a file back. */
export function withdrawing(command: Command): Command {
  return asksServer(command)
    .argument('<sha256>', 'the SHA-256 of the file')
    .action((sha256: string, options: ServerOptions) => runLocally(() => withdraw(sha256, options)));
}

async function retry(sha256: string | undefined, options: ServerOptions): Promise<number> {
  return askServer(options, async (client) => {
    if (sha256 !== undefined) {
      const begun = await client.retrySubmission(requireSha256(sha256), userOf(options));
      const life = await untilAtRest(client, begun, options);
      if (options.json) printJson(life);
      else printLife(life);
      return codeOf(life);
    }
    const page = await client.stoppedSubmissions({ limit: 50 });
    if (options.json) printJson(page);
    else {
      const rows = page.items.map((one) => [one.stoppedAt, one.userId, one.kind ?? '', one.sha256, one.failure ?? '']);
      printTable(['waits since', 'User ID', 'kind', 'SHA-256', 'what failed'], rows);
    }
    return 0;
  });
}

/** Gives a command the arguments and options of trying a file again that waits for the Operator. */
export function retrying(command: Command): Command {
  return asksServer(command)
    .argument('[sha256]', 'the SHA-256 of one file, with its User by --user; without it those that wait are listed')
    .action((sha256: string | undefined, options: ServerOptions) => runLocally(() => retry(sha256, options)));
}

async function countersign(sha256: string, signaturePath: string, options: ServerOptions): Promise<number> {
  const signature = readFileSync(signaturePath);
  return askServer(options, async (client) => {
    const receipt = await client.addSignature(requireSha256(sha256), signature, userOf(options));
    const life = await untilAtRest(client, receipt, options);
    if (options.json) printJson(life);
    else printLife(life);
    return codeOf(life);
  });
}

/** Gives a command the arguments and options of a second officer, who delivers a signature and not the file again. */
export function countersigning(command: Command): Command {
  return asksServer(command)
    .argument('<sha256>', 'the SHA-256 of the file')
    .argument('<signature>', "the second officer's detached signature over the same bytes")
    .action((sha256: string, signature: string, options: ServerOptions) =>
      runLocally(() => countersign(sha256, signature, options)),
    );
}
