// Devices: which there are, in which status and home, and who is responsible for each in which role and time.
//
// What it does not: it takes no message's word for anything. Devices come by import from the Operator's inventory,
// responsibility is derived from what the Registration Data Providers said (responsibility.ts).
//
// What always holds: at any instant a device has at most one responsible User ID a role; spans are half-open; every
// change of a device or registration brings the responsibility of the homes it touches up to date in the same
// transaction.
import type { Eui, UserRole } from '@penstock/duis';
import { covers, type Span } from '../parties/parties.ts';

export const deviceKinds = ['ESME', 'GSME', 'CHF', 'GPF', 'HCALCS', 'PPMID', 'IHD', 'CAD'] as const;
export type DeviceKind = (typeof deviceKinds)[number];

export const deviceStatuses = [
  'Pending',
  'Whitelisted',
  'InstalledNotCommissioned',
  'Commissioned',
  'Decommissioned',
  'Withdrawn',
  'Suspended',
  'Recovery',
  'Recovered',
] as const;
export type DeviceStatus = (typeof deviceStatuses)[number];

export const registrationRoles = ['IS', 'ES', 'GS', 'ED', 'GT', 'RSA'] as const;
export type RegistrationRole = (typeof registrationRoles)[number];

export interface Responsibility extends Span {
  readonly role: RegistrationRole;
  readonly userId: Eui;
}

/** What the way of a message needs to know of a device. */
export interface KnownDevice {
  readonly kind: DeviceKind;
  readonly status: DeviceStatus;
  /** The EUI of the home's communications hub. */
  readonly home: Eui | undefined;
  readonly responsible: readonly Responsibility[];
}

/** E19 device unknown, E5 device status, E4 not responsible for the device (the codes of DUIS). */
export type DeviceRefusal = 'E4' | 'E5' | 'E19';

// Which statuses allow which SRV is not public. These three end or pause a device's part in the network, so nothing
// can be wanted of it; in every other status some request is part of the device's way into service. (D)
const closedStatuses: readonly DeviceStatus[] = ['Decommissioned', 'Withdrawn', 'Suspended'];

/**
 * Whether a User may act in a role on a device at an instant (milliseconds since 1970); undefined: it may. An Other
 * User is registered for no metering point, so E4 does not apply to it: what it may send is limited by its role. (B)
 */
export function mayActOn(
  device: KnownDevice | undefined,
  userId: Eui,
  role: UserRole,
  instant: number,
): DeviceRefusal | undefined {
  if (device === undefined) return 'E19';
  if (role !== 'OU') {
    const isResponsible = device.responsible.some(
      (span) => span.role === role && span.userId === userId && covers(span, instant),
    );
    if (!isResponsible) return 'E4';
  }
  return closedStatuses.includes(device.status) ? 'E5' : undefined;
}
