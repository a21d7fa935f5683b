import type { QuestionState } from '@penstock/api';
import { expect, test } from 'vitest';
import {
  type AskedRow,
  mayDo,
  type QuestionAction,
  type QuestionSide,
  type ReceivedRow,
  stateAt,
  toAsked,
  toMinute,
  toReceived,
} from './questions.ts';

const now = new Date('2026-11-22T12:00:00Z');
const shared = {
  question: '00000000-0000-4000-8000-000000000001',
  words: 'Why?',
  state: 'answered',
  answer: 'By mistake',
  answered_at: new Date('2026-11-22T11:59:41.123Z'),
  agrees: true,
  named_user_id: null,
  named_party: null,
} as const;
const asked: AskedRow = {
  ...shared,
  user_id: '90:b3:d5:1f:30:01:00:00',
  device: '00:db:12:34:56:78:00:01',
  asked_at: new Date('2026-11-22T10:00:01.5Z'),
};
const received: ReceivedRow = {
  ...shared,
  user_id: '90:b3:d5:1f:30:02:00:00',
  day: '2026-11-20',
  sequence: '7',
  asker_role: 'IS',
  received_at: new Date('2026-11-22T10:00:01.5Z'),
};

// what each side is told, field by field: whatever is not here, it is not told
test.each([
  [
    'who asked',
    () => toAsked(asked, now),
    {
      side: 'asked',
      question: shared.question,
      userId: '90-B3-D5-1F-30-01-00-00',
      device: '00-DB-12-34-56-78-00-01',
      askedAt: '2026-11-22T10:00:01.500Z',
      words: 'Why?',
      state: 'answered',
      answer: 'By mistake',
      answeredAt: '2026-11-22T11:59:00.000Z',
      agreesToBeNamed: true,
    },
  ],
  [
    'whom it was put to',
    () => toReceived(received, now),
    {
      side: 'received',
      question: shared.question,
      userId: '90-B3-D5-1F-30-02-00-00',
      position: '2026-11-20/7',
      askerRole: 'IS',
      receivedAt: '2026-11-22T10:00:00.000Z',
      words: 'Why?',
      state: 'answered',
      answer: 'By mistake',
      answeredAt: '2026-11-22T11:59:00.000Z',
      agreesToBeNamed: true,
    },
  ],
  [
    'who asked, when both agreed',
    () => toAsked({ ...asked, named_user_id: received.user_id, named_party: 'Beta' }, now).named,
    { party: 'Beta', userId: '90-B3-D5-1F-30-02-00-00' },
  ],
])('%s is told exactly this', (_, document, told) => {
  expect(document()).toEqual(told);
});

test('each side may do its own, while the question is open; both agree until both are named', () => {
  const states: QuestionState[] = ['open', 'answered', 'declined', 'withdrawn', 'expired'];
  const may = (action: QuestionAction, side: QuestionSide, isNamed = false) =>
    states.filter((state) => mayDo(action, { side, state, isNamed }));
  expect(may('answer', 'received')).toEqual(['open']);
  expect(may('decline', 'received')).toEqual(['open']);
  expect(may('withdraw', 'asked')).toEqual(['open']);
  for (const [action, side] of [
    ['answer', 'asked'],
    ['decline', 'asked'],
    ['withdraw', 'received'],
  ] as const) {
    expect([action, may(action, side)]).toEqual([action, []]);
  }
  for (const side of ['asked', 'received'] as const) {
    expect(may('agree', side)).toEqual(['open', 'answered']);
    expect(may('disagree', side)).toEqual(['open', 'answered']);
    expect(may('disagree', side, true)).toEqual([]);
  }
});

test('a question that nobody answers expires after 30 days; an answered one does not', () => {
  const since = new Date(now.getTime() - 30 * 86_400_000);
  expect(stateAt({ state: 'open', since }, now)).toBe('expired');
  expect(stateAt({ state: 'open', since: new Date(since.getTime() + 1) }, now)).toBe('open');
  expect(stateAt({ state: 'answered', since }, now)).toBe('answered');
  expect(toMinute(new Date('2026-11-22T11:59:59.999Z')).toISOString()).toBe('2026-11-22T11:59:00.000Z');
});
