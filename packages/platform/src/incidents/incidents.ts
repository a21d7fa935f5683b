// Incidents, of the simplest kind: one for each quarantine event, for its User and the Operator, closed when the event is
// resolved. What it does not: an incident has no workflow of its own yet.
//
// What always holds: an event has one incident, whoever opens it: the incident's number is made of the event's.
import type { incidentPageSchema } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import type { z } from 'zod';
import { PenstockError } from '../foundation/errors.ts';
import { asViewerOf } from '../foundation/viewing.ts';

/**
 * Opens the incidents of new events, also of one that was resolved before anybody looked, and closes those of resolved
 * ones; any process may do it at any time.
 */
export async function followEvents(pool: pg.Pool): Promise<void> {
  await pool.query(
    `insert into incident (user_id, incident, event, title, state, opened_at)
     select q.user_id, 'INC-' || lpad(q.event::text, 20, '0'), q.event, 'Messages were held: ' || q.words, 'open',
            q.first_at
     from quarantine_event q
     where not exists (select from incident i
       where i.user_id = q.user_id and i.incident = 'INC-' || lpad(q.event::text, 20, '0'))
     on conflict do nothing`,
  );
  await pool.query(
    `update incident i set state = 'closed', closed_at = q.changed_at, changed_at = clock_timestamp()
     from quarantine_event q
     where i.state = 'open' and q.user_id = i.user_id and q.event = i.event and q.state = 'resolved'`,
  );
}

interface IncidentRow {
  user_id: string;
  incident: string;
  event: string;
  title: string;
  state: 'open' | 'closed';
  opened_at: Date;
  closed_at: Date | null;
}

const LIST_SQL = `
  select user_id, incident, lpad(event::text, 20, '0') as event, title, state, opened_at, closed_at from incident
  where ($1::macaddr8 is null or user_id = $1) and ($2::text is null or incident < $2) and ($3::text is null or state = $3)
  order by incident desc limit $4`;

/** A page of a User's incidents, or (the Operator) of all, newest first: their numbers rise with time. */
export async function listIncidents(
  pool: pg.Pool,
  owner: Eui | 'all',
  query: { cursor?: string | undefined; limit: number; state?: 'open' | 'closed' | undefined },
): Promise<z.infer<typeof incidentPageSchema>> {
  const { cursor, limit, state } = query;
  if (cursor !== undefined && !/^INC-\d{20}$/.test(cursor)) {
    throw new PenstockError('request.invalid', { detail: 'this is no cursor of this list', where: 'cursor' });
  }
  const values = [owner === 'all' ? null : owner, cursor, state, limit + 1];
  const { rows } =
    owner === 'all'
      ? await pool.query<IncidentRow>(LIST_SQL, values)
      : await asViewerOf(pool, [owner], (client) => client.query<IncidentRow>(LIST_SQL, values));
  const items = rows.slice(0, limit).map((row) => ({
    userId: requireEui(row.user_id),
    incident: row.incident,
    event: row.event,
    title: row.title,
    state: row.state,
    openedAt: row.opened_at.toISOString(),
    ...(row.closed_at === null ? {} : { closedAt: row.closed_at.toISOString() }),
  }));
  return { items, cursor: rows.length > limit ? items.at(-1)?.incident : undefined };
}
