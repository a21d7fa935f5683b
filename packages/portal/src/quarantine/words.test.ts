import type { ReleaseDocument } from '@penstock/api/schemas';
import { describe, expect, test } from 'vitest';
import { statesOf } from './search.ts';
import { nextWords, reasonWords, speedOf, speedWords, withLook } from './words.ts';

test('the reason has periods as people say them', () => {
  expect(reasonWords('more than 50 communications (all) sent within PT1H: threshold 1 version 2')).toBe(
    'More than 50 communications (all) sent within 1 hour: threshold 1 version 2',
  );
  expect(reasonWords('more than 9 (alerts) received within P1D by all Users together')).toMatch(/within 1 day by/);
});

test('what comes next is told by the state', () => {
  expect(nextWords({ state: 'open', undecided: 1 })).toMatch(/1 message waits/);
  expect(nextWords({ state: 'investigating', undecided: 0 })).toMatch(/Nothing is left/);
});

test('the list asks for what somebody has to work on, unless it is told otherwise', () => {
  expect([undefined, 'decided', 'all'].map((show) => statesOf(show as 'all' | undefined))).toEqual([
    'open,investigating',
    'decided',
    undefined,
  ]);
});

describe('a release', () => {
  const release: ReleaseDocument = {
    userId: '90-B3-D5-1F-30-01-00-00',
    submission: 'ab',
    state: 'running',
    switches: [],
    decided: 1_000,
    sent: 300,
    deleted: 100,
    refused: 0,
    startedAt: '2026-11-22T08:00:00Z',
  };

  test('goes as fast as between its last looks', () => {
    const looks = [0, 1, 2].reduce<ReturnType<typeof withLook>>(
      (before, second) => withLook(before, { at: second * 1_000, done: second * 60 }),
      [],
    );
    expect(speedOf(looks)).toBe(60);
    expect(withLook(looks, { at: 2_000, done: 120 })).toBe(looks);
    expect(speedOf(looks.slice(0, 1))).toBeUndefined();
    expect(speedWords(release, 60)).toBe('60 a second (as fast as it goes); 600 left, about 10.0 s.');
    expect(speedWords({ ...release, rate: 5 }, 4.5)).toBe('4.5 a second (at most 5 a second); 600 left, about 2 min.');
  });

  test('that stands says who paused it', () => {
    expect(speedWords({ ...release, state: 'paused', pausedBy: 'Operator (desk@people.example)' }, 60)).toBe(
      'Paused by Operator (desk@people.example); 600 left.',
    );
  });
});
