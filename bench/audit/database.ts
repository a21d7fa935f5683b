/** The database of `audit`: embedded, its own, and quick to fill because nothing of it need survive. */
import { join } from 'node:path';
import { migrate, openDatabase, startEmbeddedPostgres } from '@penstock/platform/database';
import { createLog } from '@penstock/platform/log';
import type pg from 'pg';
import { atEnd } from '../harness/cleanup.ts';

export interface Served {
  readonly pool: pg.Pool;
  /** The same database as its superuser, who may write files. */
  readonly superuserUrl: string;
  stop(): Promise<void>;
}

/** For filling only: a crash would lose everything, and checkpoints are far apart. */
const UNSAFE = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_wal_size: '8GB',
  autovacuum: 'off',
};

/** Starts the server of a folder with the platform's settings, or with those for filling. */
export async function serve(folder: string, { isFilling }: { isFilling: boolean }): Promise<Served> {
  const log = createLog({ level: 'fatal' });
  const dataFolder = join(folder, 'data');
  const embedded = await startEmbeddedPostgres({ dataFolder, log, settings: isFilling ? UNSAFE : {} });
  if (isFilling) await migrate(embedded.url);
  const { pool, close } = openDatabase({ url: embedded.url, poolSize: 8, applicationName: 'penstock bench', log });
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= close().then(() => embedded.stop());
    return stopped;
  };
  atEnd('stopping PostgreSQL', stop);
  const withoutDatabase = (text: string): string => text.slice(0, text.lastIndexOf('/'));
  const superuserUrl = `${withoutDatabase(embedded.superuserUrl)}${embedded.url.slice(embedded.url.lastIndexOf('/'))}`;
  return { pool, superuserUrl, stop };
}
