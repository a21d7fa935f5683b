// Officers of a User ID who can sign now, each once however many certificates there are. Pure.
import type { OfficerDocument } from '@penstock/api/schemas';

export interface Signer {
  /** In lower case, by which an officer is known. */
  readonly email: string;
  readonly name: string;
}

export function signersOf(certificates: readonly OfficerDocument[], now: number): Signer[] {
  const found = new Map<string, Signer>();
  for (const { email, name, notBefore, notAfter, revokedAt } of certificates) {
    const isGood = revokedAt === undefined && Date.parse(notBefore) <= now && now < Date.parse(notAfter);
    const key = email.toLowerCase();
    if (isGood && !found.has(key)) found.set(key, { email: key, name });
  }
  return [...found.values()].sort((one, other) => one.name.localeCompare(other.name));
}
