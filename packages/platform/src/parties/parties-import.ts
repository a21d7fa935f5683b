// Imports of parties, User IDs and certificates. Each is one transaction that moves the directory's version.
import { importColumns, machineRoleSchema, type PersonRole, partyKindSchema, roleSchema } from '@penstock/api';
import { parseEui } from '@penstock/duis';
import { z } from 'zod';
import { recordChanges } from '../foundation/activity.ts';
import type { ImportRow } from '../foundation/csv.ts';
import type { Faults } from '../foundation/faults.ts';
import type { Importer } from '../foundation/import.ts';
import { addFaultsOf, addFieldFault } from '../foundation/import-fields.ts';
import { mayGiveRole } from './certificate-role.ts';
import { certificateColumns } from './certificate-rows.ts';
import { CertificateFault, type CertificatePurpose, readCertificateFor } from './certificates.ts';
import { announceDirectory, lockDirectory, moveDirectory } from './directory-version.ts';
import {
  type AddedCertificate,
  type CertificateRole,
  type ChangedParty,
  type ChangedUser,
  recordedCertificate,
  recordedCertificateRole,
  recordedParty,
  recordedUser,
} from './recorded.ts';

const partyKinds = partyKindSchema.options;
const partyRoles = roleSchema.options;
const machineRoles = machineRoleSchema.options;

type Row<Kind extends keyof typeof importColumns> = ImportRow<(typeof importColumns)[Kind][number]>;

/** Notes a fault of one field and says that there is one. */
function refuse(faults: Faults, line: number, column: string, value: string, allowed: string): false {
  addFieldFault(faults, line, column, value, allowed);
  return false;
}

function checkParty({ line, fields }: Row<'parties'>, faults: Faults): boolean {
  const { party_id, name, kind } = fields;
  let isGood = /^[\x21-\x7e]{1,64}$/.test(party_id);
  if (!isGood) refuse(faults, line, 'party_id', party_id, '1 to 64 visible ASCII characters without blanks');
  if (name === '' || name.length > 200) isGood = refuse(faults, line, 'name', name, '1 to 200 characters');
  if (!partyKinds.some((known) => known === kind)) {
    isGood = refuse(faults, line, 'kind', kind, `one of ${partyKinds.join(', ')}`);
  }
  return isGood;
}

export const partiesImporter: Importer<(typeof importColumns.parties)[number]> = {
  kind: 'parties',
  columns: importColumns.parties,
  async open(client) {
    await client.query(
      'create temporary table staged_party (line integer, party_id text, name text, kind text) on commit drop',
    );
  },
  async stage(client, rows, faults) {
    const good = rows.filter((row) => checkParty(row, faults));
    await client.query(
      'insert into staged_party select * from unnest($1::integer[], $2::text[], $3::text[], $4::text[])',
      [
        good.map((row) => row.line),
        good.map((row) => row.fields.party_id),
        good.map((row) => row.fields.name),
        good.map((row) => row.fields.kind),
      ],
    );
  },
  async check(client, faults) {
    await lockDirectory(client);
    await addFaultsOf(
      client,
      faults,
      `select line, 'party_id' as column, 'import.duplicate' as code,
              format('party %s stands on line %s already', party_id, first_line) as message
       from (select line, party_id, min(line) over (partition by party_id) as first_line from staged_party) as s
       where line > first_line order by line`,
    );
  },
  async apply(client, author) {
    const { rows } = await client.query<ChangedParty>(
      `with before as (
         select p.party_id, p.name, p.kind from party p join staged_party using (party_id)
       ), changed as (
         insert into party as p (party_id, name, kind)
         select party_id, name, kind from staged_party order by party_id
         on conflict (party_id) do update set name = excluded.name, kind = excluded.kind
         where (p.name, p.kind) is distinct from (excluded.name, excluded.kind)
         returning p.party_id, p.name, p.kind
       )
       select c.*, b.name as name_before, b.kind as kind_before from changed c left join before b using (party_id)
       order by c.party_id`,
    );
    if (rows.length > 0) await moveDirectory(client);
    await recordChanges(client, author, rows.map(recordedParty));
    return rows.length;
  },
  committed: announceDirectory,
};

function checkUserId({ line, fields }: Row<'user-ids'>, faults: Faults): boolean {
  const { user_id, party_id, roles, receive_url, delivery } = fields;
  let isGood = parseEui(user_id) !== undefined;
  if (!isGood) refuse(faults, line, 'user_id', user_id, 'an EUI-64 such as 90-B3-D5-1F-30-01-00-00');
  if (party_id === '') isGood = refuse(faults, line, 'party_id', party_id, 'a party');
  const given = roles.split('|');
  if (given.some((role) => !partyRoles.some((known) => known === role)) || new Set(given).size < given.length) {
    isGood = refuse(faults, line, 'roles', roles, `some of ${partyRoles.join(', ')}, each once, parted by |`);
  }
  if (!['', 'pull', 'push'].includes(delivery)) isGood = refuse(faults, line, 'delivery', delivery, 'pull or push');
  if (receive_url !== '' && !(receive_url.startsWith('https://') && URL.canParse(receive_url))) {
    isGood = refuse(faults, line, 'receive_url', receive_url, 'an address that begins with https://');
  }
  if (delivery === 'push' && receive_url === '') isGood = refuse(faults, line, 'receive_url', '', 'an address');
  return isGood;
}

export const userIdsImporter: Importer<(typeof importColumns)['user-ids'][number]> = {
  kind: 'user-ids',
  columns: importColumns['user-ids'],
  async open(client) {
    await client.query(
      `create temporary table staged_user_id
         (line integer, user_id macaddr8, party_id text, roles text[], receive_url text, delivery text) on commit drop`,
    );
  },
  async stage(client, rows, faults) {
    const good = rows.filter((row) => checkUserId(row, faults));
    await client.query(
      `insert into staged_user_id
       select line, user_id, party_id, string_to_array(roles, '|'), nullif(receive_url, ''),
              coalesce(nullif(delivery, ''), 'pull')
       from unnest($1::integer[], $2::macaddr8[], $3::text[], $4::text[], $5::text[], $6::text[])
              as s(line, user_id, party_id, roles, receive_url, delivery)`,
      [
        good.map((row) => row.line),
        good.map((row) => row.fields.user_id),
        good.map((row) => row.fields.party_id),
        good.map((row) => row.fields.roles),
        good.map((row) => row.fields.receive_url),
        good.map((row) => row.fields.delivery),
      ],
    );
  },
  async check(client, faults) {
    await lockDirectory(client);
    await addFaultsOf(
      client,
      faults,
      `select line, 'user_id' as column, 'import.duplicate' as code,
              format('this User ID stands on line %s already', first_line) as message
       from (select line, min(line) over (partition by user_id) as first_line from staged_user_id) as s
       where line > first_line
       union all
       select line, 'party_id', 'import.unknown-party', format('there is no party %s', party_id)
       from staged_user_id s where not exists (select from party p where p.party_id = s.party_id)
       order by line`,
    );
  },
  async apply(client, author) {
    const { rows } = await client.query<ChangedUser>(
      `with before as (
         select u.user_id, u.party_id, u.receive_url, u.delivery,
                (select string_agg(r.role, ' ' order by r.role) from user_role r
                 where r.user_id = u.user_id and r.valid_from <= now() and r.valid_to > now()) as roles
         from user_id u join staged_user_id using (user_id)
       ), upserted as (
         insert into user_id as u (user_id, party_id, receive_url, delivery, lane)
         -- a User keeps the lane that it is given here, however many there are later: its sequences come from it
         select user_id, party_id, receive_url, delivery,
                (select abs(hashtext(s.user_id::text)) % greatest(count(distinct l.lane), 1) from lane l)
         from staged_user_id s order by user_id
         on conflict (user_id) do update
           set party_id = excluded.party_id, receive_url = excluded.receive_url, delivery = excluded.delivery
         where (u.party_id, u.receive_url, u.delivery)
               is distinct from (excluded.party_id, excluded.receive_url, excluded.delivery)
         returning u.user_id
       ), ended as (
         update user_role r set valid_to = now()
         from staged_user_id s
         where r.user_id = s.user_id and r.valid_to > now() and r.valid_from < now() and r.role <> all (s.roles)
         returning r.user_id
       ), begun as (
         insert into user_role (user_id, role, valid_from)
         select s.user_id, g.role, now() from staged_user_id s cross join unnest(s.roles) as g(role)
         where not exists (select from user_role r
                           where r.user_id = s.user_id and r.role = g.role and r.valid_from <= now() and r.valid_to > now())
         returning user_id
       )
       select eui_text(user_id) as user_id, s.party_id, s.receive_url, s.delivery,
              (select string_agg(g.role, ' ' order by g.role) from unnest(s.roles) g(role)) as roles,
              b.party_id as party_before, b.receive_url as url_before, b.delivery as delivery_before,
              b.roles as roles_before
       from (select user_id from upserted union select user_id from ended union select user_id from begun) c
       join staged_user_id s using (user_id) left join before b using (user_id)
       order by 1`,
    );
    if (rows.length > 0) await moveDirectory(client);
    await recordChanges(client, author, rows.flatMap(recordedUser));
    return rows.length;
  },
  committed: announceDirectory,
};

interface StagedCertificate {
  readonly line: number;
  readonly userId: string;
  readonly purpose: CertificatePurpose;
  readonly certificate: ReturnType<typeof readCertificateFor>;
  readonly role: PersonRole | undefined;
}

function readCertificateRow({ line, fields }: Row<'certificates'>, faults: Faults): StagedCertificate | undefined {
  const { purpose, certificate } = fields;
  const role = machineRoleSchema.or(z.literal('')).safeParse(fields.role);
  const userId = parseEui(fields.user_id);
  if (userId === undefined) refuse(faults, line, 'user_id', fields.user_id, 'an EUI-64');
  const isPurpose = purpose === 'signing' || purpose === 'transport';
  if (!isPurpose) refuse(faults, line, 'purpose', purpose, 'signing or transport');
  if (certificate === '') refuse(faults, line, 'certificate', '', 'a certificate');
  if (!role.success) refuse(faults, line, 'role', fields.role, `empty, or one of ${machineRoles.join(', ')}`);
  if (userId === undefined || !isPurpose || certificate === '' || !role.success) return undefined;
  try {
    const read = readCertificateFor(certificate, purpose, userId);
    return { line, userId, purpose, certificate: read, role: role.data === '' ? undefined : role.data };
  } catch (error) {
    if (!(error instanceof CertificateFault)) throw error;
    const code = `import.certificate.${error.code}` as const;
    faults.add({ line, column: 'certificate', code, message: error.message });
    return undefined;
  }
}

export const certificatesImporter: Importer<(typeof importColumns.certificates)[number]> = {
  kind: 'certificates',
  columns: importColumns.certificates,
  async open(client) {
    await client.query(
      `create temporary table staged_certificate (line integer, user_id macaddr8, purpose text, issuer text,
         serial text, fingerprint bytea, der bytea, not_before timestamptz, not_after timestamptz, role text)
         on commit drop`,
    );
  },
  async stage(client, rows, faults) {
    const good = rows.flatMap((row) => readCertificateRow(row, faults) ?? []);
    await client.query(
      `insert into staged_certificate
       select * from unnest($1::integer[], $2::macaddr8[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::bytea[],
                            $8::timestamptz[], $9::timestamptz[], $10::text[])`,
      [
        good.map((row) => row.line),
        good.map((row) => row.userId),
        good.map((row) => row.purpose),
        ...certificateColumns(good.map((row) => row.certificate)),
        good.map((row) => row.role),
      ],
    );
  },
  async check(client, faults) {
    await lockDirectory(client);
    await addFaultsOf(
      client,
      faults,
      `select line, 'certificate' as column, 'import.duplicate' as code,
              format('a certificate of this issuer and serial stands on line %s already', first_line) as message
       from (select line, min(line) over (partition by purpose, issuer, serial) as first_line
             from staged_certificate) as s
       where line > first_line
       union all
       select line, 'certificate', 'import.officer.signs-messages', 'this certificate is that of an officer'
       from staged_certificate s
       where s.purpose = 'signing' and exists (select from officer o where o.fingerprint = s.fingerprint)
       union all
       select line, 'user_id', 'import.unknown-user', format('there is no User ID %s', user_id)
       from staged_certificate s where not exists (select from user_id u where u.user_id = s.user_id)
       union all
       select line, 'certificate', 'import.certificate.other-user', case when c.user_id = s.user_id
                then 'another certificate with this issuer and serial is registered'
                else 'a certificate with this issuer and serial is registered for another User ID' end
       from staged_certificate s join certificate c using (purpose, issuer, serial)
       where (c.user_id, c.fingerprint) <> (s.user_id, s.fingerprint)
       union all
       select line, 'role', 'import.certificate.role', case when purpose = 'signing'
                then 'a certificate that signs messages has no role'
                else format('%s is no role of a machine of %s', role, eui_text(user_id)) end
       from staged_certificate s where not is_machine_role(user_id, purpose, role)
       order by line`,
    );
  },
  async apply(client, author, faults) {
    // Of what is registered an import changes the role alone: a revoked certificate stays revoked, and as it is.
    const changed = await client.query<CertificateRole & { line: number; is_new: boolean }>(
      `select line, eui_text(s.user_id) as user_id, purpose, issuer, serial, encode(s.fingerprint, 'hex') as fingerprint,
              s.role, c.role as role_before, c.user_id is null as is_new
       from staged_certificate s left join certificate c using (purpose, issuer, serial)
       where c.revoked_at is null and s.role is distinct from c.role order by line`,
    );
    for (const { line, role } of changed.rows) {
      if (role !== null && !mayGiveRole(author, machineRoleSchema.parse(role))) {
        const message = `${role} may do more than whoever brings this`;
        faults.add({ line, column: 'role', code: 'import.certificate.more-than-own', message });
      }
    }
    if (faults.total > 0) return 0;
    const roles = changed.rows.filter((row) => !row.is_new);
    await client.query(
      `update certificate c set role = s.role from staged_certificate s
       where (c.purpose, c.fingerprint) = (s.purpose, s.fingerprint) and c.revoked_at is null`,
    );
    const { rows } = await client.query<AddedCertificate>(
      `with added as (
         insert into certificate (user_id, purpose, issuer, serial, fingerprint, der, not_before, not_after, role)
         select user_id, purpose, issuer, serial, fingerprint, der, not_before, not_after, role from staged_certificate
         on conflict (purpose, issuer, serial) do nothing
         returning user_id, purpose, issuer, serial, fingerprint, not_after, role
       )
       select eui_text(a.user_id) as user_id, a.purpose, a.issuer, a.serial, encode(a.fingerprint, 'hex') as fingerprint,
              a.not_after, a.role,
              exists (select from certificate c
                      where c.user_id = a.user_id and c.purpose = a.purpose and c.revoked_at is null
                        and c.not_after > clock_timestamp()) as is_renewal
       from added a order by 1, a.purpose, fingerprint`,
    );
    if (rows.length + roles.length > 0) await moveDirectory(client);
    await recordChanges(client, author, [...rows.map(recordedCertificate), ...roles.map(recordedCertificateRole)]);
    return rows.length + roles.length;
  },
  committed: announceDirectory,
};
