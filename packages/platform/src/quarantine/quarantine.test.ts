import { requireEui } from '@penstock/duis';
import { describe, expect, test } from 'vitest';
import { authorOf } from '../foundation/author.ts';
import { alertCounterOf } from './alerts.ts';
import { type EventFacts, stateFault, switched } from './quarantine.ts';
import { chunkSize, withinBytes } from './release.ts';
import type { Decision } from './release-store.ts';

const facts: EventFacts = { state: 'open', cause: undefined, undecided: 3n, isReleasing: false };

describe('the workflow of an event', () => {
  test('it is investigated when somebody says so, and resolved when all is decided, sent and explained', () => {
    expect(stateFault(facts, 'investigating')).toBeUndefined();
    expect(stateFault({ ...facts, state: 'decided' }, 'investigating')).toMatch(/already/);
    expect(stateFault({ ...facts, cause: 'a script' }, 'resolved')).toMatch(/3 held messages/);
    const decided = { ...facts, state: 'decided', undecided: 0n } as const;
    expect(stateFault({ ...decided, cause: 'a script', isReleasing: true }, 'resolved')).toMatch(/release/);
    expect(stateFault(decided, 'resolved')).toMatch(/cause/);
    expect(stateFault({ ...decided, cause: 'a script' }, 'resolved')).toBeUndefined();
  });
  test('nobody decides by a click', () => {
    expect(stateFault({ ...facts, undecided: 0n }, 'decided')).toMatch(/by itself/);
  });
});

describe('who did something', () => {
  const operatorId = requireEui('90-B3-D5-1F-30-00-00-02');
  const person = { personId: 'p', email: 'desk@people.example', role: 'service_desk', reason: undefined } as const;

  test('a person is named, and for whom', () => {
    expect(authorOf({ kind: 'operator', userId: operatorId })).toBe('Operator');
    expect(authorOf({ kind: 'operator', userId: operatorId, person })).toBe('Operator (desk@people.example)');
    expect(authorOf({ kind: 'user', userIds: [operatorId], person })).toBe(`${operatorId} (desk@people.example)`);
  });

  test('what one of the Operator paused, another of the Operator lets go on, and nobody else', () => {
    const paused = { rate: null, pausedBy: 'Operator (desk@people.example)' };
    expect(() => switched(paused, { state: 'running' }, `${operatorId} (analyst@people.example)`)).toThrow();
    expect(switched(paused, { state: 'paused' }, 'Operator (planner@people.example)').pausedBy).toBe(paused.pausedBy);
    expect(switched(paused, { state: 'running' }, 'Operator').pausedBy).toBeUndefined();
  });
});

describe('chunks of a release', () => {
  const decision = (size: number, action: Decision['action'] = 'process'): Decision => ({
    userId: requireEui('90-B3-D5-1F-30-01-00-00'),
    day: '2026-11-22',
    sequence: 1n,
    action,
    heldAt: new Date(),
    direction: 'southbound',
    commandVariant: 1,
    srv: '4.1.1',
    target: requireEui('00-DB-12-34-56-78-90-A0'),
    signer: 1n,
    size,
  });
  test('a rate goes in steps of a quarter of a second, at least one message', () => {
    expect([undefined, 1, 4, 10, 1_000, 100_000].map(chunkSize)).toEqual([1_000, 1, 1, 3, 250, 1_000]);
  });
  test('bytes bound a chunk, but for one message', () => {
    const sizes = (decisions: Decision[]) => withinBytes(decisions, 100).map(({ size }) => size);
    expect(sizes([decision(60), decision(40), decision(1)])).toEqual([60, 40]);
    expect(sizes([decision(900), decision(1)])).toEqual([900]);
    expect(sizes([decision(900, 'delete'), decision(100), decision(1)])).toEqual([900, 100]);
  });
});

test('the counters of alerts rise with the position and fit 64 bits', () => {
  const counters = [
    alertCounterOf({ day: '2026-11-22', sequence: 5n }),
    alertCounterOf({ day: '2026-11-22', sequence: 6n }),
    alertCounterOf({ day: '2026-11-23', sequence: 1n }),
    alertCounterOf({ day: '2140-01-01', sequence: 2n ** 47n }),
  ];
  expect(counters).toEqual(counters.toSorted((one, other) => (one < other ? -1 : 1)));
  expect(counters.at(-1)).toBeLessThan(2n ** 64n);
});
