// The erratic among the devices that a viewer may see, the worst first. Pure.
import type { ErraticDevice, ErraticMeasure } from '@penstock/api';
import type { Eui } from '@penstock/duis';
import { addDays, type Day } from '../foundation/clock.ts';
import {
  type DayCount,
  type Judgement,
  judge,
  judgementWords,
  levelOfKind,
  USUAL_DAYS,
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

/** What devices of one kind have, each level worked out when it is first asked for; of alerts by their receiver. */
function levelsOf(peers: readonly SeenDevice[]) {
  const byKind = Map.groupBy(peers, ({ kind }) => kind);
  const levels = new Map<string, number | undefined>();
  return (kind: SeenDevice['kind'], userId: Eui | undefined): number | undefined => {
    const key = `${kind} ${userId}`;
    if (!levels.has(key)) {
      const days = (byKind.get(kind) ?? []).map(({ titles, alerts }) =>
        (userId === undefined ? titles : (alerts.get(userId) ?? NO_ALERTS)).slice(0, USUAL_DAYS),
      );
      levels.set(key, levelOfKind(days));
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
  const levelOf = levelsOf(peers);
  return devices
    .flatMap((seen): ErraticDevice[] => {
      const judged = [...seen.alerts, [undefined, seen.titles] as const].flatMap(([userId, days]) => {
        const judgement = judge(days, levelOf(seen.kind, userId));
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
