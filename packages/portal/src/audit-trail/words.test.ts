import type { TitleSwitchDocument } from '@penstock/api/schemas';
import { expect, test } from 'vitest';
import { askedWords, historyOf, roleBesideParty, senderWords, whyWords } from './words.ts';

test('who sent a request: you, a role, a Party where it is shown, or nobody knows', () => {
  expect(senderWords({ isYou: true, role: 'IS' }, false)).toBe('You');
  expect(senderWords({ isYou: true, role: 'IS' }, true)).toBe('This User');
  expect(senderWords({ isYou: false, role: 'IS' }, false)).toBe('An electricity import supplier');
  expect(senderWords({ isYou: false }, false)).toBe('Somebody whose role is not known');
  const party = { isYou: false, role: 'GS', party: 'Larkspur Power' } as const;
  expect([senderWords(party, false), roleBesideParty(party)]).toEqual(['Larkspur Power', 'a gas supplier']);
  expect(roleBesideParty({ isYou: false, role: 'GS' })).toBeUndefined();
});

test('why a title is shown', () => {
  const since = '2026-03-01T00:00:00.000Z';
  const of = (basis: 'responsible' | 'history' | 'network_operator', role: 'IS' | 'ED', isOperator = false) => {
    const { words, dated } = whyWords({ basis, role, userId: 'x', since }, isOperator);
    return `${words}, ${dated}`;
  };
  expect(of('responsible', 'IS')).toBe('You were its import supplier then, since');
  expect(of('responsible', 'IS', true)).toBe('The User was its import supplier then, since');
  expect(of('history', 'IS')).toBe('From before you became its import supplier, on');
  expect(of('history', 'ED')).toBe('From before it was on your network, on');
  expect(of('network_operator', 'ED', true)).toBe('It was on the User’s network then, since');
});

test('what was asked', () => {
  expect(askedWords('')).toBe('The newest');
  expect(askedWords('code=E21 kind=response')).toBe('code=E21, kind=response');
  expect(askedWords('export')).toBe('All of it as a file');
  expect(askedWords(`file of export ${'ab'.repeat(16)}`)).toBe('A file that was made before');
  expect(askedWords('export code=E21')).toBe('As a file: code=E21');
  expect(askedWords('erratic devices')).toBe('Erratic devices');
  expect(askedWords('export erratic devices')).toBe('Erratic devices, as a file');
  expect(askedWords('timeline from=a to=b, further')).toBe('The timeline: from=a, to=b, further');
  expect(askedWords('causes of 2026-11-22/7')).toBe('What may have caused the alert 2026-11-22/7');
});

test('the settings of a switch: what holds, what is to come with the next first, what held before', () => {
  const at = (validFrom: string, value: string): TitleSwitchDocument => ({ switch: 'sender', value, validFrom });
  const items: TitleSwitchDocument[] = [
    at('2027-02-01T00:00:00Z', 'role'),
    at('2027-01-01T00:00:00Z', 'party'),
    at('2026-02-01T00:00:00Z', 'role'),
    at('2026-01-01T00:00:00Z', 'party'),
    { switch: 'sender', value: 'role' },
    { switch: 'history', value: 'shown' },
  ];
  const { now, planned, past } = historyOf(items, 'sender', Date.parse('2026-06-01T00:00:00Z'));
  expect([now, planned, past]).toEqual([items[2], [items[1], items[0]], [items[3], items[4]]]);
  expect(historyOf(items, 'history', 0)).toEqual({ now: items[5], planned: [], past: [] });
});
