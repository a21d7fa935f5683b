import type { Eui } from '@penstock/duis';
import { describe, expect, test } from 'vitest';
import { ALL_USERS, type CountedMessage, isCounted, Matching } from './matching.ts';

const user = '90-B3-D5-1F-30-01-00-00' as Eui;
const other = '90-B3-D5-1F-30-02-00-00' as Eui;
const request: CountedMessage = {
  direction: 'southbound',
  kind: 'service_request',
  commandVariant: 1,
  srv: '4.1.1',
};
const response: CountedMessage = { ...request, direction: 'northbound', kind: 'response', commandVariant: undefined };
const alert: CountedMessage = { ...response, kind: 'device_alert', srv: undefined };

describe('isCounted', () => {
  test.each([
    ['all', 'sent', [true, false, false]],
    ['all', 'received', [false, true, true]],
    ['all', 'processed', [true, true, true]],
    ['alerts', 'sent', [false, false, false]],
    ['alerts', 'received', [false, false, true]],
    ['alerts', 'processed', [false, false, true]],
    ['4.1.1', 'sent', [true, false, false]],
    ['4.1.1', 'processed', [true, true, false]],
    ['4.1.2', 'processed', [false, false, false]],
  ] as const)('%s %s', (service, direction, expected) => {
    const found = [request, response, alert].map((message) => isCounted({ services: [service], direction }, message));
    expect(found).toEqual(expected);
  });

  test('a critical command counts when it is sent, not when it is transformed', () => {
    const threshold = { services: ['all'], direction: 'sent' } as const;
    const counted = [4, 5, 6, 7].map((commandVariant) => isCounted(threshold, { ...request, commandVariant }));
    expect(counted).toEqual([false, true, true, true]);
  });
});

test('a message counts for its User and for all, each in the order of their numbers', () => {
  const matching = new Matching([
    { id: 9n, owner: user, services: ['all'], direction: 'sent' },
    { id: 3n, owner: user, services: ['4.1.1', '8.2'], direction: 'processed' },
    { id: 4n, owner: other, services: ['all'], direction: 'sent' },
    { id: 7n, owner: ALL_USERS, services: ['4.1.1'], direction: 'sent' },
    { id: 1n, owner: ALL_USERS, services: ['all'], direction: 'received' },
  ]);
  expect(matching.countedBy(user, request)).toEqual({ own: [3n, 9n], shared: [7n] });
  expect(matching.countedBy(other, request)).toEqual({ own: [4n], shared: [7n] });
  expect(matching.countedBy(user, alert)).toEqual({ own: [], shared: [1n] });
  expect(matching.countedBy(user, request)).toBe(matching.countedBy(user, { ...request }));
});
