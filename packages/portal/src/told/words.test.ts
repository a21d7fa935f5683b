import { type WebhookDelivery, type WebhookDocument, webhookTypes } from '@penstock/api/schemas';
import { expect, test } from 'vitest';
import { outcomeOf, standingOf, wordsOfType } from './words.ts';

test('every type has words, and what is none is a test', () => {
  expect(new Set(webhookTypes.map(wordsOfType)).size).toBe(webhookTypes.length);
  expect(wordsOfType('webhook.test')).toBe('A test');
});

test('a webhook is on, failing, or off and why', () => {
  const of = (rest: Partial<WebhookDocument>) => standingOf({ isOn: true, ...rest } as WebhookDocument);
  expect([of({}), of({ failingSince: 'x' }), of({ isOn: false }), of({ isOn: false, offWhy: 'gone' })]).toEqual([
    { words: 'On', mark: 'passed' },
    { words: 'Failing', mark: 'warned' },
    { words: 'Turned off', mark: 'deleted' },
    { words: 'Turned off: gone', mark: 'deleted' },
  ]);
});

test('a message was taken, waits, or was dropped', () => {
  const of = (rest: Partial<WebhookDelivery>) => outcomeOf({ tries: 1, ...rest } as WebhookDelivery).words;
  expect([
    of({ state: 'sent', status: 204 }),
    of({ state: 'queued' }),
    of({ state: 'queued', failure: 'HTTP 500', tries: 3 }),
    of({ state: 'dropped', failure: 'the webhook was turned off' }),
  ]).toEqual(['taken (204)', 'waits', 'HTTP 500, 3 tries', 'dropped: the webhook was turned off']);
});
