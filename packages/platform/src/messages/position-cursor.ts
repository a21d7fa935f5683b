// Cursors of lists that are in the order of positions.
import { PenstockError } from '../foundation/errors.ts';
import { formatPosition, type Position, parsePosition } from './message.ts';

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
