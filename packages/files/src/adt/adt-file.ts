/** What an ADT File says: the whole set of thresholds of exactly one User ID. What it does not name ends. */

/** To the network (requests, signed pre-commands), from it (responses, pre-commands, alerts), or both together. */
export const adtDirections = ['sent', 'received', 'processed'] as const;
export type AdtDirection = (typeof adtDirections)[number];

/** Two rows with the same identity set the same threshold. */
export interface AdtIdentity {
  /** EUI-64 in upper case. */
  readonly userId: string;
  /** `all`, `alerts`, or service request variants in the order of the catalogue, parted by a blank. */
  readonly services: string;
  readonly direction: AdtDirection;
  /** ISO 8601, one form for one length: 'P1D', 'PT15M'. */
  readonly period: string;
}

/** The numbers of a row. A count above a number exceeds it; equal to it does not. */
export interface AdtNumbers {
  /** Undefined: nobody is warned. */
  readonly warning: number | undefined;
  readonly quarantine: number;
  /** The User's service request on the Self-Service Interface; empty when there is none yet. */
  readonly reference: string;
}

/** Other numbers for a span of a threshold; half-open, in UTC, always 24 characters. */
export interface AdtException extends AdtNumbers {
  readonly line: number;
  readonly from: string;
  readonly to: string;
}

export interface AdtThreshold extends AdtIdentity, AdtNumbers {
  readonly line: number;
  readonly periodSeconds: number;
  /** The variants that `services` lists; empty for `all` and `alerts`. */
  readonly srvs: readonly string[];
  /** In UTC, always 24 characters; undefined: when the file is applied. */
  readonly from: string | undefined;
  /** Half-open; undefined: no end. */
  readonly to: string | undefined;
  /** In the order of their spans. */
  readonly exceptions: readonly AdtException[];
}

export interface AdtFile {
  readonly userId: string;
  /** In the order of the file; empty when the file ends all thresholds. */
  readonly thresholds: readonly AdtThreshold[];
  /** Of the row `none`; empty otherwise. */
  readonly reference: string;
}

/** A text that is equal exactly for equal identities. */
export function identityKey({ userId, services, direction, period }: AdtIdentity): string {
  return [userId, services, direction, period].join('|');
}
