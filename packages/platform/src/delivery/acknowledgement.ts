import type { Eui } from '@penstock/duis';
import type { Position } from '../messages/message.ts';
import { comparePositions } from './stream.ts';

/** A stream as it is found, locked, when somebody says how far it was taken. */
export interface CursorState {
  readonly cursor: Position;
  /** Who holds the stream now; undefined: nobody, or the lease has run out. */
  readonly heldBy: string | undefined;
  /** Whether the position that was given is one of the stream. */
  readonly isOfStream: boolean;
}

export type AcknowledgementOutcome =
  | 'moved'
  /** It was taken before: nothing changes, the answer of the first time may have been lost. */
  | 'unchanged'
  /** Another holds the stream now, and will be given these messages again. */
  | 'held-by-other'
  | 'unknown-position';

/**
 * What becomes of "taken up to `position`", said by `holder` (undefined: the User itself, who needs no lease). A lease
 * that has run out does not matter as long as nobody else holds the stream.
 */
export function judgeAcknowledgement(
  state: CursorState,
  position: Position,
  holder: string | undefined,
): AcknowledgementOutcome {
  if (state.isOfStream && comparePositions(position, state.cursor) <= 0) return 'unchanged';
  if (state.heldBy !== undefined && state.heldBy !== holder) return 'held-by-other';
  return state.isOfStream ? 'moved' : 'unknown-position';
}

/** The furthest position said for each User; earlier ones are contained in it. */
export function furthestPositions(
  given: readonly { readonly userId: Eui; readonly position: Position }[],
): Map<Eui, Position> {
  const furthest = new Map<Eui, Position>();
  for (const { userId, position } of given) {
    const known = furthest.get(userId);
    if (known === undefined || comparePositions(position, known) > 0) furthest.set(userId, position);
  }
  return furthest;
}
