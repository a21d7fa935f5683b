// Which officers are one human being, as far as anything that is known tells: who signs first must not be the second. Pure.
//
// What always holds: one certificate, and one key in whatever certificate, is of one mailbox for good, also after it was
// revoked; under one User ID no two mailboxes have officers of the same name at a time. What nothing here can tell is
// that the Operator registered one person under two names: it is recorded, and the User is told of it.
import { createHash, type KeyObject } from 'node:crypto';

export interface OfficerPerson {
  readonly name: string;
  readonly email: string;
  /** SHA-256 of the DER of the File Signing certificate, hex in lower case. */
  readonly fingerprint: string;
  /** Of what is public of its key, hex (keyDigest); undefined: it is not known. */
  readonly key: string | undefined;
}

/** The mailbox of an address, as `mailbox_of` of the database: what stands behind a plus sign does not make it another. */
export function mailboxOf(email: string): string {
  return email.toLowerCase().replace(/\+[^@]*@/, '@');
}

/** How a name reads: neither case, blanks, ways to write a letter nor what nobody sees tell two people apart. */
export function nameKey(name: string): string {
  const seen = name.normalize('NFKC').replaceAll(/[\p{Cf}\p{DI}]/gu, '');
  return seen.toLowerCase().replaceAll(/\s+/g, ' ').trim();
}

/**
 * What is the same of a key however it is written down: of RSA the modulus, of a curve the point's x (the other point of
 * the same x is that of the same secret number, negated).
 */
export function keyDigest(key: KeyObject): string {
  const { kty, crv, n, x } = key.export({ format: 'jwk' });
  return createHash('sha256').update([kty, crv, n, x].join(' ')).digest('hex');
}

/** Whether two officers are two people. */
export function areDifferentPeople(
  one: Pick<OfficerPerson, 'name' | 'email'> & Partial<OfficerPerson>,
  other: Pick<OfficerPerson, 'name' | 'email'> & Partial<OfficerPerson>,
): boolean {
  const isSame = (a: string | undefined, b: string | undefined) => a !== undefined && a === b;
  return !(
    isSame(one.fingerprint, other.fingerprint) ||
    isSame(one.key, other.key) ||
    mailboxOf(one.email) === mailboxOf(other.email) ||
    nameKey(one.name) === nameKey(other.name)
  );
}

/** An officer of a User ID, as it is registered or about to be. */
export interface OfficerOf extends OfficerPerson {
  readonly userId: string;
  readonly isRevoked: boolean;
}

export interface PersonFault {
  readonly column: 'email' | 'name';
  readonly code: 'import.officer.other-person' | 'import.officer.same-name';
  readonly message: string;
}

/** Who is registered; officers come one after another, each judged against those before it. */
export class Registered {
  readonly #byCertificate = new Map<string, OfficerOf>();
  readonly #byKey = new Map<string, OfficerOf>();
  /** By User ID and name, the good ones by their certificates. */
  readonly #byName = new Map<string, Map<string, OfficerOf>>();

  constructor(officers: Iterable<OfficerOf>) {
    for (const officer of officers) this.#add(officer);
  }

  /** Takes an officer in, new or in place of the one with this certificate; what is wrong with who it is: it is not taken. */
  take(officer: OfficerOf): PersonFault | undefined {
    const fault = this.#faultOf(officer);
    if (fault === undefined) this.#add(officer);
    return fault;
  }

  #faultOf({ userId, fingerprint, key, name, email }: OfficerOf): PersonFault | undefined {
    const mailbox = mailboxOf(email);
    const isOther = (one: OfficerOf | undefined): one is OfficerOf =>
      one !== undefined && mailboxOf(one.email) !== mailbox;
    const ofCertificate = this.#byCertificate.get(fingerprint);
    const ofKey = key === undefined ? undefined : this.#byKey.get(key);
    const code = 'import.officer.other-person';
    if (isOther(ofCertificate)) {
      return { column: 'email', code, message: `this certificate is that of the officer ${ofCertificate.email}` };
    }
    if (isOther(ofKey)) {
      return { column: 'email', code, message: `the key of this certificate is that of the officer ${ofKey.email}` };
    }
    const namesake = [...(this.#byName.get(`${userId} ${nameKey(name)}`)?.values() ?? [])].find(isOther);
    if (namesake === undefined) return undefined;
    const message = `an officer of this name is registered under the address ${namesake.email}`;
    return { column: 'name', code: 'import.officer.same-name', message };
  }

  #add(officer: OfficerOf): void {
    const { userId, fingerprint, key, name, isRevoked } = officer;
    this.#byCertificate.set(fingerprint, officer);
    if (key !== undefined) this.#byKey.set(key, officer);
    if (isRevoked) return;
    const place = `${userId} ${nameKey(name)}`;
    this.#byName.set(place, (this.#byName.get(place) ?? new Map()).set(fingerprint, officer));
  }
}
