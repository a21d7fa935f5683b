// Which devices are erratic: what a device does on a day beside what it usually does, and beside what others of its kind
// do. Pure.
//
// What it does not: it knows no cause. A device that falls silent is not erratic; few messages never are.

/** How many messages a day had; undefined: the day may not be seen. */
export type DayCount = number | undefined;

/** What a day is held against: the days before the two newest. */
export const USUAL_DAYS = 28;
/** Of these the newest two are judged: the day that has begun, and the day before. */
export const JUDGED_DAYS = 2;
export const WINDOW_DAYS = USUAL_DAYS + JUDGED_DAYS;

/** Fewer a day are never erratic. */
export const FEWEST_MESSAGES = 10;
/** Days that must be known before something is usual. */
const FEWEST_DAYS = 7;
/** Devices of a kind that must be known before something is usual for the kind. */
const FEWEST_DEVICES = 20;
/** So many times what is usual is a rise. */
const RISE = 3;
/** So many times what nine in ten of its kind have is far above them. */
const FAR_ABOVE_KIND = 10;

/** The value that `share` of the values do not exceed; of two in the middle the higher one. */
function quantile(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** The first day that had any; -1: none had. */
export const firstActive = (days: readonly DayCount[]): number => days.findIndex((count) => (count ?? 0) > 0);

/**
 * What a device usually has a day: the median of its days, from the first on which it had any. Undefined with fewer than
 * seven: a device is busy while it is installed, and quiet before.
 * @param days oldest first
 * @param from the day since which the device is known to be there, where something else than these counts tells it
 */
export function usualLevel(days: readonly DayCount[], from = firstActive(days)): number | undefined {
  const known = days.slice(from).filter((count) => count !== undefined);
  return from === -1 || known.length < FEWEST_DAYS ? undefined : quantile(known, 0.5);
}

/**
 * What nine in ten devices of a kind have a day at most; undefined with fewer than twenty of them.
 * @param levels the usual level of each; of those too new to have one undefined, which do not count
 */
export function levelOfKind(levels: readonly (number | undefined)[]): number | undefined {
  const known = levels.filter((level) => level !== undefined);
  return known.length < FEWEST_DEVICES ? undefined : quantile(known, 0.9);
}

export interface Judgement {
  /** Far more than the device usually has, or than devices of its kind have. */
  readonly basis: 'rise' | 'above_kind';
  /** Which of the days given. */
  readonly day: number;
  readonly count: number;
  readonly usual: number | undefined;
  readonly ofKind: number | undefined;
  /** The day since which it has been so without a break. */
  readonly since: number;
  /**
   * By how many of its usual deviations the count is above what was expected, were its messages independent of each other:
   * so 400 where 3 are usual come before 40 where none are, and before 600 where 300 are.
   */
  readonly score: number;
}

/**
 * Why a device is erratic on one of its two newest days, the one that is worse; undefined: it is not.
 * @param days WINDOW_DAYS of them, oldest first
 * @param from as of usualLevel
 */
export function judge(
  days: readonly DayCount[],
  ofKind: number | undefined,
  from = firstActive(days),
): Judgement | undefined {
  const usual = usualLevel(days.slice(0, -JUDGED_DAYS), from);
  let worst: Judgement | undefined;
  for (let day = days.length - 1; day >= Math.max(0, days.length - JUDGED_DAYS); day--) {
    const judged = judgeDay(days, day, usual, ofKind);
    if (judged !== undefined && (worst === undefined || judged.score > worst.score)) worst = judged;
  }
  return worst;
}

function judgeDay(
  days: readonly DayCount[],
  day: number,
  usual: number | undefined,
  ofKind: number | undefined,
): Judgement | undefined {
  const count = days[day];
  if (count === undefined) return undefined;
  const found = (basis: Judgement['basis'], expected: number, bound: number): Judgement => {
    let since = day;
    while (since > 0 && (days[since - 1] ?? -1) >= bound) since--;
    const score = Math.round(((count - expected) / Math.sqrt(expected + 1)) * 10) / 10;
    return { basis, day, count, usual, ofKind, since, score };
  };
  if (usual !== undefined) {
    const expected = Math.max(usual, ofKind ?? 0);
    const bound = Math.max(FEWEST_MESSAGES, RISE * expected);
    if (count >= bound) return found('rise', expected, bound);
  }
  if (ofKind === undefined) return undefined;
  const bound = FAR_ABOVE_KIND * Math.max(ofKind, FEWEST_MESSAGES / FAR_ABOVE_KIND);
  return count >= bound ? found('above_kind', ofKind, bound) : undefined;
}

/** Why, in one sentence. */
export function judgementWords(what: 'alerts' | 'titles', judgement: Judgement, days = WINDOW_DAYS): string {
  const { day, count, usual, ofKind } = judgement;
  const when = day === days - 1 ? 'today' : 'yesterday';
  const messages = what === 'alerts' ? 'alerts' : 'requests and responses';
  const parts = [`${count} ${messages} ${when}`, usual === undefined ? 'no usual level yet' : `usual ${usual} a day`];
  if (ofKind !== undefined)
    parts.push(`nine in ten devices of its kind ${ofKind === 0 ? 'none' : `${ofKind} or fewer`}`);
  return `${parts.join('; ')}.`;
}
