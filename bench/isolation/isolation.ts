import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { SimulatedUser, World } from '@penstock/simulator';
import { temporaryFolder } from '../harness/cleanup.ts';
import { openBenchDatabase, settled } from '../harness/database.ts';
import { describeMachine } from '../harness/machine.ts';
import type { BenchOptions } from '../harness/options.ts';
import { freePort, Platform } from '../harness/platform.ts';
import { say } from '../harness/progress.ts';
import type { BenchResult } from '../harness/result.ts';
import { type Latencies, latencies, median, rounded } from '../harness/statistics.ts';
import { openWorld } from '../harness/world.ts';
import { fillBacklog } from './backlog.ts';
import { makeAlerts, Northbound } from './northbound.ts';

/**
 * What a User that is down costs the others. Two platforms of the same world: in one, a great many messages wait for
 * a User whose receive address refuses connections; in the other, nothing waits for it. They run in turn, each time
 * freshly started and warmed up, and messages for the other Users come from the network at a steady rate. Compared is
 * the time from a message being recorded to its User having it.
 */

const FULL = { backlog: 1_500_000, pairs: 8, warmUp: 5, measured: 20 };
const QUICK = { backlog: 100_000, pairs: 1, warmUp: 2, measured: 5 };
const MESSAGE_BYTES = 3_000;
const DIFFERENT_BODIES = 500;
const PER_SECOND = 300;
const HOMES = 200;

type Side = 'with' | 'without';

export async function isolation(options: BenchOptions): Promise<BenchResult> {
  const plan = options.quick ? QUICK : FULL;
  const pairs = options.rounds ?? plan.pairs;
  const folder = temporaryFolder();
  const receivePort = await freePort();
  const now = new Date().toISOString();
  const world = await openWorld({ folder: join(folder, 'world'), seed: 'isolation', homes: HOMES, now, receivePort });
  const down = world.users.find((user) => user.delivery === 'push');
  if (down === undefined) throw new Error('no User is pushed to');

  const prepare = async (side: Side): Promise<Platform> => {
    const own = join(folder, side);
    mkdirSync(own);
    const platform = await Platform.prepare({ folder: own, world, profileFolder: options.profileFolder });
    say(`preparing the platform ${side} a backlog`);
    await platform.start();
    await platform.import(world);
    await platform.stop();
    return platform;
  };
  const platforms = { with: await prepare('with'), without: await prepare('without') };
  const version = await fill(platforms.with, world, down, plan.backlog);
  // the other has nothing to fill, but the same care of its tables
  await fill(platforms.without, world, down, 0);

  const measured: Record<Side, Latencies[]> = { with: [], without: [] };
  for (let pair = 0; pair < pairs; pair++) {
    // turn about, so that what changes with time falls on both alike
    for (const side of pair % 2 === 0 ? (['without', 'with'] as const) : (['with', 'without'] as const)) {
      // receive services drop what is not after the last position, and each platform has positions of its own
      const northbound = new Northbound(world, down);
      await northbound.start();
      const times = await phase(platforms[side], northbound, plan);
      await northbound.stop();
      measured[side].push(times);
      say(`pair ${pair + 1} of ${pairs}, ${side}: p50 ${times.p50.toFixed(2)} ms, p99 ${times.p99.toFixed(2)} ms`);
    }
  }
  const p99 = (side: Side): number[] => measured[side].map((times) => times.p99);
  const ratios = p99('with').map((value, pair) => value / (p99('without')[pair] ?? Number.NaN));
  return {
    name: 'isolation',
    figures: {
      waiting: plan.backlog,
      bytesEach: MESSAGE_BYTES,
      perSecond: PER_SECOND,
      withP99Ms: rounded(median(p99('with'))),
      withoutP99Ms: rounded(median(p99('without'))),
      withP50Ms: rounded(median(measured.with.map((times) => times.p50))),
      withoutP50Ms: rounded(median(measured.without.map((times) => times.p50))),
      ratios: ratios.map((ratio) => rounded(ratio)),
    },
    floor: { ratio: '< 1.10' },
    peers: {},
    ratio: rounded(median(ratios)),
    machine: describeMachine(new Date(), version),
  };
}

async function fill(platform: Platform, world: World, down: SimulatedUser, messages: number): Promise<string> {
  const [home] = world.network.homes;
  if (home === undefined) throw new Error('there are no homes');
  const database = await openBenchDatabase(platform.dataFolder);
  const bodies = makeAlerts(world, down, DIFFERENT_BODIES, MESSAGE_BYTES);
  await fillBacklog(database.pool, { userId: down.userId, device: home.id, messages, bodies });
  await database.close();
  return database.version;
}

async function phase(
  platform: Platform,
  northbound: Northbound,
  plan: { readonly warmUp: number; readonly measured: number },
): Promise<Latencies> {
  await platform.start();
  const database = await openBenchDatabase(platform.dataFolder);
  const run = (seconds: number): Promise<Float64Array> =>
    northbound.run({ gatewayPort: platform.gatewayPort, pool: database.pool, perSecond: PER_SECOND, seconds });
  // a backlog of days was followed and was in memory as it came
  await settled(database.pool);
  await run(plan.warmUp);
  const times = latencies(await run(plan.measured));
  await database.close();
  await platform.stop();
  return times;
}
