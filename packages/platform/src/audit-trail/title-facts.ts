import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { findDevices } from '../devices/device-lookup.ts';
import type { RegistrationRole } from '../devices/devices.ts';
import type { RoleSpan } from '../parties/parties.ts';
import { readSwitches } from './switches-store.ts';
import type { TitleFacts } from './title-access.ts';

interface SpanRow {
  user_id: string;
  role: string;
  valid_from: number;
  valid_to: number;
}

const SPAN = `(extract(epoch from valid_from) * 1000)::float8 as valid_from,
              (extract(epoch from valid_to) * 1000)::float8 as valid_to`;

/** What the first wall needs to know of a device and of the User IDs that ask for it; an unknown device has nobody. */
export async function readTitleFacts(
  pool: pg.Pool,
  { device, userIds, now }: { device: Eui; userIds: readonly Eui[]; now: Date },
): Promise<TitleFacts> {
  return (await readFactsOfMany(pool, { devices: [device], userIds, now }))(device);
}

/** As readTitleFacts, of as many devices as are named. */
export async function readFactsOfMany(
  pool: pg.Pool,
  { devices, userIds, now }: { devices: readonly Eui[]; userIds: readonly Eui[]; now: Date },
): Promise<(device: Eui) => TitleFacts> {
  const known = await findDevices(pool, devices);
  const networks = await pool.query<SpanRow & { device: string }>(
    `select device, user_id, role, ${SPAN} from home_network where device = any ($1::macaddr8[])`,
    [devices],
  );
  const users = await pool.query<{ user_id: string; is_active: boolean }>(
    `select u.user_id, u.status = 'active' and p.status = 'active' as is_active
     from user_id u join party p using (party_id) where u.user_id = any ($1::macaddr8[])`,
    [userIds],
  );
  const roles = await pool.query<SpanRow>(
    `select user_id, role, ${SPAN} from user_role where user_id = any ($1::macaddr8[])`,
    [userIds],
  );
  const homeNetworks = Map.groupBy(
    networks.rows.map((row) => ({
      device: requireEui(row.device),
      userId: requireEui(row.user_id),
      role: row.role as RegistrationRole,
      validFrom: row.valid_from,
      validTo: row.valid_to,
    })),
    ({ device }) => device,
  );
  const viewers = new Map(
    users.rows.map((user) => [
      requireEui(user.user_id),
      {
        isActive: user.is_active,
        roles: roles.rows
          .filter((row) => row.user_id === user.user_id)
          .map(
            (row): RoleSpan => ({
              role: row.role as RoleSpan['role'],
              validFrom: row.valid_from,
              validTo: row.valid_to,
            }),
          ),
      },
    ]),
  );
  const switches = await readSwitches(pool);
  return (device) => ({
    responsible: known.get(device)?.responsible ?? [],
    homeNetworks: homeNetworks.get(device) ?? [],
    viewers,
    switches,
    now: now.getTime(),
  });
}
