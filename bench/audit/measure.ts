/** Fills a database of so many rows, and asks it while it is written to. */
import { setTimeout } from 'node:timers/promises';
import {
  createRecordStore,
  createTitleStore,
  exportRecord,
  type RecordStore,
  readSealer,
  type TitleStore,
} from '@penstock/platform/audit-trail';
import { createLog } from '@penstock/platform/log';
import { packOldDays } from '@penstock/platform/messages';
import type pg from 'pg';
import { say } from '../harness/progress.ts';
import { rounded } from '../harness/statistics.ts';
import { type Beside, besides } from './beside.ts';
import { serve } from './database.ts';
import { type Filled, fill } from './fill.ts';
import { dumpRows } from './peer.ts';
import {
  anyMeters,
  askOwn,
  askTitles,
  FILTERS,
  type Filter,
  ownQuestion,
  type Share,
  shareOf,
  timed,
} from './questions.ts';
import { benchUsers, DAYS } from './shape.ts';
import { type Meter, record as recordMessages, requestFor, Writer } from './writer.ts';

export interface Plan {
  /** Of each kind of question. */
  readonly questions: number;
  readonly visible: number;
  readonly exportSeconds: number;
  readonly peerQuestions: number;
}

export interface Measured {
  readonly filled: Filled;
  readonly version: string;
  readonly bytesPerRow: number;
  readonly bytesOf: Readonly<Record<string, number>>;
  /** From the start of the server until it had filled its memory with what was there before. */
  readonly memoryFilledSeconds: number;
  readonly own: Share;
  readonly ownCold: Share;
  readonly titles: Share;
  readonly titlesCold: Share;
  readonly ownByFilter: Readonly<Record<Filter, Share>>;
  readonly visibleMs: Share;
  readonly titlesVisibleMs: Share;
  readonly exportRowsPerSecond: number;
  readonly exportMegabytes: number;
  readonly beside: Beside | undefined;
  readonly writtenPerSecond: number;
  readonly meters: readonly Meter[];
}

const TABLES = ['message_log', 'named_device'] as const;
const METERS = 5_000;

/** Fills the folder's database and leaves it stopped, its old days packed, vacuumed and analysed as they would have been. */
export async function prepare(folder: string, rows: number): Promise<Filled> {
  const filling = await serve(folder, { isFilling: true });
  const today = new Date().toISOString().slice(0, 10);
  const filled = await fill(filling.pool, { rows, today });
  say(`${filled.rows} rows in ${filled.seconds.toFixed(0)} s; packing and vacuuming`);
  await packOldDays({ pool: filling.pool, clock: { now: () => new Date() }, log: createLog({ level: 'fatal' }) });
  const client = await filling.pool.connect();
  await client.query('set statement_timeout = 0');
  for (const table of [...TABLES, 'device', 'responsibility', 'user_id', 'user_role', 'party']) {
    await client.query(`vacuum (analyze) ${table}`);
  }
  client.release();
  await filling.stop();
  return filled;
}

interface MeasureOptions {
  readonly filled: Filled;
  readonly plan: Plan;
  /** Where the rows go for the peer; undefined: nowhere. */
  readonly dumpFolder?: string | undefined;
  /** Whether timelines, erratic devices and files are measured as well: all rows are summed up for them. */
  readonly isBesides: boolean;
}

export async function measure(
  folder: string,
  { filled, plan, dumpFolder, isBesides }: MeasureOptions,
): Promise<Measured> {
  const { pool, superuserUrl, stop } = await serve(folder, { isFilling: false });
  const { rows } = await pool.query<{ version: string }>(`select current_setting('server_version') as version`);
  const bytesOf = await bytesPerRow(pool, filled.rows);
  const meters = await anyMeters(pool, METERS);
  const parts = { pool, now: () => new Date(), logDays: DAYS };
  const stores: Stores = {
    record: createRecordStore(parts),
    titles: createTitleStore({ ...parts, sealer: () => readSealer(pool) }),
  };
  const writer = new Writer(pool, meters);
  const began = performance.now();
  writer.start();
  say('asking the record of Users, and titles of devices');
  // the server has just started: its memory is being filled with what was there before, and no plan is made
  const cold = await askAll(stores, meters, Math.ceil(plan.questions / 20));
  const memoryFilledSeconds = await memoryFilled(pool);
  const warm = await askAll(stores, meters, plan.questions);
  say('looking for what was just committed');
  const visible = await visibleAfter(pool, stores, meters.slice(0, plan.visible));
  const writtenPerSecond = Math.round((writer.written * 1000) / (performance.now() - began));
  say('exporting');
  const exported = await exportOf(pool, plan.exportSeconds);
  await writer.stop();
  const beside = isBesides
    ? await besides({ pool, ...stores, meters, rows: filled.rows }, plan.questions, plan.exportSeconds)
    : undefined;
  if (dumpFolder !== undefined) await dumpRows(superuserUrl, dumpFolder);
  await stop();
  return {
    filled,
    version: rows[0]?.version ?? 'unknown',
    bytesPerRow: rounded(Object.values(bytesOf).reduce((sum, bytes) => sum + bytes, 0)),
    bytesOf,
    memoryFilledSeconds,
    titles: shareOf(warm.titles),
    titlesCold: shareOf(cold.titles),
    own: shareOf([...warm.own.values()].flat()),
    ownCold: shareOf([...cold.own.values()].flat()),
    ownByFilter: Object.fromEntries([...warm.own].map(([filter, times]) => [filter, shareOf(times)])) as Record<
      Filter,
      Share
    >,
    visibleMs: shareOf(visible.own),
    titlesVisibleMs: shareOf(visible.titles),
    ...exported,
    beside,
    writtenPerSecond,
    meters,
  };
}

/** Waits until the server has filled its memory with what was there before it was stopped; seconds from its start. */
async function memoryFilled(pool: pg.Pool): Promise<number> {
  for (;;) {
    const { rows } = await pool.query<{ seconds: string }>(
      `select extract(epoch from clock_timestamp() - pg_postmaster_start_time()) as seconds
       where not exists (select 1 from pg_stat_activity where backend_type = 'autoprewarm worker')`,
    );
    if (rows[0] !== undefined) return rounded(Number(rows[0].seconds));
    await setTimeout(100);
  }
}

/** Of the table, its indexes and what else belongs to it, by name, over the rows of the log. */
async function bytesPerRow(pool: pg.Pool, rows: number): Promise<Record<string, number>> {
  const { rows: found } = await pool.query<{ name: string; bytes: string }>(
    `with part as (
       select i.inhrelid, p.relname from pg_inherits i join pg_class p on p.oid = i.inhparent where p.relname = any ($1)
     ), size as (
       select relname as name, pg_total_relation_size(inhrelid) - pg_indexes_size(inhrelid) as bytes from part
       union all
       select p.relname || ' ' || array_to_string(array(
                select a.attname from pg_attribute a where a.attrelid = x.indexrelid order by a.attnum), ','),
              pg_relation_size(x.indexrelid)
       from part p join pg_index x on x.indrelid = p.inhrelid
     )
     select name, sum(bytes) as bytes from size group by name order by name`,
    [TABLES],
  );
  return Object.fromEntries(found.map(({ name, bytes }) => [name, rounded(Number(bytes) / rows)]));
}

interface Stores {
  readonly record: RecordStore;
  readonly titles: TitleStore;
}

/** Times of so many questions by each filter and, in turn with them, of as many for titles as of all filters together. */
async function askAll(
  { record, titles }: Stores,
  meters: readonly Meter[],
  count: number,
): Promise<{ own: Map<Filter, number[]>; titles: number[] }> {
  const own = new Map<Filter, number[]>(FILTERS.map((filter) => [filter, []]));
  const ofTitles: number[] = [];
  for (let number = 0; number < count * FILTERS.length; number++) {
    const filter = FILTERS[number % FILTERS.length] ?? 'none';
    const question = ownQuestion(filter, meters);
    own.get(filter)?.push(await timed(() => askOwn(record, question)));
    const meter = meters[number % meters.length];
    if (meter !== undefined) ofTitles.push(await timed(() => askTitles(titles, meter)));
  }
  return { own, titles: ofTitles };
}

/** Milliseconds from the commit of a message to an answer that has it: of its User's record, of its device's titles. */
async function visibleAfter(
  pool: pg.Pool,
  { record, titles }: Stores,
  meters: readonly Meter[],
): Promise<{ own: number[]; titles: number[] }> {
  const times: { own: number[]; titles: number[] } = { own: [], titles: [] };
  for (const meter of meters) {
    const viewer = { kind: 'user', userIds: [meter.userId] } as const;
    const request = requestFor(meter);
    const from = new Date().toISOString();
    await recordMessages(pool, [request]);
    const committed = performance.now();
    const requestId = `${request.originator}:${request.target}:${request.counter}`;
    for (let isThere = false; !isThere; ) {
      const page = await record.list(viewer, { limit: 100, device: meter.device });
      isThere = page.items.some((item) => item.requestId === requestId);
    }
    times.own.push(performance.now() - committed);
    for (let isThere = false; !isThere; ) {
      isThere = (await titles.list(viewer, meter.device, { limit: 10, from })).items.length > 0;
    }
    times.titles.push(performance.now() - committed);
  }
  return times;
}

/** The record of the largest User as it is exported, for so long. */
async function exportOf(
  pool: pg.Pool,
  seconds: number,
): Promise<Pick<Measured, 'exportRowsPerSecond' | 'exportMegabytes'>> {
  const [largest] = benchUsers();
  if (largest === undefined) throw new Error('there are no Users');
  const parts = { pool, now: new Date(), logDays: DAYS };
  const before = process.memoryUsage().rss;
  let most = before;
  let rows = 0;
  const started = performance.now();
  for await (const lines of await exportRecord(parts, { kind: 'user', userIds: [largest.userId] }, {})) {
    for (let at = lines.indexOf('\n'); at >= 0; at = lines.indexOf('\n', at + 1)) rows++;
    most = Math.max(most, process.memoryUsage.rss());
    if (performance.now() - started > seconds * 1000) break;
  }
  const took = (performance.now() - started) / 1000;
  return { exportRowsPerSecond: Math.round(rows / took), exportMegabytes: Math.round((most - before) / 2 ** 20) };
}
