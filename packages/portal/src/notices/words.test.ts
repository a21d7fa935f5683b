import { noticeKinds } from '@penstock/api/schemas';
import { expect, test } from 'vitest';
import { badgeOf, kindWords, leadOf, unreadWords } from './words.ts';

test('every kind has words and leads somewhere, to the page of the same User', () => {
  expect(noticeKinds.map((kind) => [kindWords[kind], leadOf({ kind, about: '7' }, 'U')])).toEqual([
    [
      'Messages held',
      { words: 'Open the event', to: '/quarantine/$event', params: { event: '7' }, search: { user: 'U' } },
    ],
    [
      'Threshold warning',
      { words: 'Open the threshold', to: '/thresholds', params: {}, search: { user: 'U', open: '7' } },
    ],
    [
      'Signed file',
      { words: 'Open the file', to: '/submissions/$sha256', params: { sha256: '7' }, search: { user: 'U' } },
    ],
    [
      'Release',
      { words: 'Open the release', to: '/submissions/$sha256', params: { sha256: '7' }, search: { user: 'U' } },
    ],
    ['Ways', { words: 'Open the ways', to: '/ways', params: {}, search: {} }],
    ['File not taken in', { words: 'How to deliver', to: '/ways', params: {}, search: { tab: 'guidance' } }],
    ['Export', { words: 'Open the exports', to: '/audit-trail', params: {}, search: { user: 'U', tab: 'exports' } }],
    ['Question', { words: 'Open the questions', to: '/questions', params: {}, search: {} }],
    ['Certificates and officers', { words: 'Open the certificates', to: '/certificates', params: {}, search: {} }],
    [
      'Change',
      { words: 'Open the change', to: '/changes/$change', params: { change: '7' }, search: { tab: 'clashes' } },
    ],
    ['Webhook', { words: 'Open the webhooks', to: '/told', params: {}, search: {} }],
    ['Incident', { words: 'Open the status page', to: '/status', params: {}, search: {} }],
  ]);
});

test('a notice of an incident leads to it', () => {
  const lead = {
    words: 'Open the incident',
    to: '/incidents/$incident',
    params: { incident: 'INC-100001' },
    search: {},
  };
  expect(leadOf({ kind: 'incident', about: 'INC-100001' }, undefined)).toEqual(lead);
});

test('numbers of unread ones are said as far as they are counted', () => {
  expect([0, 1, 1_000].map((count) => unreadWords(count, 1_000))).toEqual([
    'None is unread.',
    '1 unread.',
    '1,000 or more unread.',
  ]);
  expect([1, 99, 100].map(badgeOf)).toEqual(['1', '99', '99+']);
});
