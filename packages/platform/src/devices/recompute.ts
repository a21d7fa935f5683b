import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { macaddr8Array } from '../foundation/database/binary.ts';
import type { Faults } from '../foundation/faults.ts';
import type { DeviceKind, RegistrationRole } from './devices.ts';
import { type Contradiction, type DeviceResponsibility, deriveResponsibility } from './responsibility.ts';

/** Homes a round: some 15,000 devices and as many spans, a few MB in memory. */
const HOMES_AT_ONCE = 2_000;

/** Names the one lock under which devices and registrations change; look-ups do not take it. */
const CHANGE_LOCK = 'penstock devices and registrations';

/**
 * One change of devices or registrations at a time: each derives responsibility from both. That there is one is marked
 * for those who look at devices.
 */
export async function lockDevices(client: pg.PoolClient): Promise<void> {
  await client.query('select pg_advisory_xact_lock(hashtext($1))', [CHANGE_LOCK]);
  await client.query('update devices_changed set changed_at = clock_timestamp()');
}

interface DeviceRow {
  home_key: string;
  device: string;
  kind: DeviceKind;
  import_mpan: string | null;
  export_mpan: string | null;
  mprn: string | null;
  placed_at: number;
}
interface RegistrationRow {
  mpxn: string;
  role: RegistrationRole;
  user_id: string;
  valid_from: number;
  valid_to: number;
}

/** Makes the temporary table into which an import writes the homes that it touches. */
export async function openTouchedHomes(client: pg.PoolClient): Promise<void> {
  await client.query('create temporary table touched_home (home macaddr8 primary key) on commit drop');
}

/**
 * Derives the responsibility of every home in `touched_home` anew. A home is named by its communications hub; a
 * device without one is a home of its own. Returns the contradictions; with any, the transaction must not commit.
 */
export async function recomputeTouchedHomes(client: pg.PoolClient): Promise<Contradiction[]> {
  const contradictions: Contradiction[] = [];
  for (let after = '00:00:00:00:00:00:00:00'; ; ) {
    const { rows } = await client.query<{ home: string }>(
      'select home from touched_home where home >= $1 order by home limit $2',
      [after, HOMES_AT_ONCE + 1],
    );
    const homes = rows.slice(0, HOMES_AT_ONCE).map((row) => row.home);
    contradictions.push(...(await recomputeHomes(client, homes)));
    const next = rows[HOMES_AT_ONCE];
    if (next === undefined) return contradictions;
    after = next.home;
  }
}

async function recomputeHomes(client: pg.PoolClient, homes: readonly string[]): Promise<Contradiction[]> {
  const devices = await client.query<DeviceRow>(
    `select coalesce(home, device) as home_key, device, kind, import_mpan, export_mpan, mprn,
            (extract(epoch from placed_at) * 1000)::float8 as placed_at
     from device
     where home = any ($1::macaddr8[])
     union all
     select device, device, kind, import_mpan, export_mpan, mprn, (extract(epoch from placed_at) * 1000)::float8
     from device
     where device = any ($1::macaddr8[]) and home is null`,
    [homes],
  );
  const points = new Set(devices.rows.flatMap((row) => [row.import_mpan, row.export_mpan, row.mprn]));
  points.delete(null);
  const registrations = await client.query<RegistrationRow>(
    `select mpxn, role, user_id, (extract(epoch from valid_from) * 1000)::float8 as valid_from,
            (extract(epoch from valid_to) * 1000)::float8 as valid_to
     from registration where mpxn = any ($1::text[])`,
    [[...points]],
  );
  const euis = new Map<string, Eui>();
  const toEui = (text: string): Eui => {
    const eui = euis.get(text) ?? requireEui(text);
    euis.set(text, eui);
    return eui;
  };
  const ofPoint = Map.groupBy(
    registrations.rows.map((row) => ({
      mpxn: row.mpxn,
      role: row.role,
      userId: toEui(row.user_id),
      validFrom: row.valid_from,
      validTo: row.valid_to,
    })),
    (registration) => registration.mpxn,
  );

  const derived: DeviceResponsibility[] = [];
  const networks: DeviceResponsibility[] = [];
  const contradictions: Contradiction[] = [];
  for (const rows of Map.groupBy(devices.rows, (row) => row.home_key).values()) {
    const mpxns = new Set(rows.flatMap((row) => [row.import_mpan ?? [], row.export_mpan ?? [], row.mprn ?? []].flat()));
    const result = deriveResponsibility(
      rows.map((row) => ({
        device: toEui(row.device),
        kind: row.kind,
        importMpan: row.import_mpan ?? undefined,
        exportMpan: row.export_mpan ?? undefined,
        mprn: row.mprn ?? undefined,
        placedAt: row.placed_at,
      })),
      [...mpxns].flatMap((mpxn) => ofPoint.get(mpxn) ?? []),
    );
    for (const row of result.responsibilities) derived.push(row);
    for (const row of result.homeNetworks) networks.push(row);
    contradictions.push(...result.contradictions);
  }
  const touched = macaddr8Array(devices.rows.map((row) => row.device));
  await replaceSpans(client, 'responsibility', touched, derived);
  await replaceSpans(client, 'home_network', touched, networks);
  await client.query('select refresh_responsible($1)', [touched]);
  return contradictions;
}

async function replaceSpans(
  client: pg.PoolClient,
  table: 'responsibility' | 'home_network',
  devices: Buffer,
  spans: readonly DeviceResponsibility[],
): Promise<void> {
  await client.query(`delete from ${table} where device = any ($1::macaddr8[])`, [devices]);
  await client.query(
    `insert into ${table} (device, role, user_id, valid_from, valid_to)
     select device, role, user_id, to_timestamp(valid_from / 1000), to_timestamp(valid_to / 1000)
     from unnest($1::macaddr8[], $2::text[], $3::macaddr8[], $4::float8[], $5::float8[])
            as r(device, role, user_id, valid_from, valid_to)`,
    [
      macaddr8Array(spans.map((row) => row.device)),
      spans.map((row) => row.role),
      macaddr8Array(spans.map((row) => row.userId)),
      spans.map((row) => row.validFrom),
      spans.map((row) => row.validTo),
    ],
  );
}

/**
 * Adds each contradiction once, however many devices of the home it touches. `lineSql` finds the line of the file to
 * blame from the two metering points ($1, $2).
 */
export async function addContradictions(
  client: pg.PoolClient,
  faults: Faults,
  contradictions: readonly Contradiction[],
  lineSql: string,
): Promise<void> {
  const byPoints = new Map(
    contradictions.map((found) => [`${found.role} ${found.first.mpxn} ${found.second.mpxn}`, found]),
  );
  for (const { device, role, first, second } of byPoints.values()) {
    const { rows } = await client.query<{ line: number | null }>(lineSql, [first.mpxn, second.mpxn]);
    const message = `${first.mpxn} and ${second.mpxn} name different Users as ${role} of ${device} at one time`;
    faults.add({ line: rows[0]?.line ?? 0, code: 'import.registration.contradiction', message });
  }
}
