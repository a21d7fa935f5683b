import type { DeviceDocument } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { PenstockError } from '../foundation/errors.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { covers } from '../parties/parties.ts';
import { findDevices } from './device-lookup.ts';

interface DeviceRow {
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

function withoutNulls<Value extends object>(value: Value): { [Key in keyof Value]?: NonNullable<Value[Key]> } {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null)) as {
    [Key in keyof Value]?: NonNullable<Value[Key]>;
  };
}

const instantOf = (time: number): string | undefined =>
  Number.isFinite(time) ? new Date(time).toISOString() : undefined;

/**
 * A device as a viewer may see it: the Operator any, a User those that it is responsible for at `now`.
 * @throws PenstockError 'request.not-found', alike for a device that is unknown and for one that is another's
 */
export async function getDevice(pool: pg.Pool, viewer: Viewer, device: Eui, now: Date): Promise<DeviceDocument> {
  const isOperator = viewer.kind === 'operator';
  const known = (await findDevices(pool, [device])).get(device);
  const own = known?.responsible.filter((span) => isOperator || viewer.userIds.includes(span.userId)) ?? [];
  const mayKnow = isOperator || own.some((span) => covers(span, now.getTime()));
  const { rows } = await pool.query<DeviceRow>(
    `select kind, status, home, manufacturer, model, firmware, region, is_smets1, updated_at, import_mpan, export_mpan, mprn
     from device where device = $1`,
    [device],
  );
  const [row] = rows;
  if (row === undefined || !mayKnow) {
    throw new PenstockError('request.not-found', { detail: 'there is no such device that you are responsible for' });
  }
  const { kind, status, manufacturer, model, firmware, region, home } = row;
  return {
    device,
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
