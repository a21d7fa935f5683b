// How ways stand now, for whoever serves one to ask at each use: one look at a few rows of three small tables.
import type pg from 'pg';
import { PenstockError } from '../foundation/errors.ts';
import type { SetUps } from './guidance.ts';
import { type Standing, standingOf, type Way, type WayFacts, type WayUse } from './standing.ts';

interface FactsRow {
  way: Way;
  use: WayUse;
  depends_on: string[];
  is_set_up: boolean;
  is_down: boolean;
}

/** The version in force at `$1`. */
const VERSION_IN_FORCE = `
  (select v.version from way_version v where v.effective_from <= $1 and v.withdrawn_at is null
   order by v.effective_from desc, v.version desc limit 1)`;

/** Of all ways at an instant. */
export async function readFacts(pool: pg.Pool | pg.PoolClient, now: Date): Promise<WayFacts[]> {
  const { rows } = await pool.query<FactsRow>({
    name: 'way_facts',
    text: `select w.way, u.use, u.depends_on, w.set_up is not null as is_set_up,
                  exists (select from way_outage o where o.way = w.way and o.ended_at is null and o.from_at <= $1) as is_down
           from way w join way_use u on u.way = w.way
           where u.version = ${VERSION_IN_FORCE}
           order by array_position(array['https', 'sftp', 'email', 'sharepoint'], w.way)`,
    values: [now],
  });
  return rows.map((row) => ({
    way: row.way,
    use: row.use,
    isSetUp: row.is_set_up,
    isDown: row.is_down,
    dependsOn: row.depends_on,
  }));
}

/** How a way stands: whether it is open, and what somebody is told for whom it is not. */
export async function findStanding(pool: pg.Pool, way: Way, now: Date): Promise<Standing> {
  return standingOf(way, await readFacts(pool, now));
}

/** The outage of a way that has begun and is not ended; undefined: there is none. */
export async function findOutage(pool: pg.Pool, way: Way, now: Date): Promise<string | undefined> {
  const { rows } = await pool.query<{ outage: string }>(
    'select outage from way_outage where way = $1 and ended_at is null and from_at <= $2',
    [way, now],
  );
  return rows[0]?.outage;
}

/** @throws PenstockError 'ways.closed' with what to use instead */
export async function requireOpen(pool: pg.Pool, way: Way, now: Date): Promise<void> {
  const { isOpen, sentence } = await findStanding(pool, way, now);
  if (!isOpen) throw new PenstockError('ways.closed', { detail: sentence });
}

/** What the settings say of each way that they have: nobody is told to use another. */
export async function writeSetUp(pool: pg.Pool, setUps: SetUps): Promise<void> {
  await pool.query(
    `update way w set set_up = given.set_up
     from (select w.way, $1::jsonb -> w.way as set_up from way w) given
     where given.way = w.way and w.set_up is distinct from given.set_up`,
    [JSON.stringify(setUps)],
  );
}
