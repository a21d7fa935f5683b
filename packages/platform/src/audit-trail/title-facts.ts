import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { findDevices } from '../devices/device-lookup.ts';
import type { RegistrationRole, Responsibility } from '../devices/devices.ts';
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
  const known = (await findDevices(pool, [device])).get(device);
  const networks = await pool.query<SpanRow>(`select user_id, role, ${SPAN} from home_network where device = $1`, [
    device,
  ]);
  const users = await pool.query<{ user_id: string; is_active: boolean }>(
    `select u.user_id, u.status = 'active' and p.status = 'active' as is_active
     from user_id u join party p using (party_id) where u.user_id = any ($1::macaddr8[])`,
    [userIds],
  );
  const roles = await pool.query<SpanRow>(
    `select user_id, role, ${SPAN} from user_role where user_id = any ($1::macaddr8[])`,
    [userIds],
  );
  return {
    responsible: known?.responsible ?? [],
    homeNetworks: networks.rows.map(
      (row): Responsibility => ({
        userId: requireEui(row.user_id),
        role: row.role as RegistrationRole,
        validFrom: row.valid_from,
        validTo: row.valid_to,
      }),
    ),
    viewers: new Map(
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
    ),
    switches: await readSwitches(pool),
    now: now.getTime(),
  };
}
