// How ways stand now, for whoever serves one to ask at each use: one look at a few rows of four small tables.
import type pg from 'pg';
import { PenstockError } from '../foundation/errors.ts';
import { type Standing, standingOf, type Way, type WayFacts, type WayUse } from './standing.ts';

interface FactsRow {
  way: Way;
  use: WayUse;
  is_set_up: boolean;
  is_down: boolean;
}

/** The version in force at `$1`. */
export const VERSION_IN_FORCE = `
  (select v.version from way_version v where v.effective_from <= $1 and v.withdrawn_at is null
   order by v.effective_from desc, v.version desc limit 1)`;

/** Of all ways at an instant. */
export async function readFacts(pool: pg.Pool, now: Date): Promise<WayFacts[]> {
  const { rows } = await pool.query<FactsRow>({
    name: 'way_facts',
    text: `select w.way, u.use, w.is_set_up,
                  exists (select from way_outage o where o.way = w.way and o.ended_at is null and o.from_at <= $1) as is_down
           from way w join way_use u on u.way = w.way
           where u.version = ${VERSION_IN_FORCE}`,
    values: [now],
  });
  return rows.map(({ way, use, is_set_up, is_down }) => ({ way, use, isSetUp: is_set_up, isDown: is_down }));
}

/** How a way stands: whether it is open, and what somebody is told for whom it is not. */
export async function findStanding(pool: pg.Pool, way: Way, now: Date): Promise<Standing> {
  return standingOf(way, await readFacts(pool, now));
}

/** @throws PenstockError 'ways.closed' with what to use instead */
export async function requireOpen(pool: pg.Pool, way: Way, now: Date): Promise<void> {
  const { isOpen, sentence } = await findStanding(pool, way, now);
  if (!isOpen) throw new PenstockError('ways.closed', { detail: sentence });
}

/** What the settings have: nobody is told to use another. */
export async function writeSetUp(pool: pg.Pool, ways: readonly Way[]): Promise<void> {
  await pool.query('update way set is_set_up = (way = any ($1)) where is_set_up <> (way = any ($1))', [ways]);
}
