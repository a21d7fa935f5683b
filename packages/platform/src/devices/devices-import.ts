// Imports of devices. Bringing one up to date touches its home before and after, whose responsibility is derived
// anew in the same transaction.
import { importColumns } from '@penstock/api';
import { parseEui } from '@penstock/duis';
import type pg from 'pg';
import { type Author, differenceWords, recordChanges } from '../foundation/activity.ts';
import type { ImportRow } from '../foundation/csv.ts';
import type { Faults } from '../foundation/faults.ts';
import type { Importer } from '../foundation/import.ts';
import { addFaultsOf, addFieldFault } from '../foundation/import-fields.ts';
import { deviceKinds, deviceStatuses } from './devices.ts';
import { addContradictions, lockDevices, openTouchedHomes, recomputeTouchedHomes } from './recompute.ts';

type Column = (typeof importColumns.devices)[number];
type Row = ImportRow<Column>;

export const isMpan = (text: string): boolean => /^[0-9]{13}$/.test(text);
export const isMprn = (text: string): boolean => /^[0-9]{6,10}$/.test(text);

function check({ line, fields }: Row, faults: Faults): boolean {
  const before = faults.total;
  const device = parseEui(fields.device);
  const home = parseEui(fields.home);
  const { kind, status } = fields;
  if (device === undefined) addFieldFault(faults, line, 'device', fields.device, 'an EUI-64');
  if (!deviceKinds.some((known) => known === kind)) {
    addFieldFault(faults, line, 'kind', kind, `one of ${deviceKinds.join(', ')}`);
  }
  if (!deviceStatuses.some((known) => known === status)) {
    addFieldFault(faults, line, 'status', status, `one of ${deviceStatuses.join(', ')}`);
  }
  if (!['', '1', '2'].includes(fields.smets)) addFieldFault(faults, line, 'smets', fields.smets, '1 or 2');
  if (fields.home !== '' && home === undefined) addFieldFault(faults, line, 'home', fields.home, 'an EUI-64');
  if (kind === 'CHF' && home !== undefined && home !== device) {
    const message = 'a communications hub function is its own home';
    faults.add({ line, column: 'home', code: 'import.home', message });
  }
  for (const column of ['import_mpan', 'export_mpan', 'mprn'] as const) {
    const mpxn = fields[column];
    if (mpxn === '') continue;
    const isGas = column === 'mprn';
    const mayStand = isGas ? kind === 'GSME' : kind === 'ESME' || kind === 'HCALCS';
    if (mayStand && (isGas ? isMprn(mpxn) : isMpan(mpxn))) continue;
    const message = mayStand
      ? `this is no ${isGas ? 'MPRN' : 'MPAN'}`
      : `${column} cannot stand on a device of kind ${kind}`;
    faults.add({ line, column, code: 'import.mpxn', message });
  }
  return faults.total === before;
}

interface ChangedDevices {
  acting: string;
  devices: number;
  /** Of them; one that is not new may have changed in more than one way. */
  fresh: number;
  status: number;
  place: number;
  rest: number;
}

const CHANGED_COLUMNS = `
  count(distinct device)::integer as devices, count(distinct device) filter (where is_new)::integer as fresh,
  count(distinct device) filter (where not is_new and has_status)::integer as status,
  count(distinct device) filter (where not is_new and has_place)::integer as place,
  count(distinct device) filter (where not is_new and has_rest)::integer as rest`;

function wordsOf({ devices, fresh, status, place, rest }: ChangedDevices): string {
  const counts = Object.entries({
    new: fresh,
    'with another status': status,
    'in another home or at other metering points': place,
    'with another kind, make or firmware': rest,
  }).flatMap(([words, count]) => (count === 0 ? [] : [`${words}: ${count.toLocaleString('en-GB')}`]));
  return `${devices.toLocaleString('en-GB')} devices: ${counts.join(', ')}`;
}

/** Of one device what was changed of it; of more how many. Metering points are not named: a record outlasts them. */
const ONE_DEVICE_SQL = `
  select eui_text(s.device) as device, p.status as status_before, s.status, p.device is null as is_new,
         array_remove(array[
           case when s.kind is distinct from p.kind then 'kind' end,
           case when s.home is distinct from p.home then 'home' end,
           case when (s.import_mpan, s.export_mpan, s.mprn) is distinct from (p.import_mpan, p.export_mpan, p.mprn)
                then 'metering points' end,
           case when (s.manufacturer, s.model, s.firmware, s.region, s.is_smets1)
                     is distinct from (p.manufacturer, p.model, p.firmware, p.region, p.is_smets1)
                then 'what it is' end], null) as others
  from staged_device s left join previous_device p using (device)`;

async function recordDevices(client: pg.PoolClient, author: Author, changed: readonly ChangedDevices[]): Promise<void> {
  const all = changed.find(({ acting }) => acting === 'operator');
  if (all === undefined || all.devices === 0) return;
  const { rows } = await client.query<{
    device: string;
    status_before: string | null;
    status: string;
    is_new: boolean;
    others: string[];
  }>(`${ONE_DEVICE_SQL} limit 2`);
  const [one] = rows.length === 1 ? rows : [];
  await recordChanges(
    client,
    author,
    changed.map((of) => {
      const ofOne = one && [
        ...(one.is_new ? ['new'] : []),
        ...(one.status_before === one.status ? [] : [differenceWords({ status: [one.status_before, one.status] })]),
        ...(one.others.length === 0 || one.is_new ? [] : [`changed: ${one.others.join(', ')}`]),
      ];
      const detail = one && ofOne ? `${one.device}: ${ofOne.join('; ')}` : wordsOf(of);
      return { what: 'devices-changed', acting: of.acting, detail };
    }),
  );
}

export const devicesImporter: Importer<Column> = {
  kind: 'devices',
  columns: importColumns.devices,
  async open(client) {
    await openTouchedHomes(client);
    await client.query(
      `create temporary table staged_device (line integer, device macaddr8, kind text, status text, home macaddr8,
         import_mpan text, export_mpan text, mprn text, manufacturer text, model text, firmware text, region text,
         is_smets1 boolean)
       on commit drop`,
    );
  },
  async stage(client, rows, faults) {
    const good = rows.filter((row) => check(row, faults));
    const column = (name: Column) => good.map((row) => row.fields[name]);
    await client.query(
      `insert into staged_device
       select line, device, kind, status,
              case kind when 'CHF' then device else nullif(home, '')::macaddr8 end,
              nullif(import_mpan, ''), nullif(export_mpan, ''), nullif(mprn, ''),
              nullif(manufacturer, ''), nullif(model, ''), nullif(firmware, ''), nullif(region, ''), smets = '1'
       from unnest($1::integer[], $2::macaddr8[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                   $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[])
              as s(line, device, kind, status, home, import_mpan, export_mpan, mprn, manufacturer, model, firmware, region,
                   smets)`,
      [good.map((row) => row.line), ...importColumns.devices.map(column)],
    );
  },
  async check(client, faults) {
    await lockDevices(client);
    await client.query('create index on staged_device (device); analyze staged_device');
    await addFaultsOf(
      client,
      faults,
      `select line, 'device' as column, 'import.duplicate' as code,
              format('this device stands on line %s already', first_line) as message
       from (select line, min(line) over (partition by device) as first_line from staged_device) as s
       where line > first_line
       union all
       select s.line, 'home', 'import.home', 'no device of kind CHF has this EUI-64'
       from staged_device s
       where s.home is not null and s.kind <> 'CHF'
         and not exists (select from staged_device hub where hub.device = s.home and hub.kind = 'CHF')
         and (not exists (select from device hub where hub.device = s.home and hub.kind = 'CHF')
              or exists (select from staged_device other where other.device = s.home))
       order by line`,
    );
  },
  async apply(client, author, faults) {
    await client.query(
      `create temporary table previous_device on commit drop as
       select d.* from device d join staged_device s using (device);
       create index on previous_device (device);
       analyze previous_device`,
    );
    await client.query(
      `insert into touched_home (home)
       select distinct touched.home
       from staged_device s left join previous_device p using (device)
       cross join unnest(array[coalesce(s.home, s.device), coalesce(p.home, p.device)]) as touched(home)
       where (p.kind, p.home, p.import_mpan, p.export_mpan, p.mprn)
             is distinct from (s.kind, s.home, s.import_mpan, s.export_mpan, s.mprn)
         and touched.home is not null`,
    );
    // what is counted of Users is what they were responsible for before
    const changed = await client.query<ChangedDevices>(
      `with changed as (
       insert into device as d (device, kind, status, home, import_mpan, export_mpan, mprn,
                                manufacturer, model, firmware, region, is_smets1)
       select device, kind, status, home, import_mpan, export_mpan, mprn, manufacturer, model, firmware, region,
              is_smets1
       from staged_device order by device
       on conflict (device) do update
         set kind = excluded.kind, status = excluded.status, home = excluded.home,
             import_mpan = excluded.import_mpan, export_mpan = excluded.export_mpan, mprn = excluded.mprn,
             manufacturer = excluded.manufacturer, model = excluded.model, firmware = excluded.firmware,
             region = excluded.region, is_smets1 = excluded.is_smets1, updated_at = clock_timestamp(),
             -- Of a place that was not known before it is said for the first time, for all time. Whoever left one has no
             -- time before that with anybody to come, though for a while it is nowhere.
             placed_at = case when d.home is not null and d.home is distinct from excluded.home
                                or d.import_mpan <> excluded.import_mpan or d.export_mpan <> excluded.export_mpan
                                or d.mprn <> excluded.mprn
                                or coalesce(d.import_mpan, d.export_mpan, d.mprn) is not null
                                   and coalesce(excluded.import_mpan, excluded.export_mpan, excluded.mprn) is null
                              then clock_timestamp() else d.placed_at end
       where (d.kind, d.status, d.home, d.import_mpan, d.export_mpan, d.mprn,
              d.manufacturer, d.model, d.firmware, d.region, d.is_smets1)
             is distinct from (excluded.kind, excluded.status, excluded.home, excluded.import_mpan,
              excluded.export_mpan, excluded.mprn, excluded.manufacturer, excluded.model, excluded.firmware,
              excluded.region, excluded.is_smets1)
       returning d.device
       ), told as (
         select device, p.device is null as is_new, s.status <> p.status as has_status,
                (s.home, s.import_mpan, s.export_mpan, s.mprn)
                  is distinct from (p.home, p.import_mpan, p.export_mpan, p.mprn) as has_place,
                (s.kind, s.manufacturer, s.model, s.firmware, s.region, s.is_smets1)
                  is distinct from (p.kind, p.manufacturer, p.model, p.firmware, p.region, p.is_smets1) as has_rest
         from changed join staged_device s using (device) left join previous_device p using (device)
       )
       select 'operator' as acting, ${CHANGED_COLUMNS} from told
       union all
       select eui_text(r.user_id), ${CHANGED_COLUMNS} from told join responsibility r using (device)
       where r.valid_to > now() group by r.user_id`,
    );
    await recordDevices(client, author, changed.rows);
    await client.query(
      `delete from metering_point_device m
       using previous_device p
       where m.device = p.device and m.mpxn in (p.import_mpan, p.export_mpan, p.mprn)`,
    );
    await client.query(
      `insert into metering_point_device (mpxn, device)
       select mpxn, device from staged_device s cross join unnest(array[import_mpan, export_mpan, mprn]) as m(mpxn)
       where mpxn is not null
       on conflict do nothing`,
    );
    const contradictions = await recomputeTouchedHomes(client);
    await addContradictions(
      client,
      faults,
      contradictions,
      `select min(line) as line from staged_device
       where $1 in (import_mpan, export_mpan, mprn) or $2 in (import_mpan, export_mpan, mprn)`,
    );
    return changed.rows.find(({ acting }) => acting === 'operator')?.devices ?? 0;
  },
  // Devices are looked up in the database at every message: nobody has to be told.
  async committed() {},
};
