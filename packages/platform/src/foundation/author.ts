// Who did something, as it is written down. Pure.
import type { Viewer } from './viewer.ts';

/** The Operator as an author; a User is one by its User IDs. */
export const OPERATOR_AUTHOR = 'Operator';

/** Who did something, as it is written down: for whom, and which person; a machine has no name of its own. */
export function authorOf(viewer: Viewer): string {
  const side = viewer.kind === 'operator' ? OPERATOR_AUTHOR : viewer.userIds.join(' ');
  return viewer.person === undefined ? side : `${side} (${viewer.person.email})`;
}

/** Whether an author is the Operator, by a machine or by a person of it. A User's begins with its User ID. */
export function isOperatorAuthor(author: string): boolean {
  return author === OPERATOR_AUTHOR || author.startsWith(`${OPERATOR_AUTHOR} (`);
}

/** An author as it is shown: to a User the Operator's people are the Operator. */
export function shownAuthor(viewer: Viewer, author: string): string {
  return viewer.kind === 'user' && isOperatorAuthor(author) ? OPERATOR_AUTHOR : author;
}
