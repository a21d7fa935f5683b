import type { WayStanding } from '@penstock/api/schemas';
import { expect, test } from 'vitest';
import { markOf, namesIn } from './words.ts';

const way: WayStanding = {
  way: 'sftp',
  name: 'SFTP',
  use: 'allowed',
  isSetUp: true,
  isOpen: true,
  sentence: '',
  dependsOn: [],
  health: { failures: 0 },
};

test('the gravest of what is known of a way is its mark', () => {
  const mark = (changes: Partial<WayStanding>, isDown = false) => markOf({ ...way, ...changes }, isDown).word;
  expect(mark({})).toBe('Open');
  expect(mark({}, true)).toBe('Outage declared');
  expect(mark({ isSetUp: false })).toBe('Not set up');
  expect(mark({ use: 'off', isOpen: false })).toBe('Not used');
  expect(mark({ use: 'fallback', isOpen: false })).toBe('Closed');
  expect(mark({ health: { failures: 2 } })).toBe('Open, failing');
  expect(mark({ health: { failures: 0, probeFailsSince: '2026-11-22T10:00:00Z' } })).toBe('Not reached');
});

test('names of dependencies, each once', () => {
  expect(namesIn(' Office Suite, internet line ,,office suite')).toEqual(['office suite', 'internet line']);
  expect(namesIn('')).toEqual([]);
});
