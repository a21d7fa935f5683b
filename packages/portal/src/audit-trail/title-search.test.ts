import { expect, test } from 'vitest';
import { countTitleConditions, readTitleForm, titleFormOf, titleQueryOf, titleSearchSchema } from './title-search.ts';

const parse = (fields: object) => titleSearchSchema.parse(fields);

test('an address, the form and the question say the same', () => {
  const search = parse({ from: '2026-07-01T10:00:00.000Z', srv: '4.1.1', direction: 'northbound', code: 'E21' });
  const form = titleFormOf(search, 'Europe/London');
  expect(form).toMatchObject({ from: '2026-07-01T11:00:00', to: '', srv: '4.1.1', kind: '' });
  const read = readTitleForm(form, 'Europe/London');
  expect(Object.values(read.faults).filter((fault) => fault !== undefined)).toEqual([]);
  expect(parse(read.search)).toEqual(search);
  expect(countTitleConditions(search)).toBe(4);
  expect(titleQueryOf(search)).toMatchObject({ serviceReferenceVariant: '4.1.1', direction: 'northbound' });
});

test('what is wrong is said; what means nothing in an address is left out', () => {
  const form = { ...titleFormOf({}, 'UTC'), from: '2026-02-02T00:00', to: '2026-02-01T00:00', srv: 'seven' };
  const { faults } = readTitleForm(form, 'UTC');
  expect([faults.to, faults.srv]).toEqual([
    '"Before" must be later than "From".',
    'Enter a service as numbers with points, such as 4.1.1.',
  ]);
  expect(parse({ code: 'x'.repeat(201), kind: '' })).toEqual({});
  expect(titleFormOf({ from: 'yesterday' }, 'UTC').from).toBe('');
});
