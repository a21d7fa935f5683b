import type { Choice } from '@penstock/api/schemas';
import { describe, expect, test } from 'vitest';
import { findChoices } from './choices.ts';

const choice = (userId: string, partyId: string, name: string, role: Choice['role'] = 'analyst'): Choice =>
  ({ kind: role === 'service_desk' ? 'operator' : 'user', userId, party: { partyId, name }, role }) as Choice;
const choices = [
  choice('90-B3-D5-1F-30-00-00-02', 'operator', 'The Operator', 'service_desk'),
  choice('90-B3-D5-1F-30-01-00-00', 'ALPH', 'Alpha Energy'),
  choice('90-B3-D5-1F-30-01-00-01', 'ALPH', 'Alpha Energy', 'aro'),
  choice('90-B3-D5-1F-30-02-00-00', 'BETA', 'Beta Power 1'),
];
const idsOf = (text: string) => findChoices(choices, text).shown.map(({ userId }) => userId.slice(-11));

describe('for whom one may act is found', () => {
  test.each([
    ['by nothing: all of them', '  ', ['30-00-00-02', '30-01-00-00', '30-01-00-01', '30-02-00-00']],
    ['by the name of the Party, in any case', 'eNeRgY', ['30-01-00-00', '30-01-00-01']],
    ['by the id of the Party', 'beta', ['30-02-00-00']],
    ['by the User ID', '30-01-00-01', ['30-01-00-01']],
    ['by the User ID without hyphens', '90b3d51f30020000', ['30-02-00-00']],
    ['by all words together', 'alpha aro', ['30-01-00-01']],
    ['as the Operator', 'operator', ['30-00-00-02']],
    ['and whose name contains it comes before whose User ID does', '1', ['30-02-00-00', '30-01-00-00', '30-01-00-01']],
    ['not by a User ID that the Operator has behind the word', '00-00-02', []],
    ['not at all', 'gamma', []],
  ])('%s', (_, text, ids) => {
    expect(idsOf(text)).toEqual(ids);
  });

  test('in the order in which one counts, the Operator first', () => {
    const numbered = ['10', '9', '1'].map((number) => choice('90-B3-D5-1F-30-01-00-00', 'S', `Supplier ${number}`));
    const all = [...numbered, choice('90-B3-D5-1F-30-00-00-02', 'operator', 'The Operator', 'service_desk')];
    const names = findChoices(all, '').shown.map(({ party }) => party.name);
    expect(names).toEqual(['The Operator', 'Supplier 1', 'Supplier 9', 'Supplier 10']);
  });

  test('and of many the first are shown, with how many there are', () => {
    const many = Array.from({ length: 300 }, () => choice('90-B3-D5-1F-30-01-00-00', 'ALPH', 'Alpha Energy'));
    expect(findChoices(many, 'alpha')).toMatchObject({ found: 300, shown: { length: 50 } });
  });
});
