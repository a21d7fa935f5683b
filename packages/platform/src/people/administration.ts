// Who may administer whom. Pure.
import type { PersonPage, PersonRole } from '@penstock/api';
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

export type PersonStatus = PersonPage['items'][number]['status'];
export type Side = 'operator' | 'user';

export const sideOf = (acting: string): Side => (acting === 'operator' ? 'operator' : 'user');

/**
 * Whether a manager's wish changes the status of a person. What the Operator's side ended, a User's neither undoes nor
 * makes its own; the Operator's side takes over what a User's ended by ending it too.
 * @throws PenstockError 'people.ended-by-operator'
 */
export function changesStatus(
  manager: Manager,
  held: { readonly status: PersonStatus; readonly by: Side | null },
  wanted: PersonStatus,
): boolean {
  const side = sideOf(manager.acting);
  if (held.status === wanted) return wanted !== 'active' && side === 'operator' && held.by === 'user';
  if (held.status !== 'active' && held.by !== 'user' && side !== 'operator') {
    throw new PenstockError('people.ended-by-operator');
  }
  return true;
}

/**
 * Whether a link, made by who acted for `madeAs`, may open an account that is there and that nobody can sign in to, since it
 * was reset. Only a recovery, and only as long as its maker administers all that the person acts for: roles change while
 * a link is open, and an invitation proves nothing of who the person is.
 */
export function mayReopen(
  link: { readonly kind: 'invitation' | 'recovery'; readonly madeAs: string },
  roles: readonly HeldRole[],
): boolean {
  if (link.kind !== 'recovery') return false;
  return link.madeAs === 'operator' || roles.every(({ acting }) => acting === link.madeAs);
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
