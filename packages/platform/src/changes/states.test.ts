import {
  type ChangeContent,
  type ChangeState,
  changeContentSchema,
  changeStates,
  type statementSchema,
} from '@penstock/api';
import { expect, test } from 'vitest';
import type { z } from 'zod';
import { differencesOf, isLive, isOver, isPrivate, lacksOf, movesOf, nextStates } from './states.ts';

const content = (statement: z.input<typeof statementSchema>, rest: object = {}): ChangeContent =>
  changeContentSchema.parse({
    title: 'New routers',
    statement,
    affected: { services: ['DUIS gateway'] },
    windows: [{ from: '2026-12-01T22:00', to: '2026-12-01T23:00' }],
    ...rest,
  });
const statementOf = (statement: z.input<typeof statementSchema>) => content(statement).statement;
const owner = { side: 'owner', isSuspended: false } as const;

/** Each state with those that may follow. */
function ways(statement: z.input<typeof statementSchema>) {
  const its = statementOf(statement);
  return Object.fromEntries(
    changeStates.map((state) => [state, nextStates(its, state).join(' ')]).filter(([, next]) => next !== ''),
  );
}

test('which state may follow which', () => {
  expect(ways({ kind: 'planned_maintenance' })).toEqual({
    draft: 'assessed cancelled',
    assessed: 'consulted scheduled cancelled',
    consulted: 'scheduled cancelled',
    scheduled: 'in_progress cancelled',
    in_progress: 'done backed_out',
  });
  expect(ways({ kind: 'internal_system', isMaterialRisk: true })).toMatchObject({ assessed: 'consulted cancelled' });
  expect(ways({ kind: 'emergency' })).toMatchObject({ draft: 'scheduled in_progress cancelled' });
  expect(ways({ kind: 'firmware' })).toEqual({
    draft: 'shared cancelled',
    shared: 'scheduled cancelled',
    scheduled: 'in_progress cancelled',
    in_progress: 'done backed_out',
  });
  for (const state of changeStates) expect([isPrivate, isLive, isOver].filter((is) => is(state))).toHaveLength(1);
});

test('its owner moves it; the Operator cancels what a suspended owner cannot', () => {
  const statement = statementOf({ kind: 'process' });
  expect(movesOf(statement, 'scheduled', owner)).toEqual(['in_progress', 'cancelled']);
  expect(movesOf(statement, 'scheduled', { side: 'operator', isSuspended: false })).toEqual([]);
  expect(movesOf(statement, 'scheduled', { side: 'operator', isSuspended: true })).toEqual(['cancelled']);
  expect(movesOf(statement, 'draft', { side: 'operator', isSuspended: true })).toEqual([]);
});

test('what must be said before', () => {
  const lacks = (to: ChangeState, statement: z.input<typeof statementSchema>, rest: object = {}) =>
    lacksOf(content(statement, rest), to);
  expect(lacks('cancelled', { kind: 'process' }, { windows: [], affected: {} })).toEqual([]);
  expect(lacks('shared', { kind: 'process' }, { windows: [], affected: {} })).toEqual(['a window', 'what it affects']);
  expect(lacks('scheduled', { kind: 'process' })).toEqual(['how it is backed out']);
  expect(lacks('assessed', { kind: 'planned_maintenance', activity: 'x' })).toEqual([
    'the parts of the Services disrupted or at Material Risk',
    'the risk to the return of normal service',
  ]);
  const duty = { words: 'done', doneOn: '2026-11-01' };
  expect(
    lacks('scheduled', { kind: 'internal_system', isMaterialRisk: true, impactAssessment: duty }, { backOut: 'x' }),
  ).toEqual(['the consultation', 'the chance to join testing', 'the security assessment']);
  expect(lacks('shared', { kind: 'firmware', version: '1' })).toEqual(['how many devices', 'how many a day']);
  expect(lacks('assessed', { kind: 'release' })).toEqual(['the decision date', 'the implementation date']);
  expect(lacks('in_progress', { kind: 'emergency' }, { backOut: 'x' })).toEqual(['why it cannot wait']);
});

test('what differs between two versions', () => {
  const before = content({ kind: 'process' });
  expect(differencesOf(before, before)).toEqual([]);
  expect(differencesOf(before, { ...before, title: 'Other', backOut: 'x' })).toEqual(['backOut', 'title']);
});
