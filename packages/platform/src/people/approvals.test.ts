import { personRoleSchema } from '@penstock/api';
import { describe, expect, test } from 'vitest';
import { PenstockError } from '../foundation/errors.ts';
import type { HeldRole, Manager } from './administration.ts';
import { type Approval, approversOf, isWeighty, needsSecond, requireMayDecide } from './approvals.ts';

const alpha = '90-B3-D5-1F-30-01-00-00';
const beta = '90-B3-D5-1F-30-02-00-00';

test('roles that sign, say who signs, or give roles take a second administrator', () => {
  expect(personRoleSchema.options.filter(isWeighty)).toEqual([
    'user_administrator',
    'aro',
    'security',
    'operator_administrator',
  ]);
  expect(isWeighty(null)).toBe(false);
});

describe('a second administrator is needed', () => {
  const one = (wantsSecond: boolean, administrators: number, lately = administrators) => ({
    acting: alpha,
    wantsSecond,
    administrators,
    lately,
  });
  test.each([
    ['where nobody administers', [one(true, 0)], false],
    ['with a single one', [one(true, 1)], false],
    ['with two', [one(true, 2)], true],
    ['with one whose colleague was ended lately', [one(true, 1, 2)], true],
    ['with two where none is wanted', [one(false, 2)], false],
    ['where either side wants one', [one(false, 5), one(true, 2)], true],
    ['where the side that wants one has a single', [one(false, 5), one(true, 1)], false],
  ])('%s: %j -> %s', (_, organisations, needed) => {
    expect(needsSecond(organisations)).toBe(needed);
  });
});

test('a reset is approved by those of the one User ID, else by the Operator’s', () => {
  const held = (...actings: string[]): HeldRole[] => actings.map((acting) => ({ acting, role: 'aro' }));
  expect(approversOf(held(alpha))).toBe(alpha);
  expect(approversOf(held(alpha, beta))).toBe('operator');
  expect(approversOf(held())).toBe('operator');
});

describe('who says yes, and who says no', () => {
  const manager = (personId: string, acting: string): Manager => ({
    personId,
    email: `${personId}@people.example`,
    acting,
  });
  const approval = (kind: Approval['kind'], acting = alpha): Approval => ({
    kind,
    acting,
    askedBy: 'asker',
    askedByEmail: 'asker@people.example',
    personId: kind === 'role' || kind === 'reset' ? 'subject' : undefined,
    email: kind === 'policy' ? 'asker@people.example' : 'subject@people.example',
  });
  const codeOf = (...asked: Parameters<typeof requireMayDecide>): string => {
    try {
      requireMayDecide(...asked);
      return 'ok';
    } catch (error) {
      if (error instanceof PenstockError) return error.code;
      throw error;
    }
  };
  const own = 'people.own-approval';
  const unknown = 'request.not-found';
  const roles: HeldRole[] = [{ acting: alpha, role: 'aro' }];
  const shared: HeldRole[] = [...roles, { acting: beta, role: 'aro' }];
  test.each([
    // who, for whom, [approves, refuses]
    ['asker', alpha, own, 'ok'],
    ['asker', 'operator', own, 'ok'],
    ['other', alpha, 'ok', 'ok'],
    ['other', 'operator', 'ok', 'ok'],
    ['other', beta, unknown, unknown],
  ])('%s of %s: yes %s, no %s', (personId, acting, yes, no) => {
    for (const kind of ['invitation', 'role', 'reset', 'policy'] as const) {
      const of = approval(kind);
      expect([kind, codeOf(manager(personId, acting), of, 'approve', roles)]).toEqual([kind, yes]);
      expect([kind, codeOf(manager(personId, acting), of, 'refuse', roles)]).toEqual([kind, no]);
    }
  });
  test('whom it is about does not approve it, by person or address, and may refuse it', () => {
    for (const kind of ['invitation', 'role', 'reset'] as const) {
      expect(codeOf(manager('subject', alpha), approval(kind), 'approve', roles)).toBe(own);
      expect(codeOf(manager('subject', alpha), approval(kind), 'refuse', roles)).toBe('ok');
    }
    const renamed = { ...manager('subject', alpha), email: 'another@people.example' };
    expect(codeOf(renamed, approval('role'), 'approve', roles)).toBe(own);
    expect(codeOf({ ...manager('x', alpha), email: 'asker@people.example' }, approval('role'), 'approve', roles)).toBe(
      own,
    );
  });
  test('what is the Operator’s is not a User’s to decide, nor the sign-in of who acts for others, too', () => {
    expect(codeOf(manager('other', alpha), approval('role', 'operator'), 'refuse', [])).toBe(unknown);
    expect(codeOf(manager('other', alpha), approval('reset'), 'approve', shared)).toBe('people.acts-for-others');
    expect(codeOf(manager('other', 'operator'), approval('reset'), 'approve', shared)).toBe('ok');
  });
});
