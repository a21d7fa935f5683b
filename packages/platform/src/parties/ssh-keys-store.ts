// SSH keys as they are registered, shown and revoked, and whether one is good now. A User sees its own.
import type { SshKeyDocument } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { PenstockError } from '../foundation/errors.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { ownOnly, type Page, pageOf } from './parties-store.ts';
import { fingerprintText, type SshKey } from './ssh-keys.ts';

interface SshKeyRow {
  user_id: string;
  fingerprint: Buffer;
  algorithm: string;
  name: string;
  registered_at: Date;
  revoked_at: Date | null;
}

/** In order of their User IDs and fingerprints, after `cursor`. */
export async function listSshKeys(
  pool: pg.Pool,
  viewer: Viewer,
  { userId, cursor, limit }: { userId?: string | undefined; cursor?: string | undefined; limit: number },
): Promise<Page<SshKeyDocument>> {
  const [after = '', fingerprint = ''] = (cursor ?? '00-00-00-00-00-00-00-00/').split('/');
  if (!/^([0-9A-F]{2}-){7}[0-9A-F]{2}$/.test(after) || !/^([0-9a-f]{64})?$/.test(fingerprint)) {
    throw new PenstockError('request.invalid', { where: 'cursor', detail: 'this is no cursor of this list' });
  }
  const { rows } = await pool.query<SshKeyRow>(
    `select user_id, fingerprint, algorithm, name, registered_at, revoked_at from ssh_key
     where (user_id, fingerprint) > ($1::macaddr8, decode($2, 'hex'))
       and ($3::macaddr8[] is null or user_id = any ($3::macaddr8[]))
       and ($4::macaddr8 is null or user_id = $4::macaddr8)
     order by user_id, fingerprint limit $5`,
    [after, fingerprint, ownOnly(viewer), userId, limit + 1],
  );
  return pageOf(
    rows,
    limit,
    (row) => ({
      userId: requireEui(row.user_id),
      fingerprint: fingerprintText(row.fingerprint),
      algorithm: row.algorithm,
      name: row.name,
      registeredAt: row.registered_at.toISOString(),
      ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at.toISOString() }),
    }),
    (row) => `${requireEui(row.user_id)}/${row.fingerprint.toString('hex')}`,
  );
}

/**
 * Registers a key for a User ID, or gives it another name. A revoked key stays revoked. False when nothing changed.
 * @throws PenstockError 'request.not-found'
 */
export async function registerSshKey(
  pool: pg.Pool,
  { userId, name, key }: { userId: string; name: string; key: SshKey },
): Promise<boolean> {
  const known = await pool.query('select from user_id where user_id = $1', [userId]);
  if (known.rowCount === 0) {
    throw new PenstockError('request.not-found', { detail: 'there is no such User ID', where: 'userId' });
  }
  const { rowCount } = await pool.query(
    `insert into ssh_key as k (user_id, fingerprint, algorithm, key, name) values ($1, $2, $3, $4, $5)
     on conflict (user_id, fingerprint) do update set name = excluded.name where k.name <> excluded.name`,
    [userId, key.fingerprint, key.algorithm, key.key, name],
  );
  return rowCount === 1;
}

/**
 * Revokes a key of a User ID from now on. False when it was revoked before.
 * @throws PenstockError 'request.not-found'
 */
export async function revokeSshKey(
  pool: pg.Pool,
  { userId, fingerprint }: { userId: string; fingerprint: string },
): Promise<boolean> {
  const sha256 = Buffer.from(fingerprint.replace(/^SHA256:/, ''), 'base64');
  const { rows } = await pool.query<{ changed: boolean }>(
    `with found as (
       select user_id, fingerprint from ssh_key where user_id = $1 and fingerprint = $2
     ), revoked as (
       update ssh_key k set revoked_at = clock_timestamp() from found f
       where k.user_id = f.user_id and k.fingerprint = f.fingerprint and k.revoked_at is null
       returning k.user_id
     )
     select exists (select from revoked) as changed from found`,
    [userId, sha256],
  );
  if (rows[0] === undefined) {
    throw new PenstockError('request.not-found', { detail: 'there is no such key', where: 'fingerprint' });
  }
  return rows[0].changed;
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
