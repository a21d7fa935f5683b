// A question in words, and what its reader may do with it. Pure.
import type { QuestionDocument, QuestionState } from '@penstock/api/schemas';

export const sides = ['received', 'asked'] as const;
export type Side = (typeof sides)[number];

const stateWords: Readonly<Record<Side, Readonly<Record<QuestionState, string>>>> = {
  received: {
    open: 'To answer',
    answered: 'You answered',
    declined: 'You declined',
    withdrawn: 'Withdrawn',
    expired: 'Not answered in time',
  },
  asked: {
    open: 'Waits for an answer',
    answered: 'Answered',
    declined: 'Declined',
    withdrawn: 'You withdrew it',
    expired: 'Not answered in time',
  },
};

export const stateOf = ({ side, state }: Pick<QuestionDocument, 'side' | 'state'>): string => stateWords[side][state];

/** Of the marks of portal.css. */
export const stateMarks: Readonly<Record<QuestionState, 'warned' | 'passed' | 'deleted'>> = {
  open: 'warned',
  answered: 'passed',
  declined: 'deleted',
  withdrawn: 'deleted',
  expired: 'deleted',
};

/** What is known of who the other side is, and of being named. */
export function namingWords({ named, agreesToBeNamed, state }: QuestionDocument): string | undefined {
  if (named !== undefined) return `Both agreed to be named: the other is ${named.party} (${named.userId}).`;
  if (!mayName({ named, state })) return undefined;
  return agreesToBeNamed
    ? 'You agreed to be named. Each side is told who the other is when both have agreed.'
    : 'Neither side is told who the other is, unless both agree.';
}

const BEGINNING = 60;

/** Enough of what was written to tell one question from another. */
export function beginningOf(words: string): string {
  const line = words.replaceAll(/\s+/g, ' ');
  return line.length > BEGINNING ? `${line.slice(0, BEGINNING)}…` : line;
}

/** What both agreed to is not taken back. */
export function mayName({ named, state }: Pick<QuestionDocument, 'named' | 'state'>): boolean {
  return named === undefined && (state === 'open' || state === 'answered');
}
