// Clashes: which changes are in each other's way, and what else speaks against their times; all of it, with the reasons. Pure.
//
// What it does not: it says what is so, to nobody in particular. What of it somebody may be told is sharing.ts.
//
// What always holds: what the index finds is what comparing each change with each other finds, in the same order.
import type { AffectedParts } from '@penstock/api';
import type { Calendar, CalendarClash } from './calendar.ts';
import { mergeSpans, overlapsOf, type Span } from './windows.ts';

/** What clashes are found by. */
export interface ChangeFacts {
  readonly change: string;
  /** The User ID whose change it is; of an Operator-led one undefined: what it affects is named. */
  readonly owner: string | undefined;
  /** An Operator-led change that is no emergency lies in the maintenance windows of its services. */
  readonly keepsMaintenance: boolean;
  readonly affected: AffectedParts;
  /** In order, without overlaps. */
  readonly spans: readonly Span[];
}

/** What two changes have in common, as the first of them writes it. Of `dependency`: the service that needs the other one. */
export interface Reason {
  readonly dimension: 'service' | 'srv' | 'interface' | 'device_model' | 'region' | 'user' | 'dependency';
  readonly value: string;
  /** Of `dependency`: what is needed. */
  readonly dependsOn?: string;
}

/** Two changes at the same time, in the order of their ids. */
export interface PairClash {
  readonly kind: 'change';
  readonly changes: readonly [string, string];
  readonly reasons: readonly Reason[];
  readonly spans: readonly Span[];
}
/** More changes at a time than may be. */
export interface CrowdClash {
  readonly kind: 'too_many';
  readonly most: number;
  readonly spans: readonly Span[];
}
export type Clash = PairClash | ((CrowdClash | CalendarClash) & { readonly change: string });

/** What clashes are judged by, besides the changes. */
export interface ClashRules {
  readonly calendar: Calendar;
  readonly mostAtOnce: number;
  readonly services: readonly { readonly name: string; readonly dependsOn: readonly string[] }[];
}

/** That one service needs another, directly or through others. */
export interface Need {
  readonly reason: Reason & { readonly dependsOn: string };
  /** The key of the service that needs, and of the one that is needed. */
  readonly needs: string;
  readonly needed: string;
}

/** All that services need, in the order in which reasons are told; no service needs itself. */
export function needsOf(services: ClashRules['services']): readonly Need[] {
  const direct = new Map(services.map(({ name, dependsOn }) => [name, dependsOn]));
  return services
    .flatMap(({ name: value }) => {
      const found = new Set<string>();
      const next = [...(direct.get(value) ?? [])];
      for (let needed = next.pop(); needed !== undefined; needed = next.pop()) {
        if (needed === value || found.has(needed)) continue;
        found.add(needed);
        next.push(...(direct.get(needed) ?? []));
      }
      return [...found].map((dependsOn) => ({
        reason: { dimension: 'dependency', value, dependsOn } as const,
        needs: keyOf('service', value),
        needed: keyOf('service', dependsOn),
      }));
    })
    .sort((one, other) => (`${one.needs}\n${one.needed}` < `${other.needs}\n${other.needed}` ? -1 : 1));
}

const dimensions = [
  ['service', ({ affected }: ChangeFacts) => affected.services],
  ['srv', ({ affected }: ChangeFacts) => affected.srvs],
  ['interface', ({ affected }: ChangeFacts) => affected.interfaces],
  ['device_model', ({ affected }: ChangeFacts) => affected.deviceModels],
  ['region', ({ affected }: ChangeFacts) => affected.regions],
  [
    'user',
    ({ affected, owner }: ChangeFacts) => (owner === undefined ? affected.userIds : [owner, ...affected.userIds]),
  ],
] as const;

const order = { service: 0, srv: 1, interface: 2, device_model: 3, region: 4, user: 5 } as const;

/** By what a change is found by others that name the same; keys are in the order in which reasons are told. */
export interface Mark {
  readonly key: string;
  readonly reason: Reason;
}

/** The key of a name, which is the same in either case. */
export function keyOf(dimension: Exclude<Reason['dimension'], 'dependency'>, value: string): string {
  return `${order[dimension]} ${value.toLowerCase()}`;
}

/** All marks of a change, each key once, in order. */
export function marksOf(facts: ChangeFacts): Mark[] {
  const marks: Mark[] = [];
  for (const [dimension, valuesOf] of dimensions) {
    for (const value of valuesOf(facts)) marks.push({ key: keyOf(dimension, value), reason: { dimension, value } });
  }
  marks.sort((one, other) => (one.key < other.key ? -1 : one.key > other.key ? 1 : 0));
  return marks.filter(({ key }, index) => key !== marks[index - 1]?.key);
}

/** The clash of two changes, the one with the lesser id first. */
export function clashOf(one: ChangeFacts, other: ChangeFacts, reasons: readonly Reason[]): PairClash {
  return { kind: 'change', changes: [one.change, other.change], reasons, spans: overlapsOf(one.spans, other.spans) };
}

/** When more of these are under way than may be. Each span is of one change. */
export function crowdedSpans(spans: readonly Span[], most: number): Span[] {
  if (spans.length <= most) return [];
  const begins = Float64Array.from(spans, ({ from }) => from).sort();
  const ends = Float64Array.from(spans, ({ to }) => to).sort();
  const found: Span[] = [];
  let [begin, end] = [0, 0];
  let since: number | undefined;
  while (end < ends.length) {
    const [nextBegin, nextEnd] = [begins[begin] ?? Number.POSITIVE_INFINITY, ends[end] ?? 0];
    // what ends makes room for what begins then
    if (nextEnd <= nextBegin) end += 1;
    else begin += 1;
    if (begin - end > most) since ??= nextBegin;
    else if (since !== undefined) {
      if (nextEnd > since) found.push({ from: since, to: nextEnd });
      since = undefined;
    }
  }
  return mergeSpans(found);
}
