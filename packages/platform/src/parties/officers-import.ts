// Imports of officers, in one transaction.
import { importColumns, TELEPHONE_WORDS, telephoneSchema } from '@penstock/api';
import { type Eui, parseEui } from '@penstock/duis';
import type pg from 'pg';
import { recordChanges } from '../foundation/activity.ts';
import type { ImportRow } from '../foundation/csv.ts';
import type { Faults } from '../foundation/faults.ts';
import type { Importer } from '../foundation/import.ts';
import { addFaultsOf, addFieldFault } from '../foundation/import-fields.ts';
import { certificateColumns } from './certificate-rows.ts';
import { type Certificate, CertificateFault, readCertificate } from './certificates.ts';
import { lockDirectory } from './directory-version.ts';
import { keyDigest, Registered } from './officer-person.ts';
import { fileSigningKeyFault } from './officers.ts';
import { type ChangedOfficer, recordedOfficer } from './recorded.ts';

type Row = ImportRow<(typeof importColumns.officers)[number]>;

interface StagedOfficer {
  readonly line: number;
  readonly userId: Eui;
  readonly name: string;
  readonly email: string;
  /** '': none is known. */
  readonly telephone: string;
  readonly certificate: Certificate;
}

// visible ASCII: no letter of another script that looks like one of these makes another person
const EMAIL = /^[\x21-\x3f\x41-\x7e]{1,64}@[\x21-\x3f\x41-\x7e]{1,190}$/;

function readOfficer({ line, fields }: Row, faults: Faults): StagedOfficer | undefined {
  const { name, email, telephone } = fields;
  const before = faults.total;
  const userId = parseEui(fields.user_id);
  if (userId === undefined) addFieldFault(faults, line, 'user_id', fields.user_id, 'an EUI-64');
  if (!/^[^\p{C}\p{DI}]{1,200}$/u.test(name)) {
    addFieldFault(faults, line, 'name', name, '1 to 200 characters, none of them invisible or a control character');
  }
  if (!EMAIL.test(email)) addFieldFault(faults, line, 'email', email, 'an e-mail address');
  if (telephone !== '' && !telephoneSchema.safeParse(telephone).success) {
    addFieldFault(faults, line, 'telephone', telephone, TELEPHONE_WORDS);
  }
  const certificate = readFileSigningCertificate(line, fields.certificate, faults);
  if (userId === undefined || certificate === undefined || faults.total > before) return undefined;
  return { line, userId, name, email, telephone: telephone.trim(), certificate };
}

function readFileSigningCertificate(line: number, text: string, faults: Faults): Certificate | undefined {
  if (text === '') {
    addFieldFault(faults, line, 'certificate', '', 'a certificate');
    return undefined;
  }
  try {
    const certificate = readCertificate(text);
    const message = fileSigningKeyFault(certificate.key);
    if (message === undefined) return certificate;
    faults.add({ line, column: 'certificate', code: 'import.officer.key', message });
  } catch (error) {
    if (!(error instanceof CertificateFault)) throw error;
    const code = `import.certificate.${error.code}` as const;
    faults.add({ line, column: 'certificate', code, message: error.message });
  }
  return undefined;
}

interface PersonRow {
  line: number;
  user_id: string;
  fingerprint: string;
  key: string | null;
  name: string;
  email: string;
  is_revoked: boolean;
}
const PERSON = `user_id, encode(fingerprint, 'hex') as fingerprint, encode(key_sha256, 'hex') as key, name, email`;

const officerOf = ({ user_id, fingerprint, key, name, email, is_revoked }: PersonRow) => ({
  userId: user_id,
  fingerprint,
  key: key ?? undefined,
  name,
  email,
  isRevoked: is_revoked,
});

/** Under the lock of the directory: whoever else registers officers waits. There are a few thousand at most. */
async function addPersonFaults(client: pg.PoolClient, faults: Faults): Promise<void> {
  const known = await client.query<PersonRow>(`select ${PERSON}, revoked_at is not null as is_revoked from officer`);
  const staged = await client.query<PersonRow>(
    `select line, ${PERSON}, exists (select from officer o
                                     where o.user_id = s.user_id and o.fingerprint = s.fingerprint
                                       and o.revoked_at is not null) as is_revoked
     from staged_officer s order by line`,
  );
  const registered = new Registered(known.rows.map(officerOf));
  for (const row of staged.rows) {
    const fault = registered.take(officerOf(row));
    if (fault !== undefined) faults.add({ line: row.line, ...fault });
  }
}

export const officersImporter: Importer<(typeof importColumns.officers)[number]> = {
  kind: 'officers',
  columns: importColumns.officers,
  async open(client) {
    await client.query(
      `create temporary table staged_officer (line integer, user_id macaddr8, name text, email text, telephone text,
         key_sha256 bytea, issuer text,
         serial text, fingerprint bytea, der bytea, not_before timestamptz, not_after timestamptz) on commit drop`,
    );
  },
  async stage(client, rows, faults) {
    const good = rows.flatMap((row) => readOfficer(row, faults) ?? []);
    await client.query(
      `insert into staged_officer
       select * from unnest($1::integer[], $2::macaddr8[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::text[],
                            $8::text[], $9::bytea[], $10::bytea[], $11::timestamptz[], $12::timestamptz[])`,
      [
        good.map((row) => row.line),
        good.map((row) => row.userId),
        good.map((row) => row.name),
        good.map((row) => row.email),
        good.map((row) => row.telephone),
        good.map((row) => Buffer.from(keyDigest(row.certificate.key), 'hex')),
        ...certificateColumns(good.map((row) => row.certificate)),
      ],
    );
  },
  async check(client, faults) {
    // certificates that sign messages are registered under the same lock, so none can become one meanwhile
    await lockDirectory(client);
    await addFaultsOf(
      client,
      faults,
      `select line, 'certificate' as column, 'import.duplicate' as code,
              format('this certificate stands for this User ID on line %s already', first_line) as message
       from (select line, min(line) over (partition by user_id, fingerprint) as first_line from staged_officer) as s
       where line > first_line
       union all
       select line, 'user_id', 'import.unknown-user', format('there is no User ID %s', user_id)
       from staged_officer s where not exists (select from user_id u where u.user_id = s.user_id)
       union all
       select line, 'certificate', 'import.officer.signs-messages', 'this certificate is registered for signing messages'
       from staged_officer s
       where exists (select from certificate c where c.purpose = 'signing' and c.fingerprint = s.fingerprint)
       order by line`,
    );
    await addPersonFaults(client, faults);
  },
  async apply(client, author) {
    // a revoked officer stays revoked
    const { rows } = await client.query<ChangedOfficer>(
      `with before as (
         select o.user_id, o.fingerprint, o.name, o.email, o.telephone
         from officer o join staged_officer using (user_id, fingerprint)
       ), changed as (
         insert into officer as o (user_id, fingerprint, issuer, serial, der, key_sha256, not_before, not_after, name, email,
                                   telephone)
         select user_id, fingerprint, issuer, serial, der, key_sha256, not_before, not_after, name, email,
                nullif(telephone, '')
         from staged_officer
         on conflict (user_id, fingerprint) do update
           set name = excluded.name, email = excluded.email, telephone = excluded.telephone
         where (o.name, o.email, o.telephone) is distinct from (excluded.name, excluded.email, excluded.telephone)
         returning o.user_id, o.fingerprint, o.name, o.email, o.telephone, o.issuer, o.serial
       )
       select eui_text(c.user_id) as user_id, encode(c.fingerprint, 'hex') as fingerprint, c.name, c.email, c.telephone,
              c.issuer, c.serial, b.name as name_before, b.email as email_before, b.telephone as telephone_before
       from changed c left join before b using (user_id, fingerprint)
       order by 1, 2`,
    );
    await recordChanges(client, author, rows.map(recordedOfficer));
    return rows.length;
  },
  async committed() {},
};
