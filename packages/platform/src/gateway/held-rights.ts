/**
 * Whether a message that was held may be sent now: its signer's certificate, the User's role and the responsibility for
 * the device are judged as they are for a new message. The bytes are compared where they are (release_batch).
 */
import type { Eui } from '@penstock/duis';
import type { KnownDevice } from '../devices/devices.ts';
import type { Directory } from '../parties/directory.ts';
import type { HeldRights, RightsRefusal } from '../quarantine/quarantine.ts';
import { judgeSigner, judgeTarget, judgeUser } from './refusal.ts';

export interface RightsFacts {
  readonly directory: Directory;
  readonly device: KnownDevice | undefined;
  readonly operatorId: Eui;
  /** Milliseconds since 1970. */
  readonly instant: number;
}

/** Undefined when it may. What comes from the network must still be signed by the Operator. */
export function judgeHeld(held: HeldRights, facts: RightsFacts): RightsRefusal | undefined {
  const { directory, device, operatorId, instant } = facts;
  const certificate = held.signer === undefined ? undefined : directory.signerById(held.signer);
  const isNorthbound = held.direction === 'northbound';
  const signer = judgeSigner(certificate, isNorthbound ? operatorId : held.userId, instant);
  if (signer !== undefined) return signer;
  if (isNorthbound) return undefined;
  const srv = held.srv ?? '';
  const commandVariant = held.commandVariant ?? 0;
  const user = judgeUser(directory.user(held.userId), srv, commandVariant, instant);
  if ('code' in user) return user;
  if (held.target === operatorId) return undefined;
  return judgeTarget(device, held.target, held.userId, user.roles, srv, instant);
}
