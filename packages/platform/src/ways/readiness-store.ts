// What is registered for each User ID, for the list of who may deliver by which way.
import { type Readiness, type Way, wayNames } from '@penstock/api';
import { type Eui, parseEui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { PenstockError } from '../foundation/errors.ts';
import { readinessOf } from './readiness.ts';

interface RegisteredRow {
  user_id: string;
  party: string;
  officers: number;
  machines: number;
  people: number;
  ssh_keys: number;
  has_folder: boolean;
  ssh_used_at: Date | null;
  email_addresses: number;
}

/** Reference tables only: the same on every machine. */
const REGISTERED_SQL = `
  select u.user_id, p.name as party,
    (select count(distinct o.email)::integer from officer o
     where o.user_id = u.user_id and o.revoked_at is null and $1 between o.not_before and o.not_after) as officers,
    (select count(*)::integer from certificate c
     where c.user_id = u.user_id and c.purpose = 'transport' and c.revoked_at is null
       and $1 between c.not_before and c.not_after) as machines,
    (select count(*)::integer from person_role r join person n on n.person_id = r.person_id
     where r.acting = upper(replace(u.user_id::text, ':', '-')) and r.role = any ($6) and n.status = 'active') as people,
    (select count(*)::integer from ssh_key k where k.user_id = u.user_id and k.revoked_at is null) as ssh_keys,
    exists (select from sharepoint_folder f where f.user_id = u.user_id and f.kind = 'incoming') as has_folder,
    (select max(k.used_at) from ssh_key k where k.user_id = u.user_id and k.revoked_at is null) as ssh_used_at,
    (select count(*)::integer from email_recipient e
     where e.user_id = u.user_id and e.revoked_at is null and $1 between e.not_before and e.not_after) as email_addresses
  from user_id u join party p on p.party_id = u.party_id
  where u.user_id > $2::macaddr8 and u.user_id <> $3 and ($4::macaddr8[] is null or u.user_id = any ($4))
    and u.status = 'active' and p.status = 'active'
  order by u.user_id limit $5`;

/** The last delivery by each way: a descent of an index for each User ID and way. */
const DELIVERED_SQL = `
  select u.user_id, w.way, d.received_at
  from unnest($1::macaddr8[]) u(user_id) cross join unnest($2::text[]) w(way)
  cross join lateral (
    select s.received_at from submission_delivery s where s.user_id = u.user_id and s.way = w.way
    order by s.received_at desc limit 1) d`;

/** A page in order of the User IDs, of these or of all, without the Operator's own. */
export async function listReadiness(
  pool: pg.Pool,
  asked: {
    users: readonly Eui[] | 'all';
    now: Date;
    operatorId: Eui;
    /** Roles whose people may deliver. */
    deliverers: readonly string[];
    cursor: string | undefined;
    limit: number;
  },
): Promise<{ items: Readiness[]; cursor: string | undefined }> {
  const after = asked.cursor === undefined ? requireEui('00-00-00-00-00-00-00-00') : parseEui(asked.cursor);
  if (after === undefined) {
    throw new PenstockError('request.invalid', { detail: 'this is no cursor of this list', where: 'cursor' });
  }
  const { rows } = await pool.query<RegisteredRow>(REGISTERED_SQL, [
    asked.now,
    after,
    asked.operatorId,
    asked.users === 'all' ? null : asked.users,
    asked.limit + 1,
    asked.deliverers,
  ]);
  const shown = rows.slice(0, asked.limit);
  const delivered = await pool.query<{ user_id: string; way: Way; received_at: Date }>(DELIVERED_SQL, [
    shown.map(({ user_id }) => user_id),
    wayNames,
  ]);
  const items = shown.map((row) => ({
    userId: requireEui(row.user_id),
    party: row.party,
    ways: readinessOf({
      officers: row.officers,
      machines: row.machines,
      people: row.people,
      sshKeys: row.ssh_keys,
      hasSharePointFolder: row.has_folder,
      sshUsedAt: row.ssh_used_at ?? undefined,
      emailAddresses: row.email_addresses,
      deliveredAt: Object.fromEntries(
        delivered.rows.filter(({ user_id }) => user_id === row.user_id).map((one) => [one.way, one.received_at]),
      ),
    }),
  }));
  return { items, cursor: rows.length > asked.limit ? items.at(-1)?.userId : undefined };
}
