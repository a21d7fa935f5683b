import type { DeviceDocument } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { PenstockError } from '../foundation/errors.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { covers } from '../parties/parties.ts';
import { findDevices } from './device-lookup.ts';
import type { KnownDevice } from './devices.ts';

interface DeviceRow {
  device: string;
  kind: DeviceDocument['kind'];
  status: DeviceDocument['status'];
  home: string | null;
  manufacturer: string | null;
  model: string | null;
  firmware: string | null;
  region: string | null;
  is_smets1: boolean;
  updated_at: Date;
  import_mpan: string | null;
  export_mpan: string | null;
  mprn: string | null;
}

const COLUMNS = `device, kind, status, home, manufacturer, model, firmware, region, is_smets1, updated_at, import_mpan,
  export_mpan, mprn`;
/** More than any home has; a hub that were given more shows the first of them. */
const MOST_DEVICES = 100;

function withoutNulls<Value extends object>(value: Value): { [Key in keyof Value]?: NonNullable<Value[Key]> } {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null)) as {
    [Key in keyof Value]?: NonNullable<Value[Key]>;
  };
}

const instantOf = (time: number): string | undefined =>
  Number.isFinite(time) ? new Date(time).toISOString() : undefined;

/** A device as a viewer may know it at `now`: the Operator any, a User those that it is responsible for; else undefined. */
function describe(
  row: DeviceRow,
  known: KnownDevice | undefined,
  viewer: Viewer,
  now: Date,
): DeviceDocument | undefined {
  const isOperator = viewer.kind === 'operator';
  const own = known?.responsible.filter((span) => isOperator || viewer.userIds.includes(span.userId)) ?? [];
  if (!isOperator && !own.some((span) => covers(span, now.getTime()))) return undefined;
  const { kind, status, manufacturer, model, firmware, region, home } = row;
  return {
    device: requireEui(row.device),
    kind,
    status,
    updatedAt: row.updated_at.toISOString(),
    ...(home === null ? {} : { home: requireEui(home) }),
    ...withoutNulls({ manufacturer, model, firmware, region }),
    smets: row.is_smets1 ? '1' : '2',
    ...(isOperator ? withoutNulls({ importMpan: row.import_mpan, exportMpan: row.export_mpan, mprn: row.mprn }) : {}),
    responsible: own.map(({ role, userId, validFrom, validTo }) => {
      const from = instantOf(validFrom);
      const to = instantOf(validTo);
      return { role, userId, ...(from && { validFrom: from }), ...(to && { validTo: to }) };
    }),
  };
}

/** @throws PenstockError 'request.not-found', alike for a device that is unknown and for one that is another's */
export async function getDevice(pool: pg.Pool, viewer: Viewer, device: Eui, now: Date): Promise<DeviceDocument> {
  const known = await findDevices(pool, [device]);
  const { rows } = await pool.query<DeviceRow>(`select ${COLUMNS} from device where device = $1`, [device]);
  const [row] = rows;
  const found = row && describe(row, known.get(device), viewer, now);
  if (found === undefined) {
    throw new PenstockError('request.not-found', { detail: 'there is no such device that you are responsible for' });
  }
  return found;
}

// A User asks by a metering point that it is registered for now; by another's it finds what it finds by none at all,
// though it may be responsible for other devices of that home: else it would learn which home the point belongs to.
const OF_POINT_SQL = `
  select m.device from metering_point_device m
  where m.mpxn = $1
    and ($2::macaddr8[] is null
         or exists (select from registration r
                    where r.mpxn = $1 and r.user_id = any ($2::macaddr8[]) and r.valid_from <= $3 and $3 < r.valid_to))`;

/** Asked for where there is nothing to ask for, so that nothing takes as long as something. */
const NO_DEVICE = requireEui('00-00-00-00-00-00-00-00');

export const DEVICES_SQL = `
  select ${COLUMNS} from device
  where device = any ($1::macaddr8[]) or home = any ($2::macaddr8[])
  order by device limit ${MOST_DEVICES}`;

/**
 * The devices of a home, by a metering point of it or by its communications hub, as a viewer may know them at `now`.
 * What is unknown, what is another's and what is nobody's are one empty list, after the same statements.
 */
export async function listDevices(
  pool: pg.Pool,
  viewer: Viewer,
  { mpxn, home, now }: { mpxn: string | undefined; home: Eui | undefined; now: Date },
): Promise<DeviceDocument[]> {
  const own = viewer.kind === 'operator' ? null : viewer.userIds;
  const ofPoint = await pool.query<{ device: string }>(OF_POINT_SQL, [mpxn, own, now]);
  const named = ofPoint.rows.map((row) => row.device);
  const homes = await pool.query<{ home: string }>(
    'select distinct home from device where device = any ($1::macaddr8[]) and home is not null',
    [named],
  );
  const hubs = [...homes.rows.map((row) => row.home), ...(home === undefined ? [] : [home])];
  const { rows } = await pool.query<DeviceRow>(DEVICES_SQL, [[...named, ...hubs], hubs]);
  const devices = rows.map((row) => requireEui(row.device));
  const known = await findDevices(pool, devices.length === 0 ? [NO_DEVICE] : devices);
  return rows.flatMap((row) => describe(row, known.get(requireEui(row.device)), viewer, now) ?? []);
}
