import { expect, test } from 'vitest';
import { splitInstants } from './instants-in-words.ts';

test.each([
  ['Nothing is said of a time.', ['Nothing is said of a time.']],
  [
    'Outage since 3 July 2026 at 09:05 UTC: x. It ends on 22 November 2026 at 23:59 UTC.',
    ['Outage since ', { at: '2026-07-03T09:05:00.000Z' }, ': x. It ends on ', { at: '2026-11-22T23:59:00.000Z' }, '.'],
  ],
  ['from 33 July 2026 at 09:05 UTC on', ['from 33 July 2026 at 09:05 UTC on']],
  ['on 3 July 2026 at 09:05 of London', ['on 3 July 2026 at 09:05 of London']],
])('%s', (words, parts) => {
  expect(splitInstants(words)).toEqual(parts);
});
