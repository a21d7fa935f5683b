import { readFileSync, writeFileSync } from 'node:fs';
import { latencies } from '../harness/statistics.ts';
import type { Address } from './connection.ts';
import { InsistingSenders } from './insisting.ts';
import { closedLoop, type LoopResult, openLoop } from './loops.ts';
import { type PreparedMessage, readMessageFile } from './message-file.ts';
import type { InsistingReport, LoadCommand, PhaseReport } from './protocol.ts';
import { poissonSchedule } from './schedule.ts';

/**
 * The load generator, a process of its own so that its CPU time is seen apart. Arguments: port, file of the authority.
 * It takes commands over IPC and answers each with { ok } or { error }, in order.
 */

const [port = '', authorityFile = ''] = process.argv.slice(2);
const address: Address = { port: Number(port), authority: readFileSync(authorityFile, 'utf8') };
let messages: PreparedMessage[] = [];
const acknowledged: string[] = [];
let senders: InsistingSenders | undefined;

async function carryOut(command: LoadCommand): Promise<unknown> {
  switch (command.kind) {
    case 'read':
      messages = messages.concat(command.files.flatMap(readMessageFile));
      return messages.length;
    case 'closed':
      return report(await closedLoop({ ...command, address, messages }));
    case 'open': {
      const { perSecond, seconds } = command;
      const schedule = poissonSchedule({ seed: `${messages.length}`, perSecond, seconds });
      return report(await openLoop({ ...command, address, messages, schedule }));
    }
    case 'write-acknowledged':
      writeFileSync(command.file, acknowledged.map((id) => `${id}\n`).join(''));
      return acknowledged.length;
    case 'begin-insisting':
      senders = new InsistingSenders({ ...command, address, messages });
      return undefined;
    case 'first-acknowledged':
      return await senders?.firstAcknowledged(command.sentAfter);
    case 'end-insisting':
      return await endInsisting();
  }
}

function report(result: LoopResult): PhaseReport {
  messages = messages.slice(result.used);
  for (const id of result.answers.acknowledged) acknowledged.push(id);
  return {
    seconds: result.seconds,
    perSecond: result.acknowledged / result.seconds,
    acknowledged: result.acknowledged,
    latencies: latencies(result.milliseconds),
    answers: result.answers.counts,
    examples: result.answers.examples,
    ranOut: result.ranOut,
    waited: result.waited,
    left: messages.length,
  };
}

async function endInsisting(): Promise<InsistingReport> {
  if (senders === undefined) throw new Error('nobody insists');
  await senders.end();
  const { answers, resent, used } = senders;
  messages = messages.slice(used);
  for (const id of answers.acknowledged) acknowledged.push(id);
  senders = undefined;
  return {
    acknowledged: answers.acknowledged.length,
    resent,
    answers: answers.counts,
    examples: answers.examples,
    left: messages.length,
  };
}

interface Numbered {
  readonly number: number;
  readonly command: LoadCommand;
}

process.on('message', ({ number, command }: Numbered) => {
  carryOut(command).then(
    (ok) => process.send?.({ number, ok }),
    (error: unknown) => process.send?.({ number, error: error instanceof Error ? error.message : String(error) }),
  );
});
process.once('SIGTERM', () => process.exit(0));
