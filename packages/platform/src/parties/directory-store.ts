import { type KeyObject, X509Certificate } from 'node:crypto';
import type { PersonRole } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { inTransaction } from '../foundation/database/database.ts';
import { Directory } from './directory.ts';
import type { RegisteredCertificate, RoleSpan, User } from './parties.ts';

interface UserRow {
  user_id: string;
  party_id: string;
  party_name: string;
  status: User['status'];
  delivery: User['delivery'];
  receive_url: string | null;
  rising_counters: boolean;
  lane: number;
}
interface RoleRow {
  user_id: string;
  role: RoleSpan['role'];
  valid_from: number;
  valid_to: number;
}
interface CertificateRow {
  user_id: string;
  purpose: 'signing' | 'transport';
  issuer: string;
  serial: string;
  fingerprint: string;
  not_before: number;
  not_after: number;
  revoked_at: number | null;
  role: PersonRole | null;
  /** Only of signing certificates whose key is not known yet. */
  der: Buffer | null;
}

/** The version now in force; it moves with every change of the directory. */
export async function readDirectoryVersion(pool: pg.Pool): Promise<bigint> {
  const { rows } = await pool.query<{ version: string }>('select version from directory_version');
  return BigInt(rows[0]?.version ?? 0);
}

/**
 * The whole directory as of one moment. `keys` holds the public keys of signing certificates by fingerprint from
 * earlier loads, so that only new ones are parsed (50 microseconds each); it is brought up to date. `readRules` reads
 * what else stands under the directory's version, at the same moment.
 */
export async function loadDirectory<Rules>(
  pool: pg.Pool,
  keys: Map<string, KeyObject>,
  readRules: (client: pg.PoolClient) => Promise<Rules>,
): Promise<Directory<Rules>> {
  return inTransaction(pool, async (client) => {
    await client.query('set transaction isolation level repeatable read, read only');
    const version = await client.query<{ version: string }>('select version from directory_version');
    const users = await client.query<UserRow>(
      `select u.user_id, u.party_id, p.name as party_name,
              case p.status when 'active' then u.status else 'suspended' end as status, u.delivery, u.receive_url,
              u.rising_counters, u.lane
       from user_id u join party p using (party_id)`,
    );
    const roles = await client.query<RoleRow>(
      `select user_id, role, (extract(epoch from valid_from) * 1000)::float8 as valid_from,
              (extract(epoch from valid_to) * 1000)::float8 as valid_to
       from user_role order by user_id, valid_from, role`,
    );
    const certificates = await client.query<CertificateRow>(
      `select user_id, purpose, issuer, serial, encode(fingerprint, 'hex') as fingerprint,
              (extract(epoch from not_before) * 1000)::float8 as not_before,
              (extract(epoch from not_after) * 1000)::float8 as not_after,
              (extract(epoch from revoked_at) * 1000)::float8 as revoked_at, role,
              case when purpose = 'signing' and encode(fingerprint, 'hex') <> all ($1::text[]) then der end as der
       from certificate`,
      [[...keys.keys()]],
    );

    const rolesOf = Map.groupBy(roles.rows, (row) => row.user_id);
    const isKept = new Set(certificates.rows.map((row) => row.fingerprint));
    for (const fingerprint of keys.keys()) if (!isKept.has(fingerprint)) keys.delete(fingerprint);
    for (const { fingerprint, der } of certificates.rows) {
      if (der !== null) keys.set(fingerprint, new X509Certificate(der).publicKey);
    }

    return new Directory(
      BigInt(version.rows[0]?.version ?? 0),
      users.rows.map((row) => toUser(row, rolesOf.get(row.user_id) ?? [])),
      certificates.rows.map((row) => {
        const { purpose, issuer, serial, fingerprint } = row;
        return { purpose, issuer, serial, fingerprint, registered: toRegistered(row), key: keys.get(fingerprint) };
      }),
      await readRules(client),
    );
  });
}

function toUser(row: UserRow, roles: readonly RoleRow[]): User {
  return {
    userId: requireEui(row.user_id),
    partyId: row.party_id,
    partyName: row.party_name,
    status: row.status,
    roles: roles.map(({ role, valid_from, valid_to }) => ({ role, validFrom: valid_from, validTo: valid_to })),
    delivery: row.delivery,
    receiveUrl: row.receive_url ?? undefined,
    risingCounters: row.rising_counters,
    lane: row.lane,
  };
}

function toRegistered(row: CertificateRow): RegisteredCertificate {
  const userId: Eui = requireEui(row.user_id);
  const { not_before: notBefore, not_after: notAfter, revoked_at: revokedAt, role } = row;
  return { userId, notBefore, notAfter, revokedAt: revokedAt ?? undefined, role: role ?? undefined };
}
