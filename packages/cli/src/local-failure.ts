import { SignatureError } from '@penstock/files/signature';
import { Command } from 'commander';

// How the commands that work on files of one's own fail: by exit codes that scripts can rely on (docs/files.md).

export const exitCode = {
  /** The file has faults, or may not be signed with this key and certificate. */
  faults: 1,
  /** `adt diff`, `limits diff`: the files differ. */
  differences: 2,
  /** `submit`, `status`: the file waits for a second officer. */
  waiting: 3,
  /** The server refused what was asked. */
  refused: 4,
  /** The server cannot be reached. */
  unreachable: 5,
  /** The command line is wrong. */
  usage: 64,
  /** A file cannot be read or written. */
  input: 66,
} as const;

/** Ends the command with one line that says what is wrong, and one that says what to do. */
export class LocalFailure extends Error {
  readonly action: string;
  readonly exitCode: number;

  constructor(code: number, message: string, action: string) {
    super(message);
    this.action = action;
    this.exitCode = code;
  }
}

/** A subcommand whose wrong use ends with `exitCode.usage`. */
export function localCommand(name: string): Command {
  return new Command(name).exitOverride(({ exitCode: code }) => {
    process.exit(code === 0 ? 0 : exitCode.usage);
  });
}

function asFailure(error: unknown): LocalFailure | undefined {
  if (error instanceof LocalFailure) return error;
  if (error instanceof SignatureError) {
    return new LocalFailure(exitCode.faults, `${error.code}: ${error.message}`, error.action);
  }
  const isOfSystem = error instanceof Error && 'syscall' in error && 'path' in error;
  if (!isOfSystem) return undefined;
  return new LocalFailure(exitCode.input, error.message, 'Name a file that is there and that you may read or write.');
}

/** Runs an action; what it throws is told in two lines and by the exit code. */
export async function runLocally(action: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await action();
  } catch (error) {
    const failure = asFailure(error);
    if (failure === undefined) throw error;
    console.error(`penstock: ${failure.message}\n${failure.action}`);
    process.exitCode = failure.exitCode;
  }
}
