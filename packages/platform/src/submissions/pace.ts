// How slowly a file may come: an honest slow line takes as long as it takes, and nobody holds a place by standing still.
import { PenstockError } from '../foundation/errors.ts';

export interface PaceLimits {
  /** Longest wait for the next byte. */
  readonly stillMilliseconds: number;
  /** The mean is asked for after so much waiting. */
  readonly graceMilliseconds: number;
  readonly leastBytesPerSecond: number;
}

/** A file of 512 MB may take nine hours; a byte now and then a minute. */
export const uploadPace: PaceLimits = {
  stillMilliseconds: 30_000,
  graceMilliseconds: 60_000,
  leastBytesPerSecond: 16 * 1024,
};

function tooSlow(detail: string): PenstockError {
  return new PenstockError('submissions.too-slow', { detail });
}

/** The pace of one upload. What counts is time spent waiting for the sender; that we are slow is not the sender's doing. */
export class Pace {
  readonly #limits: PaceLimits;
  #waited = 0;
  #bytes = 0;

  constructor(limits: PaceLimits) {
    this.#limits = limits;
  }

  /** Bytes that came. */
  took(bytes: number): void {
    this.#bytes += bytes;
  }

  /** What the sender brings next. @throws PenstockError 'submissions.too-slow' */
  async next<Result>(coming: Promise<Result>): Promise<Result> {
    const { stillMilliseconds, graceMilliseconds, leastBytesPerSecond } = this.#limits;
    const began = performance.now();
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(tooSlow(`nothing came for ${stillMilliseconds / 1000} s`)),
      stillMilliseconds,
    );
    try {
      const came = await Promise.race([coming, late.promise]);
      this.#waited += performance.now() - began;
      const isSlow = this.#bytes * 1000 < leastBytesPerSecond * this.#waited;
      if (this.#waited > graceMilliseconds && isSlow) {
        throw tooSlow(`${this.#bytes} bytes came in ${Math.round(this.#waited / 1000)} s of waiting`);
      }
      return came;
    } finally {
      clearTimeout(timer);
    }
  }
}
