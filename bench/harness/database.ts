import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { openDatabase, startEmbeddedPostgres } from '@penstock/platform/database';
import { createLog } from '@penstock/platform/log';
import type pg from 'pg';

/** The platform's database, for asking it what is in there. */

export interface BenchDatabase {
  readonly pool: pg.Pool;
  readonly url: string;
  /** e.g. '18.4' */
  readonly version: string;
  /** Ends the connections; and the server, when this process started it. */
  close(): Promise<void>;
}

/** Opens the embedded database of a data folder: the server that runs there, or one that is started now. */
export async function openBenchDatabase(dataFolder: string, poolSize = 2): Promise<BenchDatabase> {
  const log = createLog({ level: 'fatal' });
  const embedded = await startEmbeddedPostgres({ dataFolder, log });
  const { pool, close } = openDatabase({ url: embedded.url, poolSize, applicationName: 'penstock bench', log });
  const { rows } = await pool.query<{ version: string }>(`select current_setting('server_version') as version`);
  return {
    pool,
    url: embedded.url,
    version: rows[0]?.version ?? 'unknown',
    close: async () => {
      await close();
      await embedded.stop();
    },
  };
}

/**
 * Waits until the platform has caught up with what was put into its database while it was stopped: its memory is filled
 * again, and what follows the log has reached its end.
 */
export async function settled(pool: pg.Pool): Promise<void> {
  for (;;) {
    const { rows } = await pool.query<{ is_settled: boolean }>(
      `select not exists (select from pg_stat_activity where backend_type = 'autoprewarm worker')
          and not exists (
            select from lane l
            left join sum_cursor s using (user_id, lane)
            left join activity_cursor a using (user_id, lane)
            where coalesce(s.sequence, 0) < l.sequence or coalesce(a.sequence, 0) < l.sequence) as is_settled`,
    );
    if (rows[0]?.is_settled === true) return;
    await pause(200);
  }
}

export interface Audit {
  /** Acknowledged messages that are not in the log as accepted, or neither on the southbound stream nor held. */
  readonly lost: number;
  /** Messages that stand more than once in the log, or on the stream and in quarantine. */
  readonly doubled: number;
}

/** How many rows one statement brings. */
const AT_ONCE = 20_000;

/**
 * Asks the database for every acknowledged message: is it in the log, and on the southbound stream or held, once? And is any
 * RequestID there twice, acknowledged or not?
 * @param acknowledged file with one RequestID a line
 */
export async function auditAcknowledged(pool: pg.Pool, acknowledged: string): Promise<Audit> {
  const ids = readFileSync(acknowledged, 'utf8').split('\n').filter(Boolean);
  const client = await pool.connect();
  try {
    // the whole log is read: that may take longer than a statement of the platform may
    await client.query('set statement_timeout = 0');
    // no index leads from the log to the stream, and a young day has no statistics: nested loops would take hours
    await client.query('set enable_nestloop = off');
    await client.query(`set work_mem = '256MB'`);
    await client.query(
      `create temporary table acknowledged (user_id macaddr8, target macaddr8, counter numeric(20)) on commit preserve rows`,
    );
    for (let at = 0; at < ids.length; at += AT_ONCE) {
      const parts = ids.slice(at, at + AT_ONCE).map((id) => id.split(':'));
      await client.query(
        `insert into acknowledged select * from unnest($1::macaddr8[], $2::macaddr8[], $3::numeric[])`,
        [0, 1, 2].map((place) => parts.map((part) => part[place])),
      );
    }
    await client.query('analyze acknowledged');
    const { rows } = await client.query<{ lost: string; doubled: string }>(auditQuery);
    return { lost: Number(rows[0]?.lost), doubled: Number(rows[0]?.doubled) };
  } finally {
    client.release(true);
  }
}

const auditQuery = `
  with logged as (
    select l.user_id, l.target, l.counter, count(distinct (l.day, l.sequence)) as rows, count(s.sequence) as streamed
    from message_log l
    left join (
      select user_id, message_day, message_sequence, sequence from stream where direction = 'southbound'
      union all
      select user_id, day, sequence, sequence from held_message where direction = 'southbound'
    ) as s on s.user_id = l.user_id and s.message_day = l.day and s.message_sequence = l.sequence
    where l.direction = 'southbound' and l.repetition = 0 and l.verdict in ('passed', 'warned', 'held')
    group by l.user_id, l.target, l.counter
  )
  select
    (select count(*) from acknowledged a
     where not exists (
       select from logged l
       where l.user_id = a.user_id and l.target = a.target and l.counter = a.counter and l.streamed > 0)) as lost,
    (select count(*) from logged l where l.rows > 1 or l.streamed > 1) as doubled`;
