import { type ChangeContent, changeContentSchema, changeStates } from '@penstock/api';
import { expect, test } from 'vitest';
import { consultationAt, testingAt } from './consultation.ts';

const content = (statement: object): ChangeContent =>
  changeContentSchema.parse({ title: 't', statement, affected: {}, windows: [] });
const asked = content({
  kind: 'internal_system',
  consultation: { opensOn: '2026-10-20', closesOn: '2026-10-25', words: 'Is it in your way?' },
  testing: { words: 'A test from May', doneOn: '2026-05-01' },
});
const at = (instant: string) => Date.parse(instant);

test('comments are taken from the begin of the first day in London to the end of the last, through a change of the clocks', () => {
  const stateAt = (instant: string) => consultationAt(asked, 'assessed', at(instant)).state;
  expect(stateAt('2026-10-19T22:59:59Z')).toBe('not_open');
  expect(stateAt('2026-10-19T23:00:00Z')).toBe('open');
  // the last day has 25 hours
  expect(stateAt('2026-10-25T23:59:59Z')).toBe('open');
  expect(stateAt('2026-10-26T00:00:00Z')).toBe('closed');
  expect(consultationAt(asked, 'assessed', at('2026-10-21T00:00Z'))).toEqual({
    state: 'open',
    words: 'Comments are taken until the end of 25 Oct 2026.',
    opensOn: '2026-10-20',
    closesOn: '2026-10-25',
    asks: 'Is it in your way?',
  });
  expect(consultationAt(content({ kind: 'emergency' }), 'scheduled', 0).state).toBe('none');
});

test('and while the change is not under way or over; so is the chance to join testing', () => {
  const now = at('2026-10-21T00:00Z');
  const table = changeStates.map(
    (state) => `${state}: ${consultationAt(asked, state, now).state} ${testingAt(asked, state).isOffered}`,
  );
  expect(table).toEqual([
    'template: not_open false',
    'draft: not_open false',
    'assessed: open true',
    'consulted: open true',
    'shared: closed true',
    'scheduled: open true',
    'in_progress: closed false',
    'done: closed false',
    'backed_out: closed false',
    'cancelled: closed false',
  ]);
  expect(testingAt(content({ kind: 'release' }), 'assessed')).toEqual({ isOffered: false });
});
