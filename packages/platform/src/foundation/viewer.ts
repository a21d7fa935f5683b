import type { PersonRole } from '@penstock/api';
import { type Eui, parseEui } from '@penstock/duis';
import { PenstockError } from './errors.ts';

/** The person who acts. */
export interface ActingPerson {
  readonly personId: string;
  readonly email: string;
  readonly role: PersonRole;
  /** Why the record of a User is read, as the header `penstock-reason` says. */
  readonly reason: string | undefined;
}

/** The machine that acts, by its certificate. */
export interface ActingMachine {
  /** SHA-256 of the certificate, in hex. */
  readonly certificate: string;
  /** As which it is registered; undefined: it may do nothing at the API. */
  readonly role: PersonRole | undefined;
  /** As a person's. */
  readonly reason: string | undefined;
}

/**
 * Who is asking. Every store function that returns rows of the audit record takes one, and there is no way to ask
 * without: the first wall. The second is row-level security, see viewing.ts.
 */
export type Viewer = (
  | /** A User's machine or person, under these User IDs. */
  { readonly kind: 'user'; readonly userIds: readonly Eui[] }
  /** The Operator's machine or person, under the Operator's own User ID. */
  | { readonly kind: 'operator'; readonly userId: Eui }
) & {
  readonly person?: ActingPerson;
  readonly machine?: ActingMachine;
};

/** For whom it acts: its first User ID, or 'operator'. */
export function actingOfViewer(viewer: Viewer): string {
  return viewer.kind === 'operator' ? 'operator' : String(viewer.userIds[0]);
}

/**
 * The User ID whose record is asked for. A User sees its own; with one User ID it need not be named. The Operator
 * names the User. Whoever shows messages of it asks `readingOwner` (record-reading.ts) instead.
 * @throws PenstockError 'request.invalid' when none is named, 'access.denied' for another's
 */
export function recordOwner(viewer: Viewer, named: string | undefined): Eui {
  const userId = named === undefined ? undefined : parseEui(named);
  const only = viewer.kind === 'user' && viewer.userIds.length === 1 ? viewer.userIds[0] : undefined;
  const owner = userId ?? only;
  if (owner === undefined) {
    throw new PenstockError('request.invalid', {
      detail: 'name the User ID whose record you ask for',
      where: 'userId',
    });
  }
  if (viewer.kind === 'user' && !viewer.userIds.includes(owner)) {
    throw new PenstockError('access.denied', { detail: 'this is not your User ID', where: 'userId' });
  }
  return owner;
}
