// Whose file is worked on next, and when one that failed is tried again. Pure.
import type { Eui } from '@penstock/duis';

/** So many tries are begun before a file waits for the Operator; with the pauses between them some 17 minutes. */
export const MOST_TRIES = 6;
const FIRST_PAUSE_SECONDS = 10;
const LONGEST_PAUSE_SECONDS = 600;

/** Seconds after a try that failed, counted from 1. */
export function pauseAfter(tries: number): number {
  return Math.min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 3 ** (tries - 1));
}

/**
 * Turns between Users: whose turn is longest ago comes first, and of those who had none the one whose file came first. So
 * a User waits for one file of each other at most, however many theirs are. It is memory of this process alone: after a
 * start the turns begin anew, and nothing but the order rests on them.
 */
export class Turns {
  readonly #last = new Map<Eui, number>();
  #count = 0;

  /** In the order in which they have their turn; of files that are in order of receipt, one a User. */
  inOrder<File extends { readonly userId: Eui; readonly receivedAt: Date }>(files: readonly File[]): File[] {
    const last = ({ userId }: File) => this.#last.get(userId) ?? 0;
    return files.toSorted(
      (one, other) => last(one) - last(other) || one.receivedAt.getTime() - other.receivedAt.getTime(),
    );
  }

  /** A file of this User is worked on. */
  had(userId: Eui): void {
    this.#last.set(userId, ++this.#count);
  }
}
