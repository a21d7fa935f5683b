// How a certificate stands, in a word and a sentence. Pure.

/** How long before its end somebody is told: a new one takes its time. */
export const WARNING_DAYS = 60;
const DAY = 86_400_000;

export interface Standing {
  readonly mark: 'passed' | 'warned' | 'refused' | 'deleted';
  readonly word: string;
}

interface Dates {
  readonly notBefore: string;
  readonly notAfter: string;
  readonly revokedAt?: string | undefined;
}

export function standingOf({ notBefore, notAfter, revokedAt }: Dates, now: number): Standing {
  if (revokedAt !== undefined) return { mark: 'deleted', word: 'Revoked' };
  if (now < Date.parse(notBefore)) return { mark: 'warned', word: 'Not valid yet' };
  const days = Math.floor((Date.parse(notAfter) - now) / DAY);
  // the last instant is still valid
  if (now > Date.parse(notAfter)) return { mark: 'refused', word: 'Expired' };
  if (days >= WARNING_DAYS) return { mark: 'passed', word: 'Valid' };
  return {
    mark: 'warned',
    word: days === 0 ? 'Expires today' : days === 1 ? 'Expires in 1 day' : `Expires in ${days} days`,
  };
}

/** The instant before which an end is to be told of. */
export const warnedBefore = (now: number): string => new Date(now + WARNING_DAYS * DAY).toISOString();
