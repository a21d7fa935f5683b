import type { MediationMessage, MediationThread } from '@penstock/api/schemas';
import { expect, test } from 'vitest';
import { byWhom, dayInWords, fileFault, seenBy, shownWords, sizeInWords, writerOf } from './talk-words.ts';

const id = '00000000-0000-4000-8000-000000000000';
const common = { mediation: id, state: 'open' as const, openedAt: '2026-11-22T10:00:00Z', reasons: [] };
const party: MediationThread['mediation'] = { side: 'party', ...common, change: id, title: 'Mine' };
const owner = (name: string) => ({ userId: '90-B3-D5-1F-30-01-00-00', party: name });
const operator: MediationThread['mediation'] = {
  side: 'operator',
  ...common,
  openedBy: 'Operator',
  changes: ['Alpha', 'Beta'].map((name) => ({ change: id, title: name, owner: owner(name), isSuspended: false })),
};
const message = (rest: Partial<MediationMessage>): MediationMessage => ({
  number: 1,
  at: '2026-11-22T10:00:00Z',
  from: 'operator',
  words: 'w',
  ...rest,
});

test('who wrote a message, and who else has it, as its reader is told', () => {
  const by = '90-B3-D5-1F-30-01-00-00 (ann@alpha.example)';
  const told = (mediation: MediationThread['mediation'], rest: Partial<MediationMessage>) =>
    `${writerOf(mediation, message(rest))}: ${shownWords(mediation, message(rest))}`;
  expect([
    told(party, { from: 'you', by, shownTo: 'nobody' }),
    told(party, { from: 'you', by: '90-B3-D5-1F-30-01-00-00', shownTo: 'other', isNamed: true }),
    told(party, { from: 'other' }),
    told(party, { from: 'other', party: 'Beta' }),
    told(party, { shownTo: 'both' }),
    told(party, { shownTo: 'nobody' }),
    told(operator, { by: 'Operator (bob@operator.example)', shownTo: 'second' }),
    told(operator, { from: 'first', by, shownTo: 'other', isNamed: false }),
  ]).toEqual([
    'You (ann@alpha.example): To the Operator alone',
    'You: Shown to the other side, with the name',
    'The other side: Shown to you; its time is told to the minute',
    'The other side, Beta: Shown to you; its time is told to the minute',
    'The Operator: To both sides',
    'The Operator: To you alone',
    'The Operator (bob@operator.example): To Beta alone',
    'Alpha (ann@alpha.example): Shown to the other side, without a name',
  ]);
  expect([byWhom(by), byWhom('Operator'), byWhom(undefined)]).toEqual([', by ann@alpha.example', '', '']);
});

test('who sees a comment, and what a file is, in words', () => {
  const comment = { comment: id, writer: owner('Alpha'), at: '', version: 1, words: 'w' } as const;
  expect(seenBy({ ...comment, isYours: true, sharing: 'operator' })).toBe('Seen by you and the Operator');
  expect(seenBy({ ...comment, isYours: false, sharing: 'operator' })).toBe('Seen by this Party and the Operator');
  expect(seenBy({ ...comment, isYours: true, sharing: 'everybody' })).toBe('Seen by everybody who sees this change');
  expect([1, 12, 21_877, 1_250_000].map(sizeInWords)).toEqual(['1 byte', '12 bytes', '22 kB', '1.3 MB']);
  expect(dayInWords('2026-12-01')).toBe('1 Dec 2026');
});

test('what is wrong with a file is told before it is sent', () => {
  expect(fileFault(null)).toBe('Choose the file.');
  expect(fileFault({ name: 'a.pdf', size: 0 })).toMatch(/empty/);
  expect(fileFault({ name: 'a.pdf', size: 10_000_001 })).toBe('The file has 10.0 MB. A file may have 10 MB.');
  expect(fileFault({ name: 'a.pdf.exe', size: 1 })).toMatch(/^Choose a file whose name ends in \.pdf, /);
  expect(fileFault({ name: 'a:b.pdf', size: 1 })).toMatch(/^Rename the file/);
  expect(fileFault({ name: 'PLAN.PDF', size: 10_000_000 })).toBeUndefined();
});
