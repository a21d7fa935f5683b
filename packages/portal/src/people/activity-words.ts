// What was done, in words. Pure.
import type { ActivityCode, ActivityGroup, ActivityPage } from '@penstock/api/schemas';
import { roleWords } from '../session/me.ts';

export const codeWords: Readonly<Record<ActivityCode, string>> = {
  'signed-in': 'signed in',
  'password-refused': 'wrong password',
  'code-refused': 'code refused',
  'passkey-refused': 'passkey refused',
  'provider-refused': 'organisation’s sign-in refused',
  'sign-in-locked': 'sign-in locked for 15 minutes',
  'second-factor-locked': 'second factor locked for 15 minutes',
  'proven-again': 'gave the second factor again',
  'second-factor-set-up': 'set up an authenticator',
  'passkey-added': 'added a passkey',
  'passkey-removed': 'removed a passkey',
  'password-changed': 'changed the password',
  'signed-out': 'signed out',
  'session-ended': 'ended a session',
  'signed-out-everywhere': 'signed out everywhere',
  invited: 'invited',
  'invitation-withdrawn': 'invitation withdrawn',
  'invitation-accepted': 'took the invitation',
  'role-changed': 'role changed',
  'status-changed': 'status changed',
  reset: 'sign-in reset',
  'reset-taken': 'set up sign-in again',
  'invitation-asked': 'invitation waits for approval',
  'role-asked': 'role waits for approval',
  'reset-asked': 'reset waits for approval',
  'policy-asked': 'to ask no second administrator waits for approval',
  approved: 'approved',
  'approval-refused': 'refused',
  'policy-changed': 'setting changed',
  'party-registered': 'Party registered',
  'party-changed': 'Party changed',
  'party-status-changed': 'Party’s status changed',
  'user-id-registered': 'User ID registered',
  'user-id-changed': 'User ID changed',
  'user-id-switched': 'User ID switched',
  'certificate-registered': 'certificate registered',
  'certificate-renewed': 'certificate registered beside a good one',
  'certificate-revoked': 'certificate revoked',
  'officer-registered': 'officer registered',
  'officer-changed': 'officer changed',
  'officer-revoked': 'officer revoked',
  'officer-policy-changed': 'who signs changed',
  'ssh-key-registered': 'SSH key registered',
  'ssh-key-renamed': 'SSH key renamed',
  'ssh-key-revoked': 'SSH key revoked',
  'mail-address-registered': 'e-mail address registered',
  'mail-address-changed': 'e-mail address changed',
  'mail-address-revoked': 'e-mail address revoked',
  'devices-changed': 'devices changed',
  'registrations-changed': 'registrations changed',
  'ways-set': 'ways set',
  'ways-withdrawn': 'change of ways withdrawn',
  'outage-declared': 'outage declared',
  'outage-changed': 'outage changed',
  'outage-ended': 'outage ended',
  'outage-reported': 'outage reported',
  'outage-report-answered': 'report of an outage answered',
  'title-switch-set': 'switch of titles set',
  'change-limits-set': 'limits of changes set',
  'calendar-event-set': 'calendar of changes: event set',
  'calendar-event-withdrawn': 'calendar of changes: event withdrawn',
};

export const groupWords: Readonly<Record<ActivityGroup, string>> = {
  'sign-in': 'Sign-in',
  people: 'People and roles',
  directory: 'Parties and User IDs',
  certificates: 'Certificates of machines',
  officers: 'Officers and who signs',
  'ssh-keys': 'SSH keys',
  'mail-addresses': 'E-mail addresses',
  devices: 'Devices and registrations',
  ways: 'Ways and outages',
  switches: 'Switches of titles',
  changes: 'Limits and calendar of changes',
};

type By = Pick<ActivityPage['items'][number], 'by' | 'byRole' | 'email'>;

/** Who did it, and as what: a machine by the beginning of its certificate's SHA-256. */
export function authorWords({ by, byRole, email }: By): { readonly name: string; readonly as: string } {
  if (byRole === 'machine') return { name: 'a machine', as: `SHA-256 ${by.slice(0, 16)} ...` };
  if (byRole === 'console') return { name: by, as: 'at the console' };
  return { name: by === email ? 'itself' : by, as: byRole === undefined ? '' : roleWords[byRole] };
}
