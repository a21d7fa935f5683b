// Officers as they are shown and asked for, their revocation, and each User's policy. A User sees its own.
import type { OfficerDocument } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { PenstockError } from '../foundation/errors.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { listRegistered, type RegisteredQuery, revokeRegistered } from './by-fingerprint.ts';
import { type CertificateRow, describeCertificate } from './certificate-rows.ts';
import type { Officer } from './officers.ts';
import type { Page } from './parties-store.ts';

interface OfficerRow extends CertificateRow {
  user_id: string;
  name: string;
  email: string;
}

/** In order of their User IDs and fingerprints, after `cursor`. */
export function listOfficers(pool: pg.Pool, viewer: Viewer, query: RegisteredQuery): Promise<Page<OfficerDocument>> {
  const columns = 'name, email, issuer, serial, not_before, not_after, registered_at, revoked_at';
  return listRegistered<OfficerRow, OfficerDocument>(pool, viewer, 'officer', columns, query, (row) => ({
    userId: requireEui(row.user_id),
    name: row.name,
    email: row.email,
    ...describeCertificate(row),
  }));
}

/** The officers of a User ID who can sign now, each once however many certificates there are. */
export async function listContacts(pool: pg.Pool, userId: Eui): Promise<{ name: string; email: string }[]> {
  const { rows } = await pool.query<{ name: string; email: string }>(
    `select distinct on (email) name, email from officer
     where user_id = $1 and revoked_at is null and not_after > clock_timestamp()
     order by email, registered_at desc`,
    [userId],
  );
  return rows;
}

/**
 * Revokes an officer of a User ID from now on. False when it was revoked before, which stays as it is.
 * @throws PenstockError 'request.not-found'
 */
export function revokeOfficer(
  pool: pg.Pool,
  { userId, fingerprint }: { userId: string; fingerprint: string },
): Promise<boolean> {
  return revokeRegistered(pool, 'officer', { userId, fingerprint: Buffer.from(fingerprint, 'hex') });
}

/** Says whether a User's files that could let through what is held need a second officer; false: it was so before. */
export async function setOfficerPolicy(pool: pg.Pool, userId: string, secondOfficer: boolean): Promise<boolean> {
  const { rows } = await pool.query<{ changed: boolean | null }>(
    `with known as (
       select u.user_id, coalesce(p.second_officer, true) as second_officer
       from user_id u left join officer_policy p using (user_id) where u.user_id = $1
     ), changed as (
       insert into officer_policy (user_id, second_officer) select user_id, $2 from known where second_officer <> $2
       on conflict (user_id) do update set second_officer = excluded.second_officer
       returning user_id
     )
     select exists (select from changed) as changed from known`,
    [userId, secondOfficer],
  );
  if (rows[0] === undefined) throw new PenstockError('request.not-found', { detail: 'there is no such User ID' });
  return rows[0].changed === true;
}

/** Whether the User's policy asks for a second officer; by default it does. */
export async function needsSecondOfficer(client: pg.Pool | pg.PoolClient, userId: Eui): Promise<boolean> {
  const { rows } = await client.query<{ second_officer: boolean }>(
    'select second_officer from officer_policy where user_id = $1',
    [userId],
  );
  return rows[0]?.second_officer ?? true;
}

/** The officer of a User ID that has this certificate, by the SHA-256 of its DER in hex; whoever it is now. */
export async function findOfficer(
  client: pg.Pool | pg.PoolClient,
  userId: Eui,
  fingerprint: string,
): Promise<Officer | undefined> {
  const { rows } = await client.query<OfficerRow>(
    `select encode(fingerprint, 'hex') as fingerprint, name, email, registered_at, revoked_at
     from officer where user_id = $1 and fingerprint = decode($2, 'hex')`,
    [userId, fingerprint],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const { name, email } = row;
  return { fingerprint, name, email, registeredAt: row.registered_at, revokedAt: row.revoked_at ?? undefined };
}
