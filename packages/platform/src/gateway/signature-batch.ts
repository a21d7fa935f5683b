/** What the intake's thread and the thread that verifies signatures say to each other (signature-thread.ts). */
import type { KeyObject } from 'node:crypto';

/** Signatures to verify. `bytes` has, for each, what is signed and then the signature, one after the other. */
export interface SignatureBatch {
  readonly bytes: Uint8Array;
  /** Three numbers for each: that of its key, and how many bytes what is signed and the signature take. */
  readonly numbers: Uint32Array;
  /** Keys that were not told before, with their numbers. */
  readonly keys: readonly (readonly [number, KeyObject])[];
}

/** One for each signature of a batch, in its order: 1 is valid, 0 is not, 2 could not be told. */
export type SignatureAnswers = Uint8Array;
