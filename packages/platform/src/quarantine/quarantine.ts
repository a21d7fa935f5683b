// Quarantine: what becomes of messages that were held (thresholds/ and messages/ hold them).
//
// What it does: it keeps the officers' decisions (decisions-store.ts), carries them out (release.ts), tells the User of
// each held message by an alert (alerts.ts), and keeps the events' workflow, notes, notices and reports. What it does
// not: it reads no file and verifies no officer's signature; submissions/ does, and is the only caller of `decide`.
//
// What always holds: a held message leaves only by a decision that an officer signed, with the bytes that were verified
// when it came, once, and only while its signer and its rights still hold. A message has one decision; of two files that
// race one wins. Nothing is released by a timeout.
import type { QuarantineState } from '@penstock/api';
import type { Eui } from '@penstock/duis';
import { isOperatorAuthor } from '../foundation/author.ts';
import { PenstockError } from '../foundation/errors.ts';

/** What an officer may decide. */
export type HeldAction = 'process' | 'delete';

/** A held message as its rights are judged by. */
export interface HeldRights {
  readonly direction: 'southbound' | 'northbound';
  readonly userId: Eui;
  readonly srv: string | undefined;
  readonly commandVariant: number | undefined;
  readonly target: Eui;
  /** First 63 bits of the fingerprint of the certificate that signed it. */
  readonly signer: bigint | undefined;
}

/** Why a message cannot be released: a registered code, and what is wrong in words. */
export interface RightsRefusal {
  readonly code: string;
  readonly detail: string;
}

/** What is known of an event when its state is to change. */
export interface EventFacts {
  readonly state: QuarantineState;
  readonly cause: string | undefined;
  readonly undecided: bigint;
  /** Whether a release that holds decisions of it is not done. */
  readonly isReleasing: boolean;
}

/** Why an event cannot go into a state that a person asks for; undefined when it can. */
export function stateFault(facts: EventFacts, wanted: QuarantineState): string | undefined {
  if (facts.state === wanted) return undefined;
  switch (wanted) {
    case 'investigating':
      return facts.state === 'open' ? undefined : `it is ${facts.state} already`;
    case 'resolved':
      if (facts.undecided > 0n) return `${facts.undecided} held messages are undecided`;
      if (facts.isReleasing) return 'the release of its messages is not done';
      return facts.cause === undefined ? 'it needs a cause' : undefined;
    default:
      return `an event becomes ${wanted} by itself`;
  }
}

/** @throws PenstockError 'quarantine.state' */
export function requireState(facts: EventFacts, wanted: QuarantineState): void {
  const fault = stateFault(facts, wanted);
  if (fault !== undefined) throw new PenstockError('quarantine.state', { detail: fault, where: 'state' });
}

/** How a release begins; what is left out: at once, as fast as it goes. */
export interface ReleaseStart {
  readonly pausedBy?: string | undefined;
  readonly rate?: { readonly perSecond: number; readonly by: string } | undefined;
}

/** What is asked of a release; a rate of null is none. */
export interface ReleaseChange {
  readonly state?: 'running' | 'paused' | undefined;
  readonly rate?: number | null | undefined;
}

/** A release as far as it can be switched. */
export interface ReleaseSwitches {
  readonly rate: number | null;
  /** Undefined: it runs. */
  readonly pausedBy: string | undefined;
}

/** What a change changed, in the words that are recorded: what was so already is not recorded again. */
export function wordsOfChange(before: ReleaseSwitches, after: ReleaseSwitches): string[] {
  return [
    ...(after.rate === before.rate ? [] : [`rate ${after.rate ?? 'none'}`]),
    ...(after.pausedBy === before.pausedBy ? [] : [after.pausedBy === undefined ? 'resumed' : 'paused']),
  ];
}

/** By whom a release is paused after a change by `author`: the Operator's pause stays the Operator's. */
function pausedByAfter(pausedBy: string | undefined, change: ReleaseChange, author: string): string | undefined {
  if (change.state === undefined) return pausedBy;
  const isOperators = pausedBy !== undefined && isOperatorAuthor(pausedBy);
  if (change.state === 'paused') return isOperators ? pausedBy : author;
  if (isOperators && !isOperatorAuthor(author)) {
    throw new PenstockError('quarantine.release-paused', { where: 'state' });
  }
  return undefined;
}

/** @throws PenstockError 'quarantine.release-paused' when the Operator paused it and somebody else resumes it */
export function switched(before: ReleaseSwitches, change: ReleaseChange, author: string): ReleaseSwitches {
  return {
    rate: change.rate === undefined ? before.rate : change.rate,
    pausedBy: pausedByAfter(before.pausedBy, change, author),
  };
}
