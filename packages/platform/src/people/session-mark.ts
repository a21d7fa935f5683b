// How a session was proven, as it is marked on it when it is made (sign-in.ts), and what that is good for. Pure.

/** `provider` is one step only, which a code must follow; `provider-and-factor` are two, whoever asked for the second. */
export type SessionMethod = 'password' | 'password-and-code' | 'passkey' | 'provider' | 'provider-and-factor';

/** A session that was made with one step only is good for setting up the second factor, and for nothing else. */
export const WITH_SECOND_FACTOR: ReadonlySet<string> = new Set([
  'password-and-code',
  'passkey',
  'provider-and-factor',
] satisfies SessionMethod[]);

/** However much it is used, a session ends this long after its sign-in. */
export const LONGEST_SESSION_MILLISECONDS = 12 * 3600 * 1000;
/** For so long after the second factor was given, ways to sign in are added and removed. */
const FRESH_MILLISECONDS = 10 * 60_000;

export interface SessionTimes {
  readonly createdAt: Date;
  /** When the second factor was given last; undefined or null: never in this session. */
  readonly provenAt?: Date | null | undefined;
}

export function isOverdue({ createdAt }: SessionTimes, now: Date): boolean {
  return now.getTime() - createdAt.getTime() > LONGEST_SESSION_MILLISECONDS;
}

export function isFresh({ provenAt }: SessionTimes, now: Date): boolean {
  if (!provenAt) return false;
  const age = now.getTime() - provenAt.getTime();
  return age >= 0 && age < FRESH_MILLISECONDS;
}
