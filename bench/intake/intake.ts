import { join } from 'node:path';
import { temporaryFolder } from '../harness/cleanup.ts';
import { cpuPerMessage, machineBusy } from '../harness/cpu.ts';
import { auditAcknowledged, openBenchDatabase } from '../harness/database.ts';
import { describeMachine } from '../harness/machine.ts';
import { stageTimes } from '../harness/metrics.ts';
import type { BenchOptions } from '../harness/options.ts';
import { Platform } from '../harness/platform.ts';
import { say } from '../harness/progress.ts';
import type { BenchResult } from '../harness/result.ts';
import { median, rounded } from '../harness/statistics.ts';
import { VerifyRate } from '../harness/verify-rate.ts';
import { openWorld, type WorldTask } from '../harness/world.ts';
import { checked } from '../load/checked.ts';
import { LoadGenerator } from '../load/generator.ts';
import type { PhaseReport } from '../load/protocol.ts';
import { makeTraffic } from '../load/traffic.ts';
import { measurePeer } from './peer-run.ts';

/**
 * How many messages a second the gateway takes in: fully verified and durably recorded before the answer.
 *
 * Ways of loading, one after the other: closed loops with more and more connections until that brings no more (the
 * maximum), closed loops at that number for the figure, an open loop at 80 % of the figure for the times. The load
 * generator shares the machine, as the floor says.
 */

/** Connections tried in turn. All are: on a machine that swings, one slow step must not end the search. */
const CONNECTIONS = [64, 128, 256];
const HOMES = 2_000;
/** Of the maximum, in the open loop. */
const OPEN_SHARE = 0.8;
/**
 * An open loop should not wait for a connection, or its times count that too: with 256, a commit of 90 ms left a third of
 * those that came meanwhile waiting for the answers to others.
 */
const OPEN_CONNECTIONS = 1_024;

/** Seconds of each part of the run; messages are made for a platform of at most this rate. */
const FULL = { warmUp: 8, step: 5, measured: 10, rounds: 3, open: 30, peer: 8, mostPerSecond: 8_000 };
const QUICK = { warmUp: 3, step: 2, measured: 4, rounds: 1, open: 6, peer: 4, mostPerSecond: 7_000 };

export async function intake(options: BenchOptions): Promise<BenchResult> {
  const plan = options.quick ? QUICK : FULL;
  const folder = temporaryFolder();
  const task: WorldTask = {
    folder: join(folder, 'world'),
    seed: 'intake',
    homes: HOMES,
    now: new Date().toISOString(),
    receivePort: 0,
  };
  const world = await openWorld(task);
  const seconds =
    plan.warmUp +
    plan.step * CONNECTIONS.length +
    plan.measured * plan.rounds +
    plan.open * OPEN_SHARE +
    plan.peer * 0.3;
  const count = Math.ceil(seconds * plan.mostPerSecond);
  say(`signing ${count} messages`);
  const files = await makeTraffic(task, count, folder);

  say('starting the platform');
  const platform = await Platform.prepare({ folder, world, profileFolder: options.profileFolder });
  await platform.start();
  await platform.import(world);
  const load = await startLoad(platform.gatewayPort, world.pki.authorityFile, folder);
  await load.read(files);
  const rate = new VerifyRate();

  say('warming up');
  checked(await load.closed(16, plan.warmUp));
  const connections = await bestConnections(load, plan.step);

  const figures: PhaseReport[] = [];
  let cpu: Record<string, number> = {};
  let threads: Record<string, number> = {};
  const othersShares: number[] = [];
  let stages: object = {};
  for (let round = 0; round < plan.rounds; round++) {
    rate.measure();
    const before = {
      cpu: platform.cpuTimes({ load: load.pid }),
      threads: platform.threadTimes(),
      metrics: await platform.metrics(),
      busy: machineBusy(),
    };
    const figure = checked(await load.closed(connections, plan.measured));
    stages = stageTimes(before.metrics, await platform.metrics());
    cpu = cpuPerMessage(before.cpu, platform.cpuTimes({ load: load.pid }), figure.acknowledged);
    threads = cpuPerMessage(before.threads, platform.threadTimes(), figure.acknowledged);
    const milliseconds = ((cpu.all ?? 0) * figure.acknowledged) / 1000;
    othersShares.push(Math.max(0, 1 - milliseconds / (machineBusy() - before.busy)));
    figures.push(figure);
    rate.measure();
    say(
      `${Math.round(figure.perSecond)} messages/s of ${connections} connections; verifies ${Math.round(rate.perSecond)}/s`,
    );
  }
  const messagesPerSecond = median(figures.map((figure) => figure.perSecond));

  const perSecond = messagesPerSecond * OPEN_SHARE;
  say(`open loop at ${Math.round(perSecond)} messages/s`);
  const open = checked(await load.open({ connections: OPEN_CONNECTIONS, perSecond, seconds: plan.open }));
  rate.measure();

  say('asking the database for every acknowledged message');
  const acknowledgedFile = join(folder, 'acknowledged');
  const acknowledged = await load.writeAcknowledged(acknowledgedFile);
  const database = await openBenchDatabase(platform.dataFolder);
  const audit = await auditAcknowledged(database.pool, acknowledgedFile);
  await database.close();
  await load.stop();
  await platform.stop();

  say('measuring the peer');
  const peer = await measurePeer({ folder, world, dataFolder: platform.dataFolder, files, seconds: plan.peer });
  rate.measure();

  return {
    name: 'intake',
    figures: {
      messagesPerSecond: Math.round(messagesPerSecond),
      p50Ms: rounded(open.latencies.p50),
      p99Ms: rounded(open.latencies.p99),
      p999Ms: rounded(open.latencies.p999),
      openLoopPerSecond: Math.round(open.perSecond),
      waitedForConnection: open.waited,
      connections,
      verifiesPerSecond: Math.round(rate.perSecond),
      verifiesRange: rate.range.map(Math.round),
      othersShareOfCpu: rounded(Math.max(...othersShares), 2),
      acknowledged,
      lost: audit.lost,
      doubled: audit.doubled,
      cpuMicrosecondsPerMessage: cpu,
      platformThreads: threads,
      ...stages,
    },
    floor: {
      ratio: '>= 0.35',
      p99Ms: '< 100',
      'peers.fastifyXmlCryptoInsert.ratioOursToIt': '>= 8',
      lost: '0',
      doubled: '0',
    },
    peers: {
      fastifyXmlCryptoInsert: {
        messagesPerSecond: Math.round(peer.messagesPerSecond),
        ratioOursToIt: rounded(messagesPerSecond / peer.messagesPerSecond),
        cpuMicrosecondsPerMessage: peer.cpu,
      },
    },
    ratio: rounded(messagesPerSecond / rate.perSecond),
    machine: describeMachine(new Date(), database.version),
  };
}

async function startLoad(port: number, authorityFile: string, folder: string): Promise<LoadGenerator> {
  return new LoadGenerator({ port, authorityFile, logFile: join(folder, 'load.log') });
}

/** The number of connections that brings the most. */
async function bestConnections(load: LoadGenerator, seconds: number): Promise<number> {
  let best = { connections: 0, perSecond: 0 };
  for (const connections of CONNECTIONS) {
    const { perSecond } = checked(await load.closed(connections, seconds));
    say(`${Math.round(perSecond)} messages/s of ${connections} connections`);
    if (perSecond > best.perSecond) best = { connections, perSecond };
  }
  return best.connections;
}
