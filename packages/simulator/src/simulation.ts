import { join } from 'node:path';
import type { Eui } from '@penstock/duis';
import { AlertSource } from './alerts.ts';
import { Answers } from './answers.ts';
import { Eligibility } from './eligibility.ts';
import { GatewayClient } from './gateway-client.ts';
import { makeNetwork, type Network } from './homes.ts';
import { type ImportOptions, writeImportFiles } from './import-files.ts';
import { type IncidentName, type IncidentSettings, Incidents, type RunningIncident } from './incidents.ts';
import { type NetworkCounts, SimulatedNetwork } from './network.ts';
import { OPERATOR, OPERATOR_ID, type SimulatedUser, USERS } from './parties.ts';
import { openPki, type Pki, type Subject } from './pki.ts';
import { volume } from './profiles.ts';
import { Random } from './random.ts';
import { ReceiveService } from './receive-service.ts';
import { Counters, counterBase, RequestMaker, signersOf } from './requests.ts';
import { allTemplates } from './traffic.ts';
import { type UserCounts, UserSystem } from './user-system.ts';

/**
 * The whole simulation in one process: homes, Users with their systems, the network behind the gateway. It meets the
 * gateway only over its public interfaces.
 */

export interface WorldOptions {
  /** Where certificates and import files are kept. */
  readonly folder: string;
  readonly seed: string;
  readonly homes: number;
  readonly users?: readonly SimulatedUser[];
  /** First port of the receive services of Users that are pushed to; each takes the next. */
  readonly receivePort: number;
  readonly now: Date;
}

/** What exists before anything runs: made from the seed, apart from the keys. */
export interface World {
  readonly seed: string;
  readonly network: Network;
  readonly users: readonly SimulatedUser[];
  readonly pki: Pki;
  /** Folder with one CSV file for each kind of import. */
  readonly importFolder: string;
  readonly receivePorts: ReadonlyMap<SimulatedUser, number>;
}

/** Who needs certificates: the Users and the Operator. */
export function subjectsOf(users: readonly SimulatedUser[]): Subject[] {
  return [
    { userId: OPERATOR_ID, name: OPERATOR.name },
    ...users.map(({ userId, party }) => ({ userId, name: party.name })),
  ];
}

/** The network of a seed with its certificates and import files in the folder; a second call finds the same keys. */
export async function prepareWorld(options: WorldOptions): Promise<World> {
  const { folder, seed, users = USERS, now } = options;
  const random = new Random(seed);
  const network = makeNetwork({ random, homes: options.homes, users, asOf: startOfDay(now) });
  const pki = await openPki(join(folder, 'pki'), subjectsOf(users), now);
  const pushed = users.filter(({ delivery }) => delivery === 'push');
  const receivePorts = new Map(pushed.map((user, index) => [user, options.receivePort + index]));
  const importFolder = join(folder, 'imports');
  await writeImportFiles(importFolder, importOptionsOf({ network, users, pki, receivePorts }));
  return { seed, network, users, pki, importFolder, receivePorts };
}

function importOptionsOf({ network, users, pki, receivePorts }: Omit<World, 'seed' | 'importFolder'>): ImportOptions {
  const receiveUrl = (user: SimulatedUser): string | undefined => {
    const port = receivePorts.get(user);
    return port === undefined ? undefined : `https://localhost:${port}/duis`;
  };
  return { network, users, pki, receiveUrl };
}

/** Registrations are told from the start of the day, so that two starts on one day make the same homes. */
function startOfDay(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()));
}

export interface SimulationOptions {
  readonly world: World;
  /** The gateway's address, e.g. 'https://127.0.0.1:8443'. */
  readonly gateway: string;
  /** Requests a second of all Users together, as the mean of the day; the hour decides the rest. */
  readonly requestsPerSecond: number;
  /** Alerts a second, of devices and of the Operator's systems. */
  readonly alertsPerSecond: number;
  readonly errorShare: number;
  readonly delayScale: number;
  readonly now: () => Date;
}

export interface SimulationState {
  readonly users: readonly (UserCounts & { readonly userId: string; readonly name: string })[];
  readonly network: NetworkCounts;
  readonly incidents: readonly RunningIncident[];
}

/** A code that meters of both fuels send. */
const FILL_CODE = '810D';
/** As many as a flooding User has under way; idle ones are closed by the gateway. */
const CONNECTIONS_A_USER = 64;
const CONNECTIONS_OF_THE_NETWORK = 4;

export class Simulation {
  readonly #users: readonly UserSystem[];
  readonly #services: ReadonlyMap<string, ReceiveService>;
  readonly #network: SimulatedNetwork;
  readonly #incidents: Incidents;
  readonly #alerts: AlertSource;

  constructor(options: SimulationOptions) {
    const { world, now } = options;
    const random = new Random(world.seed);
    const counters = new Counters(counterBase(now()));
    const signers = signersOf(world.pki, [OPERATOR_ID, ...world.users.map(({ userId }) => userId)]);
    const eligibility = new Eligibility(world.network, world.users, now());
    const templates = allTemplates();
    const address = { origin: options.gateway, authority: world.pki.authority };
    const volumes = world.users.reduce((sum, { roles, share }) => sum + volume(roles, share), 0);
    const services = new Map<string, ReceiveService>();

    this.#users = world.users.map((user) => {
      const { transport } = credentialsOf(world.pki, user.userId);
      const port = world.receivePorts.get(user);
      const own = random.child(`user ${user.userId}`);
      const receiveService =
        port === undefined
          ? undefined
          : new ReceiveService({
              credential: transport,
              authority: world.pki.authority,
              port,
              take: (each) => system.take(each),
            });
      if (receiveService !== undefined) services.set(user.userId, receiveService);
      const system: UserSystem = new UserSystem({
        user,
        client: new GatewayClient(address, transport, CONNECTIONS_A_USER),
        ...(receiveService === undefined ? {} : { receiveService }),
        maker: new RequestMaker({ random: own.child('requests'), counters, signers, former: world.network.former }),
        eligibility,
        templates,
        random: own,
        perSecond: (options.requestsPerSecond * volume(user.roles, user.share)) / volumes,
        now,
      });
      return system;
    });
    this.#services = services;

    const operator = credentialsOf(world.pki, OPERATOR_ID);
    const signer = signers.get(OPERATOR_ID);
    if (signer === undefined) throw new Error('the Operator has no signing certificate');
    const alerts = new AlertSource(world.network, random.child('alerts'));
    this.#alerts = alerts;
    const { network } = world;
    const { errorShare, delayScale } = options;
    this.#network = new SimulatedNetwork({
      client: new GatewayClient(address, operator.transport, CONNECTIONS_OF_THE_NETWORK),
      answers: new Answers({ network, random: random.child('answers'), errorShare, delayScale }),
      alerts,
      signer,
      counters,
      random: random.child('network'),
      consumer: 'simulator',
      alertsPerSecond: options.alertsPerSecond,
      now,
    });
    this.#incidents = new Incidents(this.#users, this.#network, alerts);
  }

  /** Opens the receive services, then lets the day begin. Throws where a port is taken. */
  async start(): Promise<void> {
    for (const service of this.#services.values()) await service.start();
    this.#network.start();
    for (const user of this.#users) user.start();
  }

  /** Ends the Users first, then the network; nothing more is made. */
  async stop(): Promise<void> {
    await Promise.all(this.#users.map((user) => user.stop()));
    await this.#network.stop();
  }

  state(): SimulationState {
    return {
      users: this.#users.map((system) => ({
        userId: system.user.userId,
        name: system.user.party.name,
        ...system.counts(),
      })),
      network: this.#network.counts(),
      incidents: this.#incidents.running,
    };
  }

  /** The port of a User's receive service; undefined for one that pulls. */
  receivePort(userId: string): number | undefined {
    return this.#services.get(userId)?.port;
  }

  startIncident(name: IncidentName, settings: IncidentSettings): Promise<RunningIncident> {
    return this.#incidents.start(name, settings);
  }

  /** Brings a User so many alerts, beside all else; none ends it. Throws where no device's alerts go to it alone. */
  fill(user: Eui, count: number): void {
    const device = this.#alerts.deviceOnlyOf(user);
    if (device === undefined) throw new RangeError(`no device sends its alerts to ${user} alone`);
    this.#network.setFill(count === 0 ? undefined : { device, code: FILL_CODE, count });
  }

  stopIncident(name: IncidentName): Promise<void> {
    return this.#incidents.stop(name);
  }
}

function credentialsOf(pki: Pki, userId: SimulatedUser['userId']): NonNullable<ReturnType<Pki['users']['get']>> {
  const credentials = pki.users.get(userId);
  if (credentials === undefined) throw new Error(`no certificates for ${userId}`);
  return credentials;
}
