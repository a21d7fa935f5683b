// Devices: which there are, in which status and home, and who is responsible for each in which role and time.
//
// What it does not: it takes no message's word for anything. Devices come by import from the Operator's inventory,
// responsibility is derived from what the Registration Data Providers said (responsibility.ts).
//
// What always holds: at any instant a device has at most one responsible User ID a role; spans are half-open; every
// change of a device or registration brings the responsibility of the homes it touches up to date in the same
// transaction.
import { deviceKindSchema } from '@penstock/api';
import type { DeviceStatus, Eui } from '@penstock/duis';
import type { Span } from '../parties/parties.ts';

export { type DeviceStatus, deviceStatuses } from '@penstock/duis';

export const deviceKinds = deviceKindSchema.options;
export type DeviceKind = (typeof deviceKinds)[number];

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
  /** Of the first generation: what is out of bounds is deleted, not held. */
  readonly isSmets1: boolean;
}
