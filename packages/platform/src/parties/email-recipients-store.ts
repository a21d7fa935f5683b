// Addresses of User IDs for receipts and reports by e-mail, each with the certificate to which they are encrypted. They
// are registered by the Operator; what a mail says of its sender is never one.
import type { EmailRecipientDocument } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import { recipientFault } from '@penstock/files/envelope';
import { type Certificate, readCertificates, SignatureError } from '@penstock/files/signature';
import type pg from 'pg';
import { type Author, recordChanges } from '../foundation/activity.ts';
import { inTransaction } from '../foundation/database/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { listRegistered, lockUserId, type RegisteredQuery, revokeRegistered } from './by-fingerprint.ts';
import {
  type CertificateRow,
  describeCertificate,
  describeRegistration,
  type RegistrationRow,
} from './certificate-rows.ts';
import { CertificateFault, readCertificate } from './certificates.ts';
import type { Page } from './parties-store.ts';
import { type ChangedAddress, recordedAddress } from './recorded.ts';

/** In order of their User IDs and fingerprints, after `cursor`. A User sees its own. */
export function listEmailRecipients(
  pool: pg.Pool,
  viewer: Viewer,
  query: RegisteredQuery,
): Promise<Page<EmailRecipientDocument>> {
  const columns = 'address, issuer, serial, not_before, not_after';
  return listRegistered<
    CertificateRow & RegistrationRow & { user_id: string; address: string },
    EmailRecipientDocument
  >(pool, viewer, 'email_recipient', columns, query, (row) => ({
    userId: requireEui(row.user_id),
    address: row.address,
    ...describeCertificate(row),
    ...describeRegistration(viewer, row),
  }));
}

function invalid(detail: string): PenstockError {
  return new PenstockError('request.invalid', { detail, where: 'certificate' });
}

/** A certificate to which something can be encrypted. */
function readRecipient(text: string) {
  if (text.includes('PRIVATE KEY')) {
    throw invalid('this holds a private key, which must stay where it is: give the certificate alone');
  }
  try {
    const certificate = readCertificate(text);
    const [own] = readCertificates(certificate.der);
    const fault = own === undefined ? 'there is none' : recipientFault(own);
    if (fault !== undefined) throw invalid(`nothing can be encrypted to this certificate: ${fault}`);
    return certificate;
  } catch (error) {
    if (error instanceof CertificateFault || error instanceof SignatureError) throw invalid(error.message);
    throw error;
  }
}

/**
 * Registers an address for a User ID, or gives its certificate another. What was revoked stays so. False when nothing
 * changed.
 * @throws PenstockError 'request.not-found', 'request.invalid'
 */
export async function registerEmailRecipient(
  pool: pg.Pool,
  { userId, address, certificate: text }: { userId: string; address: string; certificate: string },
  author: Author,
): Promise<boolean> {
  const { fingerprint, der, issuer, serial, notBefore, notAfter } = readRecipient(text);
  return inTransaction(pool, async (client) => {
    await lockUserId(client, userId);
    const { rows } = await client.query<ChangedAddress>(
      `with before as (
         select address from email_recipient where user_id = $1 and fingerprint = $2
       ), changed as (
         insert into email_recipient as r (user_id, fingerprint, address, der, issuer, serial, not_before, not_after)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (user_id, fingerprint) do update set address = excluded.address
         where r.address <> excluded.address and r.revoked_at is null
         returning r.user_id, r.fingerprint, r.address, r.issuer, r.serial
       )
       select eui_text(user_id) as user_id, encode(fingerprint, 'hex') as fingerprint, address, issuer, serial,
              (select address from before) as address_before
       from changed`,
      [userId, fingerprint, address, der, issuer, serial, notBefore, notAfter],
    );
    await recordChanges(client, author, rows.map(recordedAddress));
    return rows.length === 1;
  });
}

/**
 * Revokes one from now on: nothing goes there any more. False when it was revoked before.
 * @throws PenstockError 'request.not-found'
 */
export function revokeEmailRecipient(
  pool: pg.Pool,
  { userId, fingerprint }: { userId: string; fingerprint: string },
  author: Author,
): Promise<boolean> {
  return revokeRegistered(pool, 'email_recipient', { userId, fingerprint: Buffer.from(fingerprint, 'hex') }, author);
}

/**
 * Of `email_recipient r`: it is not revoked, its certificate is valid now, and its User ID and Party are active. The address
 * of an officer is good as long as the officer is: whoever was taken out of office gets no more reports. One that is no
 * officer's (a desk of the User) stands by itself.
 */
export const IS_GOOD_RECIPIENT = `
  r.revoked_at is null and clock_timestamp() between r.not_before and r.not_after
  and exists (select from user_id u join party p using (party_id)
              where u.user_id = r.user_id and u.status = 'active' and p.status = 'active')
  and coalesce((select bool_or(o.revoked_at is null and clock_timestamp() between o.not_before and o.not_after)
                from officer o where o.user_id = r.user_id and lower(o.email) = lower(r.address)), true)`;

export interface EmailRecipient {
  readonly address: string;
  readonly certificate: Certificate;
}

/** To whom something of a User ID may go now, by the fingerprint; undefined: to nobody any more. */
export async function findRecipient(
  pool: pg.Pool,
  userId: Eui,
  fingerprint: Buffer,
): Promise<EmailRecipient | undefined> {
  const { rows } = await pool.query<{ address: string; der: Buffer }>(
    `select r.address, r.der from email_recipient r
     where r.user_id = $1 and r.fingerprint = $2 and ${IS_GOOD_RECIPIENT}`,
    [userId, fingerprint],
  );
  const [row] = rows;
  const [certificate] = row === undefined ? [] : readCertificates(row.der);
  return row && certificate && { address: row.address, certificate };
}

/** How many addresses a User ID has to which something may go now. */
export async function countRecipients(pool: pg.Pool, userId: Eui): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(*)::integer as count from email_recipient r where r.user_id = $1 and ${IS_GOOD_RECIPIENT}`,
    [userId],
  );
  return rows[0]?.count ?? 0;
}
