import { join } from 'node:path';
import type { World } from '@penstock/simulator';
import { cpuPerMessage, cpuTimes } from '../harness/cpu.ts';
import { openBenchDatabase } from '../harness/database.ts';
import { findPostmaster } from '../harness/platform.ts';
import { say } from '../harness/progress.ts';
import { checked } from '../load/checked.ts';
import { LoadGenerator } from '../load/generator.ts';
import { startPeer } from '../peer/peer.ts';

/** Measures the peer on the same server, with the platform stopped, by the same load generator and messages. */

/** One process is busy with this many; more only wait. */
const CONNECTIONS = 32;

export interface PeerFigures {
  readonly messagesPerSecond: number;
  readonly cpu: Readonly<Record<string, number>>;
}

export async function measurePeer(options: {
  folder: string;
  world: World;
  dataFolder: string;
  files: readonly string[];
  seconds: number;
}): Promise<PeerFigures> {
  const { folder, world, dataFolder, seconds } = options;
  const database = await openBenchDatabase(dataFolder);
  try {
    const peer = await startPeer({ folder, world, databaseUrl: database.url });
    const authorityFile = world.pki.authorityFile;
    const load = new LoadGenerator({ port: peer.port, authorityFile, logFile: join(folder, 'load.log') });
    // the first files hold enough: it has taken none of their messages
    await load.read(options.files.slice(0, 4));
    checked(await load.closed(CONNECTIONS, seconds / 2));
    const parts = { peer: peer.pid, postgresql: findPostmaster(dataFolder) ?? 0, load: load.pid };
    const before = cpuTimes(parts);
    const report = checked(await load.closed(CONNECTIONS, seconds));
    const cpu = cpuPerMessage(before, cpuTimes(parts), report.acknowledged);
    say(`${Math.round(report.perSecond)} messages/s of the peer`);
    await load.stop();
    await peer.stop();
    return { messagesPerSecond: report.perSecond, cpu };
  } finally {
    await database.close();
  }
}
