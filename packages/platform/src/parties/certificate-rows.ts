// What rows of certificates have in common, whoever's they are: those of User IDs and those of their officers.
import type { Certificate } from './certificates.ts';

/** The columns issuer, serial, fingerprint, der, not_before, not_after of an insert by arrays. */
export function certificateColumns(certificates: readonly Certificate[]): readonly unknown[][] {
  return [
    certificates.map((one) => one.issuer),
    certificates.map((one) => one.serial),
    certificates.map((one) => one.fingerprint),
    certificates.map((one) => one.der),
    certificates.map((one) => one.notBefore),
    certificates.map((one) => one.notAfter),
  ];
}

/** As it is read, the fingerprint in hex. */
export interface CertificateRow {
  readonly issuer: string;
  readonly serial: string;
  readonly fingerprint: string;
  readonly not_before: Date;
  readonly not_after: Date;
  readonly registered_at: Date;
  readonly revoked_at: Date | null;
}

/** What the API tells of each. */
export function describeCertificate(row: CertificateRow) {
  return {
    issuer: row.issuer,
    serial: row.serial,
    fingerprint: row.fingerprint,
    notBefore: row.not_before.toISOString(),
    notAfter: row.not_after.toISOString(),
    registeredAt: row.registered_at.toISOString(),
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at.toISOString() }),
  };
}
