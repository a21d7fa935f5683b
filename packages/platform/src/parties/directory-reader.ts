import type { KeyObject } from 'node:crypto';
import type pg from 'pg';
import type { Log } from '../foundation/log.ts';
import type { Directory } from './directory.ts';
import { loadDirectory, readDirectoryVersion } from './directory-store.ts';
import { DIRECTORY_CHANNEL } from './directory-version.ts';

/** How late a process may notice a change that no batch and no notice told it of. */
const DEFAULT_POLL_MILLISECONDS = 1_000;

export interface DirectoryReader<Rules = unknown> {
  /** The newest directory that this process knows; never waits. */
  current(): Directory<Rules>;
  /** Reads the directory again when it has moved, and returns one not older than this call. */
  reload(): Promise<Directory<Rules>>;
  close(): Promise<void>;
}

/**
 * Loads the directory and keeps it current: by polling its version, earlier when it is notified (one connection of
 * the pool listens), at once by `reload()`. A database that is away is a warning: the last directory stays, and what
 * is decided on it is refused by record_batch if it has moved.
 */
export async function openDirectory<Rules>(options: {
  readonly pool: pg.Pool;
  readonly log: Log;
  /** Reads what else stands under the directory's version; it becomes `rules` of each directory. */
  readonly readRules: (client: pg.PoolClient) => Promise<Rules>;
  readonly pollMilliseconds?: number;
}): Promise<DirectoryReader<Rules>> {
  const { pool, log, readRules } = options;
  const keys = new Map<string, KeyObject>();
  let directory = await loadDirectory(pool, keys, readRules);
  let listener: pg.PoolClient | undefined;
  // One reload runs, one waits for those that asked while it ran: theirs must begin after they asked.
  let running: Promise<Directory<Rules>> | undefined;
  let waiting: Promise<Directory<Rules>> | undefined;

  const load = async (): Promise<Directory<Rules>> => {
    if ((await readDirectoryVersion(pool)) !== directory.version)
      directory = await loadDirectory(pool, keys, readRules);
    return directory;
  };
  const start = (): Promise<Directory<Rules>> => {
    running = load().finally(() => {
      running = undefined;
    });
    return running;
  };
  const reload = (): Promise<Directory<Rules>> => {
    if (running === undefined) return start();
    waiting ??= running
      .catch(() => undefined)
      .then(() => {
        waiting = undefined;
        return start();
      });
    return waiting;
  };
  const wake = () => {
    reload().catch((err: unknown) => log.warn({ err }, 'the directory could not be read; the last one stays'));
  };

  const listen = async () => {
    const client = await pool.connect();
    const onError = (error: Error) => {
      if (listener === client) listener = undefined;
      client.release(error);
    };
    client.once('error', onError);
    try {
      await client.query(`listen ${DIRECTORY_CHANNEL}`);
      client.on('notification', wake);
      listener = client;
    } catch (error) {
      if (client.listeners('error').includes(onError)) client.release(true);
      throw error;
    }
  };
  let ticking: Promise<void> | undefined;
  const tick = async () => {
    try {
      if (listener === undefined) await listen();
      await reload();
    } catch (err) {
      log.warn({ err }, 'the directory could not be read; the last one stays');
    }
    ticking = undefined;
  };
  const timer = setInterval(() => {
    ticking ??= tick();
  }, options.pollMilliseconds ?? DEFAULT_POLL_MILLISECONDS);
  await listen();

  return {
    current: () => directory,
    reload,
    close: async () => {
      clearInterval(timer);
      await ticking;
      await (waiting ?? running)?.catch(() => undefined);
      const client = listener;
      listener = undefined;
      // Closed, not given back: it would go on listening.
      client?.release(true);
    },
  };
}
