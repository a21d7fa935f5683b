// Places for files that are being taken in, in one process. No Party takes all: one whose lines are slow, or who means it,
// costs the others nothing.
import { PenstockError } from '../foundation/errors.ts';

/** Each holds a megabyte or two. */
const MOST = 16;
/** Of one Party, whichever of its User IDs. */
const MOST_OF_PARTY = 3;

export class Places {
  readonly #taken = new Map<string, number>();
  #count = 0;

  /**
   * Does the work in a place.
   * @throws PenstockError 'service.not-ready', 'submissions.too-many-uploads'
   */
  async hold<Result>(party: string, work: () => Promise<Result>): Promise<Result> {
    const own = this.#taken.get(party) ?? 0;
    if (own >= MOST_OF_PARTY) {
      throw new PenstockError('submissions.too-many-uploads', {
        detail: `${own} files of the Party are being taken in`,
      });
    }
    if (this.#count >= MOST) {
      throw new PenstockError('service.not-ready', { detail: `${MOST} files are being taken in already` });
    }
    this.#count++;
    this.#taken.set(party, own + 1);
    try {
      return await work();
    } finally {
      this.#count--;
      const left = (this.#taken.get(party) ?? 1) - 1;
      if (left === 0) this.#taken.delete(party);
      else this.#taken.set(party, left);
    }
  }
}
