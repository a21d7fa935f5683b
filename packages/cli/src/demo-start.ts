import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { importKinds } from '@penstock/api';
import {
  addDemonstrationPeople,
  consoleAuthor,
  type DemonstrationPerson,
  importFile,
  type Platform,
  readSessionSecret,
  type StartOptions,
  startPlatform,
} from '@penstock/platform';
import type { Config } from '@penstock/platform/config';
import { PenstockError } from '@penstock/platform/errors';
import { DemoSimulator } from './demo-simulator.ts';
import { Rehearsals } from './rehearsal/runner.ts';
import { OTHERS, SUPPLIER } from './rehearsal/users.ts';

// The platform with the simulated network around it, from nothing: what the demonstration and rehearsals run on.

export interface NetworkOptions {
  readonly config: Config;
  readonly log: StartOptions['log'];
  /** Where keys and imports are made, and found again. */
  readonly folder: string;
  readonly homes: string;
  readonly requests: string;
  readonly receivePort: string;
  /** Keys and homes are there, and the platform is started. */
  readonly isMade: () => void;
}

export interface SimulatedNetwork {
  readonly platform: Platform;
  readonly simulator: DemoSimulator;
  readonly people: readonly DemonstrationPerson[];
  /** The folder of its keys. */
  readonly pki: string;
  stop(): Promise<void>;
}

export async function startNetwork(options: NetworkOptions): Promise<SimulatedNetwork> {
  const { config, log, folder } = options;
  const world = ['--folder', folder, '--homes', options.homes, '--receive-port', options.receivePort];
  await DemoSimulator.prepare(world);
  options.isMade();
  const pki = join(folder, 'pki');
  let people: readonly DemonstrationPerson[] = [];
  let simulator: DemoSimulator | undefined;
  let rehearsals: Rehearsals | undefined;
  const platform = await startPlatform({
    config: withDemoFiles(config, pki),
    log,
    demonstration: {
      state: () => ({
        running: simulator?.running ?? [],
        ...(rehearsals?.document === undefined ? {} : { rehearsal: rehearsals.document }),
      }),
      set: async (name, isRunning) => {
        if (simulator === undefined) throw new PenstockError('service.not-ready');
        await simulator.tell({ command: isRunning ? 'start-incident' : 'stop-incident', name });
      },
      rehearse: (messages) => {
        if (rehearsals === undefined) throw new PenstockError('service.not-ready');
        rehearsals.begin(messages);
      },
    },
    prepare: async (pool) => {
      for (const kind of importKinds)
        await importFile(pool, kind, createReadStream(join(folder, 'imports', `${kind}.csv`)), consoleAuthor());
      people = await addDemonstrationPeople(pool, { secret: readSessionSecret(config), userId: SUPPLIER });
    },
  });
  const started = new DemoSimulator([
    ...world,
    '--gateway',
    platform.addresses.gateway,
    '--requests',
    options.requests,
  ]);
  simulator = started;
  rehearsals = new Rehearsals({
    demonstration: { gateway: platform.addresses.gateway, pki },
    operatorId: config.operator.userId,
    simulator: started,
    userId: SUPPLIER,
    others: OTHERS,
  });
  return {
    platform,
    simulator: started,
    people,
    pki,
    stop: async () => {
      await started.stop();
      await platform.stop();
    },
  };
}

/** With the demonstration's own keys in place of those that are configured. */
function withDemoFiles(config: Config, pki: string): Config {
  const key = join(pki, 'gateway.key');
  const certificate = join(pki, 'gateway.pem');
  const operator = join(pki, 'users', `${config.operator.userId.replaceAll('-', '')}-signing`);
  return {
    ...config,
    gateway: { ...config.gateway, tlsKeyFile: key, tlsCertificateFile: certificate },
    delivery: {
      ...config.delivery,
      pushAuthoritiesFile: join(pki, 'ca.pem'),
      pushKeyFile: key,
      pushCertificateFile: certificate,
    },
    operator: {
      ...config.operator,
      signingKeyFile: `${operator}.key`,
      signingCertificateFile: `${operator}.pem`,
      desk: config.operator.desk ?? '+44 1632 960100, service-desk@operator.example (of the demonstration)',
    },
    files: {
      ...config.files,
      trustAnchors: join(pki, 'officers', 'ca.pem'),
      revocationLists: join(pki, 'officers', 'ca.crl'),
    },
  };
}
