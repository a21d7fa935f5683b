import { expect, test } from 'vitest';
import { Refusals, sourceOf } from './refusals.ts';

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['2001:DB8::1', '2001:db8:0:0'],
  ['2001:db8::', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
])('%s counts as %s', (address, source) => {
  expect(sourceOf(address)).toBe(source);
});

test('twenty are refused in ten minutes, then the address waits; others do not', () => {
  const refusals = new Refusals();
  for (let count = 0; count < 20; count += 1) {
    expect(refusals.isTooMany('192.0.2.1', count)).toBe(false);
    refusals.add('192.0.2.1', count);
  }
  expect(refusals.isTooMany('192.0.2.1', 599_999)).toBe(true);
  expect(refusals.isTooMany('192.0.2.2', 599_999)).toBe(false);
  expect(refusals.isTooMany('192.0.2.1', 600_000)).toBe(false);
  for (let other = 0; other < 10_000; other += 1) refusals.add(`10.0.${other >> 8}.${other & 255}`, 1);
  expect(refusals.isTooMany('192.0.2.1', 1)).toBe(false);
});
