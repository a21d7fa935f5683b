import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../harness/cleanup.ts';
import { describeMachine } from '../harness/machine.ts';
import type { BenchOptions } from '../harness/options.ts';
import { say } from '../harness/progress.ts';
import type { BenchResult } from '../harness/result.ts';
import { rounded } from '../harness/statistics.ts';
import type { Filled } from './fill.ts';
import { type Measured, measure, type Plan, prepare } from './measure.ts';
import { askPeer, openPeer } from './peer.ts';
import { DAYS } from './shape.ts';
import { WRITTEN_A_SECOND } from './writer.ts';

/**
 * The record of 92 days, asked while it is written to: what a User asks of its own, and what those responsible for a
 * device ask of its titles. Once with a tenth of the rows, for how the times grow, and once with all of them.
 */

const FULL: Plan = { questions: 1_000, visible: 200, exportSeconds: 20, peerQuestions: 500 };
const QUICK: Plan = { questions: 20, visible: 5, exportSeconds: 2, peerQuestions: 20 };
/** Of a row; what is no time is the same on every machine, so more fails the bench. */
const MOST_BYTES = 350;
const ROWS = 1_000_000;
const QUICK_ROWS = 20_000;
/**
 * The peer, timelines, erratic devices and files are measured up to here: of more, all rows would be written to a file
 * and kept once more, and be summed up for half an hour.
 */
const MOST_BESIDES = 10_000_000;

export async function audit(options: BenchOptions): Promise<BenchResult> {
  const plan = options.quick ? QUICK : FULL;
  const rows = options.rows ?? (options.quick ? QUICK_ROWS : ROWS);
  const folder = temporaryFolder();
  const keeping = options.keepFolder;
  const isBesides = rows <= MOST_BESIDES;
  const session = isBesides && !options.withoutPeer ? openPeer(folder) : undefined;
  const dumpFolder = session === undefined ? undefined : join(folder, 'rows');
  const tenth = await run(keeping ?? folder, Math.ceil(rows / 10), {
    plan,
    isKept: keeping !== undefined,
    isBesides: false,
  });
  const all = await run(keeping ?? folder, rows, { plan, dumpFolder, isKept: keeping !== undefined, isBesides });
  const peers: Record<string, unknown> = {};
  if (session !== undefined && dumpFolder !== undefined) {
    say('asking the peer');
    const { meters, filled } = all;
    peers.clickhouse = await askPeer(session, dumpFolder, { rows: filled.rows, meters, questions: plan.peerQuestions });
  }
  if (all.bytesPerRow >= MOST_BYTES) {
    throw new Error(`a row takes ${all.bytesPerRow} bytes: it must be fewer than ${MOST_BYTES}`);
  }
  return {
    name: 'audit',
    figures: {
      rows: all.filled.rows,
      deviceTitlesP99Ms: all.titles.p99,
      ownRecordP99Ms: all.own.p99,
      deviceTitles: { warm: all.titles, cold: all.titlesCold, tenth: tenth.titles },
      ownRecord: { warm: all.own, cold: all.ownCold, tenth: tenth.own, ...all.ownByFilter },
      growth: rounded(Math.max(all.own.p99 / tenth.own.p99, all.titles.p99 / tenth.titles.p99)),
      visibleMs: Math.max(all.visibleMs.p99, all.titlesVisibleMs.p99),
      exportRowsPerSecond: all.exportRowsPerSecond,
      exportMemoryMegabytes: all.exportMegabytes,
      memoryFilledSeconds: all.memoryFilledSeconds,
      beside: all.beside,
      bytesPerRow: all.bytesPerRow,
      bytes: all.bytesOf,
      filledPerSecond: Math.round(all.filled.rows / all.filled.seconds),
      writtenPerSecond: { asked: WRITTEN_A_SECOND, done: all.writtenPerSecond },
    },
    floor: {
      deviceTitlesP99Ms: '< 50',
      ownRecordP99Ms: '< 50',
      growth: '< 1.5',
      visibleMs: '< 1000',
      exportRowsPerSecond: '> 100000',
      bytesPerRow: `< ${MOST_BYTES}`,
    },
    peers,
    ratio: null,
    machine: describeMachine(new Date(), all.version),
  };
}

interface RunOptions {
  readonly plan: Plan;
  readonly dumpFolder?: string | undefined;
  readonly isKept: boolean;
  readonly isBesides: boolean;
}

/** Fills a database of so many rows, or finds it filled; measures, and takes it away unless it is kept. */
async function run(parent: string, rows: number, { isKept, ...options }: RunOptions): Promise<Measured> {
  const folder = join(parent, `${rows}`);
  const filled = await filledIn(folder, rows);
  const measured = await measure(folder, { ...options, filled });
  if (!isKept) rmSync(folder, { recursive: true });
  return measured;
}

async function filledIn(folder: string, rows: number): Promise<Filled> {
  const account = join(folder, 'filled.json');
  if (existsSync(account)) {
    say(`asking the ${rows} rows in ${folder}`);
    return JSON.parse(readFileSync(account, 'utf8'));
  }
  say(`filling ${rows} rows of ${DAYS} days`);
  rmSync(folder, { recursive: true, force: true }); // of a run that was broken off
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755); // PostgreSQL runs as a user of its own when the bench runs as root
  const filled = await prepare(folder, rows);
  writeFileSync(account, JSON.stringify(filled));
  return filled;
}
