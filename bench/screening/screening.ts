import { join } from 'node:path';
import { catalogue, type Eui } from '@penstock/duis';
import { ALL_USERS, replaceThresholds, type ThresholdSetting } from '@penstock/platform/thresholds';
import type { World } from '@penstock/simulator';
import { temporaryFolder } from '../harness/cleanup.ts';
import { cpuPerMessage } from '../harness/cpu.ts';
import { type BenchDatabase, openBenchDatabase } from '../harness/database.ts';
import { describeMachine } from '../harness/machine.ts';
import type { BenchOptions } from '../harness/options.ts';
import { Platform } from '../harness/platform.ts';
import { say } from '../harness/progress.ts';
import type { BenchResult } from '../harness/result.ts';
import { median, rounded } from '../harness/statistics.ts';
import { openWorld, type WorldTask } from '../harness/world.ts';
import { checked } from '../load/checked.ts';
import { LoadGenerator } from '../load/generator.ts';
import { makeTraffic } from '../load/traffic.ts';

/**
 * What thresholds cost: CPU a message of the platform and PostgreSQL with 1,000 thresholds in force against none, in
 * pairs of phases whose order alternates. None is exceeded; each message counts for two or three.
 */

const THRESHOLDS = 1_000;
const HOMES = 2_000;
const CONNECTIONS = 64;
/** Never reached, and more than any count a message of the usual way is compared with. */
const QUARANTINE = 1_000_000_000n;
/** A third of the thresholds have periods of minutes: theirs are the steps that are left, and written, every second. */
const PERIODS = [86_400, 3_600, 900, 86_400, 3_600, 60] as const;

const FULL = { warmUp: 10, pairs: 8, seconds: 5, mostPerSecond: 4_500 };
const QUICK = { warmUp: 5, pairs: 2, seconds: 3, mostPerSecond: 4_500 };

interface Pair {
  readonly without: Record<string, number>;
  readonly with: Record<string, number>;
}

export async function screening(options: BenchOptions): Promise<BenchResult> {
  const plan = options.quick ? QUICK : FULL;
  const folder = temporaryFolder();
  const now = new Date().toISOString();
  const task: WorldTask = { folder: join(folder, 'world'), seed: 'screening', homes: HOMES, now, receivePort: 0 };
  const world = await openWorld(task);
  const count = (2 * plan.warmUp + 2 * plan.pairs * plan.seconds) * plan.mostPerSecond;
  say(`signing ${count} messages`);
  const files = await makeTraffic(task, count, folder);

  say('starting the platform');
  const platform = await Platform.prepare({ folder, world, profileFolder: options.profileFolder });
  await platform.start();
  await platform.import(world);
  const { gatewayPort: port } = platform;
  const load = new LoadGenerator({ port, authorityFile: world.pki.authorityFile, logFile: join(folder, 'load.log') });
  await load.read(files);
  const database = await openBenchDatabase(platform.dataFolder);

  say('warming up');
  for (const thresholds of [0, THRESHOLDS]) {
    await setThresholds(database, world, thresholds);
    checked(await load.closed(CONNECTIONS, plan.warmUp));
  }
  const counted = await countedPerMessage(database);
  const measure = async (): Promise<Record<string, number>> => {
    const before = platform.cpuTimes({});
    const phase = checked(await load.closed(CONNECTIONS, plan.seconds));
    return cpuPerMessage(before, platform.cpuTimes({}), phase.acknowledged);
  };
  const pairs: Pair[] = [];
  for (let pair = 0; pair < plan.pairs; pair++) {
    const measured: Partial<Record<keyof Pair, Record<string, number>>> = {};
    for (const which of pair % 2 === 0 ? (['without', 'with'] as const) : (['with', 'without'] as const)) {
      await setThresholds(database, world, which === 'with' ? THRESHOLDS : 0);
      measured[which] = await measure();
    }
    const { without = {}, with: withThresholds = {} } = measured;
    pairs.push({ without, with: withThresholds });
    say(`${without.all} us a message without, ${withThresholds.all} us with ${THRESHOLDS} thresholds`);
  }
  await database.close();
  await load.stop();
  await platform.stop();

  const part = (of: keyof Pair, name: string): number => median(pairs.map((pair) => pair[of][name] ?? Number.NaN));
  return {
    name: 'screening',
    figures: {
      morePercent: rounded(
        median(pairs.map((pair) => ((pair.with.all ?? Number.NaN) / (pair.without.all ?? Number.NaN) - 1) * 100)),
      ),
      thresholds: THRESHOLDS,
      thresholdsPerMessage: rounded(counted),
      cpuMicrosecondsPerMessage: {
        without: Object.fromEntries(['platform', 'postgresql', 'all'].map((name) => [name, part('without', name)])),
        with: Object.fromEntries(['platform', 'postgresql', 'all'].map((name) => [name, part('with', name)])),
      },
      pairs: pairs.length,
    },
    floor: { morePercent: '< 10' },
    peers: {},
    ratio: null,
    machine: describeMachine(new Date(), database.version),
  };
}

/**
 * So many thresholds over the Users of the load and over all Users: each User's total, its single SRVs, and single
 * SRVs of all Users. The periods take turns from SRV to SRV and from owner to owner, so that those of each message do too.
 */
async function setThresholds({ pool }: BenchDatabase, world: World, count: number): Promise<void> {
  const owners: Eui[] = [...world.users.map(({ userId }) => userId), ALL_USERS];
  const share = Math.ceil(count / owners.length);
  const client = await pool.connect();
  try {
    for (const [index, owner] of owners.entries()) {
      await client.query('begin');
      const rows = settingsOf(owner, index).slice(0, Math.min(share, Math.max(0, count - index * share)));
      await replaceThresholds(client, { owner, rows, submission: undefined, reference: 'SR-1' });
      await client.query('commit');
    }
  } finally {
    client.release();
  }
}

function settingsOf(owner: Eui, index: number): ThresholdSetting[] {
  const bounds = [
    { kind: 'threshold', warning: undefined, quarantine: QUARANTINE, from: undefined, to: undefined },
  ] as const;
  const periodOf = (turn: number): number => PERIODS[turn % PERIODS.length] ?? PERIODS[0];
  const srvs = [...catalogue.keys()];
  const total =
    owner === ALL_USERS
      ? []
      : [{ services: ['all'], direction: 'sent', periodSeconds: periodOf(index), bounds } as const];
  return [
    ...total,
    ...(['sent', 'received'] as const).flatMap((direction) =>
      srvs.map((srv, turn) => ({ services: [srv], direction, periodSeconds: periodOf(index + turn), bounds })),
    ),
  ];
}

/** How many thresholds each message counted for until now, on average: what came before they were set is counted too. */
async function countedPerMessage({ pool }: BenchDatabase): Promise<number> {
  const { rows } = await pool.query<{ counted: string }>(
    `with counted as (
       select sum(c.current + c.closed) as sum from threshold_count c
     ), messages as (
       select count(*) as count from message_log l where l.direction = 'southbound' and l.verdict = 'passed'
         and l.command_variant is distinct from 4
     )
     select counted.sum / messages.count as counted from counted, messages`,
  );
  return Number(rows[0]?.counted);
}
