import { incidentStates, incidentTargetsSchema } from '@penstock/api';
import { requireEui } from '@penstock/duis';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { causeOfKey, causesOfStreams, causesOfWays, keyOfCause, type WaitingStream } from './causes.ts';
import {
  differenceOfTargets,
  dueOf,
  type IncidentLife,
  isMissed,
  isOver,
  movesOf,
  wordsOfMinutes,
} from './incident.ts';
import { stateOfService } from './status.ts';

const of = (responseMinutes: number, resolutionMinutes: number) => ({ responseMinutes, resolutionMinutes });
const targets = incidentTargetsSchema.parse({
  categories: { 1: of(10, 240), 2: of(20, 1440), 3: of(45, 4320), 4: of(180, 7200), 5: of(1440, 14400) },
  waitingSeconds: 30,
  fetchedSeconds: 900,
});
const userId = requireEui('90-B3-D5-1F-30-01-00-00');
const operatorId = requireEui('90-B3-D5-1F-30-00-00-02');

test('however it is moved: what still stands is not over, what is closed was explained, and only sides that may move it', () => {
  const step = fc.record({
    side: fc.constantFrom('owner' as const, 'operator' as const, 'interested' as const),
    choice: fc.nat(5),
    stands: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      let life: IncidentLife = { state: 'open', isStanding: false, isExplained: false };
      for (const { side, choice, stands } of steps) {
        // the platform looks between any two steps of people
        life = { ...life, isStanding: stands && !isOver(life.state) };
        const moves = movesOf(life, side);
        if (side === 'interested') expect(moves).toEqual([]);
        expect(moves.every(({ to }) => to !== life.state && incidentStates.includes(to))).toBe(true);
        const move = moves[choice % Math.max(1, moves.length)];
        if (move === undefined) continue;
        if (life.isStanding) expect(isOver(move.to)).toBe(false);
        expect(move.needs).toBe(
          move.to === 'open' ? 'why' : isOver(move.to) && !life.isExplained ? 'closing' : undefined,
        );
        life = { ...life, state: move.to, isExplained: move.to !== 'open' && (life.isExplained || isOver(move.to)) };
        if (life.state === 'closed') expect(life.isExplained).toBe(true);
      }
    }),
  );
});

test('an owner takes back, agrees and opens again; the Operator does the rest', () => {
  const to = (state: IncidentLife['state'], side: 'owner' | 'operator') =>
    movesOf({ state, isStanding: false, isExplained: true }, side).map((move) => move.to);
  expect(incidentStates.map((state) => to(state, 'owner'))).toEqual([['closed'], [], ['closed', 'open'], ['open']]);
  expect(incidentStates.map((state) => to(state, 'operator'))).toEqual([
    ['in_progress', 'resolved', 'closed'],
    ['resolved', 'closed'],
    ['closed', 'open'],
    ['open'],
  ]);
});

test('targets are those of the category, and a worse one is never later', () => {
  const at = Date.parse('2026-11-22T10:00:00Z');
  const due = ([1, 2, 3, 4, 5] as const).map((category) => dueOf(at, category, targets));
  expect(due[0]).toEqual({ respondBy: at + 600_000, resolveBy: at + 4 * 3_600_000 });
  expect(due[4]).toEqual({ respondBy: at + 86_400_000, resolveBy: at + 10 * 86_400_000 });
  for (const [index, { respondBy, resolveBy }] of due.slice(1).entries()) {
    expect(respondBy).toBeGreaterThan(due[index]?.respondBy ?? Number.POSITIVE_INFINITY);
    expect(resolveBy).toBeGreaterThan(due[index]?.resolveBy ?? Number.POSITIVE_INFINITY);
  }
});

test.each([
  [undefined, 10, false],
  [undefined, 11, true],
  [10, 99, false],
  [11, 12, true],
])('done at %s, at %i, of a target of 10: missed is %s', (at, now, expected) => {
  expect(isMissed({ by: 10, at }, now)).toBe(expected);
});

test('what differs of targets is told with both', () => {
  const other = { ...targets, waitingSeconds: 60, categories: { ...targets.categories, 2: of(30, 1440) } };
  expect(differenceOfTargets(targets, other)).toBe('category 2: 20 min/24 h -> 30 min/24 h; waiting: 30 s -> 60 s');
  expect([45, 240, 4320, 7200].map(wordsOfMinutes)).toEqual(['45 min', '4 h', '72 h', '5 d']);
});

test('a cause is known again by its key', () => {
  for (const cause of [
    { kind: 'stream', direction: 'northbound' },
    { kind: 'way', way: 'sftp' },
    { kind: 'quarantine', event: '20261120000000000001' },
  ] as const) {
    expect(causeOfKey(keyOfCause(cause))).toEqual(cause);
  }
  expect(() => causeOfKey('weather')).toThrow('is no cause');
});

const now = Date.parse('2026-11-22T10:00:00Z');
const stream = (rest: Partial<WaitingStream> = {}): WaitingStream => ({
  userId,
  direction: 'northbound',
  isPushed: true,
  oldestAt: now - 31_000,
  movedAt: now - 60_000,
  ...rest,
});
const seen = (...streams: WaitingStream[]) => causesOfStreams(streams, { targets, now, operatorId });

test.each([
  ['waits and does not move', {}, now - 31_000],
  ['waits for less', { oldestAt: now - 29_000 }, undefined],
  ['is slow, and moves', { oldestAt: now - 900_000, movedAt: now - 5_000 }, undefined],
  ['stopped a while ago', { oldestAt: now - 900_000, movedAt: now - 40_000 }, now - 40_000],
  ['is fetched at its own pace', { isPushed: false }, undefined],
  ['is not fetched', { isPushed: false, oldestAt: now - 901_000, movedAt: now - 999_000 }, now - 901_000],
] as const)('a stream that %s', (_, rest, beganAt) => {
  expect(seen(stream(rest)).map((cause) => cause.beganAt)).toEqual(beganAt === undefined ? [] : [beganAt]);
});

test('what the network does not take is one for all Users; what Users do not take is one for each', () => {
  const other = requireEui('90-B3-D5-1F-30-02-00-00');
  const all = [userId, other].flatMap((each) => [
    stream({ userId: each }),
    stream({ userId: each, direction: 'southbound', isPushed: false }),
  ]);
  expect(seen(...all).map(({ owner, cause, category }) => [owner, keyOfCause(cause), category])).toEqual([
    [operatorId, 'stream southbound', 1],
    [userId, 'stream northbound', 3],
    [other, 'stream northbound', 3],
  ]);
});

test.each([
  [{}, undefined],
  [{ outageSince: now }, 'An outage of it is declared.'],
  [{ probeFailsSince: now - 29_000 }, undefined],
  [{ probeFailsSince: now - 30_000 }, 'The platform does not reach it.'],
  [{ failures: 2, failedAt: now }, undefined],
  [{ failures: 3, failedAt: now }, '3 uses of it failed, one after the other.'],
  [{ failures: 3, failedAt: now, isUsed: false }, undefined],
])('a way that has %j', (rest, words) => {
  const none = { outageSince: undefined, probeFailsSince: undefined, failedAt: undefined };
  const way = { way: 'sftp' as const, name: 'SFTP', isUsed: true, failures: 0, ...none, ...rest };
  expect(causesOfWays([way], { targets, now, operatorId }).map((cause) => cause.words)).toEqual(words ? [words] : []);
});

test.each([
  [[], [], 'well'],
  [[{ impact: 'information', services: ['S'] }], [], 'well'],
  [[{ impact: 'degraded', services: ['S'] }], [{ isUnderWay: true, services: ['S'] }], 'degraded'],
  [
    [
      { impact: 'outage', services: ['S', 'T'] },
      { impact: 'degraded', services: ['S'] },
    ],
    [],
    'outage',
  ],
  [[{ impact: 'outage', services: ['T'] }], [{ isUnderWay: false, services: ['S'] }], 'well'],
  [[], [{ isUnderWay: true, services: ['S'] }], 'maintenance'],
] as const)('with %j and %j a service stands %s', (current, maintenance, state) => {
  expect(stateOfService('S', { current, maintenance })).toBe(state);
});
