/**
 * What an ADT File changes, as a sentence for each number and span: '1.1.1: quarantine 500 -> 800 a day'. Of the numbers
 * in force, not of rows: a row that was cut in two changes nothing, and what lies before `now` is left out.
 */
import { findSpans } from '../spans/timeline.ts';
import { writeFrom } from '../spans/words.ts';
import type { AdtIdentity } from './adt-file.ts';
import type { AdtDifference } from './compare.ts';
import { type AdtNumber, NO_LIMIT, timelineOf } from './relaxing.ts';

const units: Readonly<Record<string, string>> = {
  P1D: 'a day',
  P7D: 'a week',
  PT1H: 'an hour',
  PT1M: 'a minute',
  PT1S: 'a second',
};
const names: Readonly<Record<string, string>> = { D: 'day', H: 'hour', M: 'minute', S: 'second' };

/** 'a day', 'in 15 minutes', 'in 1 day 12 hours' */
function writePer(period: string): string {
  const unit = units[period];
  if (unit !== undefined) return unit;
  const parts = [...period.matchAll(/(\d+)([DHMS])/g)].map(([, number = '', letter = '']) => {
    return `${number} ${names[letter]}${number === '1' ? '' : 's'}`;
  });
  return `in ${parts.join(' ')}`;
}

/** What is counted: what is sent, unless it says otherwise. */
function writeCounted({ services, direction }: AdtIdentity): string {
  const counted = services === 'all' ? 'all services' : services;
  return direction === 'sent' ? counted : `${counted} ${direction}`;
}

const writeNumber = (number: number): string => (number === NO_LIMIT ? 'none' : String(number));

function wordsOf({ identity, before, after }: AdtDifference, field: AdtNumber, now: string): string[] {
  const spans = findSpans(timelineOf(before, field), timelineOf(after, field), (old, next) => old !== next);
  return spans.flatMap((span) => {
    const when = writeFrom(span, now);
    if (when === undefined) return [];
    const numbers = `${writeNumber(span.before)} -> ${writeNumber(span.after)}`;
    return [`${writeCounted(identity)}: ${field} ${numbers} ${writePer(identity.period)}${when}`];
  });
}

/** In the order of the differences; `now` is an instant of 24 characters. */
export function adtWords(differences: readonly AdtDifference[], now: string): string[] {
  return differences.flatMap((difference) => [
    ...wordsOf(difference, 'quarantine', now),
    ...wordsOf(difference, 'warning', now),
  ]);
}
