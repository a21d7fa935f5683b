import { messageQuerySchema, titleQuerySchema } from '@penstock/api';
import { expect, test } from 'vitest';
import { questionOf, titleQuestionOf } from './audit-rows.ts';

const ofRecord = {
  from: '2026-11-22T00:00:00Z',
  to: '2026-11-23T00:00:00Z',
  device: '00-DB-12-34-56-78-00-05',
  mpxn: '1234567890123',
  srv: '4.1.1',
  kind: 'response',
  code: 'I0',
  request: '90-B3-D5-1F-30-01-00-00:00-DB-12-34-56-78-00-05:1',
} as const;
const { mpxn: _, request: __, ...ofTitles } = ofRecord;

/** What a page is asked with beside its conditions: --user, --limit, and a cursor that nobody types. */
const conditionsOf = ({ shape }: { readonly shape: object }) =>
  Object.keys(shape)
    .filter((name) => !['userId', 'limit', 'cursor'].includes(name))
    .sort();

test('the command line has every condition that the API has, of the record and of titles', () => {
  expect(Object.keys(questionOf(ofRecord)).sort()).toEqual(conditionsOf(messageQuerySchema));
  const { query } = titleQuestionOf({ ...ofTitles, direction: 'northbound' });
  expect(Object.keys(query).sort()).toEqual(conditionsOf(titleQuerySchema));
  expect(messageQuerySchema.safeParse(questionOf(ofRecord)).error).toBeUndefined();
  expect(titleQuerySchema.safeParse(query).error).toBeUndefined();
});

test('a condition that is of titles only is refused of the record, with what to do', () => {
  expect(() => questionOf({ direction: 'southbound' })).toThrow('--direction is of titles');
});
