// The mediation of a clash: which of the three has what of a message. Pure.
//
// What always holds: what one side has is made of what it wrote, what the Operator wrote to it, and what the other side chose to
// show it; numbers are its own, a time of the other side's is told to the minute, and a person of the other side never is.
import type { MediationMessage } from '@penstock/api';
import type { Clash, Reason } from './clashes.ts';
import { clashesFor, type KeptChange } from './sharing.ts';

export const parties = ['first', 'second'] as const;
export type Party = (typeof parties)[number];
export type Sender = 'operator' | Party;
export type ShownTo = NonNullable<MediationMessage['shownTo']>;

export interface Said {
  readonly sender: Sender;
  readonly at: Date;
  /** The person, or machine. */
  readonly by: string;
  /** The name of the sender's Party. */
  readonly party: string;
  readonly words: string;
  /** As the sender says it; undefined: what it does not choose. */
  readonly shownTo: ShownTo | undefined;
  readonly isNamed: boolean;
}

/** A message as one of the three has it. */
export interface Copy extends Omit<MediationMessage, 'number' | 'at'> {
  readonly to: Sender;
  readonly at: Date;
}

const MINUTE = 60_000;
const toMinute = (at: Date) => new Date(Math.floor(at.getTime() / MINUTE) * MINUTE);
const otherThan = (party: Party): Party => (party === 'first' ? 'second' : 'first');

/** To whom a sender may show something; the first is what it does not choose. */
const choices = { operator: ['both', 'first', 'second'], party: ['nobody', 'other'] } as const;

/** Whom a message is shown to besides its sender and the Operator; undefined for a choice that is not the sender's. */
export function shownToOf({ sender, shownTo }: Pick<Said, 'sender' | 'shownTo'>): ShownTo | undefined {
  const may: readonly ShownTo[] = choices[sender === 'operator' ? 'operator' : 'party'];
  return shownTo === undefined ? may[0] : may.find((each) => each === shownTo);
}

/** The copies of a message, one for each who has it. */
export function copiesOf(said: Said): Copy[] {
  const { sender, at, by, party, words } = said;
  const shownTo = shownToOf(said) ?? 'nobody';
  if (sender === 'operator') {
    const isOfBoth = shownTo === 'both';
    return [
      { to: 'operator', from: 'operator', at, by, words, shownTo },
      ...parties
        .filter((each) => isOfBoth || each === shownTo)
        .map((to): Copy => ({ to, from: 'operator', at, words, shownTo: isOfBoth ? 'both' : 'nobody' })),
    ];
  }
  const isShown = shownTo === 'other';
  const isNamed = isShown && said.isNamed;
  const whole = { at, by, words, shownTo, isNamed };
  return [
    { to: 'operator', from: sender, party, ...whole },
    { to: sender, from: 'you', ...whole },
    ...(isShown
      ? [{ to: otherThan(sender), from: 'other', at: toMinute(at), words, ...(isNamed ? { party } : {}) } as const]
      : []),
  ];
}

/** On what a change clashes with another, in its own words, whatever the other shares. */
export function reasonsFor(mine: KeptChange, clash: Clash): readonly Reason[] {
  const reader = { kind: 'user', userIds: [mine.owner.userId] } as const;
  return clashesFor(mine, [clash], { kept: new Map(), reader }).flatMap((told) =>
    told.kind === 'change' ? told.reasons : [],
  ) as readonly Reason[];
}
