/**
 * Refusals: why a message does not go on, and the judgements that need nothing but facts in hand (pure).
 *
 * DUIS response codes are those that DOMAIN.md states: E1 no role, E2 service not for the role, E3 status of the User,
 * E4 not responsible for the device, E5 status of the device, E19 device unknown. A refusal without one is answered as
 * an HTTP problem: no public code says it.
 */
import { catalogue, type DuisErrorCode, deviceStatusAllows, type Eui, roleMay } from '@penstock/duis';
import type { KnownDevice } from '../devices/devices.ts';
import type { ErrorCode } from '../foundation/errors.ts';
import {
  covers,
  type RegisteredCertificate,
  rolesAt,
  type SendingRole,
  standingOf,
  type User,
} from '../parties/parties.ts';

export interface Refusal {
  readonly code: ErrorCode | DuisErrorCode;
  /** What DUIS answers; undefined where it has no answer. */
  readonly responseCode: string | undefined;
  readonly detail: string;
  readonly where: string | undefined;
}

function refusal(code: Refusal['code'], responseCode: string | undefined, detail: string, where?: string): Refusal {
  return { code, responseCode, detail, where };
}

/** Whether a registered certificate may sign for the originator at an instant (milliseconds since 1970). */
export function judgeSigner(
  certificate: RegisteredCertificate | undefined,
  originator: Eui,
  instant: number,
): Refusal | undefined {
  if (certificate === undefined) {
    return refusal(
      'gateway.signer-unknown',
      undefined,
      'no signing certificate is registered by this issuer and serial number',
    );
  }
  const standing = standingOf(certificate, instant);
  if (standing !== 'valid') {
    return refusal(
      'gateway.signer-not-valid',
      undefined,
      `the signing certificate is ${standing.replaceAll('-', ' ')}`,
    );
  }
  if (certificate.userId !== originator) {
    return refusal(
      'gateway.signer-not-originator',
      undefined,
      `the signer acts for ${certificate.userId}, the RequestID names ${originator}`,
      'Header/RequestID',
    );
  }
  return undefined;
}

const COS_SRV = '6.23';

/** As a User Role, by the catalogue; as the CoS Party what a gaining supplier asks it for, and nothing else. */
function mayAs(role: SendingRole, srv: string, commandVariant: number): boolean {
  if (role !== 'COS') return roleMay(srv, role, commandVariant);
  return srv === COS_SRV && catalogue.get(srv)?.commandVariants.includes(commandVariant) === true;
}

/** The User's roles in which it may send this at an instant; or why it may not. */
export function judgeUser(
  user: User | undefined,
  srv: string,
  commandVariant: number,
  instant: number,
): { readonly roles: readonly SendingRole[] } | Refusal {
  if (user === undefined || user.status !== 'active') {
    return refusal('gateway.user-suspended', 'E3', 'the User ID is not active');
  }
  const roles = rolesAt(user, instant).filter((role) => role !== 'OPERATOR');
  if (roles.length === 0) return refusal('gateway.no-role', 'E1', 'the User ID has no User Role now');
  const eligible = roles.filter((role) => mayAs(role, srv, commandVariant));
  if (eligible.length === 0) {
    return refusal(
      'gateway.role-not-eligible',
      'E2',
      `${srv} may be sent by ${catalogue.get(srv)?.roles.join(', ') || 'no User Role'}, the User is ${roles.join(', ')}`,
      'Header/ServiceReferenceVariant',
    );
  }
  return { roles: eligible };
}

/**
 * Other Users may ask any device (they act for its consumer, whose consent is not ours to check), and the CoS Party acts
 * on any whose supplier changes.
 */
const needsNoResponsibility: ReadonlySet<SendingRole> = new Set(['OU', 'COS']);

/** Whether the device exists, takes this in its status, and one of the User's eligible roles is responsible now. */
export function judgeTarget(
  device: KnownDevice | undefined,
  target: Eui,
  userId: Eui,
  roles: readonly SendingRole[],
  srv: string,
  instant: number,
): Refusal | undefined {
  const where = 'Header/RequestID';
  if (device === undefined) return refusal('gateway.device-unknown', 'E19', `there is no device ${target}`, where);
  const responsible = roles.some(
    (role) =>
      needsNoResponsibility.has(role) ||
      device.responsible.some((one) => one.role === role && one.userId === userId && covers(one, instant)),
  );
  if (!responsible) {
    return refusal(
      'gateway.device-not-responsible',
      'E4',
      `the User is not responsible for ${target} now as ${roles.join(' or ')}`,
      where,
    );
  }
  if (!deviceStatusAllows(srv, device.status)) {
    return refusal('gateway.device-status', 'E5', `${target} is ${device.status} and does not take ${srv}`, where);
  }
  return undefined;
}
