// How a call to Microsoft's services may fail, and what that means for what is under way. Pure.

/**
 * - `throttled`: nothing more is asked of the service until it says so
 * - `unavailable`: it cannot be reached, failed, or its answer is half or in no form that is known: tried again later
 * - `unauthorised`: no token is given to the app, or a new one is refused (401): nothing works
 * - `denied`: the app has not the right to the item (403)
 * - `missing`: there is no such item (404)
 * - `taken`: there is one of that name (409)
 * - `changed`: the item is another than it was (412), or what was read is not what it said
 * - `restart`: the changes can no longer be told from where they were asked for (410)
 * - `refused`: any other refusal
 */
export type FaultKind =
  | 'throttled'
  | 'unavailable'
  | 'unauthorised'
  | 'denied'
  | 'missing'
  | 'taken'
  | 'changed'
  | 'restart'
  | 'refused';

/** A failure of a call; its words are for the log and for the Operator: no address, no token, nothing of a file. */
export class GraphFault extends Error {
  override readonly name = 'GraphFault';
  readonly kind: FaultKind;

  constructor(kind: FaultKind, message: string, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
  }
}

/** Codes by which a service says that it has forgotten where changes were asked for; not always with a 410. */
const RESTART = /^(resync\w*|syncState\w+)$/i;

export function kindOfStatus(status: number, code: string | undefined): FaultKind {
  if (code !== undefined && RESTART.test(code)) return 'restart';
  switch (status) {
    case 401:
      return 'unauthorised';
    case 403:
      return 'denied';
    case 404:
      return 'missing';
    case 409:
      return 'taken';
    case 410:
      return 'restart';
    case 412:
      return 'changed';
    case 429:
      return 'throttled';
    default:
      return status >= 500 || status === 408 ? 'unavailable' : 'refused';
  }
}

/** Longer pauses than this are nobody's: a clock that is wrong by years must not end the way. */
const LONGEST_PAUSE_SECONDS = 24 * 3_600;

/** As HTTP writes it. */
const INSTANT = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;

/** How long a Retry-After asks to wait, in milliseconds: it says seconds, or an instant. Undefined: it says nothing. */
export function pauseOf(retryAfter: string | null, now: Date): number | undefined {
  const text = retryAfter?.trim() ?? '';
  const seconds = /^\d{1,9}(\.\d+)?$/.test(text)
    ? Number(text)
    : INSTANT.test(text)
      ? (Date.parse(text) - now.getTime()) / 1_000
      : Number.NaN;
  if (Number.isNaN(seconds)) return undefined;
  return Math.min(Math.max(seconds, 0), LONGEST_PAUSE_SECONDS) * 1_000;
}

const SHORTEST_BACK_OFF_MS = 1_000;
const LONGEST_BACK_OFF_MS = 15 * 60_000;

/** The pause after so many failures in a row: twice as long each time. @param part from 0 to 1, so that several platforms part */
export function backOff(failures: number, pollSeconds: number, part: number): number {
  const most = Math.min(Math.max(pollSeconds * 1_000, SHORTEST_BACK_OFF_MS) * 2 ** (failures - 1), LONGEST_BACK_OFF_MS);
  return most * (0.75 + part / 4);
}
