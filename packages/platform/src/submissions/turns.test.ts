import { requireEui } from '@penstock/duis';
import { expect, test } from 'vitest';
import { MOST_TRIES, pauseAfter, Turns } from './turns.ts';

const users = ['90-B3-D5-1F-30-01-00-00', '90-B3-D5-1F-30-02-00-00', '90-B3-D5-1F-30-03-00-00'].map(requireEui);

test('a User waits for one file of each other, however many theirs are and whenever they came', () => {
  const turns = new Turns();
  const backlog = users.map((userId, user) => ({ userId, left: user === 0 ? 1_000 : 3, at: new Date(user) }));
  const served: number[] = [];
  for (let round = 0; round < 12; round++) {
    const files = backlog.filter(({ left }) => left > 0).map((one) => ({ ...one, receivedAt: one.at }));
    const [first] = turns.inOrder(files);
    if (first === undefined) break;
    turns.had(first.userId);
    const whose = backlog.find(({ userId }) => userId === first.userId);
    if (whose !== undefined) whose.left--;
    served.push(users.indexOf(first.userId));
  }
  expect(served).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 0, 0]);
});

test('pauses grow and have a bound, and all of them last a quarter of an hour', () => {
  const pauses = Array.from({ length: MOST_TRIES - 1 }, (_, index) => pauseAfter(index + 1));
  expect(pauses).toEqual([10, 30, 90, 270, 600]);
  expect(pauseAfter(30)).toBe(600);
});
