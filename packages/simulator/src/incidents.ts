import type { Eui } from '@penstock/duis';
import type { AlertSource } from './alerts.ts';
import type { SimulatedNetwork } from './network.ts';
import type { UserSystem } from './user-system.ts';

/**
 * The incidents that can be replayed, each started and stopped by name:
 *
 * - `flood`: a User's new system asks for one service hundreds of times a second;
 * - `not-taking`: a User stops taking its messages: its endpoint refuses connections, or takes them and never answers;
 * - `wild-meter`: one device sends one alert hundreds of times a second.
 */

export const incidentNames = ['flood', 'not-taking', 'wild-meter'] as const;
export type IncidentName = (typeof incidentNames)[number];

/** What an incident may be told; what is left out has a default that shows the incident well. */
export interface IncidentSettings {
  /** User ID; default: the second supplier for `not-taking`, the first for the others. */
  readonly user?: Eui;
  readonly srv?: string;
  readonly perSecond?: number;
  readonly mode?: 'refusing' | 'silent';
  readonly device?: Eui;
  readonly code?: string;
}

export interface RunningIncident {
  readonly name: IncidentName;
  /** What it does, for people. */
  readonly about: string;
}

const FLOOD = { srv: '4.1.1', perSecond: 200 };
const WILD_METER = { code: '8F3F', perSecond: 300 };

interface Started extends RunningIncident {
  readonly end: () => void | Promise<void>;
}

/** One incident of each name at a time. */
export class Incidents {
  readonly #users: readonly UserSystem[];
  readonly #network: SimulatedNetwork;
  readonly #alerts: AlertSource;
  readonly #running = new Map<IncidentName, Started>();

  constructor(users: readonly UserSystem[], network: SimulatedNetwork, alerts: AlertSource) {
    this.#users = users;
    this.#network = network;
    this.#alerts = alerts;
  }

  get running(): readonly RunningIncident[] {
    return [...this.#running.values()].map(({ name, about }) => ({ name, about }));
  }

  /** Starts an incident; one of the same name that runs is ended first. Throws on a User or device there is none of. */
  async start(name: IncidentName, settings: IncidentSettings = {}): Promise<RunningIncident> {
    await this.stop(name);
    const started = await this.#begin(name, settings);
    this.#running.set(name, started);
    return { name, about: started.about };
  }

  /** Ends an incident; does nothing where none of the name runs. */
  async stop(name: IncidentName): Promise<void> {
    const running = this.#running.get(name);
    this.#running.delete(name);
    await running?.end();
  }

  async #begin(name: IncidentName, settings: IncidentSettings): Promise<Started> {
    switch (name) {
      case 'flood': {
        const user = this.#user(settings.user, 0);
        const { srv = FLOOD.srv, perSecond = FLOOD.perSecond } = settings;
        if (!user.setFlood({ srv, perSecond })) throw new RangeError(`${user.user.party.name} cannot send ${srv}`);
        const about = `${user.user.party.name} sends ${srv} ${perSecond} times a second`;
        return { name, about, end: () => void user.setFlood(undefined) };
      }
      case 'not-taking': {
        const user = this.#user(settings.user, 1);
        const { mode = 'refusing' } = settings;
        await user.setReceiving(mode);
        const about = `${user.user.party.name} ${mode === 'refusing' ? 'refuses its messages' : 'takes calls and never answers'}`;
        return { name, about, end: () => user.setReceiving('taking') };
      }
      case 'wild-meter': {
        const { user } = this.#user(settings.user, 0);
        const { code = WILD_METER.code, perSecond = WILD_METER.perSecond } = settings;
        const { device = this.#alerts.devices(user.userId)[0] } = settings;
        if (device === undefined) throw new RangeError(`no device of ${user.party.name} sends alerts`);
        if (!this.#alerts.devices().includes(device)) throw new RangeError(`${device} sends no alerts`);
        this.#network.setWildMeter({ device, code, perSecond });
        const whose = settings.device === undefined ? ` of ${user.party.name}` : '';
        const about = `${device}${whose} sends ${code} ${perSecond} times a second`;
        return { name, about, end: () => this.#network.setWildMeter(undefined) };
      }
    }
  }

  #user(userId: Eui | undefined, fallback: number): UserSystem {
    const found = userId === undefined ? this.#users[fallback] : this.#users.find(({ user }) => user.userId === userId);
    if (found === undefined) throw new RangeError(`no simulated User ${userId ?? fallback}`);
    return found;
  }
}
