// How much there was of a device in each hour or day, beside what it usually has then, by the rule of erratic.ts. Pure.
import type { TimelineActivity } from '@penstock/api';
import { MOST_DAYS_BY_HOUR } from '@penstock/api';
import { type DayCount, JUDGED_DAYS, judge, USUAL_DAYS, usualLevel, WINDOW_DAYS } from './erratic.ts';
import type { TitleSpan } from './title-access.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export interface Steps {
  readonly step: TimelineActivity['step'];
  /** Milliseconds. */
  readonly size: number;
  /** Of the span, and of the days before by which it is known what is usual. */
  readonly starts: readonly number[];
  /** Where the span begins among them. */
  readonly shown: number;
}

/** The steps of a span of time, from the one in which it begins. */
export function stepsOf({ from, to }: { from: number; to: number }): Steps {
  const isShort = to - from <= MOST_DAYS_BY_HOUR * DAY;
  const size = isShort ? HOUR : DAY;
  const begin = Math.floor(from / size) * size;
  const before = ((WINDOW_DAYS - 1) * DAY) / size;
  const count = before + Math.ceil((to - begin) / size);
  const starts = Array.from({ length: count }, (_, index) => begin + (index - before) * size);
  return { step: isShort ? 'hour' : 'day', size, starts, shown: before };
}

/** Whether all of a time lies in the spans. */
export function isSeen(spans: readonly Pick<TitleSpan, 'validFrom' | 'validTo'>[], from: number, to: number): boolean {
  let seen = from;
  for (const { validFrom, validTo } of spans.toSorted((one, other) => one.validFrom - other.validFrom)) {
    if (validFrom <= seen && validTo > seen) seen = validTo;
  }
  return seen >= to;
}

/** What there was in a step. */
export interface StepCount {
  readonly count: number;
  /** All of the step may be seen. Of one that may be in part the count is told, and it says nothing of what is usual. */
  readonly isWhole: boolean;
}

/** An hour is held against the same hour of the days before. */
export function activityOf(
  { step, size, starts, shown }: Steps,
  counts: { readonly messages: readonly StepCount[]; readonly alerts: readonly StepCount[] },
): TimelineActivity {
  const each = DAY / size;
  const level = (of: readonly StepCount[], index: number) => {
    const count = of[index]?.count ?? 0;
    const usualDays = Array.from({ length: USUAL_DAYS }, (_, day) => {
      const before = of[index - (WINDOW_DAYS - 1 - day) * each];
      return before?.isWhole ? before.count : undefined;
    });
    const usual = usualLevel(usualDays);
    // the days between are judged for themselves
    const between = Array<DayCount>(JUDGED_DAYS - 1).fill(undefined);
    const judged = judge([...usualDays, ...between, count], undefined);
    return { count, ...(usual === undefined ? {} : { usual }), isErratic: judged !== undefined };
  };
  return {
    step,
    items: starts.slice(shown).map((start, index) => ({
      from: new Date(start).toISOString(),
      messages: level(counts.messages, shown + index),
      alerts: level(counts.alerts, shown + index),
    })),
  };
}
