// SSH keys as they are registered, shown and revoked, and whether one is good now. A User sees its own.
import type { SshKeyDocument } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { type Author, recordChanges } from '../foundation/activity.ts';
import { inTransaction } from '../foundation/database/index.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { listRegistered, lockUserId, type RegisteredQuery, revokeRegistered } from './by-fingerprint.ts';
import { describeRegistration, type RegistrationRow } from './certificate-rows.ts';
import type { Page } from './parties-store.ts';
import { type ChangedKey, recordedKey } from './recorded.ts';
import { fingerprintText, type SshKey } from './ssh-keys.ts';

interface SshKeyRow extends RegistrationRow {
  user_id: string;
  fingerprint: string;
  algorithm: string;
  name: string;
  used_at: Date | null;
}

/** In order of their User IDs and fingerprints, after `cursor`. */
export function listSshKeys(pool: pg.Pool, viewer: Viewer, query: RegisteredQuery): Promise<Page<SshKeyDocument>> {
  const columns = 'algorithm, name, used_at';
  return listRegistered<SshKeyRow, SshKeyDocument>(pool, viewer, 'ssh_key', columns, query, (row) => ({
    userId: requireEui(row.user_id),
    fingerprint: fingerprintText(Buffer.from(row.fingerprint, 'hex')),
    algorithm: row.algorithm,
    name: row.name,
    ...describeRegistration(viewer, row),
    ...(row.used_at === null ? {} : { usedAt: row.used_at.toISOString() }),
  }));
}

/**
 * Registers a key for a User ID, or gives it another name. A revoked key stays revoked. False when nothing changed.
 * @throws PenstockError 'request.not-found'
 */
export async function registerSshKey(
  pool: pg.Pool,
  { userId, name, key }: { userId: string; name: string; key: SshKey },
  author: Author,
): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    await lockUserId(client, userId);
    const { rows } = await client.query<ChangedKey>(
      `with before as (
         select name from ssh_key where user_id = $1 and fingerprint = $2
       ), changed as (
         insert into ssh_key as k (user_id, fingerprint, algorithm, key, name) values ($1, $2, $3, $4, $5)
         on conflict (user_id, fingerprint) do update set name = excluded.name where k.name <> excluded.name
         returning k.user_id, k.fingerprint, k.algorithm, k.name
       )
       select eui_text(user_id) as user_id, encode(fingerprint, 'hex') as fingerprint, algorithm, name,
              (select name from before) as name_before
       from changed`,
      [userId, key.fingerprint, key.algorithm, key.key, name],
    );
    await recordChanges(client, author, rows.map(recordedKey));
    return rows.length === 1;
  });
}

/**
 * Revokes a key of a User ID from now on. False when it was revoked before.
 * @throws PenstockError 'request.not-found'
 */
export function revokeSshKey(
  pool: pg.Pool,
  { userId, fingerprint }: { userId: string; fingerprint: string },
  author: Author,
): Promise<boolean> {
  const sha256 = Buffer.from(fingerprint.replace(/^SHA256:/, ''), 'base64');
  return revokeRegistered(pool, 'ssh_key', { userId, fingerprint: sha256 }, author);
}

/** Whether a key is registered for a User ID that is active now, as its party is. */
export async function isGoodSshKey(pool: pg.Pool, userId: Eui, fingerprint: Buffer): Promise<boolean> {
  const { rowCount } = await pool.query(
    `select from ssh_key k join user_id u using (user_id) join party p using (party_id)
     where k.user_id = $1 and k.fingerprint = $2 and k.revoked_at is null and u.status = 'active' and p.status = 'active'`,
    [userId, fingerprint],
  );
  return rowCount === 1;
}

/** Keeps when somebody signed in by a key last, to the minute: a machine that comes every second writes no more. */
export async function keepSshKeyUse(pool: pg.Pool, userId: Eui, fingerprint: Buffer, now: Date): Promise<void> {
  await pool.query(
    `update ssh_key set used_at = $3
     where user_id = $1 and fingerprint = $2 and (used_at is null or used_at < $3::timestamptz - interval '1 minute')`,
    [userId, fingerprint, now],
  );
}
