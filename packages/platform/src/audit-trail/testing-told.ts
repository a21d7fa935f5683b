// What a file of titles and the causes of an alert say, of a world made at random, by the rules one by one: beside
// testing-title-world.ts, which says what may be seen at all.
import { type TitleDocument, titleKinds } from '@penstock/api';
import { catalogue, responseCodes } from '@penstock/duis';
import { devices, directionOf, HOUR, oracle, reasonsOracle, type World } from './testing-title-world.ts';

const MINUTE = 60_000;
type Title = NonNullable<ReturnType<typeof oracle>>[number];
const iso = (at: number) => new Date(at).toISOString();

/** When it was sent: a held message 90 s after it was recorded; another's to the minute, but not before it was recorded. */
function sentAt({ time, wasHeld, isYou }: Pick<Title, 'time' | 'wasHeld' | 'isYou'>): number {
  const at = Date.parse(time);
  if (!wasHeld) return at;
  return isYou ? at + 90_000 : Math.max(at, Math.floor((at + 90_000) / MINUTE) * MINUTE);
}

/** The cells of a line, in the order of the columns. */
export function titleCells(made: World, viewer: readonly number[], device: number): (title: Title) => string[] {
  const reasons = reasonsOracle(made, viewer, device);
  return (title) => [
    title.time,
    title.wasHeld ? iso(sentAt(title)) : '',
    directionOf(title.kind),
    title.kind,
    title.srv,
    catalogue.get(title.srv)?.name ?? '',
    String(devices[device]),
    title.concerns,
    title.code,
    responseCodes.get(title.code)?.meaning ?? '',
    title.role ?? '',
    title.party ?? '',
    title.isYou ? 'yes' : 'no',
    // of several that hold, any may be said
    reasons(Date.parse(title.time)).join(' or '),
  ];
}

/** The cells of a title as JSON lines have it, in the same order. */
export const cellsOf = (title: TitleDocument): string[] => [
  title.time,
  title.sentAt ?? '',
  title.direction,
  title.kind,
  title.serviceReferenceVariant ?? '',
  title.name ?? '',
  title.device,
  title.concerns,
  title.code ?? '',
  title.meaning ?? '',
  title.sender.role ?? '',
  title.sender.party ?? '',
  title.sender.isYou ? 'yes' : 'no',
  `${title.why.basis} ${title.why.role}`,
];

/** The lines of a CSV file without its head. */
export function readLines(csv: string): string[][] {
  const lines = csv.split('\r\n').slice(1, -1);
  return lines.map((line) =>
    [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(
      ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
    ),
  );
}

/** Lines whose reason is one of those that hold are given it: they are to be equal then. */
export function withReasons(given: readonly string[][], expected: readonly string[][]): string[][] {
  return given.map((cells, at) => {
    const told = cells.at(-1) ?? '';
    const right = expected[at]?.at(-1) ?? '';
    return right.split(' or ').includes(told) ? [...cells.slice(0, -1), right] : cells;
  });
}

/** What is told of a cause that must be as it is; `positions` are those of which it may name one. */
export interface ToldCause {
  device: string;
  kind: string;
  serviceReferenceVariant?: string;
  concerns: string;
  sender: { role?: string | undefined; party?: string | undefined; isYou: boolean };
  codes: string[];
  count: number;
  first: string;
  last: string;
  position?: string;
}
interface Candidate extends Title {
  readonly at: number;
}

const textOf = (cause: ToldCause, position: string | undefined) =>
  JSON.stringify([
    ...[cause.device, cause.kind, cause.serviceReferenceVariant, cause.concerns],
    ...[cause.sender.role ?? '', cause.sender.party ?? '', cause.sender.isYou],
    ...[cause.codes.toSorted(), cause.count, cause.first, cause.last, position ?? ''],
  ]);

/**
 * The causes of an alert of a User's own, as texts: the titles of others that it may see and its own messages of the 24 hours
 * before, those of one kind, service and sender that follow within a minute as one. And the given ones, in the same form.
 */
export function toldCauses(
  made: World,
  { user, at, looked }: { user: number; at: number; looked: readonly number[] },
  given: readonly ToldCause[],
): { expected: string[]; told: string[] } {
  const expected: string[] = [];
  const told = new Set(given.map((cause) => textOf(cause, cause.position)));
  for (const device of looked) {
    const others = (oracle(made, [user], device) ?? []).filter((one) => !one.isYou);
    const own = ownTitles(made, user, device);
    const candidates: Candidate[] = [...others, ...own]
      .map((one) => ({ ...one, at: sentAt(one) }))
      .filter((one) => Date.parse(one.time) >= at - 24 * HOUR && Date.parse(one.time) <= at && one.at <= at);
    const alike = Map.groupBy(candidates, (one) =>
      [one.kind, one.srv, one.concerns, one.role, one.party, one.isYou].join(),
    );
    for (const group of alike.values()) {
      for (const burst of burstsOf(group.toSorted((one, other) => one.at - other.at))) {
        const [first] = burst as [Candidate];
        const last = burst.at(-1) ?? first;
        const cause = {
          device: String(devices[device]),
          kind: first.kind,
          serviceReferenceVariant: first.srv,
          concerns: first.concerns,
          sender: first,
          codes: [...new Set(burst.map(({ code }) => code))],
          count: burst.length,
          first: iso(first.at),
          last: iso(last.at),
        };
        // of its newest ones, any may be named
        const newest = burst.filter((one) => one.at === last.at);
        const places = newest.map((one) => (one.isYou ? `${one.time.slice(0, 10)}/${one.sequence}` : undefined));
        const texts = places.map((place) => textOf(cause, place));
        expected.push(texts.find((text) => told.has(text)) ?? texts[0] ?? '');
      }
    }
  }
  return { expected: expected.sort(), told: given.map((cause) => textOf(cause, cause.position)).sort() };
}

/** A User's own messages that concern a device, as titles; of itself it is told no role. */
function ownTitles(made: World, user: number, device: number): Title[] {
  return made.messages.flatMap((one, index) => {
    const isSent = one.verdict === 'passed' || one.verdict === 'warned' || (one.verdict === 'held' && one.released);
    const isOne = one.user === user && one.devices.includes(device) && isSent;
    if (!isOne || !(titleKinds as readonly string[]).includes(one.kind)) return [];
    return {
      time: iso(one.at),
      sequence: String(index + 1),
      kind: one.kind,
      srv: one.srv,
      code: one.code,
      concerns: one.devices[0] === device ? 'target' : 'body',
      role: undefined,
      party: undefined,
      isYou: true,
      wasHeld: one.verdict === 'held',
    };
  });
}

/** Each begins a minute or more after the one before it. */
function burstsOf(oldestFirst: readonly Candidate[]): Candidate[][] {
  const bursts: Candidate[][] = [];
  let before = Number.NEGATIVE_INFINITY;
  for (const one of oldestFirst) {
    if (one.at - before >= MINUTE) bursts.push([]);
    bursts.at(-1)?.push(one);
    before = one.at;
  }
  return bursts;
}
