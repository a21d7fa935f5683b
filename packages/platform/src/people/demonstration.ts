// The ready people of the demonstration: one for each role of one User ID and of the Operator. Their password and second
// factors are printed at each start, so they are marked and are nobody where others than this machine reach the pages.
// Both are made from the session secret, and so are the same at each start, and other ones on another machine.
import { createHmac } from 'node:crypto';
import { operatorRoleNameSchema, type PersonRole, userRoleNameSchema } from '@penstock/api';
import { hashPassword, symmetricEncrypt } from 'better-auth/crypto';
import type pg from 'pg';
import { inTransaction } from '../foundation/database/database.ts';

export interface DemonstrationPerson {
  readonly email: string;
  readonly role: PersonRole;
  /** A User ID, or 'operator'. */
  readonly acting: string;
  readonly password: string;
  /** As an authenticator app takes it (base32). */
  readonly totpSecret: string;
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4648, without padding. */
function base32(text: string): string {
  const bits = Array.from(Buffer.from(text, 'latin1'), (byte) => byte.toString(2).padStart(8, '0')).join('');
  return Array.from(bits.match(/.{1,5}/g) ?? [], (five) => LETTERS[Number.parseInt(five.padEnd(5, '0'), 2)]).join('');
}

/** Puts the people in, or sets those that are there back to what they were. */
export async function addDemonstrationPeople(
  pool: pg.Pool,
  { secret, userId }: { secret: string; userId: string },
): Promise<DemonstrationPerson[]> {
  const made = (what: string, length: number) =>
    createHmac('sha256', secret).update(`demonstration ${what}`).digest('hex').slice(0, length);
  const password = `demo-${made('password', 12)}`;
  const hash = await hashPassword(password);
  const roles = [
    ...userRoleNameSchema.options.map((role) => ({ role, acting: userId, at: 'supplier.example' })),
    ...operatorRoleNameSchema.options.map((role) => ({ role, acting: 'operator', at: 'operator.example' })),
  ];
  const people: DemonstrationPerson[] = [];
  for (const { role, acting, at } of roles) {
    const plain = role.replace(/^(user|operator)_/, '').replaceAll('_', '-');
    const email = `${plain}@${at}`;
    const name = `Demonstration: ${role.replaceAll('_', ' ')}`;
    const code = made(email, 20);
    const encrypted = await symmetricEncrypt({ key: secret, data: code });
    await inTransaction(pool, (client) => put(client, { email, name, acting, role, hash, encrypted }));
    people.push({ email, role, acting, password, totpSecret: base32(code) });
  }
  return people;
}

interface Put {
  readonly email: string;
  readonly name: string;
  readonly acting: string;
  readonly role: PersonRole;
  readonly hash: string;
  readonly encrypted: string;
}

async function put(client: pg.PoolClient, { email, name, acting, role, hash, encrypted }: Put): Promise<void> {
  const personId = `demonstration-${email}`;
  await client.query(
    `insert into person (person_id, email, name, is_demonstration) values ($1, $2, $3, true)
     on conflict (person_id) do update set status = 'active', status_by = null`,
    [personId, email, name],
  );
  await client.query(
    `insert into person_role (person_id, acting, role) values ($1, $2, $3)
     on conflict (person_id, acting) do update set role = excluded.role`,
    [personId, acting, role],
  );
  await client.query(
    `insert into sign_in."user" ("id", "name", "email", "emailVerified", "twoFactorEnabled")
     values ($1, $2, $3, true, true) on conflict ("id") do update set "twoFactorEnabled" = true`,
    [personId, name, email],
  );
  await client.query(
    `insert into sign_in."account" ("id", "accountId", "providerId", "userId", "password", "updatedAt")
     values ($1, $1, 'credential', $1, $2, clock_timestamp())
     on conflict ("providerId", "accountId") do update set "password" = excluded."password"`,
    [personId, hash],
  );
  await client.query(`delete from sign_in."twoFactor" where "userId" = $1`, [personId]);
  await client.query(
    `insert into sign_in."twoFactor" ("id", "secret", "backupCodes", "userId", "verified") values ($1, $2, '', $1, true)`,
    [personId, encrypted],
  );
}
