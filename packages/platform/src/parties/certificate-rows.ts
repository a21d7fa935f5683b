// What rows of certificates have in common, whoever's they are: those of User IDs and those of their officers.
import { shownAuthor } from '../foundation/author.ts';
import type { Viewer } from '../foundation/viewer.ts';
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
}

/** When and by whom something was registered and revoked, as it is read. */
export interface RegistrationRow {
  readonly registered_at: Date;
  readonly registered_by: string | null;
  readonly revoked_at: Date | null;
  readonly revoked_by: string | null;
}

/** The codes of the record of activity that tell it, by table. */
const codes = {
  certificate: { registered: ['certificate-registered', 'certificate-renewed'], revoked: 'certificate-revoked' },
  officer: { registered: ['officer-registered'], revoked: 'officer-revoked' },
  ssh_key: { registered: ['ssh-key-registered'], revoked: 'ssh-key-revoked' },
  email_recipient: { registered: ['mail-address-registered'], revoked: 'mail-address-revoked' },
} as const;

/** The columns of a RegistrationRow, as SQL: who did it is what the record of activity has. */
export function registrationColumns(table: keyof typeof codes): string {
  const hex = "encode(fingerprint, 'hex')";
  const subject = table === 'certificate' ? `purpose || ':' || ${hex}` : hex;
  const { registered, revoked } = codes[table];
  const list = registered.map((code) => `'${code}'`).join(', ');
  return `registered_at, author_of(user_id, ${subject}, ${list}) as registered_by, revoked_at,
          case when revoked_at is not null then author_of(user_id, ${subject}, '${revoked}') end as revoked_by`;
}

/** As the API tells it. */
export function describeRegistration(viewer: Viewer, row: RegistrationRow) {
  return {
    registeredAt: row.registered_at.toISOString(),
    ...(row.registered_by === null ? {} : { registeredBy: shownAuthor(viewer, row.registered_by) }),
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at.toISOString() }),
    ...(row.revoked_by === null ? {} : { revokedBy: shownAuthor(viewer, row.revoked_by) }),
  };
}

/** What the API tells of each. */
export function describeCertificate(row: CertificateRow) {
  return {
    issuer: row.issuer,
    serial: row.serial,
    fingerprint: row.fingerprint,
    notBefore: row.not_before.toISOString(),
    notAfter: row.not_after.toISOString(),
  };
}
