// The directory: all Users, roles and certificates as of one version, in memory, immutable. Every message asks it
// for its signer and originator, so it is a few look-ups in maps; the database is asked again only when the version
// has moved. What rests on a version that has moved meanwhile is judged again: see record_batch (PS001).
import type { KeyObject } from 'node:crypto';
import type { Eui } from '@penstock/duis';
import type { CertificatePurpose } from './certificates.ts';
import { normaliseSerial } from './certificates.ts';
import { issuerCandidates } from './distinguished-name.ts';
import type { RegisteredCertificate, RegisteredSigner, User } from './parties.ts';

export interface DirectoryCertificate {
  readonly purpose: CertificatePurpose;
  /** As `nameFromDer` writes it. */
  readonly issuer: string;
  readonly serial: string;
  /** SHA-256 of the DER, hex in lower case. */
  readonly fingerprint: string;
  readonly registered: RegisteredCertificate;
  /** The public key of a signing certificate. */
  readonly key: KeyObject | undefined;
}

/** Real messages name a handful of issuers, each in a few spellings. */
const MOST_REMEMBERED_NAMES = 1_000;

/** By which the record names a certificate: the first 63 bits of its fingerprint. */
const signerId = (fingerprint: string): bigint => BigInt(`0x${fingerprint.slice(0, 16)}`) >> 1n;

const signerKey = (issuer: string, serial: string): string => `${serial} ${issuer}`;

/** `Rules`: what a room above keeps in the database under the same version, read with the directory (main.ts). */
export class Directory<Rules = unknown> {
  readonly version: bigint;
  readonly rules: Rules;
  readonly #users: ReadonlyMap<Eui, User>;
  readonly #signers = new Map<string, RegisteredSigner>();
  readonly #peers = new Map<string, RegisteredCertificate>();
  readonly #signersById: ReadonlyMap<bigint, RegisteredCertificate>;
  readonly #candidates = new Map<string, readonly string[]>();

  constructor(version: bigint, users: readonly User[], certificates: readonly DirectoryCertificate[], rules: Rules) {
    this.version = version;
    this.rules = rules;
    this.#users = new Map(users.map((user) => [user.userId, user]));
    const signing = certificates.filter(({ purpose }) => purpose === 'signing');
    this.#signersById = new Map(signing.map(({ fingerprint, registered }) => [signerId(fingerprint), registered]));
    for (const { purpose, issuer, serial, fingerprint, registered, key } of certificates) {
      if (purpose === 'transport') this.#peers.set(fingerprint, registered);
      else if (key !== undefined)
        this.#signers.set(signerKey(issuer, serial), { ...registered, key, id: signerId(fingerprint) });
    }
  }

  /**
   * The certificate that a signature names. The issuer may be written in any way and order, see
   * distinguished-name.ts. Whether it is valid at an instant: `standingOf`.
   */
  signer(issuerName: string, serialNumber: string): RegisteredSigner | undefined {
    const serial = normaliseSerial(serialNumber);
    if (serial === undefined) return undefined;
    const known = this.#candidates.get(issuerName);
    for (const issuer of known ?? issuerCandidates(issuerName)) {
      const signer = this.#signers.get(signerKey(issuer, serial));
      if (signer === undefined) continue;
      if (known === undefined) this.#remember(issuerName);
      return signer;
    }
    return undefined;
  }

  /** The certificate of a message that was held, by what the record keeps of its fingerprint. */
  signerById(id: bigint): RegisteredCertificate | undefined {
    return this.#signersById.get(id);
  }

  /** The certificate that a TLS peer showed, by the SHA-256 of its DER in lower-case hex. */
  transportPeer(fingerprint: string): RegisteredCertificate | undefined {
    return this.#peers.get(fingerprint);
  }

  user(userId: Eui): User | undefined {
    return this.#users.get(userId);
  }

  users(): IterableIterator<User> {
    return this.#users.values();
  }

  /** Only names of signers that are known, as copies: the name is a slice of its message and would keep all of it. */
  #remember(name: string): void {
    if (this.#candidates.size >= MOST_REMEMBERED_NAMES) this.#candidates.clear();
    const own = Buffer.from(name, 'utf8').toString('utf8');
    this.#candidates.set(own, issuerCandidates(own));
  }
}
