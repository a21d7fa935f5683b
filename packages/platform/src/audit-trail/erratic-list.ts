// The erratic among the devices that a viewer may see, the worst first. Pure.
import type { ErraticDevice, ErraticMeasure } from '@penstock/api';
import type { Eui } from '@penstock/duis';
import { addDays, type Day } from '../foundation/clock.ts';
import {
  type DayCount,
  firstActive,
  type Judgement,
  judge,
  judgementWords,
  levelOfKind,
  USUAL_DAYS,
  usualLevel,
  WINDOW_DAYS,
} from './erratic.ts';

/** What a viewer may know of a device: its titles, and the alerts to each of the viewer's User IDs that had any. */
export interface SeenDevice {
  readonly device: Eui;
  readonly kind: ErraticDevice['kind'];
  /** Oldest first, WINDOW_DAYS of them. */
  readonly titles: readonly DayCount[];
  readonly alerts: ReadonlyMap<Eui, readonly number[]>;
  readonly why: ErraticDevice['why'];
}

const NO_ALERTS: readonly number[] = Array<number>(WINDOW_DAYS).fill(0);

/** The first day on which the device sent or was sent anything that is known: it was there from then on. */
function knownFrom({ titles, alerts }: SeenDevice): number {
  const firsts = [titles, ...alerts.values()].map(firstActive).filter((day) => day !== -1);
  return Math.min(...firsts, WINDOW_DAYS);
}

/** What a device usually has, as one of its kind: a device that is silent has nothing, whether it is new or not. */
function levelOf(seen: SeenDevice, userId: Eui | undefined): number | undefined {
  const days = userId === undefined ? seen.titles : (seen.alerts.get(userId) ?? NO_ALERTS);
  const from = knownFrom(seen);
  return from === WINDOW_DAYS ? 0 : usualLevel(days.slice(0, USUAL_DAYS), from);
}

/** What devices of one kind have, each level worked out when it is first asked for; of alerts by their receiver. */
function levelsOf(peers: readonly SeenDevice[]) {
  const byKind = Map.groupBy(peers, ({ kind }) => kind);
  const levels = new Map<string, number | undefined>();
  return (kind: SeenDevice['kind'], userId: Eui | undefined): number | undefined => {
    const key = `${kind} ${userId}`;
    if (!levels.has(key)) {
      levels.set(key, levelOfKind((byKind.get(kind) ?? []).map((peer) => levelOf(peer, userId))));
    }
    return levels.get(key);
  };
}

/**
 * @param peers devices by which it is known what is usual for a kind
 * @param today the day with which the counts end
 */
export function listErratic(devices: readonly SeenDevice[], peers: readonly SeenDevice[], today: Day): ErraticDevice[] {
  const first = addDays(today, 1 - WINDOW_DAYS);
  const ofKind = levelsOf(peers);
  return devices
    .flatMap((seen): ErraticDevice[] => {
      const from = knownFrom(seen);
      const judged = [...seen.alerts, [undefined, seen.titles] as const].flatMap(([userId, days]) => {
        const judgement = judge(days, ofKind(seen.kind, userId), from);
        return judgement === undefined ? [] : [{ userId, judgement }];
      });
      judged.sort((one, other) => other.judgement.score - one.judgement.score);
      const [worst] = judged;
      if (worst === undefined) return [];
      return [
        {
          device: seen.device,
          kind: seen.kind,
          score: worst.judgement.score,
          finding: judged.map((one) => judgementWords(whatOf(one.userId), one.judgement)).join(' '),
          measures: judged.map((one) => toMeasure(one.userId, one.judgement, first)),
          days: { first, titles: seen.titles.map((count) => count ?? null), alerts: sumOf([...seen.alerts.values()]) },
          why: seen.why,
        },
      ];
    })
    .sort((one, other) => other.score - one.score || (one.device < other.device ? -1 : 1));
}

const whatOf = (userId: Eui | undefined) => (userId === undefined ? 'titles' : 'alerts');

const sumOf = (series: readonly (readonly number[])[]): number[] =>
  NO_ALERTS.map((_, day) => series.reduce((sum, counts) => sum + (counts[day] ?? 0), 0));

function toMeasure(userId: Eui | undefined, judgement: Judgement, first: Day): ErraticMeasure {
  const { basis, day, count, usual, ofKind, since } = judgement;
  return {
    what: whatOf(userId),
    basis,
    ...(userId === undefined ? {} : { userId }),
    day: addDays(first, day),
    count,
    ...(usual === undefined ? {} : { usual }),
    ...(ofKind === undefined ? {} : { ofKind }),
    since: addDays(first, since),
  };
}

/** What comes after the place in the list. */
export function pageOf(
  list: readonly ErraticDevice[],
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): { items: ErraticDevice[]; cursor?: string | undefined } {
  const [score = '', device = ''] = cursor?.split('~') ?? [];
  const isAfter = (one: ErraticDevice): boolean =>
    cursor === undefined || one.score < Number(score) || (one.score === Number(score) && one.device > device);
  const left = list.filter(isAfter);
  const items = left.slice(0, limit);
  const last = left.length > limit ? items.at(-1) : undefined;
  return { items, cursor: last && `${last.score}~${last.device}` };
}
