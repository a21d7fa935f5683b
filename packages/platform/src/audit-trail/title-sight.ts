// What somebody may see of the titles of a device, as one text: whoever makes a file of them in many steps, or answers it
// later, compares what may be seen now with what could be seen at the first.
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { asTitleViewerOf } from '../foundation/viewing.ts';

/** The spans of time as the second wall works them out, and what the switch says of senders. $1: only times before it. */
const SIGHT_SQL = `
  select coalesce((select string_agg(format('%s/%s', extract(epoch from lower(s)), extract(epoch from upper(s))), ' ' order by s)
                   from unnest(title_times() * tstzmultirange(tstzrange(null, $1))) s), '')
         || ' ' || title_switch_at('sender', viewed_at()) as sight`;

/** Of titles before `until`: what is planned for later changes nothing of them. */
export async function readSight(
  pool: pg.Pool,
  view: { readonly userIds: readonly Eui[]; readonly device: Eui; readonly now: Date },
  until: Date,
): Promise<string> {
  const { rows } = await asTitleViewerOf(pool, view, (client) => client.query<{ sight: string }>(SIGHT_SQL, [until]));
  const [row] = rows;
  if (row === undefined) throw new Error('a sum has no row');
  return row.sight;
}
