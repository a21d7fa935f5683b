// Parties, User IDs and certificates as they are shown, and the changes that are no import. A User sees its own;
// the Operator sees all.
import type { CertificateDocument, PartyDocument, PersonRole, UserIdDocument } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { type Author, differenceWords, recordChanges } from '../foundation/activity.ts';
import { inTransaction } from '../foundation/database/database.ts';
import { PenstockError } from '../foundation/errors.ts';
import type { Viewer } from '../foundation/viewer.ts';
import {
  type CertificateRow,
  describeCertificate,
  describeRegistration,
  type RegistrationRow,
  registrationColumns,
} from './certificate-rows.ts';
import type { CertificatePurpose } from './certificates.ts';
import { announceDirectory, lockDirectory, moveDirectory } from './directory-version.ts';
import { type NamedCertificate, recordedRevocation } from './recorded.ts';

export interface Page<Item> {
  readonly items: Item[];
  /** Where the next page begins; undefined at the end. */
  readonly cursor: string | undefined;
}

/** The User IDs that a viewer's rows are limited to; null: all. */
export function ownOnly(viewer: Viewer): readonly string[] | null {
  return viewer.kind === 'operator' ? null : viewer.userIds;
}

/** The rows up to `limit` as items; the one beyond says that there is a next page, after `key` of the last shown. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  item: (row: Row) => Item,
  key: (row: Row) => string,
) {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(item), cursor: rows.length > limit && last !== undefined ? key(last) : undefined };
}

export interface DirectoryQuery {
  readonly cursor?: string | undefined;
  readonly limit: number;
  /** What the identifiers and names contain. */
  readonly find?: string | undefined;
}

/** In order of their identifiers, after `cursor`. */
export async function listParties(
  pool: pg.Pool,
  viewer: Viewer,
  { cursor = '', limit, find }: DirectoryQuery,
): Promise<Page<PartyDocument>> {
  type PartyRow = Omit<PartyDocument, 'partyId'> & { party_id: string };
  const { rows } = await pool.query<PartyRow>(
    `select p.party_id, p.name, p.kind, p.status from party p
     where p.party_id > $1
       and ($2::macaddr8[] is null
            or exists (select from user_id u where u.party_id = p.party_id and u.user_id = any ($2::macaddr8[])))
       and is_found($4, p.party_id, p.name)
     order by p.party_id limit $3`,
    [cursor, ownOnly(viewer), limit + 1, find],
  );
  return pageOf(
    rows,
    limit,
    ({ party_id, name, kind, status }) => ({ partyId: party_id, name, kind, status }),
    (row) => row.party_id,
  );
}

interface UserIdRow {
  user_id: string;
  party_id: string;
  party_name: string;
  status: UserIdDocument['status'];
  delivery: UserIdDocument['delivery'];
  receive_url: string | null;
  rising_counters: boolean;
  roles: UserIdDocument['roles'] | null;
}

/** In order of the User IDs, after `cursor`. */
export async function listUserIds(
  pool: pg.Pool,
  viewer: Viewer,
  { cursor, limit, find, userIds }: DirectoryQuery & { userIds?: string | undefined },
): Promise<Page<UserIdDocument>> {
  const { rows } = await pool.query<UserIdRow>(
    `select u.user_id, u.party_id, p.name as party_name, u.status, u.delivery, u.receive_url, u.rising_counters,
            (select jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                      'role', r.role,
                      'validFrom', case when isfinite(r.valid_from) then to_char(r.valid_from at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end,
                      'validTo', case when isfinite(r.valid_to) then to_char(r.valid_to at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end))
                    order by r.valid_from, r.role)
             from user_role r where r.user_id = u.user_id) as roles
     from user_id u join party p using (party_id)
     where u.user_id > coalesce($1::macaddr8, '00:00:00:00:00:00:00:00')
       and ($2::macaddr8[] is null or u.user_id = any ($2::macaddr8[]))
       and is_found($4, user_words(u.user_id))
       and ($5::macaddr8[] is null or u.user_id = any ($5::macaddr8[]))
     order by u.user_id limit $3`,
    [cursor, ownOnly(viewer), limit + 1, find, userIds?.split(',')],
  );
  return pageOf(
    rows,
    limit,
    (row) => ({
      userId: requireEui(row.user_id),
      partyId: row.party_id,
      partyName: row.party_name,
      status: row.status,
      roles: row.roles ?? [],
      delivery: row.delivery,
      risingCounters: row.rising_counters,
      ...(row.receive_url === null ? {} : { receiveUrl: row.receive_url }),
    }),
    (row) => requireEui(row.user_id),
  );
}

interface RegisteredRow extends CertificateRow, RegistrationRow {
  user_id: string;
  purpose: CertificatePurpose;
  role: PersonRole | null;
}

/** What is asked of a list of certificates, whoever's they are. */
export interface CertificateQuery {
  readonly userId?: string | undefined;
  /** Only those that are not revoked and end before this instant. */
  readonly expiresBefore?: string | undefined;
  /** What it contains, or the words of its User ID. */
  readonly find?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** In order of their fingerprints, after `cursor`. */
export async function listCertificates(
  pool: pg.Pool,
  viewer: Viewer,
  { userId, expiresBefore, find, cursor, limit }: CertificateQuery,
): Promise<Page<CertificateDocument>> {
  // A certificate may serve both purposes, so the cursor names both.
  const [purpose = '', fingerprint = ''] = (cursor ?? '').split(':');
  if (!/^([0-9a-f]{2})*$/.test(fingerprint)) {
    throw new PenstockError('request.invalid', { where: 'cursor', detail: 'this is no cursor of this list' });
  }
  const { rows } = await pool.query<RegisteredRow>(
    `select user_id, purpose, issuer, serial, encode(fingerprint, 'hex') as fingerprint, not_before, not_after, role,
            ${registrationColumns('certificate')}
     from certificate
     where (purpose, fingerprint) > ($1::text, decode($2, 'hex'))
       and ($3::macaddr8[] is null or user_id = any ($3::macaddr8[]))
       and ($4::macaddr8 is null or user_id = $4::macaddr8)
       and ($6::timestamptz is null or (revoked_at is null and not_after < $6))
       and is_found($7, user_words(user_id), issuer, serial, encode(fingerprint, 'hex'))
     order by purpose, fingerprint limit $5`,
    [purpose, fingerprint, ownOnly(viewer), userId, limit + 1, expiresBefore, find],
  );
  return pageOf(
    rows,
    limit,
    (row) => ({
      userId: requireEui(row.user_id),
      purpose: row.purpose,
      ...(row.role === null ? {} : { role: row.role }),
      ...describeCertificate(row),
      ...describeRegistration(viewer, row),
    }),
    (row) => `${row.purpose}:${row.fingerprint}`,
  );
}

/**
 * Revokes a certificate from now on. False when it was revoked before, which stays as it is.
 * @throws PenstockError 'request.not-found'
 */
export async function revokeCertificate(
  pool: pg.Pool,
  { purpose, fingerprint }: { purpose: CertificatePurpose; fingerprint: string },
  author: Author,
): Promise<boolean> {
  const changed = await inTransaction(pool, async (client) => {
    await lockDirectory(client);
    const { rows } = await client.query<NamedCertificate>(
      `update certificate set revoked_at = clock_timestamp()
       where purpose = $1 and fingerprint = decode($2, 'hex') and revoked_at is null
       returning eui_text(user_id) as user_id, purpose, issuer, serial, encode(fingerprint, 'hex') as fingerprint`,
      [purpose, fingerprint],
    );
    if (rows.length > 0) {
      await moveDirectory(client);
      await recordChanges(client, author, rows.map(recordedRevocation));
      return true;
    }
    const known = await client.query("select from certificate where purpose = $1 and fingerprint = decode($2, 'hex')", [
      purpose,
      fingerprint,
    ]);
    if (known.rowCount === 0) {
      throw new PenstockError('request.not-found', { detail: 'there is no such certificate', where: 'fingerprint' });
    }
    return false;
  });
  if (changed) await announceDirectory(pool);
  return changed;
}

/** Suspends or withdraws a Party, or lets it act again: with all its User IDs and people. False when it is so already. */
export async function setPartyStatus(
  pool: pg.Pool,
  partyId: string,
  status: PartyDocument['status'],
  author: Author,
): Promise<boolean> {
  const changed = await inTransaction(pool, async (client) => {
    await lockDirectory(client);
    const { rows } = await client.query<{ before: string }>(
      `update party p set status = $2 from party b
       where p.party_id = $1 and b.party_id = p.party_id and p.status <> $2 returning b.status as before`,
      [partyId, status],
    );
    const [row] = rows;
    if (row === undefined) return false;
    await moveDirectory(client);
    const detail = differenceWords({ status: [row.before, status] });
    await recordChanges(client, author, [{ what: 'party-status-changed', partyId, detail }]);
    return true;
  });
  if (changed) await announceDirectory(pool);
  return changed;
}

/** What an Operator switches for a User; undefined leaves it as it is. */
export interface UserSwitches {
  readonly status?: UserIdDocument['status'] | undefined;
  readonly risingCounters?: boolean | undefined;
}

/**
 * Suspends a User ID or lets it act again, and says whether its counters rise; tells whether that changed anything.
 * @throws PenstockError 'request.not-found'
 */
export async function setUserSwitches(
  pool: pg.Pool,
  userId: string,
  switches: UserSwitches,
  author: Author,
): Promise<boolean> {
  const changed = await inTransaction(pool, async (client) => {
    await lockDirectory(client);
    type Switches = { acting: string; status: string; rising_counters: boolean };
    const known = await client.query<Switches>(
      'select eui_text(user_id) as acting, status, rising_counters from user_id where user_id = $1',
      [userId],
    );
    const [before] = known.rows;
    if (before === undefined) throw new PenstockError('request.not-found', { detail: 'there is no such User ID' });
    const { rowCount } = await client.query(
      `update user_id set status = coalesce($2, status), rising_counters = coalesce($3, rising_counters)
       where user_id = $1
         and (status, rising_counters) is distinct from (coalesce($2, status), coalesce($3, rising_counters))`,
      [userId, switches.status, switches.risingCounters],
    );
    if (rowCount === 0) return false;
    await moveDirectory(client);
    const { status, risingCounters } = switches;
    const detail = differenceWords({
      status: [before.status, status ?? before.status],
      'rising counters': [String(before.rising_counters), String(risingCounters ?? before.rising_counters)],
    });
    const told = `The Operator switched something of this User ID. ${detail}.`;
    await recordChanges(client, author, [{ what: 'user-id-switched', acting: before.acting, detail, told }]);
    return true;
  });
  if (changed) await announceDirectory(pool);
  return changed;
}

/** Every User ID that there is. */
export async function readUserIds(pool: pg.Pool): Promise<Eui[]> {
  const { rows } = await pool.query<{ user_id: string }>('select user_id from user_id');
  return rows.map((row) => requireEui(row.user_id));
}

/** Whether a User ID is active, as its party is. */
/** The Party of a User ID; undefined: there is no such User ID. */
export async function findParty(pool: pg.Pool, userId: Eui): Promise<string | undefined> {
  const { rows } = await pool.query<{ party_id: string }>('select party_id from user_id where user_id = $1', [userId]);
  return rows[0]?.party_id;
}

export async function isActiveUser(pool: pg.Pool, userId: Eui): Promise<boolean> {
  const { rowCount } = await pool.query(
    `select from user_id u join party p using (party_id)
     where u.user_id = $1 and u.status = 'active' and p.status = 'active'`,
    [userId],
  );
  return rowCount === 1;
}
