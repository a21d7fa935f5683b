// What officers, SSH keys and addresses have in common: they are registered for User IDs under a fingerprint, are listed in that
// order, and are revoked for good.
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { type Author, recordChanges } from '../foundation/activity.ts';
import { inTransaction } from '../foundation/database/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { registrationColumns } from './certificate-rows.ts';
import { type CertificateQuery, ownOnly, type Page, pageOf } from './parties-store.ts';
import { revocations } from './recorded.ts';

type Registered = 'officer' | 'ssh_key' | 'email_recipient';

export type { CertificateQuery as RegisteredQuery };

/** What has ended by itself before an instant: certificates do, keys do not. */
const ended = {
  officer: 'revoked_at is null and not_after < $6',
  ssh_key: 'false',
  email_recipient: 'revoked_at is null and not_after < $6',
} as const;

/** What of each one may look for, beside the words of its User ID. */
const words = {
  officer: "name, email, telephone, issuer, serial, encode(fingerprint, 'hex')",
  ssh_key: "name, algorithm, 'SHA256:' || encode(fingerprint, 'base64')",
  email_recipient: "address, issuer, serial, encode(fingerprint, 'hex')",
} as const;

/**
 * A page of what a viewer may see, in order of User IDs and fingerprints, after `cursor`; the fingerprint is in hex.
 * @param columns of the table beside these two and those of its registration, as SQL
 */
export async function listRegistered<Row extends { user_id: string; fingerprint: string }, Item>(
  pool: pg.Pool,
  viewer: Viewer,
  table: Registered,
  columns: string,
  { userId, expiresBefore, find, cursor, limit }: CertificateQuery,
  item: (row: Row) => Item,
): Promise<Page<Item>> {
  const [after = '', fingerprint = ''] = (cursor ?? '00-00-00-00-00-00-00-00/').split('/');
  if (!/^([0-9A-F]{2}-){7}[0-9A-F]{2}$/.test(after) || !/^([0-9a-f]{64})?$/.test(fingerprint)) {
    throw new PenstockError('request.invalid', { where: 'cursor', detail: 'this is no cursor of this list' });
  }
  const { rows } = await pool.query<Row>(
    `select user_id, encode(fingerprint, 'hex') as fingerprint, ${columns}, ${registrationColumns(table)} from ${table}
     where (user_id, fingerprint) > ($1::macaddr8, decode($2, 'hex'))
       and ($3::macaddr8[] is null or user_id = any ($3::macaddr8[]))
       and ($4::macaddr8 is null or user_id = $4::macaddr8)
       and ($6::timestamptz is null or (${ended[table]}))
       and is_found($7, user_words(user_id), ${words[table]})
     order by user_id, fingerprint limit $5`,
    [after, fingerprint, ownOnly(viewer), userId, limit + 1, expiresBefore, find],
  );
  return pageOf(rows, limit, item, (row) => `${requireEui(row.user_id)}/${row.fingerprint}`);
}

/**
 * Makes whoever else changes something of a User ID by hand wait until this transaction ends, so that what is recorded as
 * it was before was so. Its own statement: the next one sees what was committed meanwhile.
 * @returns the User ID as it is written
 * @throws PenstockError 'request.not-found'
 */
export async function lockUserId(client: pg.PoolClient, userId: string): Promise<Eui> {
  const { rows } = await client.query<{ user_id: string }>(
    'select user_id from user_id where user_id = $1 for no key update',
    [userId],
  );
  if (rows[0] !== undefined) return requireEui(rows[0].user_id);
  throw new PenstockError('request.not-found', { detail: 'there is no such User ID', where: 'userId' });
}

/** By what one is named in the record of activity, as SQL. */
const namedBy = {
  officer: "name || ', ' || email || ', certificate number ' || serial || ' of ' || issuer",
  ssh_key: "name || ', ' || algorithm || ' SHA256:' || rtrim(encode(fingerprint, 'base64'), '=')",
  email_recipient: "address || ', certificate number ' || serial || ' of ' || issuer",
} as const;

const names = { officer: 'officer', ssh_key: 'key', email_recipient: 'address' } as const;

/**
 * Revokes one from now on. False when it was revoked before, which stays as it is.
 * @throws PenstockError 'request.not-found'
 */
export async function revokeRegistered(
  pool: pg.Pool,
  table: Registered,
  { userId, fingerprint }: { userId: string; fingerprint: Buffer },
  author: Author,
): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ changed: boolean; acting: string; subject: string; detail: string }>(
      `with found as (
         select user_id, fingerprint, ${namedBy[table]} as detail from ${table} where user_id = $1 and fingerprint = $2
       ), revoked as (
         update ${table} t set revoked_at = clock_timestamp() from found f
         where t.user_id = f.user_id and t.fingerprint = f.fingerprint and t.revoked_at is null
         returning t.user_id
       )
       select exists (select from revoked) as changed, eui_text(user_id) as acting, encode(fingerprint, 'hex') as subject,
              detail
       from found`,
      [userId, fingerprint],
    );
    const [found] = rows;
    if (found === undefined) {
      throw new PenstockError('request.not-found', {
        detail: `there is no such ${names[table]}`,
        where: 'fingerprint',
      });
    }
    const { changed, ...about } = found;
    const { what, words: told } = revocations[table];
    if (changed) await recordChanges(client, author, [{ what, ...about, told: `${told}: ${about.detail}.` }]);
    return changed;
  });
}
