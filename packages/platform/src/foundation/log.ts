import { type DestinationStream, type Logger, pino } from 'pino';
import { PenstockError } from './errors.ts';

/** The structured log. A line at error level means that a person must act; what mends itself is a warning. */
export type Log = Logger;

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

// Fields whose values never belong in a log, at the top and down to two objects deep (deeper is not logged here).
const secretFields = [
  'password',
  'passphrase',
  'secret',
  'token',
  'authorization',
  'cookie',
  'privateKey',
  'signingKey',
  'pfx',
  'databaseUrl',
  'connectionString',
  'body',
  'payload',
];
const redactedPaths = secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);

/** Passwords inside addresses, e.g. in the message of a driver's error; run over each line as it is written. */
function withoutPasswords(text: string): string {
  return text.replaceAll(/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s/]*@/gi, '$1:***@');
}

function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const described: Record<string, unknown> = { type: error.name, message: error.message };
  if (error instanceof PenstockError && error.where !== undefined) described.where = error.where;
  if ('code' in error && typeof error.code === 'string') described.code = error.code;
  if (error.stack !== undefined) described.stack = error.stack;
  if (error.cause !== undefined) described.cause = describeError(error.cause);
  return described;
}

/**
 * The log of a process: one JSON line an event on standard output (or on `destination`), times in ISO 8601.
 * Errors go under `err` with their causes; of a database's error neither the row nor the parameters are written.
 */
export function createLog(options: { level: LogLevel; name?: string }, destination?: DestinationStream): Log {
  return pino(
    {
      name: options.name ?? 'penstock',
      level: options.level,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: redactedPaths, censor: '[redacted]' },
      serializers: { err: describeError },
      hooks: { streamWrite: withoutPasswords },
      formatters: { level: (label) => ({ level: label }) },
    },
    ...(destination === undefined ? [] : [destination]),
  );
}

/** Writes a line of another process's log, as it is, where this log goes. */
export function relayLine(log: Log, line: string): void {
  (log as unknown as Record<symbol, DestinationStream>)[pino.symbols.streamSym]?.write(line);
}

/** A destination for `createLog`: appends to a file, each line at once, so that nothing is lost when the process dies. */
export function logToFile(file: string): DestinationStream {
  return pino.destination({ dest: file, append: true, sync: true });
}
