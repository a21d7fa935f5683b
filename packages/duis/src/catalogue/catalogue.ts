/**
 * The catalogue of Service Request Variants, read from the table beside it once, when the module is loaded.
 *
 * What always holds: 129 variants, every one with its Service Reference, one element of the body and the Command
 * Variants that its criticality allows. A row that does not fit stops the load, so a typing error cannot start.
 */
import { DuisError } from '../errors.ts';
import { serviceRequestTable } from './table.ts';

/** Import, export and gas supplier, electricity distributor, gas transporter, registered supplier agent, other user. */
export type UserRole = 'IS' | 'ES' | 'GS' | 'ED' | 'GT' | 'RSA' | 'OU';

/** All User Roles, in the order in which DUIS names them. */
export const userRoles: readonly UserRole[] = ['IS', 'ES', 'GS', 'ED', 'GT', 'RSA', 'OU'];

/** Who keeps the date of a future dated request: nobody, the device, the Operator's system, or both. */
export type FutureDating = 'none' | 'device' | 'dsp' | 'both';

/** One Service Request Variant. */
export interface ServiceRequestVariant {
  /** e.g. '4.1' */
  readonly serviceReference: string;
  /** e.g. '4.1.1' */
  readonly srv: string;
  readonly name: string;
  /** Critical requests are transformed first and come back to be signed as a Pre-Command. */
  readonly critical: boolean;
  /** Non-device requests are answered by the Operator and never reach a device; they target the Operator. */
  readonly nonDevice: boolean;
  /** Which Command Variants a User may send it with. 9 is the Operator's own and never among them. */
  readonly commandVariants: readonly number[];
  /** User Roles that may send it; empty where the public matrix names none. */
  readonly roles: readonly UserRole[];
  /** Local names of the element in the body, Command Variants 5 to 7 aside: those carry SignedPreCommand. */
  readonly bodyElements: readonly string[];
  readonly futureDated: FutureDating;
  readonly onDemand: boolean;
  /** May stand in a schedule that the Operator keeps. */
  readonly dccScheduled: boolean;
}

/** The body element of Command Variants 5, 6 and 7. */
export const SIGNED_PRE_COMMAND = 'SignedPreCommand';

const NON_CRITICAL_VARIANTS: readonly number[] = [1, 2, 3];
const CRITICAL_VARIANTS: readonly number[] = [4, 5, 6, 7];
const NON_DEVICE_VARIANTS: readonly number[] = [8];

const variantsByCriticality: Readonly<Record<string, readonly number[]>> = {
  'non-critical': NON_CRITICAL_VARIANTS,
  critical: CRITICAL_VARIANTS,
  'non-device': NON_DEVICE_VARIANTS,
};

const isRole = (text: string): text is UserRole => userRoles.some((role) => role === text);
const isFutureDating = (text: string): text is FutureDating => ['none', 'device', 'dsp', 'both'].includes(text);

/** The words of a cell; '-' is none. */
const words = (cell: string): string[] => (cell === '-' ? [] : cell.split(' '));

function readRow(line: string): ServiceRequestVariant {
  const wrong = () => new DuisError('duis.catalogue.row', `the catalogue has an unreadable row: ${line}`);
  const [serviceReference, srv, criticality, dating, asked, roleCell, name, body, ...rest] = line
    .split('|')
    .map((cell) => cell.trim());
  if (!serviceReference || !srv || !criticality || !dating || !asked || !roleCell || !name || !body) throw wrong();
  const commandVariants = variantsByCriticality[criticality];
  const futureDated = dating === '-' ? 'none' : dating;
  const roles = words(roleCell);
  const ways = words(asked);
  if (rest.length > 0 || commandVariants === undefined || !isFutureDating(futureDated)) throw wrong();
  if (!roles.every(isRole) || !ways.every((way) => way === 'demand' || way === 'schedule')) throw wrong();
  if (srv !== serviceReference && !srv.startsWith(`${serviceReference}.`)) throw wrong();
  return {
    serviceReference,
    srv,
    name,
    critical: criticality === 'critical',
    nonDevice: criticality === 'non-device',
    commandVariants,
    roles,
    bodyElements: [body],
    futureDated,
    onDemand: ways.includes('demand'),
    dccScheduled: ways.includes('schedule'),
  };
}

/** All variants by SRV, e.g. catalogue.get('4.1.1'), in the order of the references. */
export const catalogue: ReadonlyMap<string, ServiceRequestVariant> = new Map(
  serviceRequestTable
    .trim()
    .split('\n')
    .map(readRow)
    .map((row) => [row.srv, row]),
);
