// The consultation on a change to the Operator's internal systems, and the chance to join testing: when, and who. Pure.
//
// Those are consulted whom the whole of the change is shared with. A comment is for the Operator, which asked; its writer
// chooses whether the others who are consulted see it, with the Party's name, and they see an answer where they see the comment.
import type { ChangeContent, ChangeState, Consultation } from '@penstock/api';
import { DAY, londonDay, startOfDay, wordsOfDay } from './london.ts';
import { isLive, isPrivate } from './states.ts';

const inWords = (state: ChangeState) => state.replaceAll('_', ' ');
const dayAfter = (day: string) => londonDay(startOfDay(day) + DAY + DAY / 2);

/** Whether comments are taken now, and what there is to say of it. */
export function consultationAt(
  content: ChangeContent,
  state: ChangeState,
  now: number,
): Pick<Consultation, 'state' | 'words' | 'opensOn' | 'closesOn' | 'asks'> {
  const { statement } = content;
  const its = statement.kind === 'internal_system' ? statement.consultation : undefined;
  if (its === undefined) return { state: 'none', words: 'There is no consultation on this change.' };
  const { opensOn, closesOn } = its;
  const said = { opensOn, closesOn, ...(its.words === undefined ? {} : { asks: its.words }) };
  if (now >= startOfDay(dayAfter(closesOn))) {
    return { state: 'closed', words: `Comments were taken until the end of ${wordsOfDay(closesOn)}.`, ...said };
  }
  if (state !== 'assessed' && state !== 'consulted' && state !== 'scheduled') {
    const words = `No comments are taken: the change is ${inWords(state)}.`;
    return { state: isPrivate(state) ? 'not_open' : 'closed', words, ...said };
  }
  if (now < startOfDay(opensOn))
    return { state: 'not_open', words: `Comments are taken from ${wordsOfDay(opensOn)} on.`, ...said };
  return { state: 'open', words: `Comments are taken until the end of ${wordsOfDay(closesOn)}.`, ...said };
}

/** The chance to join testing: until the change is under way. */
export function testingAt(
  { statement }: ChangeContent,
  state: ChangeState,
): { readonly isOffered: boolean; readonly words?: string } {
  const its = statement.kind === 'internal_system' ? statement.testing : undefined;
  if (its === undefined) return { isOffered: false };
  return { isOffered: isLive(state) && state !== 'in_progress', words: its.words };
}
