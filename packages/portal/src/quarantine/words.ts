// Quarantine events and releases in words. Pure.
import type { HeldMessageDocument, QuarantineEventDocument, ReleaseDocument } from '@penstock/api/schemas';
import { withPeriods } from '../shared/periods.ts';
import { formatDuration } from '../shared/time.ts';
import { count } from '../thresholds/words.ts';

type State = QuarantineEventDocument['state'];

export const stateWords: Readonly<Record<State, string>> = {
  open: 'Open',
  investigating: 'Investigating',
  decided: 'Decided',
  resolved: 'Resolved',
};

/** What a state means, and what comes next. */
export function nextWords({ state, undecided }: Pick<QuarantineEventDocument, 'state' | 'undecided'>): string {
  const waiting = `${count(undecided)} ${undecided === 1 ? 'message waits' : 'messages wait'} for an officer’s decision.`;
  switch (state) {
    case 'open':
      return `Nobody has taken it up yet. ${undecided === 0 ? 'Nothing is left to decide.' : waiting}`;
    case 'investigating':
      return undecided === 0
        ? 'Somebody looks into it. Nothing is left to decide.'
        : `Somebody looks into it. ${waiting}`;
    case 'decided':
      return 'Everything in it is decided. When all of it was carried out it is resolved with its cause.';
    case 'resolved':
      return 'It is closed, with its cause.';
  }
}

/** Whose numbers held the messages, and what that means for who reads it. */
export function detectorWords(detector: QuarantineEventDocument['detector'], isOperator: boolean): string {
  if (detector === 'user') {
    return isOperator
      ? 'A threshold of the User itself, set by a file that its officer signed.'
      : 'A threshold of your own, set by a file that your officer signed.';
  }
  if (detector === 'all_users') {
    return isOperator
      ? 'The threshold across all Users: this User may be innocent. The threshold’s page tells who contributed.'
      : 'The Operator’s threshold across all Users: the cause may be with another. Ask the service desk.';
  }
  return 'A value outside the limits that the Operator has set.';
}

/** The reason as the gate stored it, periods as people say them. */
export function reasonWords(words: string): string {
  const text = withPeriods(words);
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

/** What became of one held message. */
export function fateOf({ decision, refusal }: HeldMessageDocument): string {
  if (decision === undefined) return refusal === undefined ? 'Held' : `Held; not sent: ${refusal.detail}`;
  if (decision.action === 'delete') return 'Deleted';
  return decision.releasedAt === undefined ? 'To be sent' : 'Sent';
}

export interface ReleaseLook {
  readonly at: number;
  readonly done: number;
}

export const doneOf = ({ sent, deleted, refused }: ReleaseDocument): number => sent + deleted + refused;

/** Looks that the rate is made of: some ten seconds. */
const MOST_LOOKS = 10;

/** The looks at a release with one more; a look that says the same time is none. */
export function withLook(looks: readonly ReleaseLook[], look: ReleaseLook): readonly ReleaseLook[] {
  if (looks.at(-1)?.at === look.at) return looks;
  return [...looks, look].slice(-MOST_LOOKS);
}

/** Messages a second between the first look and the last; undefined before there are two. */
export function speedOf(looks: readonly ReleaseLook[]): number | undefined {
  const [first] = looks;
  const last = looks.at(-1);
  if (first === undefined || last === undefined || last.at <= first.at) return undefined;
  return ((last.done - first.done) * 1_000) / (last.at - first.at);
}

/** How fast a release goes and how long it will take, in words. */
export function speedWords(release: ReleaseDocument, speed: number | undefined): string {
  const left = release.decided - doneOf(release);
  const asked = release.rate === undefined ? 'as fast as it goes' : `at most ${count(release.rate)} a second`;
  if (release.state === 'done') return 'Everything in it was carried out.';
  if (release.state === 'paused') return `Paused by ${release.pausedBy ?? 'somebody'}; ${count(left)} left.`;
  if (speed === undefined || speed <= 0) return `Goes ${asked}; ${count(left)} left.`;
  const rate = speed < 10 ? speed.toFixed(1) : count(Math.round(speed));
  return `${rate} a second (${asked}); ${count(left)} left, about ${formatDuration((left / speed) * 1_000)}.`;
}
