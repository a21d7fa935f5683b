/**
 * The message log: what of a message is recorded, and what becomes of a request to record it.
 *
 * What this room does: it appends messages in group commits (committer.ts), each batch in one transaction under its
 * lane's lock (record-store.ts), keeps their bytes on the streams, and folds away old RequestIDs. What it does not:
 * judge a message; it is told the verdict. What always holds: nothing in memory runs ahead of a commit, and a RequestID
 * is recorded once within the replay horizon, however many processes record.
 */
import type { DuisErrorCode, Eui } from '@penstock/duis';
import type { ErrorCode } from '../foundation/errors.ts';
import type { KeptHeader } from './header.ts';

export type Direction = 'southbound' | 'northbound';

export type MessageKind =
  | 'service_request'
  | 'signed_pre_command'
  | 'acknowledgement'
  | 'response'
  | 'pre_command'
  | 'device_alert'
  | 'dcc_alert'
  | 'smets1_response';

export type Verdict = 'passed' | 'warned' | 'held' | 'deleted' | 'refused';

/** Why a message was refused: a registered code of the platform or of DUIS. */
export type Reason = ErrorCode | DuisErrorCode;

/** A message that was judged and is to be recorded. */
export interface NewMessage {
  /** Whose record it belongs to: the sender of a request, the receiver of anything else. */
  readonly userId: Eui;
  readonly lane: number;
  readonly direction: Direction;
  readonly kind: MessageKind;
  /** What the gateway found; screening may hold what is 'passed' here. */
  readonly verdict: 'passed' | 'refused';
  readonly commandVariant: number | undefined;
  /** Of the RequestID. Undefined for an alert that has none. */
  readonly originator: Eui | undefined;
  /** Of the RequestID; for alerts the device, or the Operator. */
  readonly target: Eui;
  /** Of the RequestID; for alerts without one, see `alertCounter`. */
  readonly counter: bigint;
  readonly srv: string | undefined;
  /** What is answered (southbound) or the response or alert code (northbound). */
  readonly code: string;
  /** Why it is refused. */
  readonly reason: Reason | undefined;
  readonly sha256: Buffer;
  readonly bytes: Uint8Array;
  /** Whether the User's counters rise, so that what is not above the highest forgotten one is a replay. */
  readonly rising: boolean;
  /** Every device that the message concerns, each once. */
  readonly devices: readonly Eui[];
  /** The certificate that signed it (RegisteredSigner). */
  readonly signer: bigint | undefined;
  /** What it counts for when it passes; empty when it is refused or has a breach. */
  readonly counted: CountedBy;
  /** A value of it that is outside its limits. */
  readonly breach: ValueBreach | undefined;
  /** The fields of its header that nothing above tells. */
  readonly header: KeptHeader;
}

/** The thresholds that a message counts for, by their ids in rising order. */
export interface CountedBy {
  /** Those of its User. */
  readonly own: readonly bigint[];
  /** Those over all Users. */
  readonly shared: readonly bigint[];
}

export const countedByNone: CountedBy = { own: [], shared: [] };

/** A value that the Operator's limits do not allow: the message is held, or deleted with notice. */
export interface ValueBreach {
  readonly verdict: 'held' | 'deleted';
  readonly limitId: bigint;
  readonly version: number;
  /** What was exceeded, as decimal text. */
  readonly bound: string;
  /** Which value, and what is wrong with it. */
  readonly words: string;
}

/** Where a message stands in its User's record: a UTC day and the lane's sequence. */
export interface Position {
  readonly day: string;
  readonly sequence: bigint;
}

export type RecordOutcome =
  | { readonly outcome: 'recorded'; readonly position: Position; readonly at: Date; readonly verdict: Verdict }
  /** The same bytes were recorded before: they get the same answer. */
  | {
      readonly outcome: 'repeated';
      readonly position: Position;
      readonly at: Date;
      readonly code: string;
      readonly reason: Reason | undefined;
    }
  /** The RequestID was used before, for other bytes. */
  | { readonly outcome: 'conflict'; readonly position: Position }
  /** The RequestID's counter is not above those that have left the replay horizon. */
  | { readonly outcome: 'replayed' };

/**
 * The counter under which an alert without RequestID and ResponseID is recorded: the first 64 bits of its SHA-256, so
 * that the same alert delivered twice is found.
 */
export function alertCounter(sha256: Buffer): bigint {
  return sha256.readBigUInt64BE(0);
}

/** 'YYYY-MM-DD/sequence': how positions are written in addresses and headers; rows of the database fit too. */
export function formatPosition(position: { readonly day: string; readonly sequence: bigint | string }): string {
  return `${position.day}/${position.sequence}`;
}

/** Reads what `formatPosition` writes; undefined when it is none. */
export function parsePosition(text: string): Position | undefined {
  const [, day, sequence] = /^(\d{4}-\d{2}-\d{2})\/(\d{1,18})$/.exec(text) ?? [];
  if (day === undefined || sequence === undefined || !isDay(day)) return undefined;
  return { day, sequence: BigInt(sequence) };
}

/** Date.parse takes 30 February for 2 March. */
function isDay(day: string): boolean {
  const time = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 10) === day;
}
