// Parties: who may take part, and as what. Organisations, the User IDs they act under, the roles of each in
// time, and the certificates by which a message's signer or a TLS peer is known.
//
// What it does not: people and their sign-in (a later issue), and which devices a User may act on (devices/).
//
// What always holds: every change of a party, User ID, role or certificate moves `directory_version` in its own
// transaction, so a verdict can name the directory it rests on and is void when that has moved.
import type { KeyObject } from 'node:crypto';
import type { PersonRole } from '@penstock/api';
import type { Eui, UserRole } from '@penstock/duis';

/** The Operator as the CoS Party, which changes the credentials of devices when their supplier changes: no DUIS User Role. */
export type SendingRole = UserRole | 'COS';
/** OPERATOR is no DUIS User Role: it marks the Operator's own User IDs. */
export type PartyRole = SendingRole | 'OPERATOR';

/** Half-open; milliseconds since 1970, -Infinity and Infinity where a side is open. */
export interface Span {
  readonly validFrom: number;
  readonly validTo: number;
}

export interface RoleSpan extends Span {
  readonly role: PartyRole;
}

export interface User {
  readonly userId: Eui;
  readonly partyId: string;
  readonly partyName: string;
  readonly status: 'active' | 'suspended';
  readonly roles: readonly RoleSpan[];
  readonly delivery: 'pull' | 'push';
  readonly receiveUrl: string | undefined;
  /** Whether counters at or below the highest that left the replay horizon are refused. */
  readonly risingCounters: boolean;
  readonly lane: number;
}

/** A certificate as the directory knows it. Times in milliseconds since 1970. */
export interface RegisteredCertificate {
  readonly userId: Eui;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly revokedAt: number | undefined;
  /** What a machine with it may do at the API, as people of this role may; undefined: nothing. */
  readonly role?: PersonRole | undefined;
}

/** A certificate that signs DUIS messages, with its P-256 public key. */
export interface RegisteredSigner extends RegisteredCertificate {
  readonly key: KeyObject;
  /** The first 63 bits of its fingerprint: how the record names it. */
  readonly id: bigint;
}

export type CertificateStanding = 'valid' | 'not-yet-valid' | 'expired' | 'revoked';

/** Whether a span covers an instant (milliseconds since 1970); the end is outside. */
export function covers(span: Span, instant: number): boolean {
  return span.validFrom <= instant && instant < span.validTo;
}

/** The roles that a User has at an instant (milliseconds since 1970), each once. */
export function rolesAt(user: User, instant: number): PartyRole[] {
  return [...new Set(user.roles.filter((span) => covers(span, instant)).map((span) => span.role))];
}

/**
 * How a certificate stands at an instant. notAfter is still valid (RFC 5280, 4.1.2.5); a revocation counts from the
 * moment it is known here and outweighs the rest.
 */
export function standingOf(certificate: RegisteredCertificate, instant: number): CertificateStanding {
  // whatever this machine's clock says of the moment: the database's may be ahead of it
  if (certificate.revokedAt !== undefined) return 'revoked';
  if (instant < certificate.notBefore) return 'not-yet-valid';
  return instant > certificate.notAfter ? 'expired' : 'valid';
}
