// Finds whom a save of a change concerns: for each webhook what its User saw before and sees now.
import { type ChangeContent, type ChangeState, changeContentSchema } from '@penstock/api';
import { parseEui } from '@penstock/duis';
import type pg from 'pg';
import { type ChangeRow, type Kept, toKept } from '../changes/changes-store.ts';
import { type Reader, viewOf } from '../changes/sharing.ts';
import { expandWindows } from '../changes/windows.ts';
import { inTransaction } from '../foundation/database/index.ts';
import { isAbout, scheduleMonths, typeOf } from './events.ts';
import { queueTellings, type Telling } from './tell.ts';

/** Saves of which one transaction tells. */
const AT_ONCE = 50;

interface EventRow {
  readonly user_id: string;
  readonly change: string;
  readonly kind: 'saved' | 'clash';
  readonly version: number;
  readonly at: Date;
}

interface HookRow {
  readonly user_id: string;
  readonly webhook: string;
  readonly side: Reader['kind'];
  readonly types: readonly string[];
  readonly service: string | null;
}

/** Tells of what was saved since; false: there was nothing. A kill leaves an event told or there. */
export async function fanOut(pool: pg.Pool): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const { rows: events } = await client.query<EventRow>(
      `delete from change_event e using (
         select user_id, event from change_event order by at, event limit $1 for update skip locked) d
       where e.user_id = d.user_id and e.event = d.event
       returning e.user_id, e.change, e.kind, e.version, e.at`,
      [AT_ONCE],
    );
    if (events.length === 0) return false;
    const { rows: hooks } = await client.query<HookRow>(
      'select user_id, webhook, side, types, service from webhook where is_on and removed_at is null',
    );
    if (hooks.length === 0) return true;
    const tellings: Telling[] = [];
    for (const event of events.toSorted((one, other) => one.at.getTime() - other.at.getTime())) {
      const [before, after] = await readVersions(client, event);
      tellings.push(...hooks.flatMap((hook) => tellingsOf(hook, event, { before, after })));
    }
    await queueTellings(client, tellings);
    return true;
  });
}

/** The version that was saved, and the one before it. */
async function readVersions(client: pg.PoolClient, { user_id, change, version }: EventRow) {
  const { rows } = await client.query<{ version: number; state: ChangeState; content: ChangeContent; at: Date }>(
    `select version, state, content, at from change_version
     where user_id = $1 and change = $2 and version in ($3 - 1, $3)`,
    [user_id, change, version],
  );
  const found = rows.map(
    (row): ChangeRow => ({
      user_id,
      change,
      version: row.version,
      state: row.state,
      content: changeContentSchema.parse(row.content),
      spans: expandWindows(row.content.windows).map(({ from, to }) => [from, to] as const),
      told_at: null,
      changed_at: row.at,
      changed_by: '',
    }),
  );
  const kept = await toKept(client, found);
  return [kept.find((each) => each.version === version - 1), kept.find((each) => each.version === version)] as const;
}

interface Versions {
  readonly before: Kept | undefined;
  readonly after: Kept | undefined;
}

/** What one webhook is told of one event. Of a clash, whose change it is, is told. */
export function tellingsOf(hook: HookRow, event: EventRow, { before, after }: Versions): Telling[] {
  const { user_id: userId, webhook, side, types, service } = hook;
  const reader: Reader = { kind: side, userIds: [parseEui(userId) ?? userId] };
  const [was, is] = [before && viewOf(before, reader), after && viewOf(after, reader)];
  if (service !== null && !isAbout(was, service) && !isAbout(is, service)) return [];
  const telling = (type: Telling['type'], about: string): Telling[] =>
    types.includes(type) ? [{ userId, webhook, type, about }] : [];
  if (event.kind === 'clash') {
    return is?.see === 'whole' && is.isYours ? telling('change.clash', event.change) : [];
  }
  const type = typeOf(was, is);
  return [
    ...(type === undefined ? [] : telling(type, event.change)),
    ...scheduleMonths(was, is).flatMap((month) => telling('schedule.published', month)),
  ];
}
