// Where changes stand in a calendar: on which days, in which lane, between which hours. Pure.
//
// What always holds: a change stands on each day of London on which it has a time, once; in one lane no two overlap.
import { HOUR, localTime, londonDay, startOfDay } from '@penstock/api/schemas';
import { addDays, countDays } from './calendar-days.ts';
import { type Laned, putInClusters, putInLanes, type Span } from './lanes.ts';

/** Something with times, such as a change. */
export interface Timed {
  readonly key: string;
  readonly spans: readonly Span[];
}

/** A run of days without a gap on which something has a time; as numbers of the days that are shown. */
export interface Run<Item> extends Span {
  readonly item: Item;
  /** It goes on before the first day that is shown, or after the last one. */
  readonly isBefore: boolean;
  readonly isAfter: boolean;
}

/** The last day of a time: what ends at midnight does not stand on the day that begins then. */
const lastDay = ({ from, to }: Span) => londonDay(Math.max(from, to - 1));

/** The runs of one among days that follow each other. */
export function runsOf<Item extends Timed>(item: Item, days: readonly string[]): Run<Item>[] {
  const first = days[0] ?? '';
  const runs: { item: Item; from: number; to: number; isBefore: boolean; isAfter: boolean }[] = [];
  for (const span of item.spans) {
    const [from, to] = [countDays(first, londonDay(span.from)), countDays(first, lastDay(span)) + 1];
    if (to <= 0 || from >= days.length) continue;
    const last = runs.at(-1);
    if (last !== undefined && from <= last.to) {
      last.to = Math.max(last.to, Math.min(to, days.length));
      last.isAfter = last.isAfter || to > days.length;
    } else {
      runs.push({
        item,
        from: Math.max(from, 0),
        to: Math.min(to, days.length),
        isBefore: from < 0,
        isAfter: to > days.length,
      });
    }
  }
  return runs;
}

export interface Week<Item> {
  readonly days: readonly string[];
  /** Those whose lane is shown. */
  readonly bars: readonly Laned<Run<Item>>[];
  /** On each day: all that stand there, and how many of them no lane shows. */
  readonly counts: readonly { readonly all: number; readonly hidden: number }[];
}

/** A month as weeks; `lanes` are shown of each. */
export function layOutWeeks<Item extends Timed>(
  items: readonly Item[],
  days: readonly string[],
  lanes: number,
): Week<Item>[] {
  // a week looks at what lies in it only: of a year's repeats most weeks have one
  const bounds =
    days.length === 0 ? undefined : { from: startOfDay(days[0] ?? ''), to: startOfDay(addDays(days.at(-1) ?? '', 1)) };
  const weeks = Array.from({ length: Math.ceil(days.length / 7) }, () => [] as Run<Item>[]);
  for (const item of items) {
    const spans = item.spans.filter((span) => bounds !== undefined && span.to > bounds.from && span.from < bounds.to);
    if (spans.length === 0) continue;
    for (const run of runsOf({ ...item, spans }, days)) {
      for (let week = Math.floor(run.from / 7); week * 7 < run.to; week += 1) {
        const [begin, end] = [week * 7, week * 7 + 7];
        weeks[week]?.push({
          item,
          from: Math.max(run.from, begin) - begin,
          to: Math.min(run.to, end) - begin,
          isBefore: run.isBefore || run.from < begin,
          isAfter: run.isAfter || run.to > end,
        });
      }
    }
  }
  return weeks.map((runs, week) => {
    const { laned } = putInLanes(runs);
    const counts = Array.from({ length: 7 }, () => ({ all: 0, hidden: 0 }));
    for (const { item: run, lane } of laned) {
      for (let day = run.from; day < run.to; day += 1) {
        const count = counts[day];
        if (count === undefined) continue;
        count.all += 1;
        if (lane >= lanes) count.hidden += 1;
      }
    }
    return { days: days.slice(week * 7, week * 7 + 7), bars: laned.filter(({ lane }) => lane < lanes), counts };
  });
}

/** The hours that days have beside each other: 24, and one more in a week in which an hour comes twice. */
export interface HourAxis {
  readonly hasTwice: boolean;
  readonly names: readonly string[];
}

const hoursOf = (day: string) => (startOfDay(addDays(day, 1)) - startOfDay(day)) / HOUR;

export function axisOf(days: readonly string[]): HourAxis {
  const hasTwice = days.some((day) => hoursOf(day) > 24);
  const names = Array.from({ length: 24 }, (_, hour) => `${String(hour).padStart(2, '0')}:00`);
  return { hasTwice, names: hasTwice ? names.toSpliced(2, 0, '01:00 again') : names };
}

/** The rows of the axis that a day does not have: the hour that the clocks leave out, or that comes once there. */
export function rowsWithout({ hasTwice }: HourAxis, day: string): readonly number[] {
  const hours = hoursOf(day);
  return [...(hours < 24 ? [1] : []), ...(hasTwice && hours <= 24 ? [2] : [])];
}

/** How far down an instant of a day stands, in rows of the axis. */
export function rowOf({ hasTwice, names }: HourAxis, day: string, instant: number): number {
  const begins = startOfDay(day);
  if (instant <= begins) return 0;
  if (instant >= startOfDay(addDays(day, 1))) return names.length;
  const shown = (localTime(instant) - Date.parse(`${day}T00:00:00Z`)) / HOUR;
  // the clocks went back: more time went by than they show
  const isSecond = (instant - begins) / HOUR > shown;
  return hasTwice && (shown >= 2 || (shown >= 1 && isSecond)) ? shown + 1 : shown;
}

/** A part of something on one day, in rows of the axis. */
export interface Part<Item> extends Span {
  readonly item: Item;
  readonly span: Span;
}

/** A bar is at least as high as its words. */
const LEAST_ROWS = 0.8;

/** One day of what has times, in lanes beside each other; what lies beyond `lanes` is counted. */
export function layOutDay<Item extends Timed>(
  items: readonly Item[],
  day: string,
  axis: HourAxis,
  lanes: number,
): {
  readonly bars: readonly (Laned<Part<Item>> & { readonly lanes: number })[];
  readonly all: number;
  readonly hidden: number;
} {
  const [begins, ends] = [startOfDay(day), startOfDay(addDays(day, 1))];
  const parts = items.flatMap((item) =>
    item.spans
      .filter(({ from, to }) => to > begins && from < ends)
      .map((span): Part<Item> => {
        const from = rowOf(axis, day, span.from);
        const to = Math.max(rowOf(axis, day, span.to), from + LEAST_ROWS);
        // at the end of the day a short one stands higher, not below it
        const beyond = Math.max(0, to - axis.names.length);
        return { item, span, from: from - beyond, to: to - beyond };
      }),
  );
  const laned = putInClusters(parts);
  const bars = laned.filter(({ lane }) => lane < lanes).map((bar) => ({ ...bar, lanes: Math.min(bar.lanes, lanes) }));
  const shown = new Set(bars.map(({ item }) => item.item.key));
  const all = new Set(parts.map(({ item }) => item.key));
  return { bars, all: all.size, hidden: all.size - shown.size };
}

export interface TimelineRow<Item> {
  readonly name: string;
  readonly bars: readonly Laned<Part<Item>>[];
  readonly lanes: number;
  readonly all: number;
  readonly hidden: number;
}

/** Rows by name, each with what belongs to it, as shares (0 to 1) of a time. What has no name stands last. */
export function layOutTimeline<Item extends Timed>(
  items: readonly Item[],
  { from, to }: Span,
  { namesOf, lanes, least }: { namesOf: (item: Item) => readonly string[]; lanes: number; least: number },
): TimelineRow<Item>[] {
  const rows = new Map<string, Item[]>();
  for (const item of items) {
    if (!item.spans.some((span) => span.to > from && span.from < to)) continue;
    for (const name of namesOf(item)) rows.set(name, [...(rows.get(name) ?? []), item]);
  }
  return [...rows]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, all]) => {
      const parts = all.flatMap((item) =>
        item.spans
          .filter((span) => span.to > from && span.from < to)
          .map((span): Part<Item> => {
            const begins = Math.max(0, (span.from - from) / (to - from));
            const ends = Math.max(Math.min(1, (span.to - from) / (to - from)), begins + least);
            const beyond = Math.max(0, ends - 1);
            return { item, span, from: begins - beyond, to: ends - beyond };
          }),
      );
      const { laned, lanes: needed } = putInLanes(parts);
      const bars = laned.filter(({ lane }) => lane < lanes);
      const shown = new Set(bars.map(({ item }) => item.item.key));
      return { name, bars, lanes: Math.min(needed, lanes), all: all.length, hidden: all.length - shown.size };
    });
}
