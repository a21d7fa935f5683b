import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RehearsalScene } from '@penstock/api';
import { loadConfig } from '@penstock/platform/config';
import { createLog, logToFile } from '@penstock/platform/log';
import { Command, InvalidArgumentError } from 'commander';
import { startNetwork } from '../demo-start.ts';
import { exitCode, LocalFailure, runLocally } from '../local-failure.ts';
import { playFirewall } from '../rehearsal/firewall.ts';
import { sideBySide } from '../rehearsal/timeline.ts';
import { OTHERS, SUPPLIER } from '../rehearsal/users.ts';

// `penstock rehearse`: a platform with a simulated network of its own, in a folder that goes with it and on free ports of the
// loopback; nothing that runs beside it is touched.

const MOST_MESSAGES = 2_000_000;

function wholeNumber(most: number): (text: string) => number {
  return (text) => {
    if (/^[1-9]\d{0,6}$/.test(text) && Number(text) <= most) return Number(text);
    throw new InvalidArgumentError(`A whole number from 1 to ${most}.`);
  };
}

interface Options {
  readonly messages: number;
  readonly measure: number;
}

/** So many ports in a row that nobody listens on. */
async function freePorts(count: number): Promise<number> {
  const servers = [createServer()];
  const listen = (server: (typeof servers)[number], port: number) =>
    new Promise<number>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  try {
    const [server] = servers;
    if (server === undefined) return 0;
    const first = await listen(server, 0);
    for (let port = first + 1; port < first + count; port++) {
      const next = createServer();
      servers.push(next);
      await listen(next, port);
    }
    return first;
  } catch {
    return await freePorts(count);
  } finally {
    for (const server of servers) server.close();
  }
}
const RECEIVE_PORTS = 8;
const REQUESTS_A_SECOND = '40';

/** Plays a scene on a network of its own. */
async function playAlone(
  folder: string,
  isAnnounced: boolean,
  {
    messages,
    measure,
    say,
    stopping,
  }: Options & { readonly say: (words: string) => void; readonly stopping: Promise<never> },
): Promise<RehearsalScene> {
  say(
    isAnnounced
      ? 'With the change announced: keys, homes and Users are made'
      : 'The same again, without the notice, on a new network',
  );
  const config = loadConfig({
    environment: {
      PENSTOCK_DATA_FOLDER: join(folder, 'data'),
      PENSTOCK_HTTP_HOST: '127.0.0.1',
      PENSTOCK_HTTP_PORT: '0',
      PENSTOCK_GATEWAY_PORT: '0',
    },
    workingFolder: folder,
  });
  const network = await startNetwork({
    config,
    log: createLog({ level: 'info' }, logToFile(join(folder, 'penstock.log'))),
    folder: join(folder, 'network'),
    homes: '50',
    requests: REQUESTS_A_SECOND,
    receivePort: String(await freePorts(RECEIVE_PORTS)),
    isMade: () => say('The database and the platform are started'),
  });
  try {
    const { platform, simulator, pki } = network;
    const scene = playFirewall(
      {
        demonstration: { gateway: platform.addresses.gateway, pki },
        operatorId: config.operator.userId,
        simulator,
        userId: SUPPLIER,
        others: OTHERS,
        messages,
        measureSeconds: measure,
        goesOn: false,
        say,
      },
      isAnnounced,
    );
    return await Promise.race([scene, stopping, simulator.failed]);
  } finally {
    await network.stop();
  }
}

/** Plays both scenes; nothing of them is left afterwards, also when they are interrupted. */
async function rehearse(options: Options): Promise<number> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'penstock-rehearsal-')));
  // the database of its own runs as another user where this one is root
  chmodSync(folder, 0o755);
  const began = Date.now();
  const say = (words: string) =>
    console.error(`${`${Math.round((Date.now() - began) / 1_000)} s`.padStart(6)}  ${words}`);
  const { promise: stopping, reject } = Promise.withResolvers<never>();
  stopping.catch(() => {});
  const onSignal = () => reject(new LocalFailure(exitCode.faults, 'it was interrupted', 'Run it again.'));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, onSignal);
  try {
    const scenes: RehearsalScene[] = [];
    for (const isAnnounced of [true, false]) {
      const own = join(folder, isAnnounced ? 'with' : 'without');
      mkdirSync(own);
      scenes.push(await playAlone(own, isAnnounced, { ...options, say, stopping }));
    }
    console.log(['', ...sideBySide(scenes)].join('\n'));
    return 0;
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, onSignal);
    rmSync(folder, { recursive: true, force: true });
  }
}

export function rehearseCommand(): Command {
  return new Command('rehearse')
    .description('play what once went wrong, on a platform and a network of its own, on loopback only')
    .addCommand(
      new Command('firewall')
        .description('a firewall change blocks a User’s route: with the change announced, and without')
        .option('--messages <number>', 'that wait', wholeNumber(MOST_MESSAGES), 100_000)
        .option('--measure <seconds>', 'for which others are measured, each time', wholeNumber(600), 10)
        .action((options: Options) => runLocally(() => rehearse(options))),
    );
}
