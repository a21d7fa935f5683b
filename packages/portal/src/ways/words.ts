// Ways in words and marks. Pure.
import type { Way, WayStanding, WayUse } from '@penstock/api/schemas';

export const wayWords: Readonly<Record<Way, string>> = {
  https: 'Portal and API (HTTPS)',
  sftp: 'SFTP',
  email: 'E-mail',
  sharepoint: 'SharePoint',
};

export const useWords: Readonly<Record<WayUse, string>> = {
  preferred: 'Preferred',
  allowed: 'Allowed',
  fallback: 'Fallback',
  off: 'Not used',
};

export interface Mark {
  /** Of the marks of portal.css. */
  readonly mark: 'well' | 'waiting' | 'failing' | 'ended';
  readonly word: string;
}

/** How a way is now, in a word; `isDown`: an outage of it has begun. */
export function markOf({ isSetUp, use, isOpen, health }: WayStanding, isDown: boolean): Mark {
  if (isDown) return { mark: 'failing', word: 'Outage declared' };
  if (!isSetUp) return { mark: 'ended', word: 'Not set up' };
  if (use === 'off') return { mark: 'ended', word: 'Not used' };
  if (health.probeFailsSince !== undefined) return { mark: 'failing', word: 'Not reached' };
  if (!isOpen) return { mark: 'ended', word: 'Closed' };
  if (health.failures > 0) return { mark: 'waiting', word: 'Open, failing' };
  return { mark: 'well', word: 'Open' };
}

/** 'office suite, internet line' -> its names */
export function namesIn(text: string): string[] {
  const names = text.split(',').map((name) => name.trim().toLowerCase());
  return [...new Set(names.filter((name) => name !== ''))];
}
