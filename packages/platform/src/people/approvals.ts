// What one administrator may not do alone, and who approves it. Pure.
//
// A link proves nothing of who holds it, and whoever makes one is given it: so that nobody makes another self an officer,
// or comes in as a colleague whose sign-in was reset, these wait for a second administrator, unless the Party wants none.
import type { ApprovalPage, PersonRole } from '@penstock/api';
import { PenstockError } from '../foundation/errors.ts';
import { type HeldRole, type Manager, requireWhole } from './administration.ts';
import type { Organisation } from './administrators-store.ts';

export type ApprovalKind = ApprovalPage['items'][number]['kind'];

/** Roles that sign, say who signs, or give roles. */
const WEIGHTY: ReadonlySet<PersonRole> = new Set(['user_administrator', 'aro', 'security', 'operator_administrator']);

export const isWeighty = (role: PersonRole | null): boolean => role !== null && WEIGHTY.has(role);

/**
 * Whether it takes a second administrator: where one of those that it concerns, or for whom its asker acts, wants one and
 * has two or more, or had lately. What a single one does, nobody of its own could approve.
 */
export function needsSecond(organisations: readonly Organisation[]): boolean {
  return organisations.some(({ wantsSecond, lately }) => wantsSecond && lately >= 2);
}

/** Whose administrators approve the reset of a person: of all that it acts for, else the Operator's. */
export function approversOf(roles: readonly HeldRole[]): string {
  const [first, ...others] = new Set(roles.map(({ acting }) => acting));
  return first !== undefined && others.length === 0 ? first : 'operator';
}

export interface Approval {
  readonly kind: ApprovalKind;
  /** Whose administrators approve it; the Operator's may all. */
  readonly acting: string;
  readonly askedBy: string;
  readonly askedByEmail: string;
  /** Whom it is about; undefined: of an invitation, or of nobody. */
  readonly personId: string | undefined;
  readonly email: string;
}

/**
 * That a manager may say yes or no to what waits. Whoever asked may take it back, and whom it is about may refuse it;
 * neither approves it, by whichever address.
 * @throws PenstockError 'request.not-found', alike for one that is unknown; 'people.own-approval', 'people.acts-for-others'
 */
export function requireMayDecide(
  manager: Manager,
  approval: Approval,
  decision: 'approve' | 'refuse',
  roles: readonly HeldRole[],
): void {
  if (manager.acting !== 'operator' && manager.acting !== approval.acting) {
    throw new PenstockError('request.not-found', { detail: 'nothing of this waits for an approval' });
  }
  if (decision === 'refuse') return;
  const isAsker = manager.personId === approval.askedBy || manager.email === approval.askedByEmail;
  const isSubject = manager.personId === approval.personId || manager.email === approval.email;
  if (isAsker || isSubject) throw new PenstockError('people.own-approval');
  if (approval.kind === 'reset') requireWhole(manager, roles);
}
