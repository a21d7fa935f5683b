// The audit trail: what each User sent and received, for as long as the log is kept.
//
// What it does not: it shows no message's content, and no message of another User. The titles that a responsible
// party may see of others' messages, reports and exports are later issues.
//
// What always holds: nobody asks without a viewer. Two walls stand behind one another: the store works out the one
// User ID that the viewer may see (foundation/viewer.ts), and the database lets the role under which viewers read see only the rows
// of the User IDs named for the transaction (row-level security, record-store.ts).
import { PenstockError } from '../foundation/errors.ts';
import { formatPosition, type Position, parsePosition } from '../messages/message.ts';

/** An opaque cursor: the position after which the next page begins. */
export function cursorOf(position: { readonly day: string; readonly sequence: string }): string {
  return Buffer.from(formatPosition(position), 'latin1').toString('base64url');
}

/** @throws PenstockError 'request.invalid' */
export function positionOfCursor(cursor: string): Position {
  const position = parsePosition(Buffer.from(cursor, 'base64url').toString('latin1'));
  if (position !== undefined) return position;
  throw new PenstockError('request.invalid', { detail: 'this is no cursor of this list', where: 'cursor' });
}
