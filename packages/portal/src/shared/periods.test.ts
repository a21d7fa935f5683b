import { expect, test } from 'vitest';
import { periodWords, withPeriods } from './periods.ts';

test.each([
  ['P1D', '1 day'],
  ['PT24H', '24 hours'],
  ['PT1H30M', '1 hour 30 minutes'],
  ['PT1S', '1 second'],
])('%s is %s', (period, words) => {
  expect(periodWords(period)).toBe(words);
});

test.each([
  ['more than 300 (4.1.1) sent within PT1H: threshold 1', 'more than 300 (4.1.1) sent within 1 hour: threshold 1'],
  ['within P1DT12H, and within PT10M', 'within 1 day 12 hours, and within 10 minutes'],
  ['a PTX, a P, XPT1H and P-1 stay', 'a PTX, a P, XPT1H and P-1 stay'],
])('%j is told as %j', (sentence, told) => {
  expect(withPeriods(sentence)).toBe(told);
});
