/**
 * Whether other thresholds of one identity could let through what was held: for every instant the number in force
 * before and after is compared, exceptions included, no threshold being no limit.
 */
import type { AdtThreshold } from './adt-file.ts';

/** Before every instant ("when the file is applied", taken as early as can be), and after it. */
const EARLIEST = '';
const LATEST = '\uffff';
const NO_LIMIT = Number.POSITIVE_INFINITY;

/** From an instant on, until the next step. */
interface Step {
  readonly from: string;
  readonly limit: number;
}

const start = ({ from }: AdtThreshold): string => from ?? EARLIEST;

/** The quarantine number in force, as steps in order; of steps at the same instant the last one counts. */
function timeline(thresholds: readonly AdtThreshold[]): Step[] {
  const steps: Step[] = [{ from: EARLIEST, limit: NO_LIMIT }];
  for (const threshold of thresholds.toSorted((one, other) => (start(one) < start(other) ? -1 : 1))) {
    const limit = threshold.quarantine;
    steps.push({ from: start(threshold), limit });
    for (const exception of threshold.exceptions) {
      steps.push({ from: exception.from, limit: exception.quarantine }, { from: exception.to, limit });
    }
    steps.push({ from: threshold.to ?? LATEST, limit: NO_LIMIT });
  }
  return steps;
}

/** Reads a timeline at instants that only rise. */
function follow(steps: readonly Step[]): (instant: string) => number {
  let at = 0;
  return (instant) => {
    while ((steps[at + 1]?.from ?? LATEST) <= instant && at + 1 < steps.length) at += 1;
    return steps[at]?.limit ?? NO_LIMIT;
  };
}

function writeReason(from: string, to: string, before: number, after: number): string {
  const begin = from === EARLIEST ? '' : `from ${from}`;
  const end = to === LATEST ? '' : `to ${to}`;
  const when = [begin, end].filter((word) => word !== '').join(' ') || 'at all times';
  if (after === NO_LIMIT) return `${when}: nothing is held any more, and what came after the first ${before} was`;
  return `${when}: the quarantine number rises from ${before} to ${after}`;
}

/** Every span in which more passes after than before, in words; spans are joined where the numbers are the same. */
export function findRelaxing(before: readonly AdtThreshold[], after: readonly AdtThreshold[]): string[] {
  const [old, now] = [timeline(before), timeline(after)];
  const instants = [...new Set([...old, ...now].map(({ from }) => from))].filter((one) => one !== LATEST).sort();
  const [limitBefore, limitAfter] = [follow(old), follow(now)];
  const spans: { from: string; to: string; before: number; after: number }[] = [];
  for (const [at, from] of instants.entries()) {
    const limits = { before: limitBefore(from), after: limitAfter(from) };
    if (limits.after <= limits.before) continue;
    const to = instants[at + 1] ?? LATEST;
    const last = spans.at(-1);
    if (last?.to === from && last.before === limits.before && last.after === limits.after) last.to = to;
    else spans.push({ from, to, ...limits });
  }
  return spans.map((span) => writeReason(span.from, span.to, span.before, span.after));
}
