// Authorised Responsible Officers (AROs): the named people of a User ID who sign its threshold files and decide, by
// signed files, what becomes of its held messages. The Operator's own officers are those of the Operator's User ID.
//
// What it does not: it verifies no signature (submissions/), and it moves no directory version, because no message
// rests on an officer.
//
// What always holds: an officer's certificate is none that signs messages, and a revocation counts from the moment it
// is known here. Who the person is, is told by the address: two certificates of one address are one officer, and one
// certificate or key never comes to be of another address (officer-person.ts).
import type { KeyObject } from 'node:crypto';
import type { OfficerPerson } from './officer-person.ts';

export interface Officer extends OfficerPerson {
  readonly registeredAt: Date;
  readonly revokedAt: Date | undefined;
}

/** Why the certificate of a signature is not that of an officer of the User ID at an instant. */
export type OfficerStanding = 'registered' | 'unknown' | 'not-yet-registered' | 'revoked';

export function officerStandingAt(officer: Officer | undefined, at: Date): OfficerStanding {
  if (officer === undefined) return 'unknown';
  if (officer.revokedAt !== undefined && officer.revokedAt <= at) return 'revoked';
  return officer.registeredAt > at ? 'not-yet-registered' : 'registered';
}

const CURVES: readonly unknown[] = ['prime256v1', 'secp384r1'];
const LEAST_RSA_BITS = 2048;

/** What is wrong with the key of a File Signing certificate; undefined when it is fit. */
export function fileSigningKeyFault(key: KeyObject): string | undefined {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'rsa') {
    const bits = details?.modulusLength ?? 0;
    return bits >= LEAST_RSA_BITS ? undefined : `the key is RSA of ${bits} bits`;
  }
  if (type === 'ec') {
    return CURVES.includes(details?.namedCurve) ? undefined : `the key is on the curve ${details?.namedCurve}`;
  }
  return `the key is ${type}`;
}
