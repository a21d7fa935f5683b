import { Random } from '@penstock/simulator';

/**
 * When the messages of an open loop are due: as a Poisson process, because independent senders do not take turns.
 * The schedule is made beforehand and does not look at the answers: a slow server meets the same arrivals as a quick
 * one, and each message's time counts from its place in the schedule (no co-ordinated omission).
 * @returns milliseconds from the start, ascending, all below `seconds` * 1000
 */
export function poissonSchedule(options: { seed: string; perSecond: number; seconds: number }): Float64Array {
  const random = new Random(options.seed).child('schedule');
  const meanGap = 1000 / options.perSecond;
  const end = options.seconds * 1000;
  const times: number[] = [];
  for (let at = random.exponential(meanGap); at < end; at += random.exponential(meanGap)) times.push(at);
  return Float64Array.from(times);
}
