import type { QuestionDocument } from '@penstock/api/schemas';
import { expect, test } from 'vitest';
import { beginningOf, mayName, namingWords, stateOf } from './words.ts';

const question: QuestionDocument = {
  side: 'asked',
  question: '11111111-1111-4111-8111-111111111111',
  userId: '90-B3-D5-1F-30-01-00-00',
  device: '00-DB-12-34-56-78-00-01',
  words: 'Why was this sent?',
  state: 'open',
  askedAt: '2026-11-22T12:00:00.000Z',
  agreesToBeNamed: false,
};

test('how a question stands is said from the side of its reader', () => {
  expect([
    stateOf(question),
    stateOf({ side: 'received', state: 'open' }),
    stateOf({ side: 'received', state: 'declined' }),
    stateOf({ side: 'asked', state: 'withdrawn' }),
  ]).toEqual(['Waits for an answer', 'To answer', 'You declined', 'You withdrew it']);
});

test('who the other side is is said when both agreed, and nothing of what the other did before', () => {
  const named = { party: 'Beta Energy', userId: '90-B3-D5-1F-30-02-00-00' };
  expect(namingWords(question)).toMatch(/^Neither side is told/);
  expect(namingWords({ ...question, agreesToBeNamed: true })).toMatch(/^You agreed/);
  expect(namingWords({ ...question, state: 'declined' })).toBeUndefined();
  expect(namingWords({ ...question, state: 'answered', named })).toBe(
    'Both agreed to be named: the other is Beta Energy (90-B3-D5-1F-30-02-00-00).',
  );
});

test('a long question is told from others by its beginning', () => {
  expect(beginningOf('Why?\nBecause')).toBe('Why? Because');
  expect(beginningOf('x'.repeat(100))).toBe(`${'x'.repeat(60)}…`);
});

test.each([
  [{ state: 'open' }, true],
  [{ state: 'answered' }, true],
  [{ state: 'expired' }, false],
  [{ state: 'answered', named: { party: 'Beta', userId: 'U' } }, false],
] as const)('being named is agreed to and taken back while it may be: %j %s', (of, may) => {
  expect(mayName({ named: undefined, ...of })).toBe(may);
});
