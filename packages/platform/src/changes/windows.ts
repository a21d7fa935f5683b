// Windows: what times they come to. Pure.
//
// What always holds: an occurrence is a span of instants that lie where London's clocks show what was written; where they show
// it never, or twice and nobody says which, the window is refused with the day that it happens on. Occurrences of one change
// are in order and do not overlap.
import { type ChangeWindow, LONGEST_REPEAT_DAYS, LONGEST_WINDOW_DAYS, MOST_OCCURRENCES } from '@penstock/api';
import { PenstockError } from '../foundation/errors.ts';
import { DAY, instantsOf, type LocalTime, localTime, wordsOfSpan, writeLocal } from './london.ts';

/** Instants in milliseconds: from the one, and up to the other without it. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

function refuse(where: string, detail: string): PenstockError {
  return new PenstockError('changes.window', { detail, where });
}

interface Time {
  readonly local: LocalTime;
  /** With an offset it is this instant. */
  readonly instant: number | undefined;
}

function readTime(text: string, where: string): Time {
  const [, written = '', offset] = /^(.{16})(.*)$/.exec(text) ?? [];
  const local = Date.parse(`${written}:00Z`);
  if (Number.isNaN(local) || writeLocal(local) !== written) throw refuse(where, `there is no ${written.slice(0, 10)}`);
  if (offset === undefined || offset === '') return { local, instant: undefined };
  const instant = Date.parse(`${written}:00${offset}`);
  return { local: localTime(instant), instant };
}

/** The instant of a local time; `told` is the instant that stands for the whole window, where it had an offset. */
function instantOf(local: LocalTime, told: Time, where: string): number {
  const found = instantsOf(local);
  const [first, second] = found;
  if (first === undefined) {
    throw refuse(
      where,
      `the clocks of London leave out ${writeLocal(local)}: take a time an hour later, or leave out that day`,
    );
  }
  if (second === undefined) return first;
  // of a window that repeats, the offset that was written is meant each time
  const offset = told.instant === undefined ? undefined : told.local - told.instant;
  const meant = found.find((instant) => local - instant === offset);
  if (meant !== undefined) return meant;
  const text = writeLocal(local);
  throw refuse(
    where,
    `${text} comes twice in London: write ${text}+01:00 for the first time, ${text}+00:00 for the second`,
  );
}

/** The local days from the first on which the window begins again, in order, the first one included. */
function* daysOf({ repeat }: ChangeWindow, first: LocalTime, where: string): Generator<LocalTime> {
  if (repeat === undefined) return yield first;
  const until = Date.parse(`${repeat.until}T00:00:00Z`) + DAY;
  if (until <= first) throw refuse(`${where}.repeat.until`, `${repeat.until} is before the first time`);
  if (until - first > (LONGEST_REPEAT_DAYS + 1) * DAY) {
    throw refuse(`${where}.repeat.until`, `a window repeats for ${LONGEST_REPEAT_DAYS} days at most`);
  }
  const except = new Set(repeat.except);
  const begin = new Date(first);
  for (let step = 0; ; step += repeat.interval) {
    const next = new Date(begin);
    if (repeat.every === 'month') next.setUTCMonth(begin.getUTCMonth() + step);
    else next.setUTCDate(begin.getUTCDate() + step * (repeat.every === 'week' ? 7 : 1));
    if (next.getTime() >= until) return;
    // the 31st of a month of thirty days is none
    const isDay = next.getUTCDate() === begin.getUTCDate() || repeat.every !== 'month';
    if (isDay && !except.has(next.toISOString().slice(0, 10))) yield next.getTime();
  }
}

function occurrencesOf(window: ChangeWindow, where: string): Span[] {
  const [from, to] = [readTime(window.from, `${where}.from`), readTime(window.to, `${where}.to`)];
  const length = to.local - from.local;
  const found: Span[] = [];
  for (const local of daysOf(window, from.local, where)) {
    if (found.length === MOST_OCCURRENCES)
      throw refuse(`${where}.repeat`, `it comes to more than ${MOST_OCCURRENCES} times`);
    const isFirst = local === from.local;
    const span = {
      from: isFirst && from.instant !== undefined ? from.instant : instantOf(local, from, `${where}.from`),
      to: isFirst && to.instant !== undefined ? to.instant : instantOf(local + length, to, `${where}.to`),
    };
    if (span.to <= span.from) throw refuse(`${where}.to`, 'it ends before it begins, or as it begins');
    if (span.to - span.from > LONGEST_WINDOW_DAYS * DAY) {
      throw refuse(where, `a window lasts ${LONGEST_WINDOW_DAYS} days at most`);
    }
    found.push(span);
  }
  if (found.length === 0) throw refuse(`${where}.repeat`, 'every day of it is left out');
  return found;
}

/**
 * All times that windows come to, in order.
 * @throws PenstockError 'changes.window' with the place in `windows` that is wrong
 */
export function expandWindows(windows: readonly ChangeWindow[]): readonly Span[] {
  const all = windows
    .flatMap((window, index) => occurrencesOf(window, `windows.${index}`))
    .toSorted((one, other) => one.from - other.from);
  if (all.length > MOST_OCCURRENCES) throw refuse('windows', `they come to more than ${MOST_OCCURRENCES} times`);
  for (const [index, span] of all.entries()) {
    const next = all[index + 1];
    if (next !== undefined && next.from < span.to) {
      throw refuse('windows', `two of them overlap: ${wordsOfSpan(span)}, and ${wordsOfSpan(next)}`);
    }
  }
  return all;
}

/** Where the first of these ends after an instant, by halving: a change of an hour is held against the times of a year. */
function firstEndingAfter(spans: readonly Span[], instant: number): number {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle]?.to ?? 0) <= instant) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What two lists of spans have in common, each in order and without overlaps of its own. */
export function overlapsOf(ones: readonly Span[], others: readonly Span[]): Span[] {
  const found: Span[] = [];
  const first = ones[0];
  if (first === undefined) return found;
  let one = 0;
  let other = firstEndingAfter(others, first.from);
  for (;;) {
    const [a, b] = [ones[one], others[other]];
    if (a === undefined || b === undefined) return found;
    const from = Math.max(a.from, b.from);
    const to = Math.min(a.to, b.to);
    if (from < to) found.push({ from, to });
    if (a.to <= b.to) one += 1;
    else other += 1;
  }
}

/** Spans in any order as spans in order that neither overlap nor touch. */
export function mergeSpans(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const span of spans.toSorted((one, other) => one.from - other.from)) {
    const last = merged.at(-1);
    if (last === undefined || span.from > last.to) merged.push(span);
    else if (span.to > last.to) merged[merged.length - 1] = { from: last.from, to: span.to };
  }
  return merged;
}

/** What of spans does not lie in any of `others`, both in order and without overlaps of their own. */
export function outsideOf(spans: readonly Span[], others: readonly Span[]): Span[] {
  return spans.flatMap((span) => {
    const left: Span[] = [];
    let from = span.from;
    for (let at = firstEndingAfter(others, from); at < others.length; at += 1) {
      const other = others[at];
      if (other === undefined || other.from >= span.to) break;
      if (other.from > from) left.push({ from, to: other.from });
      from = other.to;
    }
    if (from < span.to) left.push({ from, to: span.to });
    return left;
  });
}
