import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Eui } from '@penstock/duis';
import {
  ALL_USERS,
  auditWindows,
  replaceThresholds,
  type ThresholdSetting,
  type WindowAudit,
} from '@penstock/platform/thresholds';
import { Random, type World } from '@penstock/simulator';
import { temporaryFolder } from '../harness/cleanup.ts';
import { processTree } from '../harness/cpu.ts';
import { type Audit, auditAcknowledged, openBenchDatabase } from '../harness/database.ts';
import { describeMachine } from '../harness/machine.ts';
import type { BenchOptions } from '../harness/options.ts';
import { Platform } from '../harness/platform.ts';
import { say } from '../harness/progress.ts';
import type { BenchResult } from '../harness/result.ts';
import { median, rounded } from '../harness/statistics.ts';
import { openWorld, type WorldTask } from '../harness/world.ts';
import { LoadGenerator } from '../load/generator.ts';
import { makeTraffic } from '../load/traffic.ts';

/**
 * SIGKILL under load, of the platform and of all of PostgreSQL, many times each. Senders insist: what is not
 * acknowledged is sent again with the same bytes. The load exceeds thresholds all the time: of each User and of all. After each kill the time until the first message that was sent after
 * it is acknowledged; then the database is asked for every message that was ever acknowledged, and in the end for every
 * window of every threshold.
 *
 * A killed platform is started again at once, as its supervisor would; a killed PostgreSQL is the platform's to start
 * again. These are kills of processes: what a machine does that loses its power is not tried.
 */

const ROUNDS = { full: 20, quick: 2 };
const HOMES = 500;
const LOAD = { connections: 32, perSecond: 800 };
/** Messages to make a round: its seconds of load, with room. */
const MESSAGES_A_ROUND = 4_000;
/** How long the load runs before a kill, in milliseconds; never the same, so that kills meet every moment. */
const BEFORE_KILL = { least: 700, most: 2_500 };
/** A platform that takes longer has failed the bench. */
const SERVES_WITHIN = 60_000;

type Victim = 'platform' | 'postgresql';

interface Round {
  readonly victim: Victim;
  readonly seconds: number;
  readonly audit: Audit;
}

/** Of 800 messages a second, a third goes to the heaviest User. */
const TIGHT = { eachUser: 60n, userSeconds: 2, allUsers: 400n, allSeconds: 3 };

export async function recovery(options: BenchOptions): Promise<BenchResult> {
  const kills = options.rounds ?? (options.quick ? ROUNDS.quick : ROUNDS.full);
  const folder = temporaryFolder();
  const now = new Date().toISOString();
  const task: WorldTask = { folder: join(folder, 'world'), seed: 'recovery', homes: HOMES, now, receivePort: 0 };
  const world = await openWorld(task);
  const count = 2 * kills * MESSAGES_A_ROUND;
  say(`signing ${count} messages`);
  const files = await makeTraffic(task, count, folder);

  say('starting the platform');
  const platform = await Platform.prepare({ folder, world, profileFolder: options.profileFolder });
  await platform.start();
  await platform.import(world);
  await setTightThresholds(platform, world);
  const load = new LoadGenerator({
    port: platform.gatewayPort,
    authorityFile: world.pki.authorityFile,
    logFile: join(folder, 'load.log'),
  });
  await load.read(files);

  const random = new Random('recovery');
  const rounds: Round[] = [];
  const answers: Record<string, number> = {};
  let resent = 0;
  let version = '';
  for (let kill = 0; kill < 2 * kills; kill++) {
    const victim: Victim = kill % 2 === 0 ? 'platform' : 'postgresql';
    await load.beginInsisting(LOAD);
    await pause(BEFORE_KILL.least + random.below(BEFORE_KILL.most - BEFORE_KILL.least));
    const seconds = await killAndWait(platform, load, victim);
    await pause(300);
    const report = await load.endInsisting();
    if (report.left === 0) throw new Error('the messages that were made ran out');
    for (const [kind, number] of Object.entries(report.answers)) answers[kind] = (answers[kind] ?? 0) + number;
    resent += report.resent;

    const acknowledgedFile = join(folder, 'acknowledged');
    await load.writeAcknowledged(acknowledgedFile);
    const database = await openBenchDatabase(platform.dataFolder);
    const audit = await auditAcknowledged(database.pool, acknowledgedFile);
    version = database.version;
    await database.close();
    rounds.push({ victim, seconds, audit });
    say(
      `kill ${kill + 1} of ${2 * kills}, ${victim}: served after ${seconds.toFixed(2)} s, ` +
        `${report.acknowledged} acknowledged, ${report.resent} sent again, lost ${audit.lost}, doubled ${audit.doubled}`,
    );
  }
  const windows = await auditAllWindows(platform);
  const acknowledged = await load.writeAcknowledged(join(folder, 'acknowledged'));
  await load.stop();
  await platform.stop();

  const secondsOf = (victim: Victim): number[] =>
    rounds.filter((round) => round.victim === victim).map((round) => round.seconds);
  const figuresOf = (victim: Victim): object => ({
    kills: secondsOf(victim).length,
    medianSeconds: rounded(median(secondsOf(victim))),
    slowestSeconds: rounded(Math.max(...secondsOf(victim))),
  });
  return {
    name: 'recovery',
    figures: {
      lost: Math.max(...rounds.map(({ audit }) => audit.lost)),
      doubled: Math.max(...rounds.map(({ audit }) => audit.doubled)),
      windowsExceeded: windows.exceeded,
      heldWithin: windows.heldWithin,
      held: windows.held,
      slowestSeconds: rounded(Math.max(...rounds.map(({ seconds }) => seconds))),
      platform: figuresOf('platform'),
      postgresql: figuresOf('postgresql'),
      acknowledged,
      resent,
      answers,
    },
    floor: { lost: '0', doubled: '0', windowsExceeded: '0', heldWithin: '0', slowestSeconds: '<= 10' },
    peers: {},
    ratio: null,
    machine: describeMachine(new Date(), version),
  };
}

async function setTightThresholds(platform: Platform, world: World): Promise<void> {
  const database = await openBenchDatabase(platform.dataFolder);
  const client = await database.pool.connect();
  const setting = (quarantine: bigint, periodSeconds: number): ThresholdSetting => ({
    services: ['all'],
    direction: 'sent',
    periodSeconds,
    bounds: [{ kind: 'threshold', warning: quarantine / 2n, quarantine, from: undefined, to: undefined }],
  });
  const set = async (owner: Eui, row: ThresholdSetting): Promise<void> => {
    await client.query('begin');
    await replaceThresholds(client, { owner, rows: [row], submission: undefined, reference: 'SR-1' });
    await client.query('commit');
  };
  for (const { userId } of world.users) await set(userId, setting(TIGHT.eachUser, TIGHT.userSeconds));
  await set(ALL_USERS, setting(TIGHT.allUsers, TIGHT.allSeconds));
  client.release();
  await database.close();
}

async function auditAllWindows(platform: Platform): Promise<WindowAudit> {
  const database = await openBenchDatabase(platform.dataFolder);
  const client = await database.pool.connect();
  await client.query('set statement_timeout = 0');
  // the whole log is joined, and a young day has no statistics
  await client.query('set enable_nestloop = off');
  const audit = await auditWindows(client);
  client.release(true);
  await database.close();
  return audit;
}

/** Seconds from the kill to the first acknowledgement of a message that was sent after it. */
async function killAndWait(platform: Platform, load: LoadGenerator, victim: Victim): Promise<number> {
  const begun = Date.now();
  let restarted: Promise<void> | undefined;
  if (victim === 'platform') {
    await platform.kill();
    restarted = platform.start();
  } else {
    killDatabase(platform);
  }
  const served = await Promise.race([
    load.firstAcknowledged(Date.now()),
    // a platform that cannot start again ends the bench with its reason
    restarted?.then(() => new Promise<never>(() => {})) ?? new Promise<never>(() => {}),
    pause(SERVES_WITHIN, undefined, { ref: false }),
  ]);
  if (served === undefined) throw new Error(`nothing was acknowledged within ${SERVES_WITHIN} ms of a kill`);
  await restarted;
  if (platform.hasEnded) throw new Error(`the platform ended when its ${victim} was killed`);
  return (served - begun) / 1000;
}

/** All of its processes at once: none may be left to write what the others do not know of. */
function killDatabase(platform: Platform): void {
  const { postmaster } = platform;
  if (postmaster === undefined) throw new Error('no PostgreSQL runs in the data folder');
  for (const pid of processTree(postmaster)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // it ended with its postmaster
    }
  }
}
