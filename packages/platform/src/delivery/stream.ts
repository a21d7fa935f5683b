/**
 * Delivery takes messages out: two streams a User, southbound (the network takes it) and northbound (the User pulls it,
 * or it is pushed to the User).
 *
 * What this room does: it hands out what waits in fair turns (turns.ts, network.ts), lets a User pull (receive.ts),
 * pushes (push*.ts), moves cursors when messages were taken (acknowledgement.ts), raises a service event when nothing
 * is taken for days (held.ts) and drops days that everybody has taken (retention.ts). What it does not: put messages
 * on a stream (messages/), or judge them.
 *
 * What always holds:
 *   - A message is delivered at least once, in the order of its stream, with the same bytes and the same position each
 *     time; so a receiver drops doubles by "not after the last position".
 *   - A cursor only moves forward, to a position of its stream, by one who may move it; the span is recorded in
 *     `delivery` in the same transaction.
 *   - A stream that is not taken costs the others nothing: nobody waits in one queue with it.
 *   - Nothing is dropped that was not taken, but for what is older than the audit record, and that is told.
 */
import type { Eui } from '@penstock/duis';
import type { Direction, MessageKind, Position } from '../messages/message.ts';

/** A message as it leaves. */
export interface StreamMessage {
  readonly userId: Eui;
  readonly position: Position;
  readonly kind: MessageKind;
  /** The signed DUIS XML. */
  readonly body: Buffer;
}

/** How far a stream was taken, or is to be read from: what comes after `after` is next. */
export interface StreamStart {
  readonly userId: Eui;
  readonly after: Position;
}

/** One direction of one User. */
export interface StreamName {
  readonly userId: Eui;
  readonly direction: Direction;
}

/** The cursor of a stream of which nothing was taken yet: before every day. */
export const STREAM_BEGIN: Position = { day: '-infinity', sequence: 0n };

/** Below 0 when `one` comes before `other`. '-infinity' sorts before every day as text. */
export function comparePositions(one: Position, other: Position): number {
  if (one.day !== other.day) return one.day < other.day ? -1 : 1;
  return one.sequence === other.sequence ? 0 : one.sequence < other.sequence ? -1 : 1;
}

/** The kind as frames and headers name it, e.g. 'request', 'signed-pre-command', 'device-alert'. */
export function kindName(kind: MessageKind): string {
  return kind === 'service_request' ? 'request' : kind.replaceAll('_', '-');
}
