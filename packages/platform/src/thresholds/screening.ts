/**
 * Thresholds: what may go out in a period, and which values a request may carry.
 *
 * What the room does: it keeps the thresholds and limits in force and their versions, says what a message counts for
 * and whether a value of it is out of bounds (here, on the gateway's way, from memory), and explains a verdict
 * afterwards. What it does not: the counting and the judging against counts, which record_batch does under the lane's
 * lock (migrations/0006_thresholds.sql), and what becomes of what is held (quarantine/). What always holds: in no
 * period more goes out than the number in force, and nothing is held that the exact count does not hold.
 */
import type { Limits } from './limits.ts';
import type { Matching } from './matching.ts';

/** The thresholds and limits of one version of the directory. */
export interface Screening {
  readonly thresholds: Matching;
  readonly limits: Limits;
}
