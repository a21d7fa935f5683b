/**
 * What the message log needs done by the clock: partitions made ahead, RequestIDs of days that leave the replay horizon
 * folded away, days of the log past their keeping dropped. Streams are dropped by delivery/, which knows who still
 * needs them. Every process may do each of these at any time; they throw the database's error when something must wait.
 */
import type pg from 'pg';
import { addDays, type Clock, utcDay } from '../foundation/clock.ts';
import type { Config } from '../foundation/config.ts';
import { dropExpiredPartitions, ensurePartitions, packClosedPartitions } from '../foundation/database/index.ts';
import type { Log } from '../foundation/log.ts';
import { foldRequestIds } from './record-store.ts';

/** Tables whose days leave when the audit record does. */
const LOG_TABLES = [
  'named_device',
  'message_log',
  'day_count',
  'hour_count',
  'minute_end',
  'delivery',
  'title_reading',
  'alert_decision',
] as const;

/** Tables whose closed days are packed: those whose indexes are most of what the record takes. */
const PACKED_TABLES = ['named_device', 'message_log'] as const;

export interface MaintenanceParts {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  readonly log: Log;
  readonly config: Config;
}

/** Makes the partitions of the days ahead. */
export async function makeDaysAhead({ pool, clock, log, config }: MaintenanceParts): Promise<void> {
  const made = await ensurePartitions(pool, { today: utcDay(clock.now()), ahead: config.database.partitionDaysAhead });
  if (made.length > 0) log.info({ partitions: made.length }, 'day partitions were made ahead');
}

/** Folds away the RequestIDs of days that have left the replay horizon; until then each batch probes those days too. */
export async function foldOldRequestIds({ pool, clock, log, config }: MaintenanceParts): Promise<void> {
  const horizonStart = addDays(utcDay(clock.now()), -config.messages.replayHorizonDays);
  const folded = await foldRequestIds(pool, horizonStart);
  if (folded > 0) log.info({ folded }, 'days of RequestIDs left the replay horizon');
}

/** Packs the indexes of days that lane time has left: the day before yesterday and all before it. */
export async function packOldDays({ pool, clock, log }: Omit<MaintenanceParts, 'config'>): Promise<void> {
  const before = addDays(utcDay(clock.now()), -1);
  for (const table of PACKED_TABLES) {
    const packed = await packClosedPartitions(pool, { table, before });
    if (packed.length > 0) log.info({ table, days: packed.map((one) => one.day) }, 'days of the record were packed');
  }
}

/** Drops the days of the record that are past their keeping. */
export async function dropOldDays({ pool, clock, log, config }: MaintenanceParts): Promise<void> {
  const firstKept = addDays(utcDay(clock.now()), -config.messages.logDays);
  for (const table of LOG_TABLES) {
    const dropped = await dropExpiredPartitions(pool, { table, firstKept });
    if (dropped.length > 0) log.info({ table, days: dropped.map((one) => one.day) }, 'days of the record have ended');
  }
}
