import type { ExportDocument } from '@penstock/api/schemas';
import { expect, test } from 'vitest';
import { conditionWords, countWords, exportWords, sizeWords } from './export-words.ts';

const one: ExportDocument = {
  userId: '90-B3-D5-1F-30-01-00-00',
  export: 'ab'.repeat(16),
  of: 'messages',
  format: 'csv',
  conditions: {},
  state: 'waiting',
  requestedAt: '2026-11-22T12:00:00.000Z',
  author: 'ann@supplier.example',
  rows: 0,
  bytes: 0,
  days: { done: 0, all: 31 },
};

test('how an export stands is said with how far it is', () => {
  expect([
    exportWords(one),
    exportWords({ ...one, state: 'running', days: { done: 12, all: 31 } }),
    exportWords({ ...one, state: 'running', days: { done: 0, all: 1 } }),
    exportWords({ ...one, state: 'done' }),
    exportWords({ ...one, state: 'cancelled' }),
    exportWords({ ...one, state: 'failed' }),
  ]).toEqual([
    'Waits for its turn',
    'Being made: 12 of 31 days',
    'Being made: 0 of 1 day',
    'Ready',
    'Cancelled',
    'Not made',
  ]);
});

test('what was asked for is said in the words of the filter, without the times', () => {
  expect(conditionWords(one)).toBe('All messages');
  expect(
    conditionWords({
      of: 'messages',
      conditions: {
        from: '2026-11-01T00:00:00.000Z',
        to: '2026-11-22T12:00:00.000Z',
        kind: 'device_alert',
        code: '8F52',
        serviceReferenceVariant: '4.1.1',
      },
    }),
  ).toBe('Kind: Device alert; Service: 4.1.1; Code: 8F52');
  expect(conditionWords({ of: 'messages', conditions: { mpxn: '1000000000001' } })).toBe('MPxN: 1000000000001');
  const device = '00-DB-12-34-56-78-00-02';
  expect(conditionWords({ of: 'titles', conditions: { device } })).toBe(`Titles of ${device}`);
  expect(conditionWords({ of: 'titles', conditions: { device, direction: 'northbound', code: 'I0' } })).toBe(
    `Titles of ${device}; Direction: From the device; Code: I0`,
  );
  expect([countWords({ of: 'titles', rows: 1 }), countWords(one)]).toEqual(['1 title', '0 messages']);
});

test.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1_500, '1.5 kB'],
  [2_340_000, '2.3 MB'],
  [12_000_000_000_000, '12,000 GB'],
])('%d bytes are %s', (bytes, words) => {
  expect(sizeWords(bytes)).toBe(words);
});
