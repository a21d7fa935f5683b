import type { Latencies } from '../harness/statistics.ts';

/** What the bench tells its load generator, a process of its own, and what that answers. */

export type LoadCommand =
  /** Reads messages in, after those that are still there. */
  | { readonly kind: 'read'; readonly files: readonly string[] }
  | { readonly kind: 'closed'; readonly connections: number; readonly seconds: number }
  | { readonly kind: 'open'; readonly connections: number; readonly perSecond: number; readonly seconds: number }
  /** Writes the identifiers of all messages acknowledged so far, one a line. */
  | { readonly kind: 'write-acknowledged'; readonly file: string }
  | { readonly kind: 'begin-insisting'; readonly connections: number; readonly perSecond: number }
  | { readonly kind: 'first-acknowledged'; readonly sentAfter: number }
  | { readonly kind: 'end-insisting' };

export interface PhaseReport {
  readonly seconds: number;
  readonly perSecond: number;
  readonly acknowledged: number;
  readonly latencies: Latencies;
  readonly answers: Readonly<Record<string, number>>;
  readonly examples: Readonly<Record<string, string>>;
  readonly ranOut: boolean;
  /** Of an open loop: how many found no connection free when they were due. */
  readonly waited: number;
  /** Messages that are left. */
  readonly left: number;
}

export interface InsistingReport {
  readonly acknowledged: number;
  readonly resent: number;
  readonly answers: Readonly<Record<string, number>>;
  readonly examples: Readonly<Record<string, string>>;
  readonly left: number;
}
