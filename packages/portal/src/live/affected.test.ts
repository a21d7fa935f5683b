import { expect, test } from 'vitest';
import { isAffected, isLong } from './affected.ts';

const alpha = '90-B3-D5-1F-30-01-00-00';
const beta = '90-B3-D5-1F-30-02-00-00';

test('a change asks again what is about it, and of whom', () => {
  const ofBeta = [{ for: 'operator', topic: 'messages', userIds: [beta] }] as const;
  const changes = ofBeta.map((change) => ({ ...change, userIds: [...change.userIds] }));
  expect(isAffected({ topics: ['streams', 'messages'] }, changes)).toBe(true);
  expect(isAffected({ topics: ['messages'], userId: beta }, changes)).toBe(true);
  expect(isAffected({ topics: ['messages'], userId: alpha }, changes)).toBe(false);
  expect(isAffected({ topics: ['streams'] }, changes)).toBe(false);
  expect(isAffected(undefined, changes)).toBe(false);
});

test('of many Users none is named; after a gap everything live is asked', () => {
  expect(isAffected({ topics: ['messages'], userId: alpha }, [{ for: 'operator', topic: 'messages' }])).toBe(true);
  expect(isAffected({ topics: ['people'], userId: alpha }, 'everything')).toBe(true);
  expect(isAffected(undefined, 'everything')).toBe(false);
});

test('a list of which more than a thousand rows are loaded stands still; one page never does', () => {
  const page = (rows: number) => ({ items: Array.from({ length: rows }) });
  expect(isLong({ pages: [page(500), page(500)] })).toBe(false);
  expect(isLong({ pages: [page(500), page(501)] })).toBe(true);
  expect(isLong({ pages: [page(5_000)] })).toBe(false);
  expect(isLong({ pages: [{}, {}] })).toBe(false);
  expect([isLong(undefined), isLong({ items: [] }), isLong('pages')]).toEqual([false, false, false]);
});
