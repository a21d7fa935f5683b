// Incidents: what went wrong, opened by what the platform sees or by people, until it is closed. This file: the life of one, who
// may move it, and its targets. Pure.
//
// What the room does: it opens, keeps and follows incidents, tells by when each is to be taken up and resolved, and which changes
// could have to do with it. What it does not: it mends nothing, and judges nothing; that a change was the cause, a person says.
//
// What always holds: what the platform sees has one incident at a time, whoever opens it, and nobody ends that while it is still
// so. An incident is seen by whose it is, by its Interested Parties and by the Operator. What is over has a cause that was said.
import type { IncidentCategory, IncidentState, IncidentTargets } from '@penstock/api';

/** Whose side somebody is on who asks about an incident. */
export type Side = 'owner' | 'operator' | 'interested';

export interface IncidentLife {
  readonly state: IncidentState;
  /** What the platform saw is still so. */
  readonly isStanding: boolean;
  /** Why it came to be was said. */
  readonly isExplained: boolean;
}
/** A state that somebody may bring it into, and what is to be said with that. */
export interface IncidentMove {
  readonly to: IncidentState;
  readonly needs?: 'closing' | 'why';
}

const operatorMoves: Readonly<Record<IncidentState, readonly IncidentState[]>> = {
  open: ['in_progress', 'resolved', 'closed'],
  in_progress: ['resolved', 'closed'],
  resolved: ['closed', 'open'],
  closed: ['open'],
};
/** Its owner takes back what it raised, agrees that it is over, or says that it is not. */
const ownerMoves: typeof operatorMoves = {
  open: ['closed'],
  in_progress: [],
  resolved: ['closed', 'open'],
  closed: ['open'],
};

export const isOver = (state: IncidentState): boolean => state === 'resolved' || state === 'closed';

/** Where somebody may bring it. What the platform still sees is over for nobody. */
export function movesOf({ state, isStanding, isExplained }: IncidentLife, side: Side): IncidentMove[] {
  if (side === 'interested') return [];
  const next = (side === 'operator' ? operatorMoves : ownerMoves)[state];
  return next
    .filter((to) => !(isStanding && isOver(to)))
    .map((to) => {
      if (to === 'open') return { to, needs: 'why' };
      return isOver(to) && !isExplained ? { to, needs: 'closing' } : { to };
    });
}

const MINUTE = 60_000;

/** By when it is to be taken up, and resolved, in milliseconds. */
export function dueOf(
  countedFrom: number,
  category: IncidentCategory,
  { categories }: IncidentTargets,
): { readonly respondBy: number; readonly resolveBy: number } {
  const { responseMinutes, resolutionMinutes } = categories[category];
  return { respondBy: countedFrom + responseMinutes * MINUTE, resolveBy: countedFrom + resolutionMinutes * MINUTE };
}

/** A target is missed when what it asks for came later, or did not come and the time is over. */
export function isMissed(target: { readonly by: number; readonly at: number | undefined }, now: number): boolean {
  return (target.at ?? now) > target.by;
}

export interface TargetsVersion {
  readonly version: number;
  readonly effectiveFrom: number;
  readonly targets: IncidentTargets;
}

/** What is in force at an instant. @param versions in the order in which they count */
export function targetsAt(versions: readonly TargetsVersion[], at: number): TargetsVersion {
  const found = versions.findLast(({ effectiveFrom }) => effectiveFrom <= at);
  if (found === undefined) throw new Error('there are targets from the first day on');
  return found;
}

/** What differs, in words: `category 2: 20 min/24 h -> 30 min/24 h`. */
export function differenceOfTargets(before: IncidentTargets, after: IncidentTargets): string {
  const words = ({ responseMinutes, resolutionMinutes }: IncidentTargets['categories'][1]) =>
    `${wordsOfMinutes(responseMinutes)}/${wordsOfMinutes(resolutionMinutes)}`;
  const ofCategories = ([1, 2, 3, 4, 5] as const).map(
    (category) =>
      [`category ${category}`, words(before.categories[category]), words(after.categories[category])] as const,
  );
  const all = [
    ...ofCategories,
    ['waiting', `${before.waitingSeconds} s`, `${after.waitingSeconds} s`],
    ['fetched', `${before.fetchedSeconds} s`, `${after.fetchedSeconds} s`],
  ] as const;
  return all
    .filter(([, one, other]) => one !== other)
    .map(([name, one, other]) => `${name}: ${one} -> ${other}`)
    .join('; ');
}

/** `45 min`, `24 h`, `5 d`; what is no whole number of the next is told in the smaller. */
export function wordsOfMinutes(minutes: number): string {
  if (minutes % 1440 === 0 && minutes > 4320) return `${minutes / 1440} d`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`;
}
