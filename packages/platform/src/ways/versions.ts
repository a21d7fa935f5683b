// How ways are used from an instant on: what may be set, and what it changes, in words. Pure.
import { type PlannedUses, type Shared, type Way, type WayUse, wayNames } from '@penstock/api';
import { begin, nameOfWay } from './standing.ts';

/** What a version lacks to be one; undefined when nothing. `setUp`: the ways that the settings have. */
export function usesFault(uses: PlannedUses, setUp: readonly Way[]): string | undefined {
  const preferred = wayNames.filter((way) => uses[way].use === 'preferred');
  const [only] = preferred;
  if (only === undefined) return 'one way must be preferred';
  if (preferred.length > 1) return `one way is preferred, not ${preferred.length}`;
  if (!setUp.includes(only)) return `the settings of the platform do not have ${nameOfWay[only]}`;
  return undefined;
}

export function preferredOf(uses: PlannedUses): Way {
  const preferred = wayNames.find((way) => uses[way].use === 'preferred');
  if (preferred === undefined) throw new Error('no way is preferred');
  return preferred;
}

const wordsOfUse: Readonly<Record<WayUse, string>> = {
  preferred: 'is the preferred way',
  allowed: 'is allowed',
  fallback: 'is a fallback',
  off: 'is not used',
};

/** What changes for Users: 'SFTP is the preferred way; e-mail is a fallback'; undefined when nothing does. */
export function wordsOfUses(before: PlannedUses, after: PlannedUses): string | undefined {
  const changed = wayNames.filter((way) => before[way].use !== after[way].use);
  if (changed.length === 0) return undefined;
  return begin(changed.map((way) => `${nameOfWay[way]} ${wordsOfUse[after[way].use]}`).join('; '));
}

/** 'E-mail depends on "office suite", too, and may fail with SharePoint.' */
export function wordsOfShared(shared: readonly Shared[]): string[] {
  return shared.map((one) => {
    const names = one.names.map((name) => `"${name}"`).join(', ');
    return `${begin(nameOfWay[one.way])} depends on ${names}, too, and may fail with ${nameOfWay[one.with]}.`;
  });
}
