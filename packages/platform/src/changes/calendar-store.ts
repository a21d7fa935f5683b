// Limits and what is planned around changes, as the Operator sets them: everybody sees all of it.
import { randomUUID } from 'node:crypto';
import type { CalendarContent, ChangeLimits } from '@penstock/api';
import type pg from 'pg';
import { type Author, type RecordedChange, recordChanges } from '../foundation/activity.ts';
import { authorOf, shownAuthor } from '../foundation/author.ts';
import { inTransaction } from '../foundation/database/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { Calendar, type CalendarEvent } from './calendar.ts';
import { type ChangeRow, readCursor, readSpans } from './changes-store.ts';
import { differenceOfLimits, type LimitsVersion, limitsAt } from './limits.ts';
import { DAY } from './london.ts';
import type { Asked, ChangeParts } from './parts.ts';
import { occurrencesOf } from './sharing.ts';
import { expandWindows, type Span } from './windows.ts';

interface LimitsRow {
  readonly version: number;
  readonly effective_from: Date;
  readonly set_at: Date;
  readonly set_by: string;
  readonly reason: string;
  readonly limits: ChangeLimits;
}

/** Versions that are kept: those in force and to come, and what was. */
const MOST_VERSIONS = 1_000;
/** Freezes, maintenance windows and rehearsals that are not over or withdrawn. */
const MOST_EVENTS = 1_000;

async function readLimitRows(asked: Asked): Promise<LimitsRow[]> {
  const { rows } = await asked.query<LimitsRow>('select * from change_limits order by effective_from, version');
  return rows;
}

const toVersion = ({ version, effective_from, limits }: LimitsRow): LimitsVersion => ({
  version,
  effectiveFrom: effective_from.getTime(),
  limits,
});

/** All versions, in the order in which they count. */
export const readLimits = async (asked: Asked): Promise<LimitsVersion[]> => (await readLimitRows(asked)).map(toVersion);

export async function listLimits({ pool, now }: ChangeParts, viewer: Viewer) {
  const rows = await readLimitRows(pool);
  const { version } = limitsAt(rows.map(toVersion), now().getTime());
  const items = rows.map((row) => ({
    version: row.version,
    effectiveFrom: row.effective_from.toISOString(),
    setAt: row.set_at.toISOString(),
    setBy: shownAuthor(viewer, row.set_by),
    reason: row.reason,
    limits: row.limits,
  }));
  return { inForce: version, items: items.toReversed() };
}

/** One after the other: whoever changes what clashes are made of waits for who did before. */
export async function takeTurn(client: pg.PoolClient): Promise<void> {
  await client.query(`select pg_advisory_xact_lock(hashtextextended('penstock changes', 0))`);
}

/** @throws PenstockError 'request.invalid' for the past, 'changes.too-many' */
export async function setLimits(
  parts: ChangeParts,
  viewer: Viewer,
  { effectiveFrom, reason, limits }: { effectiveFrom?: string | undefined; reason: string; limits: ChangeLimits },
  author: Author,
) {
  const now = parts.now();
  const from = effectiveFrom === undefined ? now : new Date(effectiveFrom);
  if (from < now) throw new PenstockError('request.invalid', { detail: 'it lies in the past', where: 'effectiveFrom' });
  await inTransaction(parts.pool, async (client) => {
    await takeTurn(client);
    const { rows } = await client.query<{ version: number }>('select max(version) as version from change_limits');
    const version = (rows[0]?.version ?? 0) + 1;
    if (version > MOST_VERSIONS)
      throw new PenstockError('changes.too-many', { detail: `${MOST_VERSIONS} versions of limits` });
    const before = limitsAt(await readLimits(client), from.getTime());
    await client.query('insert into change_limits values ($1, $2, $3, $4, $5, $6)', [
      version,
      from,
      now,
      authorOf(viewer),
      reason,
      JSON.stringify(limits),
    ]);
    const changed = differenceOfLimits(before.limits, limits) || 'as before';
    const detail = `version ${version} from ${from.toISOString()}: ${changed}. ${reason}`;
    await recordChanges(client, author, [{ what: 'change-limits-set', acting: 'operator', detail }]);
  });
  return listLimits(parts, viewer);
}

interface EventRow {
  readonly event: string;
  readonly content: CalendarContent;
  readonly spans: ChangeRow['spans'];
  readonly set_at: Date;
  readonly set_by: string;
  readonly place: string;
}

/** What is planned around a time, a day more on either side: a rehearsal takes its whole day. */
export async function readCalendar(asked: Asked, { from, to }: Span): Promise<Calendar> {
  const { rows } = await asked.query<EventRow>(
    `select event, content, spans from change_calendar
     where withdrawn_at is null and first_at < $2 and last_at > $1 order by first_at, event`,
    [new Date(from - DAY), new Date(to + DAY)],
  );
  return new Calendar(rows.map(toEvent));
}

const toEvent = ({ event, content, spans }: Pick<EventRow, 'event' | 'content' | 'spans'>): CalendarEvent => ({
  event,
  kind: content.kind,
  name: content.name,
  services: content.services,
  spans: readSpans(spans),
});

/** A page of what is not over and not withdrawn. @throws PenstockError 'request.invalid' */
export async function listCalendar(
  { pool }: ChangeParts,
  viewer: Viewer,
  { from, cursor, limit }: { from?: string | undefined; cursor?: string | undefined; limit: number },
) {
  const { rows } = await pool.query<EventRow>(
    `select event, content, spans, set_at, set_by, first_at::text || '~' || event as place from change_calendar
     where withdrawn_at is null and ($1::timestamptz is null or last_at > $1)
       and (first_at, event) > ($2::timestamptz, $3::uuid)
     order by first_at, event limit $4`,
    [from, ...readCursor(cursor), limit + 1],
  );
  const shown = rows.slice(0, limit);
  return {
    items: shown.map((row) => ({
      event: row.event,
      ...row.content,
      occurrences: occurrencesOf(readSpans(row.spans)),
      setAt: row.set_at.toISOString(),
      setBy: shownAuthor(viewer, row.set_by),
    })),
    cursor: rows.length > limit ? shown.at(-1)?.place : undefined,
  };
}

/** Plans a freeze, maintenance windows or a rehearsal; `tell` is called in its transaction. */
export async function postEvent(
  { pool, now }: ChangeParts,
  viewer: Viewer,
  content: CalendarContent,
  {
    author,
    tell,
  }: { readonly author: Author; readonly tell: (client: pg.PoolClient, event: CalendarEvent) => Promise<void> },
): Promise<string> {
  const spans = expandWindows(content.windows);
  const [first, last] = [spans[0]?.from ?? 0, spans.at(-1)?.to ?? 0];
  const event = randomUUID();
  await inTransaction(pool, async (client) => {
    await takeTurn(client);
    const { rows } = await client.query<{ count: number }>(
      'select count(*)::integer as count from change_calendar where withdrawn_at is null and last_at > $1',
      [now()],
    );
    if ((rows[0]?.count ?? 0) >= MOST_EVENTS)
      throw new PenstockError('changes.too-many', { detail: `${MOST_EVENTS} are planned` });
    const flat = spans.map(({ from, to }) => [from, to] as const);
    await client.query('insert into change_calendar values ($1, $2, $3, $4, $5, $6, $7)', [
      event,
      JSON.stringify(content),
      JSON.stringify(flat),
      new Date(first),
      new Date(last),
      now(),
      authorOf(viewer),
    ]);
    await recordChanges(client, author, [recordedEvent('calendar-event-set', { content, first, last })]);
    await tell(client, toEvent({ event, content, spans: flat }));
  });
  return event;
}

/** What of an event is recorded. */
function recordedEvent(
  what: 'calendar-event-set' | 'calendar-event-withdrawn',
  { content, first, last }: { readonly content: CalendarContent; readonly first: number; readonly last: number },
): RecordedChange {
  const { kind, name, services } = content;
  const of = services.length === 0 ? 'all services' : services.join(', ');
  const detail = `${kind}: ${name}, of ${of}, ${new Date(first).toISOString()} to ${new Date(last).toISOString()}`;
  return { what, acting: 'operator', detail };
}

/** What is withdrawn stays as it is. @throws PenstockError 'request.not-found' */
export async function withdrawEvent(
  { pool, now }: ChangeParts,
  viewer: Viewer,
  { event, author }: { readonly event: string; readonly author: Author },
): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ content: CalendarContent; first_at: Date; last_at: Date }>(
      `update change_calendar set withdrawn_at = $2, withdrawn_by = $3
       where event = $1 and withdrawn_at is null returning content, first_at, last_at`,
      [event, now(), authorOf(viewer)],
    );
    const [row] = rows;
    if (row !== undefined) {
      const { content, first_at, last_at } = row;
      const times = { first: first_at.getTime(), last: last_at.getTime() };
      await recordChanges(client, author, [recordedEvent('calendar-event-withdrawn', { content, ...times })]);
      return;
    }
    const { rowCount } = await client.query('select from change_calendar where event = $1', [event]);
    if (rowCount === 0) throw new PenstockError('request.not-found', { detail: 'there is no such event' });
  });
}
