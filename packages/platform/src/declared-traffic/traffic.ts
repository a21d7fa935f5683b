// The traffic that a change declares, held against thresholds before and against what came after. Pure.
//
// What always holds: it warns and stops nothing; each sentence has the numbers that it is made of.
import type { ChangeTraffic } from '@penstock/api';
import { HOUR } from '../changes/london.ts';
import { mergeSpans, outsideOf, overlapsOf, type Span } from '../changes/windows.ts';

export interface Declared {
  readonly srv: string;
  readonly perHour: number;
}

/** The numbers of a threshold in time; an exception wins over the threshold in its span. Infinite where it is open. */
export interface Bound extends Span {
  readonly kind: 'threshold' | 'exception';
  readonly warning: number | undefined;
  readonly quarantine: number;
}

/** A threshold in force that counts requests. */
export interface ThresholdFacts {
  readonly thresholdId: string;
  readonly isOverAll: boolean;
  readonly services: readonly string[];
  readonly direction: 'sent' | 'processed';
  readonly period: string;
  readonly periodSeconds: number;
  readonly bounds: readonly Bound[];
  /** The most that it was seen to hold before the change begins. */
  readonly usual: number;
}

/** The longest time of spans (in order, without overlaps) that lies within one interval of this length. */
export function mostWithin(spans: readonly Span[], length: number): number {
  let most = 0;
  // the fullest interval begins with a span or ends with one; of those that end with one, mirrored time has the begins
  const mirrored = spans.map(({ from, to }) => ({ from: -to, to: -from })).reverse();
  for (const list of [spans, mirrored]) {
    for (const [index, { from }] of list.entries()) {
      let time = 0;
      for (let at = index; at < list.length; at += 1) {
        const span = list[at];
        if (span === undefined || span.from >= from + length) break;
        time += Math.min(span.to, from + length) - span.from;
      }
      most = Math.max(most, time);
    }
  }
  return most;
}

/** When a bound is in force. */
function inForce(bound: Bound, bounds: readonly Bound[]): Span[] {
  const { from, to } = bound;
  if (bound.kind === 'exception') return [{ from, to }];
  return outsideOf([{ from, to }], mergeSpans(bounds.filter(({ kind }) => kind === 'exception')));
}

const number = (count: number) => count.toLocaleString('en-GB');
const listed = (words: readonly string[]) =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
/** '3 h', '1 h 30 min' */
function hoursOf(time: number): string {
  const [hours, minutes] = [Math.floor(time / HOUR), Math.ceil((time % HOUR) / 60_000)];
  return [hours > 0 ? `${hours} h` : '', minutes > 0 ? `${minutes} min` : ''].filter((part) => part !== '').join(' ');
}

type Held = ChangeTraffic['thresholds'][number];

/** What a threshold would hold of it, by the bound of it that is the fullest; undefined when it counts none of it. */
export function holdAgainst(
  { bounds, usual, periodSeconds, ...threshold }: ThresholdFacts,
  traffic: readonly Declared[],
  spans: readonly Span[],
): Held | undefined {
  const [first] = threshold.services;
  const counted = traffic.filter(({ srv }) => first === 'all' || threshold.services.includes(srv));
  const perHour = counted.reduce((sum, one) => sum + one.perHour, 0);
  const judged = bounds.flatMap((bound): Held[] => {
    const time = mostWithin(overlapsOf(spans, inForce(bound, bounds)), periodSeconds * 1_000);
    if (perHour === 0 || time === 0) return [];
    const declared = Math.ceil((perHour * time) / HOUR);
    const { warning, quarantine } = bound;
    const sum = declared + usual;
    const exceeds = sum > quarantine ? 'quarantine' : warning !== undefined && sum > warning ? 'warning' : undefined;
    const rates = listed(counted.map((one) => `${number(one.perHour)} of ${one.srv}`));
    const left = quarantine - sum;
    const end =
      left >= 0
        ? `${number(left)} fewer than the ${number(quarantine)} after which messages are held`
        : `${number(-left)} more than the ${number(quarantine)} after which messages are held`;
    const warned = exceeds === 'warning' ? `, and more than the ${number(warning ?? 0)} that are warned of` : '';
    const words =
      `${rates} an hour for ${hoursOf(time)} within ${threshold.period} come to ${number(declared)}. With the ${number(usual)} ` +
      `that it held at most before, that makes ${number(sum)}: ${end}${warned}.`;
    const shown = { ...threshold, services: [...threshold.services], declared, usual, quarantine, words };
    return [{ ...shown, ...(warning === undefined ? {} : { warning }), ...(exceeds === undefined ? {} : { exceeds }) }];
  });
  return judged.toSorted(byFullness)[0];
}

const fullness = ({ declared, usual, quarantine }: Held) => (declared + usual) / Math.max(quarantine, 1);
export const byFullness = (one: Held, other: Held): number => fullness(other) - fullness(one);

/** What came in a window, by SRV. */
export interface Came {
  readonly came: ReadonlyMap<string, number>;
  readonly weekBefore: ReadonlyMap<string, number>;
}

/** A window that has begun, as far as it is counted, against what was declared for it. */
export function compareWindow(
  { from, to }: Span,
  traffic: readonly Declared[],
  { came, weekBefore }: Came,
): ChangeTraffic['windows'][number] {
  return {
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    counts: traffic.map(({ srv, perHour }) => {
      const declared = Math.round((perHour * (to - from)) / HOUR);
      const counted = came.get(srv) ?? 0;
      const before = weekBefore.get(srv) ?? 0;
      const beyond = counted - before - declared;
      const told =
        beyond === 0
          ? 'just as declared'
          : `${number(Math.abs(beyond))} ${beyond > 0 ? 'more' : 'fewer'} than declared`;
      const words =
        `${srv}: ${number(counted)} came, ${number(before)} in the same hours a week before. The difference is ` +
        `${number(counted - before)}, of ${number(declared)} that were declared: ${told}.`;
      return { srv, declared, came: counted, weekBefore: before, words };
    }),
  };
}
