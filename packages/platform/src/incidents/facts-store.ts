// What the platform sees, read from the rooms below: streams from which something waits, ways and how they fare, quarantine events.
import { type Way, wayNames } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type { Asked } from '../changes/index.ts';
import type { WaitingStream, WayHealthFacts } from './causes.ts';

/** A descent of two streams' keys a User: of 500 Users some 10 ms. Suspended Users are not to take anything. */
const WAITING_SQL = `
  select b.user_id, d.direction, u.delivery = 'push' as is_pushed, b.oldest_at, c.moved_at
  from unnest(enum_range(null::message_direction)) as d(direction), stream_backlog(d.direction, null, 1) b
  join stream_cursor c on c.user_id = b.user_id
  join user_id u on u.user_id = b.user_id
  join party p on p.party_id = u.party_id
  where c.direction = d.direction and b.oldest_at is not null and u.status = 'active' and p.status = 'active'`;

export async function readWaiting(asked: Asked): Promise<WaitingStream[]> {
  const { rows } = await asked.query<{
    user_id: string;
    direction: 'southbound' | 'northbound';
    is_pushed: boolean;
    oldest_at: Date;
    moved_at: Date;
  }>(WAITING_SQL);
  return rows.map((row) => ({
    userId: requireEui(row.user_id),
    direction: row.direction,
    isPushed: row.is_pushed,
    oldestAt: row.oldest_at.getTime(),
    movedAt: row.moved_at.getTime(),
  }));
}

const wayWords: Readonly<Record<Way, string>> = {
  https: 'the portal and the API',
  sftp: 'SFTP',
  email: 'e-mail',
  sharepoint: 'SharePoint',
};

/** $1 the instant. In use is what the version in force has, and is not off. */
const WAYS_SQL = `
  with version as (
    select v.version from way_version v where v.effective_from <= $1 and v.withdrawn_at is null
    order by v.effective_from desc, v.version desc limit 1
  )
  select w.way, w.set_up is not null and u.use in ('preferred', 'allowed') as is_used, w.probe_fails_since, w.failures, w.failed_at,
         (select min(o.from_at) from way_outage o where o.way = w.way and o.ended_at is null and o.from_at <= $1) as outage_since
  from way w join way_use u on u.way = w.way join version v on v.version = u.version`;

export async function readWays(asked: Asked, now: Date): Promise<WayHealthFacts[]> {
  const { rows } = await asked.query<{
    way: Way;
    is_used: boolean;
    probe_fails_since: Date | null;
    failures: number;
    failed_at: Date | null;
    outage_since: Date | null;
  }>(WAYS_SQL, [now]);
  return rows
    .toSorted((one, other) => wayNames.indexOf(one.way) - wayNames.indexOf(other.way))
    .map((row) => ({
      way: row.way,
      name: wayWords[row.way],
      isUsed: row.is_used || row.outage_since !== null,
      outageSince: row.outage_since?.getTime(),
      probeFailsSince: row.probe_fails_since?.getTime(),
      failures: row.failures,
      failedAt: row.failed_at?.getTime(),
    }));
}

export interface EventFacts {
  readonly owner: Eui;
  readonly event: string;
  readonly words: string;
  readonly srvs: readonly string[];
  readonly firstAt: number;
}

/** At a time: more wait for the next look. */
const MOST_EVENTS = 200;

/** Quarantine events that have no incident yet. */
export async function readNewEvents(asked: Asked): Promise<EventFacts[]> {
  const { rows } = await asked.query<{
    user_id: string;
    event: string;
    words: string;
    services: string[] | null;
    first_at: Date;
  }>(
    `select q.user_id, lpad(q.event::text, 20, '0') as event, q.words, q.first_at,
            (select t.services from threshold t where t.threshold_id = q.threshold_id and q.detector <> 'value') as services
     from quarantine_event q
     where not exists (select from incident i where i.user_id = q.user_id and i.event = q.event)
     order by q.first_at, q.user_id, q.event limit $1`,
    [MOST_EVENTS],
  );
  return rows.map((row) => ({
    owner: requireEui(row.user_id),
    event: row.event,
    words: row.words,
    srvs: (row.services ?? []).filter((service) => /^\d/.test(service)),
    firstAt: row.first_at.getTime(),
  }));
}

/** Incidents of events that were resolved since, and when. */
export async function readResolvedEvents(asked: Asked): Promise<{ incident: string; at: number }[]> {
  const { rows } = await asked.query<{ incident: string; changed_at: Date }>(
    `select i.incident, q.changed_at from incident i
     join quarantine_event q on q.user_id = i.user_id and q.event = i.event
     where i.is_standing and i.event is not null and q.state = 'resolved' order by i.incident limit $1`,
    [MOST_EVENTS],
  );
  return rows.map((row) => ({ incident: row.incident, at: row.changed_at.getTime() }));
}
