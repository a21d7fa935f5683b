// Questions about titles: who may do what with one, and what each side is told. Pure.
//
// What always holds: the side that asked never learns who sent the message, and the other never who asks, until both agreed
// to be named; that one side agreed is not told to the other before. What a side is told has no time finer than a minute of
// what the other did, and nothing that two questions to one sender share.
import type { AskedQuestion, QuestionState, ReceivedQuestion } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';

/** What nobody answered by then is not answered any more. */
export const QUESTION_DAYS = 30;
/** Of one User ID. There is no bound of what is put to one: a refusal by it would tell two senders apart. */
export const MOST_OPEN_QUESTIONS = 50;
export const MOST_QUESTIONS_A_DAY = 100;

const DAY = 86_400_000;

/** Since when a question that is not answered is open still. */
export function openSince(now: Date): Date {
  return new Date(now.getTime() - QUESTION_DAYS * DAY);
}

export function stateAt(row: { state: Exclude<QuestionState, 'expired'>; since: Date }, now: Date): QuestionState {
  return row.state === 'open' && row.since <= openSince(now) ? 'expired' : row.state;
}

export type QuestionAction = 'answer' | 'decline' | 'withdraw' | 'agree' | 'disagree';
export type QuestionSide = 'asked' | 'received';

/** Whether a side may do it; `isNamed`: both have agreed already. */
export function mayDo(
  action: QuestionAction,
  { side, state, isNamed }: { side: QuestionSide; state: QuestionState; isNamed: boolean },
): boolean {
  if (action === 'answer' || action === 'decline') return side === 'received' && state === 'open';
  if (action === 'withdraw') return side === 'asked' && state === 'open';
  return !isNamed && (state === 'open' || state === 'answered');
}

/** The minute in which it was. */
export function toMinute(instant: Date): Date {
  return new Date(Math.floor(instant.getTime() / 60_000) * 60_000);
}

interface SharedRow {
  readonly question: string;
  readonly user_id: string;
  readonly words: string;
  readonly state: Exclude<QuestionState, 'expired'>;
  readonly answer: string | null;
  readonly answered_at: Date | null;
  readonly agrees: boolean;
  readonly named_user_id: string | null;
  /** The Party of named_user_id. */
  readonly named_party: string | null;
}
export interface AskedRow extends SharedRow {
  readonly device: string;
  readonly asked_at: Date;
}
export interface ReceivedRow extends SharedRow {
  readonly day: string;
  readonly sequence: string;
  readonly asker_role: ReceivedQuestion['askerRole'];
  readonly received_at: Date;
}

function toShared(row: SharedRow, since: Date, now: Date) {
  const { named_user_id: userId, named_party: party } = row;
  return {
    question: row.question,
    userId: requireEui(row.user_id),
    words: row.words,
    state: stateAt({ state: row.state, since }, now),
    ...(row.answer === null ? {} : { answer: row.answer }),
    ...(row.answered_at === null ? {} : { answeredAt: toMinute(row.answered_at).toISOString() }),
    agreesToBeNamed: row.agrees,
    ...(userId === null || party === null ? {} : { named: { party, userId: requireEui(userId) as Eui } }),
  };
}

export function toAsked(row: AskedRow, now: Date): AskedQuestion {
  return {
    side: 'asked',
    ...toShared(row, row.asked_at, now),
    device: requireEui(row.device),
    askedAt: row.asked_at.toISOString(),
  };
}

export function toReceived(row: ReceivedRow, now: Date): ReceivedQuestion {
  return {
    side: 'received',
    ...toShared(row, row.received_at, now),
    position: `${row.day}/${row.sequence}`,
    askerRole: row.asker_role,
    receivedAt: toMinute(row.received_at).toISOString(),
  };
}
