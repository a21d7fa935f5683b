// What everybody is to know of the ways now, in words that are the same on every page and in notices. Pure.
import type { Announcement, PlannedUses, Shared, Way } from '@penstock/api';
import { begin, listOf, nameOfWay } from './standing.ts';
import { preferredOf, wordsOfShared, wordsOfUses } from './versions.ts';

/** How long an end is told of. */
export const ENDED_FOR_MS = 2 * 3600 * 1000;
/** How long a change that has come into force is told of. */
const CHANGED_FOR_MS = 7 * 24 * 3600 * 1000;

const inWords = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});

/** '22 November 2026 at 10:00 UTC' */
export function instantWords(instant: Date): string {
  return `${inWords.format(instant)} UTC`;
}

/** A reason as it stands within other words. */
function sentence(words: string): string {
  return /[.!?]$/.test(words) ? words : `${words}.`;
}

export interface Outage {
  readonly way: Way;
  readonly from: Date;
  readonly reason: string;
  readonly expectedEnd: Date | undefined;
  readonly endedAt: Date | undefined;
}

/** What may be used during an outage, and what of it is in doubt. */
export interface Meanwhile {
  readonly usable: readonly Way[];
  readonly shared: readonly Shared[];
}

export function wordsOfOutage({ way, from, reason, expectedEnd }: Outage, { usable, shared }: Meanwhile): string {
  const others = usable.filter((one) => one !== way).map((one) => nameOfWay[one]);
  return [
    `Outage of ${nameOfWay[way]} since ${instantWords(from)}: ${sentence(reason)}`,
    ...(expectedEnd === undefined ? [] : [`It is expected to end on ${instantWords(expectedEnd)}.`]),
    others.length === 0
      ? 'No other way is open: ask the Operator how to deliver.'
      : `Until it is ended, deliver files by ${listOf(others, 'or')}.`,
    ...wordsOfShared(shared),
  ].join(' ');
}

export function wordsOfAnnounced({ way, from, reason, expectedEnd }: Outage): string {
  const until = expectedEnd === undefined ? '' : ` until about ${instantWords(expectedEnd)}`;
  return `An outage of ${nameOfWay[way]} is announced from ${instantWords(from)}${until}: ${sentence(reason)}`;
}

export function wordsOfEnd({ way }: Pick<Outage, 'way'>, at: Date, closed: readonly Way[]): string {
  const ended = `The outage of ${nameOfWay[way]} ended on ${instantWords(at)}.`;
  if (closed.length === 0) return ended;
  const names = listOf(
    closed.map((one) => nameOfWay[one]),
    'and',
  );
  return `${ended} ${begin(names)} ${closed.length === 1 ? 'is' : 'are'} closed again.`;
}

/** 'From 1 December 2026 at 00:00 UTC: SFTP is the preferred way.'; undefined when nothing changes for Users. */
export function wordsOfChange(change: {
  readonly before: PlannedUses;
  readonly after: PlannedUses;
  readonly from: Date;
  readonly reason: string;
}): string | undefined {
  const { before, after, from, reason } = change;
  const changed = wordsOfUses(before, after);
  return changed === undefined
    ? undefined
    : `From ${instantWords(from)} on: ${changed}. ${sentence(reason)} The guidance says how to deliver.`;
}

/** A version with the uses before it. */
export interface Change {
  readonly from: Date;
  readonly reason: string;
  readonly before: PlannedUses;
  readonly after: PlannedUses;
}

/** Everything to be told at an instant, the gravest first. */
export function announcementsOf(facts: {
  readonly now: Date;
  /** Not ended, or ended lately. */
  readonly outages: readonly Outage[];
  readonly fallbacks: readonly Way[];
  readonly preferred: Way;
  readonly meanwhile: Meanwhile;
  readonly changes: readonly Change[];
}): Announcement[] {
  const { now, outages, fallbacks, preferred, meanwhile, changes } = facts;
  const told = (kind: Announcement['kind'], way: Way, at: Date, words: string): Announcement => ({
    kind,
    way,
    at: at.toISOString(),
    words,
  });
  const open = outages.filter(({ endedAt }) => endedAt === undefined);
  const begun = open.filter(({ from }) => from <= now);
  const announced = open.filter(({ from }) => from > now);
  const ended = outages.flatMap(({ way, from, endedAt }) =>
    // one that is called off before it began was told by notice
    endedAt !== undefined && endedAt > from && now.getTime() - endedAt.getTime() < ENDED_FOR_MS
      ? [{ way, endedAt }]
      : [],
  );
  const isDown = begun.some(({ way }) => way === preferred);
  return [
    ...begun.map((one) =>
      told(
        'outage',
        one.way,
        one.from,
        wordsOfOutage(one, { ...meanwhile, shared: meanwhile.shared.filter((each) => each.with === one.way) }),
      ),
    ),
    ...announced.map((one) => told('outage-announced', one.way, one.from, wordsOfAnnounced(one))),
    ...ended
      .filter(({ way }) => !begun.some((one) => one.way === way))
      .map(({ way, endedAt }) =>
        told('outage-ended', way, endedAt, wordsOfEnd({ way }, endedAt, way === preferred && !isDown ? fallbacks : [])),
      ),
    ...changes.flatMap((change) => {
      const isTold = now.getTime() - change.from.getTime() < CHANGED_FOR_MS;
      const words = isTold ? wordsOfChange(change) : undefined;
      const kind = change.from > now ? 'change-announced' : 'change';
      return words === undefined ? [] : [told(kind, preferredOf(change.after), change.from, words)];
    }),
  ];
}
