// People: who may sign in, for whom a person may act and as what, and what was done about it.
//
// What it does not: it does not say what a role may see and do (foundation/rights.ts), and keeps no password or second
// factor itself: that is better-auth's matter (sign-in.ts), in the schema sign_in.
//
// What always holds: a session counts only when its person proved a second factor for it. What a person may do is read
// from the database at each call and never kept in a session, so a right that is taken ends at once. A role is held
// for one User ID, or for the Operator, and each call is made for one of them.
import type { IncomingHttpHeaders } from 'node:http';
import type { Choice } from '@penstock/api';
import { type Eui, parseEui, requireEui } from '@penstock/duis';
import { PenstockError } from '../foundation/errors.ts';
import { type Caller, ChoiceNeeded, type SignedIn } from '../foundation/http/caller.ts';
import { headerOf, reasonOf } from '../foundation/http/headers.ts';
import { rightsOf } from '../foundation/rights.ts';
import type { Viewer } from '../foundation/viewer.ts';

export const ACTING_HEADER = 'penstock-acting';
export const PERSON_HEADER = 'penstock-person';

/** The choice that a call names, or the only one. @throws PenstockError 'access.choice-needed', 'access.denied' */
export function chosen(choices: readonly Choice[], named: string | undefined): Choice {
  if (named === undefined) {
    const [only] = choices;
    if (only === undefined) throw new PenstockError('access.denied', { detail: 'you have no role now' });
    if (choices.length > 1) throw new ChoiceNeeded(choices);
    return only;
  }
  const userId: Eui | undefined = parseEui(named);
  const found = choices.find((choice) =>
    choice.kind === 'operator' ? named === 'operator' : userId !== undefined && choice.userId === userId,
  );
  if (found === undefined) {
    throw new PenstockError('access.denied', { where: ACTING_HEADER, detail: 'you may not act for this' });
  }
  return found;
}

/**
 * A page says whose it is: what stands on it, and was typed, is that person's. Tabs share one session, and when somebody
 * else signs in in another tab, nothing of the page may be done in that person's name.
 * @throws PenstockError 'access.other-person', 'request.invalid'
 */
export function requirePerson(personId: string, headers: IncomingHttpHeaders): void {
  const named = headerOf(headers, PERSON_HEADER);
  if (named !== undefined && named !== personId) throw new PenstockError('access.other-person');
}

/** As whom a person makes a call. @throws PenstockError 'access.choice-needed', 'access.denied', 'request.invalid' */
export function callerOf({ personId, email, choices }: SignedIn, headers: IncomingHttpHeaders): Caller {
  const choice = chosen(choices, headerOf(headers, ACTING_HEADER));
  const person = { personId, email, role: choice.role, reason: reasonOf(headers) };
  const userId = requireEui(choice.userId);
  const viewer: Viewer =
    choice.kind === 'operator' ? { kind: 'operator', userId, person } : { kind: 'user', userIds: [userId], person };
  return { viewer, rights: rightsOf(choice.role), choice };
}
