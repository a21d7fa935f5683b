import { requireEui } from '@penstock/duis';
import { expect, test } from 'vitest';
import { MemoryShares } from './memory-shares.ts';

const user = (number: number) => requireEui(`90-B3-D5-1F-30-01-00-0${number}`);

test('the sessions of a User have one share, and a session that ends gives its part back', () => {
  const shares = new MemoryShares({ ofUser: 10, ofAll: 100 });
  const [one, two] = [shares.open(user(1)), shares.open(user(1))];
  expect([one(6), two(4), two(5)]).toEqual([true, true, false]);
  expect(shares.open(user(2))(10)).toBe(true);
  one(0);
  expect([two(10), two(11)]).toEqual([true, false]);
  two(0);
  expect(shares.total).toBe(10);
});

test('when all hold too much, whoever has more than an equal share gives way, and nobody else', () => {
  const shares = new MemoryShares({ ofUser: 10, ofAll: 12 });
  const [heavy, light] = [shares.open(user(1)), shares.open(user(2))];
  expect([heavy(9), light(3)]).toEqual([true, true]);
  // 13 of 12: six each
  expect(light(4)).toBe(true);
  expect(heavy(9)).toBe(false);
  heavy(0);
  expect(light(10)).toBe(true);
});
