import type { Eui, UserRole } from '@penstock/duis';
import { requireEui } from '@penstock/duis';

/**
 * The Parties of the demonstration network and the User IDs they act under. Invented names; the EUIs are of the range
 * that the public request templates use.
 */

export type PartyKind =
  | 'large_supplier'
  | 'small_supplier'
  | 'electricity_network_operator'
  | 'gas_network_operator'
  | 'other'
  | 'operator';

export interface Party {
  readonly id: string;
  readonly name: string;
  readonly kind: PartyKind;
}

export interface SimulatedUser {
  readonly userId: Eui;
  readonly party: Party;
  /** What the User is, in a few words, for the demonstration. */
  readonly label: string;
  readonly roles: readonly UserRole[];
  /** How its northbound messages reach it. */
  readonly delivery: 'push' | 'pull';
  /** Share of the network's metering points that its Party is registered for (suppliers), of its own kind. */
  readonly share: number;
  /** The shared resource provider that runs this User's systems, when it does not run them itself. */
  readonly servedBy?: string;
}

/** The Operator's own User ID: the target of requests that concern no single device, and the signer of responses. */
export const OPERATOR_ID: Eui = requireEui('90-B3-D5-1F-30-00-00-02');

export const OPERATOR: Party = { id: 'OPERATOR', name: 'The Operator', kind: 'operator' };

const userId = (tail: string): Eui => requireEui(`90-B3-D5-1F-30-${tail}`);
const SHARED_PROVIDER = 'Switchboard Shared Services';

const party = (id: string, name: string, kind: PartyKind): Party => ({ id, name, kind });

/** The Users of the demonstration, heaviest first. */
export const USERS: readonly SimulatedUser[] = [
  {
    userId: userId('01-00-00'),
    party: party('NORTHWIND', 'Northwind Energy', 'large_supplier'),
    label: 'large supplier, both fuels',
    roles: ['IS', 'GS'],
    delivery: 'push',
    share: 0.55,
  },
  {
    userId: userId('02-00-00'),
    party: party('HARBOUR', 'Harbour Light and Heat', 'large_supplier'),
    label: 'large supplier, both fuels',
    roles: ['IS', 'GS'],
    delivery: 'push',
    share: 0.27,
  },
  {
    userId: userId('03-00-00'),
    party: party('LARKSPUR', 'Larkspur Power', 'small_supplier'),
    label: 'small supplier, both fuels',
    roles: ['IS', 'GS'],
    delivery: 'pull',
    share: 0.08,
  },
  {
    userId: userId('04-00-00'),
    party: party('TIDEMARK', 'Tidemark Energy', 'small_supplier'),
    label: 'small supplier, served by a shared resource provider',
    roles: ['IS', 'GS'],
    delivery: 'push',
    share: 0.06,
    servedBy: SHARED_PROVIDER,
  },
  {
    userId: userId('05-00-00'),
    party: party('HEATHER', 'Heather Gas and Power', 'small_supplier'),
    label: 'small supplier, served by a shared resource provider',
    roles: ['IS', 'GS'],
    delivery: 'push',
    share: 0.04,
    servedBy: SHARED_PROVIDER,
  },
  {
    userId: userId('06-00-00'),
    party: party('SUNFIELD', 'Sunfield Export', 'small_supplier'),
    label: 'export supplier',
    roles: ['ES'],
    delivery: 'pull',
    share: 1,
  },
  {
    userId: userId('07-00-00'),
    party: party('FENLAND', 'Fenland Networks', 'electricity_network_operator'),
    label: 'electricity network operator',
    roles: ['ED'],
    delivery: 'push',
    share: 1,
  },
  {
    userId: userId('08-00-00'),
    party: party('WESTMAIN', 'Westmain Gas Transport', 'gas_network_operator'),
    label: 'gas transporter',
    roles: ['GT'],
    delivery: 'pull',
    share: 1,
  },
  {
    userId: userId('09-00-00'),
    party: party('KETTLE', 'Kettle Insights', 'other'),
    label: 'other user',
    roles: ['OU'],
    delivery: 'pull',
    share: 1,
  },
  {
    userId: userId('0A-00-00'),
    party: party('FIELDSTONE', 'Fieldstone Metering', 'other'),
    label: 'registered supplier agent',
    roles: ['RSA'],
    delivery: 'pull',
    share: 0.3,
  },
];
