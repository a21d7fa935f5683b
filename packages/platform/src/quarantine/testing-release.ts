/** A worker of releases that is run by hand, and what it sent. */
import type pg from 'pg';
import { systemClock } from '../foundation/clock.ts';
import { createLog } from '../foundation/log.ts';
import { type DirectoryReader, openDirectory } from '../parties/directory-reader.ts';
import { type ReleaseParts, ReleaseWorker } from './release.ts';

const log = createLog({ level: 'silent' });

export function testDirectory(pool: pg.Pool): Promise<DirectoryReader<undefined>> {
  return openDirectory({ pool, log, readRules: async () => undefined });
}

/** One that finds nothing against what it releases. */
export function testReleaseWorker(
  pool: pg.Pool,
  directory: DirectoryReader<undefined>,
  changes: Partial<ReleaseParts> = {},
): ReleaseWorker {
  return new ReleaseWorker({
    pool,
    directory,
    clock: systemClock,
    log,
    judge: () => undefined,
    findDevices: async () => new Map(),
    expireDays: undefined,
    streamed: () => undefined,
    ...changes,
  });
}

/** Chunk after chunk until nothing may go on. */
export async function releaseAll(one: ReleaseWorker): Promise<number> {
  for (let chunks = 0; ; chunks++) if ((await one.releaseNext()) === undefined) return chunks;
}

/** Carries out whatever is decided; the counters of an event's messages that went out, in order, with the bytes held. */
export async function releasedOf(pool: pg.Pool, event: string): Promise<number[]> {
  const directory = await testDirectory(pool);
  try {
    await releaseAll(testReleaseWorker(pool, directory));
  } finally {
    await directory.close();
  }
  const { rows } = await pool.query<{ counter: number }>(
    `select h.counter::integer as counter
     from stream s join held_message h on h.user_id = s.user_id and h.day = s.message_day and h.sequence = s.message_sequence
     where h.event = $1 and s.direction = 'southbound' and s.body = h.body order by s.day, s.sequence`,
    [event],
  );
  return rows.map(({ counter }) => counter);
}
