/** Incidents for tests of other rooms, as they lie in their table. */
import type { IncidentState } from '@penstock/api';
import type pg from 'pg';

export interface IncidentSettings {
  readonly userId: string;
  readonly incident: string;
  readonly event?: string;
  readonly title?: string;
  readonly words?: string;
  readonly state?: IncidentState;
  /** Days since it was opened and last changed. */
  readonly age?: number;
}

export async function insertIncidents(pool: pg.Pool, incidents: readonly IncidentSettings[]): Promise<void> {
  for (const { userId, incident, event, title = 'Title', words, state = 'open', age = 0 } of incidents) {
    await pool.query(
      `insert into incident (user_id, incident, event, title, words, state, category, began_at, opened_at, opened_by, counted_from,
                             respond_by, resolve_by, changed_at)
       select $1, $2, $3, $4, $5, $6, 3, at, at, 'Platform', at, at + interval '45 minutes', at + interval '3 days', at
       from (select clock_timestamp() - make_interval(days => $7)) m (at)`,
      [userId, incident, event, title, words, state, age],
    );
  }
}
