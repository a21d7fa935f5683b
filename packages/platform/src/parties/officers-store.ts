// Officers as they are shown and asked for, their revocation, and each User's policy. A User sees its own.
import type { contactSchema, OfficerDocument, OfficerPolicy } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import type { z } from 'zod';
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
import type { Officer } from './officers.ts';
import type { Page } from './parties-store.ts';
import { recordedPolicy } from './recorded.ts';

interface OfficerRow extends CertificateRow, RegistrationRow {
  user_id: string;
  name: string;
  email: string;
  telephone: string | null;
}

function describeContact({ name, email, telephone }: Pick<OfficerRow, 'name' | 'email' | 'telephone'>) {
  return { name, email, ...(telephone === null ? {} : { telephone }) };
}

/** In order of their User IDs and fingerprints, after `cursor`. */
export function listOfficers(pool: pg.Pool, viewer: Viewer, query: RegisteredQuery): Promise<Page<OfficerDocument>> {
  const columns = 'name, email, telephone, issuer, serial, not_before, not_after';
  return listRegistered<OfficerRow, OfficerDocument>(pool, viewer, 'officer', columns, query, (row) => ({
    userId: requireEui(row.user_id),
    ...describeContact(row),
    ...describeCertificate(row),
    ...describeRegistration(viewer, row),
  }));
}

/** The officers of a User ID who can sign now, each once however many certificates there are. */
export async function listContacts(
  client: pg.Pool | pg.PoolClient,
  userId: Eui,
): Promise<z.infer<typeof contactSchema>[]> {
  const { rows } = await client.query<Pick<OfficerRow, 'name' | 'email' | 'telephone'>>(
    `select distinct on (email) name, email, telephone from officer
     where user_id = $1 and revoked_at is null and not_after > clock_timestamp()
     order by email, registered_at desc`,
    [userId],
  );
  return rows.map(describeContact);
}

/**
 * Revokes an officer of a User ID from now on. False when it was revoked before, which stays as it is.
 * @throws PenstockError 'request.not-found'
 */
export function revokeOfficer(
  pool: pg.Pool,
  { userId, fingerprint }: { userId: string; fingerprint: string },
  author: Author,
): Promise<boolean> {
  return revokeRegistered(pool, 'officer', { userId, fingerprint: Buffer.from(fingerprint, 'hex') }, author);
}

/**
 * Says whether a User's files that could let through what is held need a second officer, and who that may be; false: it
 * was so before.
 * @throws PenstockError 'request.not-found', 'request.invalid' for a deputy who is no officer of the User
 */
export async function setOfficerPolicy(
  pool: pg.Pool,
  userId: string,
  policy: OfficerPolicy,
  author: Author,
): Promise<boolean> {
  const deputies = [...new Set(policy.deputies.map((email) => email.toLowerCase()))].sort();
  return inTransaction(pool, async (client) => {
    const acting = await lockUserId(client, userId);
    const unknown = await client.query<{ email: string }>(
      `select d.email from unnest($2::text[]) d (email)
       where not exists (select from officer o
                         where o.user_id = $1 and lower(o.email) = d.email and o.revoked_at is null)`,
      [userId, deputies],
    );
    if (unknown.rows[0] !== undefined) {
      const detail = `${unknown.rows[0].email} is no officer of this User ID`;
      throw new PenstockError('request.invalid', { detail, where: 'deputies' });
    }
    const before = await readOfficerPolicy(client, acting);
    const changed = await client.query(
      `insert into officer_policy as p (user_id, second_officer, deputies, second_officer_for_release)
       select $1, $2, $3, coalesce($4, false)
       where exists (select from officer_policy where user_id = $1) or not $2 or $3::text[] <> '{}' or $4
       on conflict (user_id) do update set second_officer = excluded.second_officer, deputies = excluded.deputies,
                                             second_officer_for_release = coalesce($4, p.second_officer_for_release),
                                             changed_at = clock_timestamp()
       where (p.second_officer, p.deputies, p.second_officer_for_release)
             <> (excluded.second_officer, excluded.deputies, coalesce($4, p.second_officer_for_release))`,
      [userId, policy.secondOfficer, deputies, policy.secondOfficerForRelease],
    );
    if (changed.rowCount !== 1) return false;
    const after = await readOfficerPolicy(client, acting);
    await recordChanges(client, author, [recordedPolicy(acting, before, after)]);
    return true;
  });
}

/** The User's policy; by default any other officer is the second. */
export async function readOfficerPolicy(
  client: pg.Pool | pg.PoolClient,
  userId: Eui,
): Promise<OfficerPolicy & { readonly secondOfficerForRelease: boolean }> {
  const { rows } = await client.query<{ second_officer: boolean; for_release: boolean; deputies: string[] }>(
    `select second_officer, second_officer_for_release as for_release, deputies from officer_policy where user_id = $1`,
    [userId],
  );
  return {
    secondOfficer: rows[0]?.second_officer ?? true,
    secondOfficerForRelease: rows[0]?.for_release ?? false,
    deputies: rows[0]?.deputies ?? [],
  };
}

/** The officer of a User ID that has this certificate, by the SHA-256 of its DER in hex; whoever it is now. */
export async function findOfficer(
  client: pg.Pool | pg.PoolClient,
  userId: Eui,
  fingerprint: string,
): Promise<Officer | undefined> {
  const { rows } = await client.query<OfficerRow & { key: string | null }>(
    `select encode(fingerprint, 'hex') as fingerprint, encode(key_sha256, 'hex') as key, name, email, registered_at, revoked_at
     from officer where user_id = $1 and fingerprint = decode($2, 'hex')`,
    [userId, fingerprint],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const { name, email, key } = row;
  return {
    fingerprint,
    key: key ?? undefined,
    name,
    email,
    registeredAt: row.registered_at,
    revokedAt: row.revoked_at ?? undefined,
  };
}
