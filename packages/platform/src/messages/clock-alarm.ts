import type { Clock } from '../foundation/clock.ts';
import type { Log } from '../foundation/log.ts';

const MOST_SECONDS = 5;
const AGAIN_AFTER_MS = 60_000;

/**
 * Lane time is the database's clock and never runs back. When it is far from this machine's, one of the two stepped:
 * windows and days are then not what people think, and a person must look. Said at most once a minute.
 */
export class ClockAlarm {
  private readonly clock: Clock;
  private readonly log: Log;
  private saidAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, log: Log) {
    this.clock = clock;
    this.log = log;
  }

  check(laneTime: Date): void {
    const now = this.clock.now().getTime();
    const seconds = (laneTime.getTime() - now) / 1000;
    if (Math.abs(seconds) <= MOST_SECONDS || Math.abs(now - this.saidAt) < AGAIN_AFTER_MS) return;
    this.saidAt = now;
    this.log.error({ seconds }, 'lane time is far from the clock of this machine: one of the clocks stepped');
  }
}
