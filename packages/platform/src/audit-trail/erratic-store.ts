// Erratic devices, of those that the viewer is responsible for now.
//
// What always holds: nobody asks without a viewer; that somebody asks is written down before anything is read; whose a
// device is, and of which days its titles may be counted, is worked out twice, as for titles (title-access.ts, and the
// functions behind row-level security), and a count is used when both allow it. What is usual for a kind of device is
// taken from the viewer's own.
import type { ErraticDevice } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { addDays, type Day } from '../foundation/clock.ts';
import { readingOwner } from '../foundation/record-reading.ts';
import { recordOwner, type Viewer } from '../foundation/viewer.ts';
import { asTitleViewerOf } from '../foundation/viewing.ts';
import { ANCHOR } from '../messages/lanes.ts';
import { type DayCount, WINDOW_DAYS } from './erratic.ts';
import { listErratic, type SeenDevice } from './erratic-list.ts';
import { areAllShown, spanOf, titleSpans } from './title-access.ts';
import { readFactsOfMany } from './title-facts.ts';
import { recordTitleReading } from './title-readings-store.ts';
import { toReason } from './title-store.ts';

const TITLES = requireEui(ANCHOR.replaceAll(':', '-'));
/** Of each kind, so many of the devices looked at are asked for their neighbours on either side, to know what is usual. */
const ASKED_OF_KIND = 10;
const NEIGHBOURS = 20;
const DAY = 86_400_000;

const SEEN_SQL = 'select device, kind, user_id, array_to_string(counts, $2, $3) as counts from seen_activity($1)';

interface SeenRow {
  device: string;
  kind: SeenDevice['kind'];
  user_id: string;
  /** Joined by commas; '-' where the day may not be seen. */
  counts: string;
}

interface Activity {
  readonly busy: readonly SeenRow[];
  readonly peers: readonly SeenRow[];
  readonly today: Day;
  /** No message that is counted is of this instant or later, milliseconds since 1970. */
  readonly until: number;
}

/** What the second wall lets this viewer know. */
async function readActivity(pool: pg.Pool, userIds: readonly Eui[], now: Date): Promise<Activity> {
  return asTitleViewerOf(pool, { userIds, now }, async (client) => {
    const seen = async (devices: readonly string[]) =>
      devices.length === 0 ? [] : (await client.query<SeenRow>(SEEN_SQL, [devices, ',', '-'])).rows;
    const { rows } = await client.query<{ today: string; until: number | null }>(
      'select activity_day()::text as today, (extract(epoch from activity_until()) * 1000)::float8 as until',
    );
    const [{ today, until } = { today: '', until: null }] = rows;
    const found = await client.query<{ device: string }>('select device from busy_devices() as b(device)');
    const busy = await seen(found.rows.map(({ device }) => device));
    const asked = Object.values(Object.groupBy(busy, ({ kind }) => kind)).flatMap((of) => {
      const every = Math.ceil(of.length / ASKED_OF_KIND);
      return of.filter((_, index) => index % every === 0).map(({ device }) => device);
    });
    const near = await client.query<{ device: string }>('select device from near_devices($1, $2) as n(device)', [
      asked,
      NEIGHBOURS,
    ]);
    return { busy, peers: await seen(near.rows.map(({ device }) => device)), today, until: until ?? -Infinity };
  });
}

/** What the first wall lets the viewer know of it: nothing of a device that it is not responsible for. */
async function readSeen(
  pool: pg.Pool,
  { busy, peers, today, until }: Activity,
  { userIds, now }: { userIds: readonly Eui[]; now: Date },
): Promise<{ devices: SeenDevice[]; peers: SeenDevice[] }> {
  const devices = [...new Set([...busy, ...peers].map(({ device }) => requireEui(device)))];
  const factsOf = await readFactsOfMany(pool, { devices, userIds, now });
  const first = Date.parse(`${addDays(today, 1 - WINDOW_DAYS)}T00:00:00Z`);
  const toSeen = ([device, rows]: [Eui, SeenRow[]]): SeenDevice[] => {
    const spans = titleSpans(factsOf(device));
    const [row] = rows;
    const span = spanOf(spans, now.getTime());
    if (row === undefined || span === undefined) return [];
    const isShown = (day: number): boolean => {
      const begin = first + day * DAY;
      return areAllShown(spans, begin, Math.max(begin, Math.min(begin + DAY, until)));
    };
    const counts = new Map(rows.map((one) => [requireEui(one.user_id), countsOf(one.counts)]));
    const titles = counts.get(TITLES) ?? Array<DayCount>(WINDOW_DAYS).fill(0);
    counts.delete(TITLES);
    const alerts = [...counts].map(([userId, days]) => [userId, days.map((count) => count ?? 0)] as const);
    return [
      {
        device,
        kind: row.kind,
        titles: titles.map((count, day) => (isShown(day) ? count : undefined)),
        alerts: new Map(alerts),
        why: toReason(span),
      },
    ];
  };
  const seenOf = (rows: readonly SeenRow[]) =>
    [...Map.groupBy(rows, ({ device }) => requireEui(device))].flatMap(toSeen);
  return { devices: seenOf(busy), peers: seenOf(peers) };
}

const countsOf = (text: string): DayCount[] =>
  text.split(',').map((count) => (count === '-' ? undefined : Number(count)));

/** All erratic devices of the viewer, the worst first. @throws PenstockError those of readingOwner and recordOwner */
export async function findErratic(
  pool: pg.Pool,
  viewer: Viewer,
  { userId, what, now }: { userId: string | undefined; what: string; now: Date },
): Promise<ErraticDevice[]> {
  const userIds =
    viewer.kind === 'operator'
      ? [await readingOwner(pool, { viewer, named: userId, what })]
      : userId === undefined
        ? viewer.userIds
        : [recordOwner(viewer, userId)];
  await recordTitleReading(pool, { viewer, userIds, device: undefined, what, at: now });
  const activity = await readActivity(pool, userIds, now);
  const { devices, peers } = await readSeen(pool, activity, { userIds, now });
  return listErratic(devices, peers, activity.today);
}
