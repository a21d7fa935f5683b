import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { World } from '@penstock/simulator';
import { hasEnded, startChild, stopChild } from '../harness/child.ts';
import { freePort } from '../harness/platform.ts';
import type { PeerSettings } from './settings.ts';

/** The peer's process, as the bench sees it. */
export interface Peer {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

const LISTENS_WITHIN = 20_000;

export async function startPeer(options: { folder: string; world: World; databaseUrl: string }): Promise<Peer> {
  const { folder, world, databaseUrl } = options;
  const port = await freePort();
  const settings: PeerSettings = {
    port,
    databaseUrl,
    keyFile: world.pki.gateway.keyFile,
    certificateFile: world.pki.gateway.certificateFile,
    signers: [...world.pki.users.values()].map(({ signing: { issuer, serial, certificate } }) => ({
      issuer,
      serial,
      certificate,
    })),
  };
  const file = join(folder, 'peer.json');
  writeFileSync(file, JSON.stringify(settings), { mode: 0o600 });
  const logFile = join(folder, 'peer.log');
  const child = startChild({ script: 'bench/peer/main.ts', args: [file], logFile });
  const deadline = Date.now() + LISTENS_WITHIN;
  while (!(await accepts(port))) {
    if (hasEnded(child) || Date.now() > deadline) throw new Error(`the peer does not listen; see ${logFile}`);
    await pause(20);
  }
  return { port, pid: child.pid ?? 0, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  await stopChild(child);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
