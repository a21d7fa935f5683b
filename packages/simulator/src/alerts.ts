import { deviceAlertCodes, type Eui, element, powerOutageEvent, type XmlElement } from '@penstock/duis';
import {
  type Device,
  type DeviceKind,
  type Home,
  isOperational,
  type Network,
  type RegisteredRole,
  Registry,
} from './homes.ts';
import { type Random, WeightedChoice } from './random.ts';

/**
 * The alerts that come by themselves on a normal day: from devices, and from the Operator's own systems about them.
 * Decides which, about what and for whom; writing and delivering are done elsewhere.
 */

export interface DeviceAlert {
  readonly kind: 'device';
  readonly device: Eui;
  readonly code: string;
  readonly recipients: readonly Eui[];
}

/** `content` is the one element of DCCAlert; `code` its DCCAlertCode. */
export interface DccAlert {
  readonly kind: 'dcc';
  readonly device: Eui;
  readonly code: string;
  readonly content: XmlElement;
  readonly recipients: readonly Eui[];
}

export type Alert = DeviceAlert | DccAlert;

interface Emitter {
  readonly device: Device;
  readonly home: Home;
}

/** What devices of a kind say on a normal day: codes of the public list, each with its weight. */
const CODES: Readonly<Partial<Record<DeviceKind, readonly (readonly [code: string, weight: number])[]>>> = {
  ESME: [
    ['8F3F', 2],
    ['8002', 4],
    ['8006', 4],
    ['8085', 4],
    ['8089', 4],
    ['810D', 3],
    ['8145', 2],
  ],
  GSME: [
    ['810D', 3],
    ['8145', 2],
    ['8F3F', 1],
  ],
  GPF: [['8071', 2]],
};
/** Share of alerts that come from the Operator's systems instead of a device. */
const DCC_SHARE = 0.2;

export class AlertSource {
  readonly #random: Random;
  readonly #registry: Registry;
  readonly #emitters: readonly Emitter[];
  readonly #byDevice = new Map<Eui, Emitter>();
  readonly #codes = new Map<DeviceKind, WeightedChoice<string>>();

  constructor(network: Network, random: Random) {
    this.#random = random;
    this.#registry = new Registry(network.registrations);
    for (const kind of Object.keys(CODES) as DeviceKind[]) {
      const known = (CODES[kind] ?? []).filter(([code]) => deviceAlertCodes.has(code));
      if (known.length > 0) this.#codes.set(kind, new WeightedChoice(known));
    }
    this.#emitters = network.homes.flatMap((home) =>
      home.devices
        .filter(
          ({ kind, status }) => this.#codes.has(kind) && isOperational(status) && pointOf(home, kind) !== undefined,
        )
        .map((device) => ({ device, home })),
    );
    for (const emitter of this.#emitters) this.#byDevice.set(emitter.device.device, emitter);
  }

  /** Devices that send alerts, for whoever wants one to go wild, or those whose alerts go to a User now. */
  devices(user?: Eui, now = new Date()): readonly Eui[] {
    return this.#emitters
      .filter((emitter) => user === undefined || this.#recipients(emitter, now).includes(user))
      .map(({ device }) => device.device);
  }

  /** A device whose alerts go to this User and nobody else. */
  deviceOnlyOf(user: Eui, now = new Date()): Eui | undefined {
    return this.#emitters.find((emitter) => this.#recipients(emitter, now).join() === user)?.device.device;
  }

  /** The next alert of the normal background. */
  next(now: Date): Alert | undefined {
    if (this.#emitters.length === 0) return undefined;
    const emitter = this.#random.pick(this.#emitters);
    return this.#random.chance(DCC_SHARE) ? this.#dccAlert(emitter, now) : this.#deviceAlert(emitter, now);
  }

  /** An alert of one device with one code; undefined where the device is not one that sends alerts. */
  of(device: Eui, code: string, now: Date): DeviceAlert | undefined {
    const emitter = this.#byDevice.get(device);
    return emitter === undefined
      ? undefined
      : { kind: 'device', device, code, recipients: this.#recipients(emitter, now) };
  }

  #deviceAlert(emitter: Emitter, now: Date): DeviceAlert | undefined {
    const code = this.#codes.get(emitter.device.kind)?.pick(this.#random);
    if (code === undefined) return undefined;
    return { kind: 'device', device: emitter.device.device, code, recipients: this.#recipients(emitter, now) };
  }

  #dccAlert({ home, device }: Emitter, now: Date): DccAlert {
    const recipients = this.#recipients({ home, device }, now);
    if (home.importMpan !== undefined && this.#random.chance(0.5)) {
      const began = new Date(now.getTime() - 1000 * this.#random.below(600));
      const content = powerOutageEvent(home.id, began, home.importMpan);
      return { kind: 'dcc', device: home.id, code: 'AD1', content, recipients };
    }
    const content = element('CommsHubAlert', [
      element('CommsHubDeviceID', home.id),
      element('AlertCode', '8F3F'),
      element('TimeStamp', now.toISOString()),
    ]);
    // Which of the codes goes with which kind is not public: any that DUIS lists.
    return { kind: 'dcc', device: home.id, code: 'N58', content, recipients };
  }

  /** Who is responsible for the device now: the supplier, and the network operator of an electricity meter. */
  #recipients({ home, device }: Emitter, now: Date): Eui[] {
    const mpxn = pointOf(home, device.kind);
    if (mpxn === undefined) return [];
    const roles: readonly RegisteredRole[] = isGas(device.kind) ? ['GS'] : ['IS', 'ED'];
    return roles.flatMap((role) => this.#registry.at(mpxn, role, now) ?? []);
  }
}

function isGas(kind: DeviceKind): boolean {
  return kind === 'GSME' || kind === 'GPF';
}

/** The metering point whose registrations say who is responsible for a device of this kind. */
function pointOf(home: Home, kind: DeviceKind): string | undefined {
  return isGas(kind) ? home.mprn : home.importMpan;
}
