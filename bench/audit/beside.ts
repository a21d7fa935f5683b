/** What is asked of the record besides: timelines, erratic devices and the sums they rest on, and files made of it. */
import {
  askForRecord,
  createExport,
  ExportWorker,
  exportTitles,
  findErratic,
  type RecordStore,
  readTimeline,
  sumUpActivity,
  type TitleStore,
} from '@penstock/platform/audit-trail';
import { createLog } from '@penstock/platform/log';
import type pg from 'pg';
import { say } from '../harness/progress.ts';
import { type Share, shareOf, timed } from './questions.ts';
import { benchUsers, DAYS } from './shape.ts';
import type { Meter } from './writer.ts';

export interface Beside {
  /** The newest page of a week of a device. */
  readonly timeline: Share;
  /** The whole list of a supplier. */
  readonly erratic: Share & { readonly listed: number };
  /** Messages summed up, by which erratic devices are found. */
  readonly summedUpPerSecond: number;
  /** All titles of one device after another, as a file is answered. */
  readonly titlesExportRowsPerSecond: number;
  /** The record as the worker makes and keeps files of it. */
  readonly madeRowsPerSecond: number;
}

export interface BesideParts {
  readonly pool: pg.Pool;
  readonly record: RecordStore;
  readonly titles: TitleStore;
  readonly meters: readonly Meter[];
  readonly rows: number;
}

/** A file of the worker has about so many rows. */
const MADE_ROWS = 300_000;
const DAY_MS = 86_400_000;

/** @param seconds for the files of titles */
export async function besides(parts: BesideParts, count: number, seconds: number): Promise<Beside> {
  say('asking for timelines, erratic devices and files');
  const { pool, record, titles, meters, rows } = parts;
  const now = () => new Date();
  // rows that are kept from run to run were summed up before
  await pool.query('truncate device_activity, activity_cursor');
  const summing = performance.now();
  await sumUpActivity(pool);
  const summedUpPerSecond = Math.round((rows * 1000) / (performance.now() - summing));
  const timelines: number[] = [];
  for (const { device, userId } of meters.slice(0, count)) {
    const viewer = { kind: 'user', userIds: [userId] } as const;
    timelines.push(
      await timed(() => readTimeline({ pool, record, titles, now, logDays: DAYS }, viewer, device, { limit: 50 })),
    );
  }
  const lists: number[] = [];
  let listed = 0;
  for (const { userId } of benchUsers().filter(({ group }) => group === 'supplier')) {
    lists.push(
      await timed(async () => {
        const asked = { userId: undefined, what: 'erratic devices', now: now() };
        listed += (await findErratic(pool, { kind: 'user', userIds: [userId] }, asked)).length;
      }),
    );
  }
  return {
    timeline: shareOf(timelines),
    erratic: { ...shareOf(lists), listed },
    summedUpPerSecond,
    titlesExportRowsPerSecond: await titlesExported(titles, meters, seconds),
    madeRowsPerSecond: await madeByWorker(parts),
  };
}

async function titlesExported(titles: TitleStore, meters: readonly Meter[], seconds: number): Promise<number> {
  let rows = 0;
  const started = performance.now();
  for (const { device, userId } of meters) {
    for await (const lines of await exportTitles(titles, { kind: 'user', userIds: [userId] }, device, {})) {
      for (let at = lines.indexOf('\n'); at >= 0; at = lines.indexOf('\n', at + 1)) rows++;
    }
    rows -= 1; // the header
    if (performance.now() - started > seconds * 1000) break;
  }
  return Math.round((rows * 1000) / (performance.now() - started));
}

/** Of the largest User, of so many days as have about MADE_ROWS. */
async function madeByWorker({ pool, titles, rows }: BesideParts): Promise<number> {
  const [largest] = benchUsers();
  if (largest === undefined) throw new Error('there are no Users');
  const viewer = { kind: 'user', userIds: [largest.userId] } as const;
  const days = Math.min(DAYS, Math.ceil((DAYS * MADE_ROWS) / (rows * largest.share)));
  const clock = { now: () => new Date() };
  const from = new Date(Date.now() - days * DAY_MS).toISOString();
  const asked = await askForRecord({ pool, titles, clock, logDays: DAYS }, viewer, { format: 'csv', from });
  await createExport(pool, viewer, asked);
  const log = createLog({ level: 'fatal' });
  const worker = new ExportWorker({ pool, titles, log, keepDays: 1, mostUserBytes: 1e12 });
  const started = performance.now();
  while (await worker.makeNext());
  const took = performance.now() - started;
  const made = await pool.query<{ rows: string; state: string }>('select rows::text, state from export');
  const [row] = made.rows;
  if (row?.state !== 'done') throw new Error(`the export is ${row?.state}`);
  await pool.query('truncate export, export_chunk');
  return Math.round((Number(row.rows) * 1000) / took);
}
