import pg from 'pg';
import { PenstockError } from '../errors.ts';
import type { Log } from '../log.ts';

/** The schema that everything of the platform is in; every connection looks there first and nowhere else of its own. */
export const schemaName = 'penstock';

/** Temporary tables come last: unnamed, they would come first, and hide tables of the schema from the functions in it. */
export const searchPath = `${schemaName},pg_temp`;

export interface DatabaseOptions {
  readonly url: string;
  /** Most connections of this process. */
  readonly poolSize: number;
  /** Which part of the platform it is, seen in pg_stat_activity. */
  readonly applicationName: string;
  readonly log: Log;
  /** Questions on one connection are sent without waiting for the answers before. They are answered in their order. */
  readonly pipeline?: boolean;
}

export interface Database {
  readonly pool: pg.Pool;
  close(): Promise<void>;
}

// A statement of the platform takes milliseconds; one that takes half a minute holds locks that others wait for.
// Exports read short pages, and migrations set their own.
const statementTimeoutMs = 30_000;
// A transaction that its process forgot holds its lane; the process is gone or broken.
const idleInTransactionTimeoutMs = 30_000;
const connectTimeoutMs = 10_000;
// how long a connection may live that nobody uses
const idleConnectionMs = 60_000;

/**
 * A pool of connections with the search path set. It connects when first used: `ping` says whether it can. What breaks
 * on an idle connection (the server went away) is logged as a warning, the connection is replaced by the next use.
 */
export function openDatabase(options: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize,
    application_name: options.applicationName,
    options: `-c search_path=${searchPath}`,
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
    connectionTimeoutMillis: connectTimeoutMs,
    idleTimeoutMillis: idleConnectionMs,
    keepAlive: true,
    pipeline: options.pipeline ?? false,
  });
  pool.on('error', (err) => options.log.warn({ err }, 'a database connection broke'));
  const ended = new Set<Promise<void>>();
  pool.on('connect', (client) => {
    // The pool listens to its idle clients, and whoever uses one to that; a client that is being ended has nobody, and
    // an error that nobody listens to would end the process.
    client.on('error', () => undefined);
    const end = new Promise<void>((resolve) => {
      client.once('end', () => {
        ended.delete(end);
        resolve();
      });
    });
    ended.add(end);
  });
  let closed: Promise<void> | undefined;
  return {
    pool,
    // The pool's own end does not wait for the connections: a server that is stopped next would still find them.
    close: () => {
      closed ??= pool.end().then(async () => {
        await Promise.all(ended);
      });
      return closed;
    },
  };
}

/** Throws `database.unavailable` unless the database answers. */
export async function ping(pool: pg.Pool): Promise<void> {
  try {
    await pool.query('select 1');
  } catch (cause) {
    throw new PenstockError('database.unavailable', { cause });
  }
}

/**
 * Runs `work` in one transaction on one connection: committed when it returns, rolled back when it throws. The
 * connection is given back; one that broke, or on which the rollback failed, is closed instead.
 */
export async function inTransaction<Result>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  let broken: Error | undefined;
  const onError = (error: Error) => {
    broken = error;
  };
  client.on('error', onError);
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    try {
      await client.query('rollback');
    } catch (rollbackError) {
      broken ??= rollbackError instanceof Error ? rollbackError : new Error(String(rollbackError));
    }
    throw error;
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}

// SQLSTATE classes 08 (connection), 57P0x (shutdown, crash, starting up), 53300 (too many connections), and what the
// driver and the system say when there is no answer at all.
const unavailable = /^(08|57P0|53300|ECONN|EPIPE|ENOENT|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND)/;
const lostConnection = /Connection terminated|timeout exceeded when trying to connect|not queryable/;

/** Whether an error says that the database is away for now: the same work may succeed later, unchanged. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && typeof error.code === 'string' && unavailable.test(error.code)) return true;
  return lostConnection.test(error.message);
}

/**
 * A failure of the database as what the caller is told: `database.unavailable` when the same work may succeed later (it
 * is away, or out of disk, memory or connections: class 53), else `internal.unexpected`.
 */
export function databaseFailure(error: unknown): PenstockError {
  if (error instanceof PenstockError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const isPassing = isUnavailable(error) || code.startsWith('53') || code.startsWith('55') || code.startsWith('57');
  return new PenstockError(isPassing ? 'database.unavailable' : 'internal.unexpected', { cause: error });
}
