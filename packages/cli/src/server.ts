import { readFileSync } from 'node:fs';
import { ApiError, PenstockClient } from '@penstock/api';
import { type Command, Option } from 'commander';
import { exitCode, LocalFailure } from './local-failure.ts';
import { printJson } from './local-files.ts';

// What the commands that ask the server share: whom they ask, as whom, and how they tell that it did not answer.

export interface ServerOptions {
  readonly server: string;
  readonly certificate?: string;
  readonly key?: string;
  readonly ca?: string;
  readonly user?: string;
  readonly readReason?: string;
  readonly json?: boolean;
}

/** The options of whom to ask and as whom; each may stand in the environment. */
export function asksServer(command: Command): Command {
  return command
    .addOption(
      new Option('--server <url>', 'the address of the gateway')
        .env('PENSTOCK_SERVER')
        .default('https://127.0.0.1:8443'),
    )
    .addOption(new Option('--certificate <file>', 'the client certificate, in PEM').env('PENSTOCK_CLIENT_CERTIFICATE'))
    .addOption(new Option('--key <file>', 'its private key, in PEM').env('PENSTOCK_CLIENT_KEY'))
    .addOption(
      new Option('--ca <file>', "the authorities of the gateway's certificate, in PEM").env('PENSTOCK_CLIENT_CA'),
    )
    .addOption(
      new Option('--user <user id>', 'the User ID, where the certificate stands for several or for the Operator'),
    )
    .addOption(
      new Option('--read-reason <words>', "why the Operator reads a User's own record").env('PENSTOCK_READ_REASON'),
    )
    .option('--json', 'tell the result as one line of JSON');
}

function needFile(value: string | undefined, option: string, variable: string): Buffer {
  if (value !== undefined) return readFileSync(value);
  throw new LocalFailure(exitCode.usage, `${option} is missing`, `Give ${option} FILE, or set ${variable}.`);
}

/** Which User is asked about; left out where the certificate says it. */
export const userOf = ({ user }: ServerOptions): { userId?: string } => (user === undefined ? {} : { userId: user });

/** Asks the server and closes the connections; what the server refuses is told with its code and what to do. */
export async function askServer(
  options: ServerOptions,
  ask: (client: PenstockClient) => Promise<number>,
): Promise<number> {
  const client = new PenstockClient({
    address: options.server,
    certificate: needFile(options.certificate, '--certificate', 'PENSTOCK_CLIENT_CERTIFICATE'),
    key: needFile(options.key, '--key', 'PENSTOCK_CLIENT_KEY'),
    ...(options.ca === undefined ? {} : { authorities: readFileSync(options.ca) }),
    ...(options.readReason === undefined ? {} : { reason: options.readReason }),
  });
  try {
    return await ask(client);
  } catch (error) {
    throw asFailure(error, options.server);
  } finally {
    client.close();
  }
}

const isOfNetwork = (error: unknown): error is Error => error instanceof Error && 'code' in error && !('path' in error);

/** Whether the server was not reached, or was and could not answer now. */
export function mayAnswerLater(error: unknown): error is Error {
  return error instanceof ApiError ? error.status >= 500 : isOfNetwork(error);
}

/** Faults of a file that are told; the server lists the first thousand. */
const MOST_FAULTS = 50;

function asFailure(error: unknown, server: string): unknown {
  if (error instanceof ApiError) {
    const { problem } = error;
    const detail = problem?.detail === undefined ? '' : ` (${problem.detail})`;
    const faults = problem?.faults?.slice(0, MOST_FAULTS).map(({ line, column, message: words }) => {
      return `\n${column === undefined ? line : `${line}:${column}`}: ${words}`;
    });
    const said = problem === undefined ? error.message : `${problem.code}: ${problem.title}${detail}`;
    const message = said + (faults ?? []).join('');
    return new LocalFailure(exitCode.refused, message, problem?.action ?? 'Check the address of the server.');
  }
  if (!isOfNetwork(error)) return error;
  return new LocalFailure(
    exitCode.unreachable,
    `${server} cannot be reached: ${error.message}`,
    'Check --server and --ca, and that the platform runs.',
  );
}

/** Tells an answer: as JSON, or in lines. */
export function tell<Answer extends object>(
  { json }: ServerOptions,
  answer: Answer,
  lines: (answer: Answer) => readonly string[],
): number {
  if (json) printJson(answer);
  else for (const line of lines(answer)) console.log(line);
  return 0;
}

/** Rows under their headings, each column as wide as it needs. */
export function printTable(headings: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  for (const row of [headings, ...rows]) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
}
