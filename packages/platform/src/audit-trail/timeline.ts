// The timeline of a device: which messages and alerts stand on a page of it, and how they are folded. Pure.
//
// What always holds: a fold says nothing that its titles one by one would not. It joins what follows in time, and of one
// sender it knows the role, the Party where the Operator shows it, and whether it is oneself, as a title does.
import { MOST_TIMELINE_MESSAGES, type TimelineEntry, type TimelinePart, type TitleDocument } from '@penstock/api';
import { deviceAlertCodes } from '@penstock/duis';
import { BURST_GAP_MILLISECONDS, burstKey, foldBursts } from './bursts.ts';
import { CAUSE_HOURS, candidateOf, causeDocument, findingOf, MOST_LOOKED_AT, weighCauses } from './causes.ts';

interface Timed {
  /** When it was recorded, milliseconds since 1970. */
  readonly at: number;
}
export interface TimelineMessage extends Timed {
  readonly title: TitleDocument;
}
export interface TimelineAlert extends Timed {
  readonly kind: 'device_alert' | 'dcc_alert';
  readonly code: string | undefined;
  readonly position: string;
}

/** What was read of a source, newest first. */
export interface Read<Item> {
  readonly items: readonly Item[];
  /** There is more, older or at the instant of the last of them. */
  readonly isCut: boolean;
}

/** Newest first each. */
export type Run = {
  readonly what: 'messages' | 'alerts';
  readonly first: number;
  readonly last: number;
} & (
  | { readonly what: 'messages'; readonly items: readonly TimelineMessage[]; readonly isCut: boolean }
  | { readonly what: 'alerts'; readonly items: readonly TimelineAlert[] }
);

/** What goes on and on is told by the hour. */
export const LONGEST_RUN_MILLISECONDS = 3_600_000;
/** Of an alert so many causes are told; the page of the alert has all. */
const MOST_CAUSES = 3;

/** What follows one another is one run. */
function runsOf<Item extends Timed>(newestFirst: readonly Item[]): Item[][] {
  const runs: Item[][] = [];
  for (const item of newestFirst) {
    const run = runs.at(-1);
    const newest = run?.[0]?.at ?? Number.POSITIVE_INFINITY;
    const before = run?.at(-1)?.at ?? Number.POSITIVE_INFINITY;
    const goesOn = before - item.at < BURST_GAP_MILLISECONDS && newest - item.at < LONGEST_RUN_MILLISECONDS;
    if (run !== undefined && goesOn) run.push(item);
    else runs.push([item]);
  }
  return runs;
}

/** Until where a source was read whole. */
const floorOf = ({ items, isCut }: Read<Timed>): number =>
  isCut ? (items.at(-1)?.at ?? Number.NEGATIVE_INFINITY) + 1 : Number.NEGATIVE_INFINITY;

const spanOf = (items: readonly Timed[]) => ({ first: items.at(-1)?.at ?? 0, last: items[0]?.at ?? 0 });

/** @param floor from where on there is all of both; `isCut`: of what stands at one instant, some is missing */
function runsFrom(
  { messages, alerts }: { messages: Read<TimelineMessage>; alerts: Read<TimelineAlert> },
  floor: number,
  isCut: boolean,
): Run[] {
  const within = ({ at }: Timed) => at >= floor;
  const byCode = Map.groupBy(alerts.items.filter(within), ({ kind, code }) => `${kind} ${code}`);
  return [
    ...[...byCode.values()].flatMap(runsOf).map((items): Run => ({ what: 'alerts', ...spanOf(items), items })),
    ...runsOf(messages.items.filter(within)).map(
      (items): Run => ({ what: 'messages', ...spanOf(items), items, isCut }),
    ),
  ].sort((one, other) => other.last - one.last);
}

/**
 * Runs of about `limit`, newest first, and before which instant the next page begins; undefined: it is the last one. A page
 * ends where no run goes on, so that none is told in two halves.
 */
export function pageOfRuns(
  read: { messages: Read<TimelineMessage>; alerts: Read<TimelineAlert> },
  limit: number,
): { runs: Run[]; next: number | undefined } {
  const floor = Math.max(floorOf(read.messages), floorOf(read.alerts));
  const whole = runsFrom(read, floor, false);
  // more at one instant than is read at once: what was read of it, and on
  const all = whole.length === 0 && Number.isFinite(floor) ? runsFrom(read, floor - 1, true) : whole;
  const runs: Run[] = [];
  let first = Number.POSITIVE_INFINITY;
  // where the runs that overlap with the last one begin, and the earliest instant of those before them
  let begins = 0;
  let before = first;
  for (const run of all) {
    if (run.last < first) {
      if (runs.length >= limit) return { runs, next: first };
      begins = runs.length;
      before = first;
    }
    runs.push(run);
    first = Math.min(first, run.first);
  }
  if (!Number.isFinite(floor)) return { runs, next: undefined };
  const mayGoOn = first - floor < BURST_GAP_MILLISECONDS;
  return mayGoOn && begins > 0 ? { runs: runs.slice(0, begins), next: before } : { runs, next: first };
}

const iso = (at: number): string => new Date(at).toISOString();

function countCodes(titles: readonly TitleDocument[]): TimelinePart['codes'] {
  return [...Map.groupBy(titles, ({ code }) => code)]
    .flatMap(([code, having]) => {
      const meaning = having[0]?.meaning;
      return code === undefined ? [] : [{ code, ...(meaning === undefined ? {} : { meaning }), count: having.length }];
    })
    .sort((one, other) => other.count - one.count || one.code.localeCompare(other.code));
}

function partOf(items: readonly TimelineMessage[]): TimelinePart[] {
  const titles = items.map(({ title }) => title);
  const [newest, oldest] = [titles[0], titles.at(-1)];
  if (newest === undefined || oldest === undefined) return [];
  const { direction, kind, serviceReferenceVariant, name, concerns, sender, why } = newest;
  return [
    {
      direction,
      kind,
      ...(serviceReferenceVariant === undefined ? {} : { serviceReferenceVariant }),
      ...(name === undefined ? {} : { name }),
      concerns,
      sender,
      why,
      count: titles.length,
      first: oldest.time,
      last: newest.time,
      codes: countCodes(titles),
      messages: titles.slice(0, MOST_TIMELINE_MESSAGES).map(({ time, sentAt, code, position, reference }) => ({
        time,
        ...(sentAt === undefined ? {} : { sentAt }),
        ...(code === undefined ? {} : { code }),
        ...(position === undefined ? {} : { position }),
        reference,
      })),
    },
  ];
}

/** @param candidates the titles of the time before, newest first; the causes of a run of alerts are those of its first */
export function entriesOf(runs: readonly Run[], candidates: readonly TimelineMessage[]): TimelineEntry[] {
  const known = candidates.map(({ at, title }) => ({ ...candidateOf(title), recordedAt: at }));
  return runs.map((run) => {
    const span = { first: iso(run.first), last: iso(run.last), count: run.items.length };
    if (run.what === 'messages') {
      const byKind = Map.groupBy(run.items, ({ title }) => burstKey({ ...title, at: 0 }));
      // as one reads what happened: the request before its response
      const parts = [...byKind.values()].flatMap(partOf).sort((one, other) => one.first.localeCompare(other.first));
      return { what: 'messages', ...span, isCut: run.isCut, parts };
    }
    const { kind, code, position } = run.items.at(-1) as TimelineAlert;
    const from = run.first - CAUSE_HOURS * 3_600_000;
    const before = known.filter(({ at, recordedAt }) => recordedAt >= from && at <= run.first);
    // documents are made of those that are told only: of all, they took nine tenths of the time
    const causes = weighCauses({ at: run.first, code }, foldBursts(before.slice(0, MOST_LOOKED_AT)));
    const title = code === undefined ? undefined : deviceAlertCodes.get(code.toUpperCase());
    return {
      what: 'alerts',
      ...span,
      kind,
      ...(code === undefined ? {} : { code }),
      ...(title === undefined ? {} : { title }),
      position,
      finding: findingOf(causes, true),
      causes: causes
        .filter(({ likelihood }) => likelihood !== 'unlikely')
        .slice(0, MOST_CAUSES)
        .map((cause) => {
          const { device: _, ...document } = causeDocument(cause);
          return { ...document, recordedAt: iso(cause.burst.last.recordedAt) };
        }),
    };
  });
}
