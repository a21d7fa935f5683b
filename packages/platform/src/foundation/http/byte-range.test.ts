import { expect, test } from 'vitest';
import { readRange } from './byte-range.ts';

test.each([
  [undefined, 'all'],
  ['bytes=0-', { from: 0, to: 99 }],
  ['bytes=40-', { from: 40, to: 99 }],
  ['bytes=40-49', { from: 40, to: 49 }],
  ['bytes=40-4000', { from: 40, to: 99 }],
  ['bytes=-10', { from: 90, to: 99 }],
  ['bytes=-1000', { from: 0, to: 99 }],
  ['bytes=100-', 'none'],
  ['bytes=-0', 'none'],
  ['bytes=50-40', 'all'],
  ['bytes=0-1,5-6', 'all'],
  ['rows=0-1', 'all'],
  ['bytes=-', 'all'],
  ['bytes=99999999999999999999-', 'all'],
])('%s', (header, expected) => expect(readRange(header, 100)).toEqual(expected));

test('an empty file has no part', () => {
  expect(readRange('bytes=0-', 0)).toBe('none');
  expect(readRange('bytes=-5', 0)).toBe('none');
});
