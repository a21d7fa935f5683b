/**
 * What the message log needs done by the clock: partitions made ahead, RequestIDs of days that leave the replay horizon
 * folded away, days of the log past their keeping dropped. Streams are dropped by delivery/, which knows who still
 * needs them.
 */
import type pg from 'pg';
import { addDays, type Clock, utcDay } from '../foundation/clock.ts';
import type { Config } from '../foundation/config.ts';
import { dropExpiredPartitions, ensurePartitions } from '../foundation/database/index.ts';
import type { Log } from '../foundation/log.ts';
import { foldRequestIds } from './record-store.ts';

/** Tables whose days leave when the audit record does. */
const LOG_TABLES = ['message_device', 'message_log', 'delivery'] as const;

export interface MaintenanceParts {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  readonly log: Log;
  readonly config: Config;
}

/** One round; every process may run it, at any time. Throws the database's error when something must wait. */
export async function maintainMessages(parts: MaintenanceParts): Promise<void> {
  const { pool, clock, log, config } = parts;
  const today = utcDay(clock.now());
  const made = await ensurePartitions(pool, { today, ahead: config.database.partitionDaysAhead });
  if (made.length > 0) log.info({ partitions: made.length }, 'day partitions were made ahead');
  // yesterday's lane may still be at work for a moment, and lane time may be behind: a day is folded when it is closed
  const horizonStart = addDays(today, -config.messages.replayHorizonDays);
  const folded = await foldRequestIds(pool, horizonStart);
  if (folded > 0) log.info({ folded }, 'days of RequestIDs left the replay horizon');
  const firstKept = addDays(today, -config.messages.logDays);
  for (const table of LOG_TABLES) {
    const dropped = await dropExpiredPartitions(pool, { table, firstKept });
    if (dropped.length > 0) log.info({ table, days: dropped.map((one) => one.day) }, 'days of the record have ended');
  }
}
