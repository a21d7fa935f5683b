// Who may administer whom. Pure.
import type { PersonRole } from '@penstock/api';
import { PenstockError } from '../foundation/errors.ts';

/** Who changes something: for a User ID, its administrator; for the Operator, the Operator's, who may for all. */
export interface Manager {
  readonly personId: string;
  readonly email: string;
  /** A User ID, or 'operator'. */
  readonly acting: string;
}

export interface HeldRole {
  readonly acting: string;
  readonly role: PersonRole;
}

const OPERATOR_ROLES: ReadonlySet<PersonRole> = new Set([
  'service_desk',
  'security',
  'change_manager',
  'operator_administrator',
]);

export function isAdministrator(role: PersonRole): boolean {
  return role === 'user_administrator' || role === 'operator_administrator';
}

/**
 * That a manager may give or take roles for `acting`, and that the role is one of that side.
 * @throws PenstockError 'access.denied', 'request.invalid'
 */
export function requireScope(manager: Manager, acting: string, role: PersonRole | null): void {
  if (manager.acting !== 'operator' && manager.acting !== acting) {
    throw new PenstockError('access.denied', { where: 'acting', detail: 'you do not administer this' });
  }
  if (role !== null && OPERATOR_ROLES.has(role) !== (acting === 'operator')) {
    throw new PenstockError('request.invalid', { where: 'role', detail: `${role} is no role of ${acting}` });
  }
}

/** @throws PenstockError 'people.own-rights' */
export function requireOther(manager: Manager, personId: string): void {
  if (manager.personId === personId) throw new PenstockError('people.own-rights');
}

/**
 * What concerns the whole person (its status, its password) is for who administers all that it acts for: else the
 * administrator of one User ID could get in as somebody who acts for another.
 * @throws PenstockError 'people.acts-for-others'
 */
export function requireWhole(manager: Manager, roles: readonly HeldRole[]): void {
  if (manager.acting === 'operator' || roles.every(({ acting }) => acting === manager.acting)) return;
  throw new PenstockError('people.acts-for-others');
}

const DISTINCT_LETTERS = 6;

/**
 * That a password is not one of those that are tried first. Its length is what makes it strong.
 * @throws PenstockError 'people.weak-password'
 */
export function requireStrong(password: string, { shortest, email }: { shortest: number; email: string }): void {
  const weak = (detail: string) => new PenstockError('people.weak-password', { where: 'password', detail });
  if (password.length < shortest) throw weak(`it has ${password.length} characters`);
  if (new Set(password).size < DISTINCT_LETTERS) throw weak('it repeats a few characters');
  const [own = ''] = email.split('@');
  if (own.length >= 4 && password.toLowerCase().includes(own.toLowerCase())) throw weak('it has your address in it');
}
