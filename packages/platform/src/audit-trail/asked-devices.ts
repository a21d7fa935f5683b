import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { listDevices } from '../devices/devices-store.ts';
import type { Viewer } from '../foundation/viewer.ts';

/** The devices that a question names, undefined: any. Of a metering point those that the viewer may know of now. */
export async function askedDevices(
  pool: pg.Pool,
  viewer: Viewer,
  { device, mpxn }: { readonly device?: string | undefined; readonly mpxn?: string | undefined },
  now: Date,
): Promise<Eui[] | undefined> {
  if (mpxn === undefined) return device === undefined ? undefined : [requireEui(device)];
  const found = await listDevices(pool, viewer, { mpxn, home: undefined, now });
  return found.map((one) => one.device as Eui).filter((one) => device === undefined || one === device);
}
