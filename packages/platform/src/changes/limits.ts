// Limits on changes: what goes beyond one is told with the arithmetic, and stops nothing. Pure.
//
// Each limit counts from an instant on: a month is measured by what is in force when it begins, a window by what is when it
// begins.
import type { ChangeKind, ChangeLimits } from '@penstock/api';
import { differenceWords } from '../foundation/activity.ts';
import { addDays, type Day } from '../foundation/clock.ts';
import {
  DAY,
  HOUR,
  instantsOf,
  londonDay,
  nextMonth,
  spanOfMonth,
  startOfDay,
  wordsOfDay,
  wordsOfSpan,
} from './london.ts';
import { mergeSpans, outsideOf, overlapsOf, type Span } from './windows.ts';
import { lastDayOfNotice, workingDaysBetween } from './working-days.ts';

/** Limits from an instant on, until the next ones. */
export interface LimitsVersion {
  readonly version: number;
  readonly effectiveFrom: number;
  readonly limits: ChangeLimits;
}

/** What is in force at an instant. @param versions by their instants; the first counts for all time before it */
export function limitsAt(versions: readonly LimitsVersion[], instant: number): LimitsVersion {
  const found = versions.findLast(({ effectiveFrom }) => effectiveFrom <= instant) ?? versions[0];
  if (found === undefined) throw new Error('there are no limits');
  return found;
}

const limitWords = (limits: ChangeLimits): Readonly<Record<string, string>> => ({
  'Working Days of notice': Object.entries(limits.noticeWorkingDays)
    .map(([kind, days]) => `${kind} ${days}`)
    .join(', '),
  'hours a month': String(limits.monthlyHours),
  'allowed from': limits.allowedFrom,
  'allowed to': limits.allowedTo,
  'most at once': String(limits.mostAtOnce),
  services: limits.services
    .map(({ name, dependsOn }) => (dependsOn.length === 0 ? name : `${name} (needs ${dependsOn.join(', ')})`))
    .join(', '),
});

/** What differs, in words; nothing when nothing does. */
export function differenceOfLimits(before: ChangeLimits, after: ChangeLimits): string {
  const [was, is] = [limitWords(before), limitWords(after)];
  return differenceWords(Object.fromEntries(Object.keys(is).map((name) => [name, [was[name], is[name]]])));
}

export interface Warning {
  readonly limit: 'notice' | 'monthly_hours' | 'allowed_times';
  /** What is beyond it, by how much, and how that was counted. */
  readonly words: string;
  /** Of the limits that say so. */
  readonly version: number;
}

export interface Measured {
  readonly kind: ChangeKind;
  readonly spans: readonly Span[];
  /** When it was told to its readers, or now where it was not. */
  readonly toldAt: number;
  /** Other Planned Maintenance, as it is scheduled. */
  readonly others: readonly Span[];
}

/** Where one change goes beyond a limit. */
export function warningsOf(versions: readonly LimitsVersion[], measured: Measured): Warning[] {
  const isPlanned = measured.kind === 'planned_maintenance';
  return [
    ...noticeWarnings(versions, measured),
    ...(isPlanned ? [...hourWarnings(versions, measured), ...timeWarnings(versions, measured)] : []),
  ];
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;

export function wordsOfTime(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000);
  const rest = minutes % 60;
  return rest === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}

function monthsOf(spans: readonly Span[]): string[] {
  const months = new Set<string>();
  for (const { from, to } of spans) {
    const last = londonDay(to - 1).slice(0, 7);
    for (let month = londonDay(from).slice(0, 7); month <= last; month = nextMonth(month)) months.add(month);
  }
  return [...months].sort();
}

function noticeWarnings(versions: readonly LimitsVersion[], { kind, spans, toldAt }: Measured): Warning[] {
  const isPlanned = kind === 'planned_maintenance';
  const [first] = spans;
  if (first === undefined) return [];
  const days = isPlanned ? monthsOf(spans).map((month) => `${month}-01`) : [londonDay(first.from)];
  return days.flatMap((day) => {
    const { version, limits } = limitsAt(versions, startOfDay(day));
    const wanted = limits.noticeWorkingDays[kind] ?? 0;
    if (wanted === 0) return [];
    const [told, latest] = [londonDay(toldAt), lastDayOfNotice(day, wanted)];
    if (told <= latest) return [];
    const left = told < day ? counted(workingDaysBetween(told, day), 'Working Day') : 'no Working Day';
    const what = isPlanned ? `Planned Maintenance of ${day.slice(0, 7)}` : 'This';
    const words =
      `${what} is to be told ${counted(wanted, 'whole Working Day')} before ${wordsOfDay(day)}, ` +
      `so by ${wordsOfDay(latest)}. From ${wordsOfDay(told)} there ${left.startsWith('1 ') ? 'is' : 'are'} ${left}.`;
    return [{ limit: 'notice', words, version }];
  });
}

export const timeOf = (spans: readonly Span[]) => spans.reduce((sum, { from, to }) => sum + to - from, 0);

function hourWarnings(versions: readonly LimitsVersion[], { spans, others }: Measured): Warning[] {
  return monthsOf(spans).flatMap((month) => {
    const whole = spanOfMonth(month);
    const { version, limits } = limitsAt(versions, whole.from);
    const before = timeOf(overlapsOf(mergeSpans(others), [whole]));
    const after = timeOf(overlapsOf(mergeSpans([...others, ...spans]), [whole]));
    const most = limits.monthlyHours * HOUR;
    if (after <= most) return [];
    const words =
      `Planned Maintenance of ${month}: ${wordsOfTime(before)} of others and ${wordsOfTime(after - before)} that this adds ` +
      `make ${wordsOfTime(after)}, ${wordsOfTime(after - most)} more than the ${wordsOfTime(most)} of a month. What overlaps counts once.`;
    return [{ limit: 'monthly_hours', words, version }];
  });
}

const TOLD_TIMES = 3;

function timeWarnings(versions: readonly LimitsVersion[], { spans }: Measured): Warning[] {
  const byVersion = new Map<LimitsVersion, Span[]>();
  for (const span of spans) {
    const its = limitsAt(versions, span.from);
    byVersion.set(its, [...(byVersion.get(its) ?? []), ...outsideOf([span], allowedSpans(its.limits, span))]);
  }
  return [...byVersion].flatMap(([{ version, limits }, outside]) => {
    if (outside.length === 0) return [];
    const told = outside
      .slice(0, TOLD_TIMES)
      .map((span) => `${wordsOfSpan(span)} (${wordsOfTime(span.to - span.from)})`);
    const more = outside.length > TOLD_TIMES ? `, and ${outside.length - TOLD_TIMES} more times` : '';
    const words =
      `Planned Maintenance lies between ${limits.allowedFrom} and ${limits.allowedTo}. Outside of that: ` +
      `${told.join(', ')}${more}; ${wordsOfTime(timeOf(outside))} in all.`;
    return [{ limit: 'allowed_times', words, version }];
  });
}

/** The times of day that are allowed, around a span. A time that the clocks leave out is when they go on. */
function allowedSpans({ allowedFrom, allowedTo }: ChangeLimits, { from, to }: Span): Span[] {
  const at = (day: Day, time: string) => {
    const local = Date.parse(`${day}T${time}:00Z`);
    return instantsOf(local)[0] ?? instantsOf(local + HOUR)[0] ?? local;
  };
  const spans: Span[] = [];
  const last = londonDay(to + DAY);
  for (let day = addDays(londonDay(from), -1); day <= last; day = addDays(day, 1)) {
    const ends = allowedTo > allowedFrom ? day : addDays(day, 1);
    spans.push({ from: at(day, allowedFrom), to: at(ends, allowedTo) });
  }
  return mergeSpans(spans);
}
