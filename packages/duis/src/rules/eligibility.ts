/**
 * Who may send what, and to a device in which status. Pure lookups in data; whether the User holds the role and is
 * responsible for the device now is the platform's question.
 */
import { catalogue, type UserRole } from '../catalogue/catalogue.ts';

/**
 * Whether a User in this role may send this variant with this Command Variant. An unknown variant may be sent by
 * nobody. Neither may 7.16, 8.5 and 8.6: the public matrix names no User Role for them, and what is not known to be
 * allowed is refused (ours). Command Variant 9 is never a User's.
 */
export function roleMay(srv: string, role: UserRole, commandVariant: number): boolean {
  const variant = catalogue.get(srv);
  return variant?.commandVariants.includes(commandVariant) === true && variant.roles.includes(role);
}

/** The statuses of a device in the Operator's inventory. */
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

// What a device can be asked for while it is being installed: join, unjoin, commission, credentials, its log,
// firmware version and identity.
const installing: ReadonlySet<string> = new Set(
  '6.2.4 6.11 6.15.1 6.15.2 6.17 6.21 6.24.1 6.24.2 8.1.1 8.7.1 8.7.2 8.8.1 8.8.2 8.9 8.11 8.12.1 8.12.2 11.2'.split(
    ' ',
  ),
);
// A suspended device lost its entry in the list of certified products: firmware brings it back.
const mending: ReadonlySet<string> = new Set(['6.2.4', '8.9', '11.2', '11.3']);
// After a recovery the credentials must be made good first.
const restoring: ReadonlySet<string> = new Set('6.2.4 6.15.1 6.15.2 6.17 6.21 6.23 6.24.1 6.24.2 8.9 11.2'.split(' '));
const nothing: ReadonlySet<string> = new Set();

// Which SRV goes to a device in which status is not public. This table is ours: wide where a device is in use,
// narrow where it is not, and closed where it has left the network or never joined it.
const allowedByStatus: Readonly<Record<DeviceStatus, ReadonlySet<string> | 'all'>> = {
  Pending: nothing,
  Whitelisted: installing,
  InstalledNotCommissioned: 'all',
  Commissioned: 'all',
  Decommissioned: nothing,
  Withdrawn: nothing,
  Suspended: mending,
  Recovery: restoring,
  Recovered: 'all',
};

/**
 * Whether a request of this variant may go to a target device in this status. Non-device variants have no device as
 * target and are allowed always; the devices named in their bodies may be in any status (12.2 names new ones).
 */
export function deviceStatusAllows(srv: string, status: DeviceStatus): boolean {
  const variant = catalogue.get(srv);
  if (variant === undefined) return false;
  if (variant.nonDevice) return true;
  const allowed = allowedByStatus[status];
  return allowed === 'all' || allowed.has(srv);
}
