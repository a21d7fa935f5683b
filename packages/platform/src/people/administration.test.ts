import { describe, expect, test } from 'vitest';
import { PenstockError } from '../foundation/errors.ts';
import {
  changesStatus,
  type Manager,
  mayReopen,
  requireOther,
  requireScope,
  requireStrong,
  requireWhole,
} from './administration.ts';

const alpha = '90-B3-D5-1F-30-01-00-00';
const beta = '90-B3-D5-1F-30-02-00-00';
const ofAlpha: Manager = { personId: 'a', email: 'a@people.example', acting: alpha };
const ofOperator: Manager = { personId: 'o', email: 'o@people.example', acting: 'operator' };

function codeOf(work: () => void): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof PenstockError) return error.code;
    throw error;
  }
}

describe('who administers whom', () => {
  test('a User’s administrator gives the roles of its own User ID, the Operator’s those of all', () => {
    expect(codeOf(() => requireScope(ofAlpha, alpha, 'aro'))).toBeUndefined();
    expect(codeOf(() => requireScope(ofAlpha, alpha, null))).toBeUndefined();
    expect(codeOf(() => requireScope(ofAlpha, beta, 'read_only'))).toBe('access.denied');
    expect(codeOf(() => requireScope(ofAlpha, 'operator', 'security'))).toBe('access.denied');
    expect(codeOf(() => requireScope(ofAlpha, alpha, 'security'))).toBe('request.invalid');
    expect(codeOf(() => requireScope(ofOperator, beta, 'user_administrator'))).toBeUndefined();
    expect(codeOf(() => requireScope(ofOperator, 'operator', 'aro'))).toBe('request.invalid');
  });

  test('nobody changes the own rights', () => {
    expect(codeOf(() => requireOther(ofOperator, 'o'))).toBe('people.own-rights');
    expect(codeOf(() => requireOther(ofOperator, 'a'))).toBeUndefined();
  });

  test('what concerns the whole person is for who administers all that it acts for', () => {
    const both = [
      { acting: alpha, role: 'aro' },
      { acting: beta, role: 'read_only' },
    ] as const;
    expect(codeOf(() => requireWhole(ofAlpha, both))).toBe('people.acts-for-others');
    expect(codeOf(() => requireWhole(ofAlpha, both.slice(0, 1)))).toBeUndefined();
    expect(codeOf(() => requireWhole(ofOperator, both))).toBeUndefined();
  });

  test.each([
    ['short', false],
    ['aaaaaaaaaaaaaaaaaaaa', false],
    ['ababababababababab', false],
    ['my name is ada.lovelace', false],
    ['correct horse battery', true],
  ])('a password: %s', (password, isStrong) => {
    const code = codeOf(() => requireStrong(password, { shortest: 14, email: 'Ada.Lovelace@people.example' }));
    expect(code).toBe(isStrong ? undefined : 'people.weak-password');
  });
});

describe('who ends access, and who lets in again', () => {
  const said = (
    manager: Manager,
    held: Parameters<typeof changesStatus>[1],
    wanted: 'active' | 'suspended' | 'withdrawn',
  ) => {
    let changes: boolean | undefined;
    return (
      codeOf(() => {
        changes = changesStatus(manager, held, wanted);
      }) ?? changes
    );
  };
  const refused = 'people.ended-by-operator';

  test.each([
    ['active', null, 'active', false, false],
    ['active', null, 'suspended', true, true],
    ['suspended', 'user', 'active', true, true],
    ['suspended', 'user', 'withdrawn', true, true],
    ['suspended', 'user', 'suspended', false, true],
    ['suspended', 'operator', 'active', refused, true],
    ['suspended', 'operator', 'withdrawn', refused, true],
    ['suspended', 'operator', 'suspended', false, false],
    ['withdrawn', 'operator', 'suspended', refused, true],
    ['withdrawn', null, 'active', refused, true],
  ] as const)('%s by %s, to %s: a User’s %s, the Operator’s %s', (status, by, wanted, ofUser, ofTheOperator) => {
    expect(said(ofAlpha, { status, by }, wanted)).toBe(ofUser);
    expect(said(ofOperator, { status, by }, wanted)).toBe(ofTheOperator);
  });
});

test('what was reset is opened by the recovery alone, made by who administers all of it now', () => {
  const own = [{ acting: alpha, role: 'aro' }] as const;
  const more = [...own, { acting: beta, role: 'aro' }] as const;
  const recovery = { kind: 'recovery', madeAs: alpha } as const;
  expect(mayReopen(recovery, own)).toBe(true);
  expect(mayReopen(recovery, [])).toBe(true);
  expect(mayReopen(recovery, more)).toBe(false);
  expect(mayReopen(recovery, [{ acting: 'operator', role: 'security' }])).toBe(false);
  expect(mayReopen({ ...recovery, madeAs: 'operator' }, more)).toBe(true);
  expect(mayReopen({ kind: 'invitation', madeAs: 'operator' }, own)).toBe(false);
});
