// Imports of registrations: what the Registration Data Providers say of who is registered for a metering point.
import { importColumns } from '@penstock/api';
import { parseEui } from '@penstock/duis';
import type pg from 'pg';
import { type Author, recordChanges } from '../foundation/activity.ts';
import type { ImportRow } from '../foundation/csv.ts';
import type { Faults } from '../foundation/faults.ts';
import type { Importer } from '../foundation/import.ts';
import { addFaultsOf, addFieldFault, parseInstant } from '../foundation/import-fields.ts';
import { registrationRoles } from './devices.ts';
import { isMpan, isMprn } from './devices-import.ts';
import { addContradictions, lockDevices, openTouchedHomes, recomputeTouchedHomes } from './recompute.ts';

type Column = (typeof importColumns.registrations)[number];
type Row = ImportRow<Column>;

const ELECTRICITY_ROLES = ['IS', 'ES', 'ED', 'RSA'];
const GAS_ROLES = ['GS', 'GT', 'RSA'];

function check({ line, fields }: Row, faults: Faults): boolean {
  const before = faults.total;
  const { mpxn, role } = fields;
  const isKnownRole = registrationRoles.some((known) => known === role);
  if (!isMpan(mpxn) && !isMprn(mpxn)) {
    addFieldFault(faults, line, 'mpxn', mpxn, 'an MPAN of 13 digits or an MPRN of 6 to 10');
  } else if (isKnownRole && !(isMpan(mpxn) ? ELECTRICITY_ROLES : GAS_ROLES).includes(role)) {
    const message = `${role} cannot be registered for an ${isMpan(mpxn) ? 'MPAN' : 'MPRN'}`;
    faults.add({ line, column: 'role', code: 'import.registration.role', message });
  }
  if (!isKnownRole) addFieldFault(faults, line, 'role', role, `one of ${registrationRoles.join(', ')}`);
  if (parseEui(fields.user_id) === undefined) addFieldFault(faults, line, 'user_id', fields.user_id, 'an EUI-64');
  const from = parseInstant(fields.valid_from);
  const to = parseInstant(fields.valid_to);
  const allowed = 'an instant such as 2026-11-22T00:00:00Z';
  if (from === undefined) addFieldFault(faults, line, 'valid_from', fields.valid_from, allowed);
  if (to === undefined && fields.valid_to !== '') addFieldFault(faults, line, 'valid_to', fields.valid_to, allowed);
  if (from !== undefined && to !== undefined && from >= to) {
    const message = 'the registration ends before it begins';
    faults.add({ line, column: 'valid_to', code: 'import.registration.span', message });
  }
  return faults.total === before;
}

interface ChangedRegistrations {
  acting: string;
  gained: number;
  moved: number;
  lost: number;
}

/** How many in all, and to each User how many of its own. */
async function recordRegistrations(
  client: pg.PoolClient,
  author: Author,
  all: number,
  users: readonly ChangedRegistrations[],
): Promise<void> {
  if (all === 0) return;
  const figure = (words: string, count: number) => (count === 0 ? [] : [`${words}: ${count.toLocaleString('en-GB')}`]);
  await recordChanges(client, author, [
    { what: 'registrations-changed', acting: 'operator', detail: `${all.toLocaleString('en-GB')} registrations` },
    ...users.map(({ acting, gained, moved, lost }) => ({
      what: 'registrations-changed' as const,
      acting,
      detail: [
        ...figure('new', gained),
        ...figure('with another end', moved),
        ...figure('now of another User', lost),
      ].join(', '),
    })),
  ]);
}

export const registrationsImporter: Importer<Column> = {
  kind: 'registrations',
  columns: importColumns.registrations,
  async open(client) {
    await openTouchedHomes(client);
    await client.query(
      `create temporary table staged_registration (line integer, mpxn text, role text, user_id macaddr8,
         valid_from timestamptz, valid_to timestamptz) on commit drop`,
    );
  },
  async stage(client, rows, faults) {
    const good = rows.filter((row) => check(row, faults));
    await client.query(
      `insert into staged_registration
       select line, mpxn, role, user_id, valid_from, coalesce(nullif(valid_to, ''), 'infinity')::timestamptz
       from unnest($1::integer[], $2::text[], $3::text[], $4::macaddr8[], $5::timestamptz[], $6::text[])
              as s(line, mpxn, role, user_id, valid_from, valid_to)`,
      [
        good.map((row) => row.line),
        good.map((row) => row.fields.mpxn),
        good.map((row) => row.fields.role),
        good.map((row) => row.fields.user_id),
        good.map((row) => row.fields.valid_from),
        good.map((row) => row.fields.valid_to),
      ],
    );
  },
  async check(client, faults) {
    await lockDevices(client);
    await client.query('create index on staged_registration (mpxn, role); analyze staged_registration');
    await addFaultsOf(
      client,
      faults,
      `select line, 'valid_from' as column, 'import.duplicate' as code,
              format('this registration stands on line %s already', first_line) as message
       from (select line, min(line) over (partition by mpxn, role, valid_from) as first_line
             from staged_registration) as s
       where line > first_line
       union all
       select s.line, 'user_id', 'import.unknown-user', format('there is no User ID %s', s.user_id)
       from staged_registration s
       where not exists (select from user_id u where u.user_id = s.user_id)
       union all
       select s.line, 'role', 'import.registration.user-role', format('the User ID has no role %s', s.role)
       from staged_registration s
       where exists (select from user_id u where u.user_id = s.user_id)
         and not exists (select from user_role r where r.user_id = s.user_id and r.role = s.role)
       order by line`,
    );
    // Neighbours in time are enough: when no two of them overlap, nothing does.
    await addFaultsOf(
      client,
      faults,
      `with combined as (
         select line, mpxn, role, valid_from, valid_to from staged_registration
         union all
         select null, r.mpxn, r.role, r.valid_from, r.valid_to
         from registration r
         where (r.mpxn, r.role) in (select mpxn, role from staged_registration)
           and not exists (select from staged_registration s
                           where (s.mpxn, s.role, s.valid_from) = (r.mpxn, r.role, r.valid_from))
       ), paired as (
         select line, valid_from, mpxn, role,
                lag(line) over w as earlier_line, lag(valid_to) over w as earlier_to, lag(valid_from) over w as earlier_from
         from combined window w as (partition by mpxn, role order by valid_from)
       )
       select coalesce(line, earlier_line) as line, 'valid_from' as column, 'import.registration.overlap' as code,
              format('%s %s: the registration from %s overlaps the one from %s%s', mpxn, role, valid_from, earlier_from,
                     case when line is null or earlier_line is null then ', which is known already'
                          else format(' on line %s', earlier_line) end) as message
       from paired where earlier_to > valid_from and earlier_from < valid_from order by 1`,
    );
  },
  async apply(client, author, faults) {
    await client.query(
      `create temporary table changed_registration on commit drop as
       select s.*, r.user_id as user_before from staged_registration s left join registration r using (mpxn, role, valid_from)
       where (r.user_id, r.valid_to) is distinct from (s.user_id, s.valid_to)`,
    );
    const { rowCount } = await client.query(
      `insert into registration (mpxn, role, user_id, valid_from, valid_to)
       select mpxn, role, user_id, valid_from, valid_to from changed_registration
       on conflict (mpxn, role, valid_from) do update
         set user_id = excluded.user_id, valid_to = excluded.valid_to, received_at = clock_timestamp()`,
    );
    const { rows: counts } = await client.query<ChangedRegistrations>(
      `select eui_text(u.user_id) as acting,
              count(*) filter (where u.user_id = c.user_id and c.user_before is distinct from c.user_id)::integer as gained,
              count(*) filter (where u.user_id = c.user_id and c.user_before = c.user_id)::integer as moved,
              count(*) filter (where u.user_id <> c.user_id)::integer as lost
       from changed_registration c
       cross join lateral (select c.user_id union select c.user_before where c.user_before is not null) u
       group by u.user_id order by 1`,
    );
    await recordRegistrations(client, author, rowCount ?? 0, counts);
    await client.query(
      `create temporary table touched_device on commit drop as
       select distinct device from metering_point_device
       where mpxn in (select mpxn from changed_registration)`,
    );
    await client.query(
      `insert into touched_home (home)
       select distinct coalesce(d.home, d.device) from device d join touched_device using (device)`,
    );
    const contradictions = await recomputeTouchedHomes(client);
    await addContradictions(
      client,
      faults,
      contradictions,
      'select max(line) as line from staged_registration where mpxn in ($1, $2)',
    );
    return rowCount ?? 0;
  },
  // A gap gives nobody a right, so it is no fault; who made it by mistake should hear of it.
  async notes(client) {
    const { rows } = await client.query<{ line: number; message: string }>(
      `select coalesce(c.line, 0) as line,
              format('nobody is registered for %s as %s from %s to %s', mpxn, role,
                     to_char(earlier_to at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                     to_char(valid_from at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')) as message
       from (select mpxn, role, valid_from, lag(valid_to) over (partition by mpxn, role order by valid_from) as earlier_to
             from registration where (mpxn, role) in (select mpxn, role from changed_registration)) r
       left join changed_registration c using (mpxn, role, valid_from)
       where earlier_to < valid_from order by 1, mpxn, role, valid_from limit 100`,
    );
    return rows;
  },
  // Responsibility is looked up in the database at every message: nobody has to be told.
  async committed() {},
};
