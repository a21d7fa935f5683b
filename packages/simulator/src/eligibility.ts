import type { Eui, UserRole } from '@penstock/duis';
import {
  type Device,
  type DeviceKind,
  type Home,
  isOperational,
  type Network,
  type RegisteredRole,
  Registry,
} from './homes.ts';
import type { SimulatedUser } from './parties.ts';
import { WeightedChoice } from './random.ts';
import type { Template } from './templates.ts';

/**
 * Which User may send what to which home: so that normal traffic breaks no rule, and what is refused was meant to be.
 *
 * A role reaches the kinds of device that it is responsible for, in the homes whose metering point it is registered
 * for at the instant asked about. Other users are registered nowhere (their customers' consent is not modelled) and
 * reach every home.
 */

const SHARED_DEVICES: readonly DeviceKind[] = ['CHF', 'PPMID', 'IHD', 'CAD'];
const ELECTRICITY: readonly DeviceKind[] = ['ESME', 'HCALCS'];
const GAS: readonly DeviceKind[] = ['GSME', 'GPF'];

type Fuel = 'electricity' | 'gas';

/** Kinds that a role reaches through a metering point of a fuel. */
function kindsReached(role: UserRole, fuel: Fuel): readonly DeviceKind[] {
  const own = fuel === 'electricity' ? ELECTRICITY : GAS;
  return role === 'IS' || role === 'GS' || role === 'OU' ? [...own, ...SHARED_DEVICES] : own;
}

/** A home with the devices of it that a User reaches in the role it would send in. */
export interface Reach {
  readonly home: Home;
  readonly role: UserRole;
  /** Operational devices only; the first of each kind. */
  readonly devices: ReadonlyMap<DeviceKind, Device>;
}

export class Eligibility {
  readonly users: readonly SimulatedUser[];
  readonly #reaches = new Map<Eui, Reach[]>();
  readonly #cache = new Map<string, readonly Reach[]>();

  /** @param asOf the instant whose registrations count */
  constructor(network: Network, users: readonly SimulatedUser[], asOf: Date) {
    this.users = users;
    const registry = new Registry(network.registrations);
    for (const user of users) {
      this.#reaches.set(
        user.userId,
        network.homes.flatMap((home) => reachesOf(user, home, registry, asOf)),
      );
    }
  }

  /** The homes to which the User may send a request of this template in one of the roles; empty: it may not. */
  homesFor(user: SimulatedUser, template: Template, roles: readonly UserRole[]): readonly Reach[] {
    const key = `${user.userId} ${template.target ?? ''} ${JSON.stringify(template.named)} ${roles.join()}`;
    const cached = this.#cache.get(key);
    if (cached !== undefined) return cached;
    const fitting = (this.#reaches.get(user.userId) ?? []).filter(
      ({ role, devices }) =>
        roles.includes(role) &&
        (template.target === undefined || devices.has(template.target)) &&
        template.named.every((kinds) => kinds.some((kind) => devices.has(kind) && kind !== template.target)),
    );
    this.#cache.set(key, fitting);
    return fitting;
  }

  /** The Users that may send it, each as often as its share of the metering points; undefined: nobody may. */
  senders(template: Template, roles: readonly UserRole[]): WeightedChoice<SimulatedUser> | undefined {
    const able = this.users.filter((user) => this.homesFor(user, template, roles).length > 0);
    return able.length === 0 ? undefined : new WeightedChoice(able.map((user) => [user, user.share] as const));
  }

  /** Every home that the User reaches in a role, for what is not about one request. */
  reachesOf(user: SimulatedUser): readonly Reach[] {
    return this.#reaches.get(user.userId) ?? [];
  }
}

function reachesOf(user: SimulatedUser, home: Home, registry: Registry, asOf: Date): Reach[] {
  return user.roles.flatMap((role): Reach[] => {
    const kinds = new Set<DeviceKind>();
    const points: readonly (readonly [string | undefined, Fuel])[] = [
      [role === 'ES' ? home.exportMpan : home.importMpan, 'electricity'],
      [home.mprn, 'gas'],
    ];
    for (const [mpxn, fuel] of points) {
      if (mpxn === undefined) continue;
      if (role !== 'OU' && !isRegistered(user, role, mpxn, registry, asOf)) continue;
      for (const kind of kindsReached(role, fuel)) kinds.add(kind);
    }
    const devices = new Map<DeviceKind, Device>();
    for (const device of home.devices) {
      if (kinds.has(device.kind) && isOperational(device.status) && !devices.has(device.kind))
        devices.set(device.kind, device);
    }
    return devices.size === 0 ? [] : [{ home, role, devices }];
  });
}

function isRegistered(
  user: SimulatedUser,
  role: RegisteredRole,
  mpxn: string,
  registry: Registry,
  asOf: Date,
): boolean {
  return registry.at(mpxn, role, asOf) === user.userId;
}
