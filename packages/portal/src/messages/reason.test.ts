import { expect, test } from 'vitest';
import { reasonFault } from './reason.ts';

test('a reason is long enough without the white space around it', () => {
  expect(reasonFault('Call 4711     ')).toBe('Give a reason of at least 10 characters.');
  expect(reasonFault('Call 4711: what is held')).toBeUndefined();
});
