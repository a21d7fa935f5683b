// The timeline of a device: the titles that a viewer may see of it and the alerts of its own record, as a page that can be
// read. Rights, walls and the written-down look are those of the titles; who may see none has its record of messages.
import {
  LONGEST_TIMELINE_DAYS,
  type TimelineActivity,
  type TimelineDocument,
  type TimelineQuery,
  USUAL_TIMELINE_DAYS,
} from '@penstock/api';
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { addDays, utcDay } from '../foundation/clock.ts';
import { PenstockError } from '../foundation/errors.ts';
import { recordOwner, type Viewer } from '../foundation/viewer.ts';
import { asTitleViewerOf, asViewerOf } from '../foundation/viewing.ts';
import { activityOf, isSeen, stepsOf } from './activity.ts';
import { CAUSE_HOURS } from './causes.ts';
import type { RecordStore } from './record-store.ts';
import { entriesOf, pageOfRuns, type Read, type TimelineAlert, type TimelineMessage } from './timeline.ts';
import type { TitleStore, TitleView } from './title-store.ts';

/** Of titles, and of alerts of each kind: enough for a page of bursts. */
const MOST_READ = 1_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export interface TimelineParts {
  readonly pool: pg.Pool;
  readonly record: RecordStore;
  readonly titles: TitleStore;
  readonly now: () => Date;
  /** Days for which the log is kept: nothing is known of the time before. */
  readonly logDays: number;
}

interface Asked {
  readonly userId: Eui;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
}

const iso = (at: number): string => new Date(at).toISOString();

/** @throws PenstockError 'request.invalid' */
function spanOf({ from: fromText, to: toText }: TimelineQuery, now: Date): { from: number; to: number } {
  // what is recorded at this instant is before the end
  const to = toText === undefined ? now.getTime() + 1 : Date.parse(toText);
  const from = fromText === undefined ? to - USUAL_TIMELINE_DAYS * DAY : Date.parse(fromText);
  if (from >= to) throw new PenstockError('request.invalid', { detail: 'must be before `to`', where: 'from' });
  if (to - from > LONGEST_TIMELINE_DAYS * DAY + HOUR) {
    const detail = `a timeline is ${LONGEST_TIMELINE_DAYS} days at most: ask for a later beginning or an earlier end`;
    throw new PenstockError('request.invalid', { detail, where: 'from' });
  }
  return { from, to };
}

/** @throws PenstockError those of TitleStore.open and recordOwner, 'request.invalid' for a span or a cursor that is none */
export async function readTimeline(
  parts: TimelineParts,
  viewer: Viewer,
  device: Eui,
  query: TimelineQuery,
): Promise<TimelineDocument> {
  const { titles, now } = parts;
  const userId = recordOwner(viewer, query.userId);
  const asked = spanOf(query, now());
  const view = await titles.open(viewer, {
    device,
    userId,
    what: `timeline from=${iso(asked.from)} to=${iso(asked.to)}${query.cursor === undefined ? '' : ', further'}`,
  });
  const [from = Number.NaN, to = Number.NaN, before = Number.NaN] =
    query.cursor === undefined
      ? [asked.from, asked.to, asked.to]
      : (await titles.openCursor(view, query.cursor)).split(' ').map(Number);
  const read = { userId, from, to: before };
  const messages = await messagesOf(parts, view, read);
  const alerts = await alertsOf(parts, view, read);
  const { runs, next } = pageOfRuns({ messages, alerts }, query.limit);
  return {
    device,
    userId,
    from: iso(from),
    to: iso(to),
    ...(query.cursor === undefined ? { activity: await activityIn(parts, view, { userId, from, to }) } : {}),
    items: entriesOf(runs, await beforeAlerts(parts, view, { runs, messages })),
    cursor: next === undefined ? undefined : await titles.sealCursor(view, [from, to, next].join(' ')),
  };
}

async function messagesOf({ titles }: TimelineParts, view: TitleView, asked: Omit<Asked, 'userId'>) {
  const { items, cursor } = await titles.page(view, { from: iso(asked.from), to: iso(asked.to), limit: MOST_READ });
  return {
    items: items.map((title): TimelineMessage => ({ at: Date.parse(title.time), title })),
    isCut: cursor !== undefined,
  };
}

async function alertsOf({ record }: TimelineParts, { device }: TitleView, asked: Asked): Promise<Read<TimelineAlert>> {
  const { userId, from, to } = asked;
  const found = [];
  for (const kind of ['device_alert', 'dcc_alert'] as const) {
    const time = { from: iso(from), to: iso(to) };
    const { items, isCut } = await record.ofDevice(userId, { device, ...time, kind, limit: MOST_READ });
    const alerts = items.map(
      ({ recordedAt, code, position }): TimelineAlert => ({ at: Date.parse(recordedAt), kind, code, position }),
    );
    found.push({ items: alerts, isCut });
  }
  // cut where the one that is cut the earliest is
  const ends = found.flatMap(({ items, isCut }) => (isCut ? (items.at(-1)?.at ?? []) : []));
  const end = Math.max(Number.NEGATIVE_INFINITY, ...ends);
  const all = found.flatMap(({ items }) => items).filter(({ at }) => at >= end);
  return { items: all.sort((one, other) => other.at - one.at), isCut: ends.length > 0 };
}

/** The titles among which the causes of a page's alerts are found: those that were read, and those of the time before. */
async function beforeAlerts(
  parts: TimelineParts,
  view: TitleView,
  { runs, messages }: { runs: ReturnType<typeof pageOfRuns>['runs']; messages: Read<TimelineMessage> },
): Promise<readonly TimelineMessage[]> {
  const oldest = Math.min(...runs.flatMap((run) => (run.what === 'alerts' ? run.first : [])));
  if (!Number.isFinite(oldest)) return [];
  const known = Math.min(oldest + 1, ...messages.items.slice(-1).map(({ at }) => at));
  const from = oldest - CAUSE_HOURS * HOUR;
  if (known <= from) return messages.items;
  const earlier = await messagesOf(parts, view, { from, to: known });
  return [...messages.items, ...earlier.items];
}

async function activityIn(
  { pool, now, logDays }: TimelineParts,
  view: TitleView,
  { userId, from, to }: Asked,
): Promise<TimelineActivity> {
  const { device, userIds, spans } = view;
  const steps = stepsOf({ from, to });
  const { starts, size } = steps;
  const logged = Date.parse(`${addDays(utcDay(now()), -logDays)}T00:00:00Z`);
  const begin = Math.max(logged, starts[0] ?? from);
  const asked = [iso(begin), iso(to), `${size} milliseconds`];
  const ends = (at: number) => (Number.isFinite(at) ? iso(at) : at > 0 ? 'infinity' : '-infinity');
  const bounds = [spans.map(({ validFrom }) => ends(validFrom)), spans.map(({ validTo }) => ends(validTo))];
  const messages = await asTitleViewerOf(pool, { userIds, device, now: view.now }, (client) =>
    client.query<CountRow>(COUNT_TITLES_SQL, [...asked, ...bounds]),
  );
  const alerts = await asViewerOf(pool, [userId], (client) =>
    client.query<CountRow>(COUNT_ALERTS_SQL, [userId, device, ...asked]),
  );
  const counts = (rows: readonly CountRow[], isWhole: (start: number) => boolean) => {
    const found = new Map(rows.map((row) => [row.bucket.getTime(), row.count]));
    return starts.map((start) => ({ count: found.get(start) ?? 0, isWhole: isWhole(start) }));
  };
  return activityOf(steps, {
    messages: counts(messages.rows, (start) => start >= logged && isSeen(spans, start, start + size)),
    alerts: counts(alerts.rows, (start) => start >= logged),
  });
}

interface CountRow {
  bucket: Date;
  count: number;
}

/** $1 and $2 time, $3 step, $4 and $5 spans. */
export const COUNT_TITLES_SQL = `
  select bucket, count::int from device_title_counts($1, $2, $3::interval, $4::timestamptz[], $5::timestamptz[])`;
/** $1 User ID, $2 device, $3 and $4 time, $5 step. */
export const COUNT_ALERTS_SQL = `
  select bucket, count::int from device_alert_counts($1, $2, $3, $4, $5::interval)`;
