/** What holds at every instant, before and after a change. */
import { EARLIEST, LATEST } from './span.ts';

/** From an instant on, until the next step. */
export interface Step<Value> {
  readonly from: string;
  readonly value: Value;
}

/** Reads a timeline at instants that only rise. */
function follow<Value>(steps: readonly [Step<Value>, ...Step<Value>[]]): (instant: string) => Value {
  let at = 0;
  let current = steps[0];
  return (instant) => {
    for (let next = steps[at + 1]; next !== undefined && next.from <= instant; next = steps[at + 1]) {
      at += 1;
      current = next;
    }
    return current.value;
  };
}

/** A span in which other values hold after than before. */
export interface ChangedSpan<Value> {
  readonly from: string;
  to: string;
  readonly before: Value;
  readonly after: Value;
}

/**
 * Every span in which `isMeant` is true of the values before and after, joined where both stay the same.
 * Both timelines are in order and begin at `EARLIEST`; of steps at the same instant the last one counts.
 */
export function findSpans<Value extends string | number | undefined>(
  before: readonly [Step<Value>, ...Step<Value>[]],
  after: readonly [Step<Value>, ...Step<Value>[]],
  isMeant: (before: Value, after: Value) => boolean,
): ChangedSpan<Value>[] {
  const instants = [...new Set([...before, ...after].map(({ from }) => from))].filter((one) => one !== LATEST).sort();
  const [valueBefore, valueAfter] = [follow(before), follow(after)];
  const spans: ChangedSpan<Value>[] = [];
  for (const [at, from] of instants.entries()) {
    const values = { before: valueBefore(from), after: valueAfter(from) };
    if (!isMeant(values.before, values.after)) continue;
    const to = instants[at + 1] ?? LATEST;
    const last = spans.at(-1);
    if (last?.to === from && last.before === values.before && last.after === values.after) last.to = to;
    else spans.push({ from, to, ...values });
  }
  return spans;
}

/** A span in words. */
export function writeWhen({ from, to }: { readonly from: string; readonly to: string }): string {
  const begin = from === EARLIEST ? '' : `from ${from}`;
  const end = to === LATEST ? '' : `to ${to}`;
  return [begin, end].filter((word) => word !== '').join(' ') || 'at all times';
}
