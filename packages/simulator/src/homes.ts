import { type DeviceStatus, type Eui, euiFromBytes } from '@penstock/duis';
import { mpanOf, mprnOf } from './metering-points.ts';
import type { SimulatedUser } from './parties.ts';
import { type Random, WeightedChoice } from './random.ts';

/**
 * Homes with their devices and metering points, and who is registered for them in time.
 *
 * A home is one Home Area Network: a communications hub (CHF with its GPF) and what has joined it. Everything follows
 * from the seed and `asOf`; nothing here talks to anybody.
 *
 * The shares are our own, chosen so that every kind and status turns up among a hundred homes; they are not statistics.
 */

export type DeviceKind = 'ESME' | 'GSME' | 'CHF' | 'GPF' | 'HCALCS' | 'PPMID' | 'IHD' | 'CAD';

export interface Device {
  readonly device: Eui;
  readonly kind: DeviceKind;
  readonly status: DeviceStatus;
  readonly manufacturer: string;
  readonly model: string;
  readonly firmware: string;
}

/** Whether the request rules let commands through to a device of this status. */
export function isOperational(status: DeviceStatus): boolean {
  return status === 'Commissioned';
}

export interface Home {
  /** The EUI of its communications hub, which names the home. */
  readonly id: Eui;
  readonly region: 'North' | 'Central' | 'South';
  readonly postcode: string;
  readonly devices: readonly Device[];
  readonly importMpan?: string;
  readonly exportMpan?: string;
  readonly mprn?: string;
}

export type RegisteredRole = 'IS' | 'ES' | 'GS' | 'ED' | 'GT' | 'RSA';

/** Who is registered for a metering point, from an instant (inclusive) to another (exclusive; absent: until further notice). */
export interface Registration {
  readonly mpxn: string;
  readonly role: RegisteredRole;
  readonly userId: Eui;
  readonly from: Date;
  readonly to?: Date;
}

export interface Network {
  readonly homes: readonly Home[];
  /** Devices that were notified but are in no home yet. */
  readonly stock: readonly Device[];
  /** Communications hubs, with their GPFs, that were replaced. */
  readonly former: readonly Device[];
  readonly registrations: readonly Registration[];
}

export interface NetworkOptions {
  readonly random: Random;
  readonly homes: number;
  readonly users: readonly SimulatedUser[];
  /** The instant that the registrations are told from: most began before it, some changes of supplier lie after it. */
  readonly asOf: Date;
}

const DAY = 86_400_000;
/** Share of homes that changed supplier in the year before `asOf`, and in the month after it. */
const CHANGED_SUPPLIER = 0.08;
const WILL_CHANGE_SUPPLIER = 0.03;

interface Model {
  readonly manufacturer: string;
  readonly model: string;
  readonly firmware: readonly string[];
}
const MODELS: Readonly<Record<DeviceKind, readonly Model[]>> = {
  ESME: [
    { manufacturer: 'AB01', model: '010A030B', firmware: ['0002012F', '00020130'] },
    { manufacturer: 'AB02', model: '020A0301', firmware: ['00010407', '00010409'] },
  ],
  GSME: [
    { manufacturer: 'AB01', model: '010B0101', firmware: ['00030101', '00030102'] },
    { manufacturer: 'AB03', model: '030B0200', firmware: ['00000911'] },
  ],
  CHF: [
    { manufacturer: 'CH01', model: '00C10002', firmware: ['00050200', '00050201'] },
    { manufacturer: 'CH02', model: '00C20001', firmware: ['00010B00'] },
  ],
  GPF: [{ manufacturer: 'CH01', model: '00C10002', firmware: ['00050200', '00050201'] }],
  HCALCS: [{ manufacturer: 'AB04', model: '040C0001', firmware: ['00000203'] }],
  PPMID: [{ manufacturer: 'AB05', model: '050D0004', firmware: ['01020004', '01020005'] }],
  IHD: [{ manufacturer: 'AB06', model: '060E0001', firmware: ['00000100'] }],
  CAD: [{ manufacturer: 'AB07', model: '070F0001', firmware: ['00000300'] }],
};

const STATUSES = new WeightedChoice<DeviceStatus>([
  ['Commissioned', 94],
  ['InstalledNotCommissioned', 2],
  ['Whitelisted', 0.7],
  ['Suspended', 0.8],
  ['Recovery', 0.4],
  ['Recovered', 0.6],
  ['Decommissioned', 1],
  ['Withdrawn', 0.5],
]);
const REGIONS = new WeightedChoice<Home['region']>([
  ['North', 3],
  ['Central', 4],
  ['South', 4],
]);
const POSTCODE_AREAS = {
  North: ['LS', 'NE', 'M', 'EH'],
  Central: ['B', 'CB', 'CF', 'NG'],
  South: ['BS', 'EX', 'RG', 'TN'],
};
const LETTERS = 'ABDEFGHJLNPQRSTUWXYZ';

/** The whole network of one seed. */
export function makeNetwork(options: NetworkOptions): Network {
  const random = options.random.child('homes');
  const taken = new Set<string>();
  const homes: Home[] = [];
  while (homes.length < options.homes) homes.push(makeHome(random, taken));
  const stock = Array.from({ length: Math.ceil(options.homes / 20) }, () =>
    makeDevice(random, taken, random.pick(['ESME', 'GSME', 'PPMID'] as const), 'Pending'),
  );
  const replaced = Array.from({ length: Math.ceil(options.homes / 50) });
  const former = replaced.flatMap(() => [
    makeDevice(random, taken, 'CHF', 'Decommissioned'),
    makeDevice(random, taken, 'GPF', 'Decommissioned'),
  ]);
  const registrations = homes.flatMap((home) =>
    register(options.random.child(`registration ${home.id}`), home, options),
  );
  return { homes, stock, former, registrations };
}

function makeHome(random: Random, taken: Set<string>): Home {
  const [electricity, gas] = random.pick([
    [true, true],
    [true, true],
    [true, true],
    [true, true],
    [true, true],
    [true, true],
    [true, true],
    [true, false],
    [true, false],
    [false, true],
  ] as const);
  const region = REGIONS.pick(random);
  const hub = makeDevice(random, taken, 'CHF', STATUSES.pick(random));
  const devices: Device[] = [hub, makeDevice(random, taken, 'GPF', hub.status)];
  const add = (kind: DeviceKind): void => {
    devices.push(makeDevice(random, taken, kind, STATUSES.pick(random)));
  };
  if (electricity) add('ESME');
  if (gas) add('GSME');
  if (random.chance(0.75)) add('PPMID');
  else add('IHD');
  if (electricity && random.chance(0.1)) add('HCALCS');
  if (random.chance(0.1)) add('CAD');
  const mpan = (): string => unused(taken, () => mpanOf(`${10 + random.below(14)}${random.digits(10)}`));
  return {
    id: hub.device,
    region,
    postcode: `${random.pick(POSTCODE_AREAS[region])}${1 + random.below(9)} ${random.below(10)}${letter(random)}${letter(random)}`,
    devices,
    ...(electricity ? { importMpan: mpan() } : {}),
    ...(electricity && random.chance(0.2) ? { exportMpan: mpan() } : {}),
    ...(gas ? { mprn: unused(taken, () => mprnOf(random.digits(8))) } : {}),
  };
}

function letter(random: Random): string {
  return LETTERS.charAt(random.below(LETTERS.length));
}

function unused(taken: Set<string>, make: () => string): string {
  for (;;) {
    const candidate = make();
    if (taken.has(candidate)) continue;
    taken.add(candidate);
    return candidate;
  }
}

/** Device EUIs have the locally administered bit set (02-...), which no manufacturer's have. */
function makeDevice(random: Random, taken: Set<string>, kind: DeviceKind, status: DeviceStatus): Device {
  const { manufacturer, model, firmware } = random.pick(MODELS[kind]);
  const device = unused(taken, () => euiFromBytes(Buffer.concat([Buffer.from([0x02, 0x5d]), random.bytes(6)])));
  return { device: device as Eui, kind, status, manufacturer, model, firmware: random.pick(firmware) };
}

function register(random: Random, home: Home, { users, asOf }: NetworkOptions): Registration[] {
  const having = (role: RegisteredRole): (readonly [SimulatedUser, number])[] =>
    users.filter((user) => user.roles.includes(role)).map((user) => [user, user.share] as const);
  const days = (count: number): Date => new Date(asOf.getTime() + Math.round(count) * DAY);
  const begin = days(-400 - random.below(2000));
  const registrations: Registration[] = [];

  const supplied = (mpxn: string, role: 'IS' | 'GS'): void => {
    const choice = new WeightedChoice(having(role));
    const now = choice.pick(random);
    const chance = random.fraction();
    const change = chance < CHANGED_SUPPLIER ? days(-random.below(365)) : days(1 + random.below(30));
    const other = choice.pick(random);
    if (chance >= CHANGED_SUPPLIER + WILL_CHANGE_SUPPLIER || other === now) {
      registrations.push({ mpxn, role, userId: now.userId, from: begin });
      return;
    }
    registrations.push({ mpxn, role, userId: now.userId, from: begin, to: change });
    registrations.push({ mpxn, role, userId: other.userId, from: change });
  };
  const served = (mpxn: string, role: RegisteredRole): void => {
    const holders = having(role);
    if (holders.length === 0) return;
    registrations.push({ mpxn, role, userId: new WeightedChoice(holders).pick(random).userId, from: begin });
  };

  if (home.importMpan !== undefined) {
    supplied(home.importMpan, 'IS');
    served(home.importMpan, 'ED');
  }
  if (home.exportMpan !== undefined) {
    served(home.exportMpan, 'ES');
    served(home.exportMpan, 'ED');
  }
  if (home.mprn !== undefined) {
    supplied(home.mprn, 'GS');
    served(home.mprn, 'GT');
  }
  const agents = having('RSA');
  for (const mpxn of [home.importMpan, home.mprn]) {
    if (mpxn === undefined) continue;
    for (const [agent, share] of agents) {
      if (random.chance(share)) registrations.push({ mpxn, role: 'RSA', userId: agent.userId, from: begin });
    }
  }
  return registrations;
}

/** Who is registered for a metering point in a role at an instant. */
export class Registry {
  readonly #spans = new Map<string, Registration[]>();

  constructor(registrations: readonly Registration[]) {
    for (const registration of registrations) {
      const key = `${registration.mpxn} ${registration.role}`;
      const spans = this.#spans.get(key);
      if (spans === undefined) this.#spans.set(key, [registration]);
      else spans.push(registration);
    }
  }

  at(mpxn: string, role: RegisteredRole, instant: Date): Eui | undefined {
    return this.#spans
      .get(`${mpxn} ${role}`)
      ?.find(({ from, to }) => from <= instant && (to === undefined || instant < to))?.userId;
  }
}
