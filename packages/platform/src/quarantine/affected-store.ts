// What an event's held messages concern: which devices, of which kind, in which regions, by which services.
import type { AffectedDocument } from '@penstock/api';
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { PenstockError } from '../foundation/errors.ts';
import { asViewerOf } from '../foundation/viewing.ts';

type Group = AffectedDocument['regions'][number];

interface TargetRow {
  target: string;
  srv: string | null;
  messages: string;
}

interface GroupRow {
  by: 'region' | 'kind';
  name: string | null;
  devices: string;
  messages: string;
}

/** Groups that are listed of each kind; there are some twenty regions and a hundred services. */
const MOST_GROUPS = 50;

/** $1 User, $2 event: what is held for each device, by service. */
const TARGETS_SQL = `
  select h.target::text, h.srv, count(*)::text as messages
  from held_message h where h.user_id = $1 and h.event = $2 and not h.is_deleted
  group by h.target, h.srv`;

/** $1 User, $2 event: the first that nobody decided on, in the order of holding. */
const OLDEST_SQL = `
  select h.held_at from held_message h
  where h.user_id = $1 and h.event = $2 and not h.is_deleted
    and not exists (select from held_decision d
                    where d.user_id = h.user_id and d.day = h.day and d.sequence = h.sequence)
  order by h.day, h.sequence limit 1`;

/** $1 devices, $2 messages of each: by region and by kind, as the inventory has them now. */
const GROUPS_SQL = `
  select case when grouping(d.region) = 0 then 'region' else 'kind' end as by,
         case when grouping(d.region) = 0 then d.region else d.kind end as name,
         count(*)::text as devices, sum(t.messages)::text as messages
  from unnest($1::macaddr8[], $2::bigint[]) as t(device, messages)
  left join device d on d.device = t.device
  group by grouping sets ((d.region), (d.kind))`;

/**
 * What an event holds, summed up; 100,000 messages of as many devices take a second on two busy cores.
 * @throws PenstockError 'request.not-found'
 */
export async function readAffected(pool: pg.Pool, userId: Eui, event: string): Promise<AffectedDocument> {
  const { targets, oldest } = await asViewerOf(pool, [userId], async (client) => {
    const asked = [userId, event];
    const found = await client.query('select from quarantine_event where user_id = $1 and event = $2', asked);
    if (found.rows.length === 0) throw new PenstockError('request.not-found', { detail: 'there is no such event' });
    const { rows } = await client.query<{ held_at: Date }>(OLDEST_SQL, asked);
    return { targets: (await client.query<TargetRow>(TARGETS_SQL, asked)).rows, oldest: rows[0]?.held_at };
  });
  const byDevice = new Map<string, number>();
  const byService = new Map<string | undefined, { devices: Set<string>; messages: number }>();
  for (const { target, srv, messages } of targets) {
    byDevice.set(target, (byDevice.get(target) ?? 0) + Number(messages));
    const service = byService.get(srv ?? undefined) ?? { devices: new Set(), messages: 0 };
    service.devices.add(target);
    service.messages += Number(messages);
    byService.set(srv ?? undefined, service);
  }
  const { rows } = await pool.query<GroupRow>(GROUPS_SQL, [[...byDevice.keys()], [...byDevice.values()]]);
  const groupsBy = (by: GroupRow['by']) =>
    largest(
      rows
        .filter((row) => row.by === by)
        .map(({ name, devices, messages }) => groupOf(name ?? undefined, Number(devices), Number(messages))),
    );
  return {
    devices: byDevice.size,
    messages: [...byDevice.values()].reduce((sum, messages) => sum + messages, 0),
    ...(oldest === undefined ? {} : { oldestUndecidedAt: oldest.toISOString() }),
    regions: groupsBy('region'),
    services: largest([...byService].map(([srv, { devices, messages }]) => groupOf(srv, devices.size, messages))),
    kinds: groupsBy('kind'),
  };
}

function groupOf(name: string | undefined, devices: number, messages: number): Group {
  return { ...(name === undefined ? {} : { name }), devices, messages };
}

function largest(groups: readonly Group[]): Group[] {
  return groups.toSorted((one, other) => other.messages - one.messages).slice(0, MOST_GROUPS);
}
