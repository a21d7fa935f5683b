import { expect, test } from 'vitest';
import { momentsOf, sideBySide, timesOf } from './timeline.ts';

const others = { before: timesOf([5, 3, 9]), filling: timesOf([4]), waiting: timesOf([]) };
const told = {
  isAnnounced: true,
  others,
  moments: momentsOf([
    { step: 'planned', at: 8_000, words: 'It is announced.' },
    { step: 'blocked', at: 10_000, words: 'The route is blocked.' },
    { step: 'waiting', at: 30_000, words: '200 messages wait.' },
    { step: 'cause', at: 45_400, words: 'It names first a change of the User, and how it is backed out by its owner.' },
  ]),
};
const untold = {
  isAnnounced: false,
  others,
  moments: momentsOf([
    { step: 'blocked', at: 70_000, words: 'The route is blocked.' },
    { step: 'cause', at: 105_000, words: 'It names no change.' },
  ]),
};

test('two scenes stand side by side, each step beside the same step, by seconds from the block', () => {
  const lines = sideBySide([told, untold]);
  const columns = lines.map((line) => [line.slice(0, 60).trimEnd(), line.slice(62)]);
  expect(columns.slice(0, 7)).toEqual([
    ['The change was announced', 'Nobody was told of it'],
    ['-'.repeat(60), '-'.repeat(60)],
    ['-2 s    It is announced.', ''],
    ['+0 s    The route is blocked.', '+0 s    The route is blocked.'],
    ['+35 s   It names first a change of the User, and how it is', '+35 s   It names no change.'],
    ['        backed out by its owner.', ''],
    ['+20 s   200 messages wait.', ''],
  ]);
  expect(lines.at(-3)).toContain('before   5 ms (median), 9 ms at most, of 3 messages');
  expect(lines.at(-1)).toContain('waiting  no messages');
});
