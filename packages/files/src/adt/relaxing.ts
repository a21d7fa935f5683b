/**
 * Whether other thresholds of one identity could let through what was held: for every instant the number in force
 * before and after is compared, exceptions included, no threshold being no limit.
 */
import { EARLIEST, end, inOrder, start } from '../spans/span.ts';
import { type ChangedSpan, findSpans, type Step, writeWhen } from '../spans/timeline.ts';
import type { AdtNumbers, AdtThreshold } from './adt-file.ts';

/** Where no threshold is in force, or none of this kind. */
export const NO_LIMIT = Number.POSITIVE_INFINITY;

export type AdtNumber = 'warning' | 'quarantine';

/** One of the numbers in force, as steps in order. */
export function timelineOf(
  thresholds: readonly AdtThreshold[],
  field: AdtNumber = 'quarantine',
): [Step<number>, ...Step<number>[]] {
  const numberOf = (row: AdtNumbers): number => row[field] ?? NO_LIMIT;
  const steps: [Step<number>, ...Step<number>[]] = [{ from: EARLIEST, value: NO_LIMIT }];
  for (const threshold of thresholds.toSorted(inOrder)) {
    const value = numberOf(threshold);
    steps.push({ from: start(threshold), value });
    for (const exception of threshold.exceptions) {
      steps.push({ from: exception.from, value: numberOf(exception) }, { from: exception.to, value });
    }
    steps.push({ from: end(threshold), value: NO_LIMIT });
  }
  return steps;
}

function writeReason(span: ChangedSpan<number>): string {
  const when = writeWhen(span);
  if (span.after === NO_LIMIT)
    return `${when}: nothing is held any more, and what came after the first ${span.before} was`;
  return `${when}: the quarantine number rises from ${span.before} to ${span.after}`;
}

/** Every span in which more passes after than before, in words. */
export function findRelaxing(before: readonly AdtThreshold[], after: readonly AdtThreshold[]): string[] {
  return findSpans(timelineOf(before), timelineOf(after), (old, now) => now > old).map(writeReason);
}
