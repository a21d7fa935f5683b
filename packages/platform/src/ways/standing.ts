// Ways: how signed files may come in. Which ways are open at an instant, and what somebody is told who uses one that is
// not. Pure.
//
// What the room does: it keeps how each way is used, from when; outages, as Users report and the Operator declares them;
// and how each way fares. What it does not: it takes no file in, that is channels/ and submissions/, which ask here at
// each use.
//
// What always holds: exactly one way is preferred. A preferred or an allowed way is open, also while an outage of it is
// declared: what comes through all the same needs not be delivered twice. A fallback is open while an outage of the
// preferred way is declared, from its beginning until somebody ends it, never by a date that was expected. A way that
// is off is closed. How a file is judged does not depend on the way, nor on its standing.
import { type Shared, sharedBy, type Way, type WayUse, wayNames } from '@penstock/api';

export type { Way, WayUse };

/** In the middle of a sentence; ASCII, as all of a refusal, for what it is said over has no more. */
export const nameOfWay: Readonly<Record<Way, string>> = {
  https: 'the portal or the API (HTTPS)',
  sftp: 'SFTP',
  email: 'e-mail',
  sharepoint: 'SharePoint',
};

/** All ways at an instant. */
export interface WayFacts {
  readonly way: Way;
  readonly use: WayUse;
  /** The platform's settings have it. */
  readonly isSetUp: boolean;
  /** An outage of it is declared that has begun and is not ended. */
  readonly isDown: boolean;
  /** What stops it when it stops. */
  readonly dependsOn: readonly string[];
}

export interface Standing {
  readonly way: Way;
  readonly use: WayUse;
  readonly isOpen: boolean;
  readonly preferred: Way;
  /**
   * That somebody may be told to use, the best first: open, set up, and without a declared outage. Last are those that
   * depend on what a way depends on that is down: one outage of an office suite took files and mail together.
   */
  readonly usable: readonly Way[];
  /** Why it is open or not and, where it is not, what to use instead; ASCII, one line, below 300 characters. */
  readonly sentence: string;
}

function requireFacts(facts: readonly WayFacts[], way: Way): WayFacts {
  const found = facts.find((one) => one.way === way);
  if (found === undefined) throw new Error(`nothing is known of the way ${way}`);
  return found;
}

function preferredOf(facts: readonly WayFacts[]): WayFacts {
  const found = facts.find(({ use }) => use === 'preferred');
  if (found === undefined) throw new Error('no way is preferred');
  return found;
}

function isOpen({ use }: WayFacts, preferred: WayFacts): boolean {
  return use === 'fallback' ? preferred.isDown : use !== 'off';
}

const order: Readonly<Record<WayUse, number>> = { preferred: 0, allowed: 1, fallback: 2, off: 3 };

function isDoubtful(its: WayFacts, facts: readonly WayFacts[]): boolean {
  return facts.some(({ isDown, dependsOn }) => isDown && dependsOn.some((name) => its.dependsOn.includes(name)));
}

/** Less is better. */
function rankOf(its: WayFacts, facts: readonly WayFacts[]): number {
  return (isDoubtful(its, facts) ? 100 : 0) + 10 * order[its.use] + wayNames.indexOf(its.way);
}

export function begin(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** 'a', 'a or b', 'a, b or c' */
export function listOf(names: readonly string[], conjunction: 'and' | 'or'): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} ${conjunction} ${names.at(-1)}`;
}

function instead(usable: readonly Way[]): string {
  if (usable.length === 0) return 'No other way is open now; ask the Operator.';
  return `Use ${listOf(
    usable.map((way) => nameOfWay[way]),
    'or',
  )}.`;
}

function sentenceOf(its: WayFacts, preferred: WayFacts, usable: readonly Way[]): string {
  const name = begin(nameOfWay[its.way]);
  const down = `An outage of ${nameOfWay[its.way]} is declared: what comes through is taken.`;
  switch (its.use) {
    case 'off':
      return `${name} is not used for delivering files. ${instead(usable)}`;
    case 'fallback':
      return preferred.isDown
        ? `${name} is open until the declared outage of ${nameOfWay[preferred.way]} is ended.`
        : `${name} is closed: it opens only while an outage of ${nameOfWay[preferred.way]} is declared. ${instead(usable)}`;
    default:
      return its.isDown ? down : `${name} is open.`;
  }
}

/** How a way stands, of all ways at an instant. */
export function standingOf(way: Way, facts: readonly WayFacts[]): Standing {
  const its = requireFacts(facts, way);
  const preferred = preferredOf(facts);
  const usable = facts
    .filter((one) => one.isSetUp && !one.isDown && isOpen(one, preferred))
    .sort((one, other) => rankOf(one, facts) - rankOf(other, facts))
    .map((one) => one.way);
  return {
    way,
    use: its.use,
    isOpen: isOpen(its, preferred),
    preferred: preferred.way,
    usable,
    sentence: sentenceOf(
      its,
      preferred,
      usable.filter((one) => one !== way),
    ),
  };
}

/** What may be used while ways are down, and what fallbacks that are open have in common with them, or with one of them. */
export function meanwhileOf(facts: readonly WayFacts[], down?: Way): { usable: readonly Way[]; shared: Shared[] } {
  const preferred = preferredOf(facts);
  const { usable } = standingOf(preferred.way, facts);
  const fallbacks = facts.filter(({ use, isSetUp }) => use === 'fallback' && isSetUp && preferred.isDown);
  const meant = facts.filter(({ way, isDown }) => isDown && (down === undefined || way === down));
  return { usable, shared: meant.flatMap((one) => sharedBy(one, fallbacks)) };
}
