import { requireEui } from '@penstock/duis';
import { expect, test } from 'vitest';
import { PendingChanges, rightOfTopic, SeenChanges, type View, withFollowing } from './events.ts';

const alpha = requireEui('90-B3-D5-1F-30-01-00-00');
const beta = requireEui('90-B3-D5-1F-30-02-00-00');
const topics = new Set(['messages', 'quarantine', 'directory'] as const);
const ofAlpha: View = { acting: alpha, role: 'analyst', topics };
const ofOperator: View = { acting: 'operator', role: 'service_desk', topics };

test('each view is told of its own, and the Operator whose it is', () => {
  const pending = new PendingChanges([ofAlpha, ofOperator]);
  pending.add({ topic: 'quarantine', userId: beta });
  pending.add({ topic: 'quarantine', userId: alpha });
  pending.add({ topic: 'quarantine', userId: alpha });
  pending.add({ topic: 'people', userId: alpha });
  pending.add({ topic: 'directory', userId: undefined });
  expect(pending.take()).toEqual([
    { for: 'operator', topic: 'quarantine', userIds: [beta, alpha] },
    { for: 'operator', topic: 'directory' },
    { for: alpha, topic: 'quarantine' },
    { for: alpha, topic: 'directory' },
  ]);
  expect(pending.isEmpty).toBe(true);
});

test('however much is added, what is kept is bounded', () => {
  const pending = new PendingChanges([ofOperator]);
  for (let user = 0; user < 100_000; user += 1) {
    const digits = user.toString(16).padStart(8, '0').toUpperCase().match(/../g) ?? [];
    pending.add({ topic: 'messages', userId: requireEui(['00', '00', '00', '00', ...digits].join('-')) });
  }
  expect(pending.take()).toEqual([{ for: 'operator', topic: 'messages' }]);
});

test('what a look finds again is not told again, until it changes', () => {
  const seen = new SeenChanges();
  const row = { topic: 'releases', userId: alpha, key: 'a', mark: '1' } as const;
  expect(seen.news([row])).toEqual([row]);
  expect(seen.news([row])).toEqual([]);
  expect(seen.news([{ ...row, userId: beta }, row])).toHaveLength(1);
  expect(seen.news([{ ...row, mark: '2' }])).toHaveLength(1);
});

test('what arrives waits on the streams, which some may see who see no record', () => {
  expect(withFollowing([{ topic: 'messages', userId: alpha }]).map(({ topic }) => topic)).toEqual([
    'messages',
    'streams',
  ]);
  expect(rightOfTopic.messages).toBe('record.see');
});
