/**
 * The gate by brute force: it remembers every message that passed and counts them anew for each one. What screen_batch
 * does with rolling sums must come to the same verdicts. All times are microseconds since 1970.
 */
import type { Eui } from '@penstock/duis';
import type { NewMessage, Verdict } from '../messages/message.ts';
import { ALL_USERS, isCounted } from './matching.ts';
import type { ThresholdBound, ThresholdSetting } from './thresholds.ts';
import { identityOf } from './thresholds.ts';

const SECOND = 1_000_000n;
const STEPS = 1_440n;

interface Counter {
  readonly owner: Eui;
  readonly setting: ThresholdSetting;
  readonly id: bigint;
  version: number;
  bounds: readonly ThresholdBound[];
  lastTime: bigint;
  warnedAt: bigint | undefined;
  /** When each message that it counts went out. */
  readonly times: bigint[];
}

export interface OracleVerdict {
  readonly verdict: Verdict;
  /** Of a held message: by which threshold, its version, and the count and the number that it broke. */
  readonly held: { id: bigint; version: number; count: number; bound: bigint } | undefined;
}

export class Oracle {
  readonly #counters = new Map<string, Counter>();
  readonly #passed: { readonly message: NewMessage; readonly at: bigint }[] = [];
  /** The first messages above a warning: threshold and instant. */
  readonly warnings: { id: bigint; at: bigint; count: number }[] = [];
  /** What the promise forbids, in words; empty when it was kept. */
  readonly broken: string[] = [];

  /** What replaceThresholds did, at the instant that it gave. */
  set(
    owner: Eui,
    rows: readonly ThresholdSetting[],
    known: (setting: ThresholdSetting) => { id: bigint; version: number },
    instant: bigint,
  ): void {
    const wanted = new Set(rows.map(identityOf));
    for (const [key, counter] of this.#counters) {
      if (counter.owner === owner && !wanted.has(identityOf(counter.setting))) this.#counters.delete(key);
    }
    for (const setting of rows) {
      const key = `${owner}/${identityOf(setting)}`;
      const { id, version } = known(setting);
      const counter = this.#counters.get(key);
      if (counter === undefined) {
        const times = this.#passed
          .filter(({ message }) => this.#countsFor(owner, setting, message))
          .map(({ at }) => at);
        const opened = { owner, setting, id, version, bounds: setting.bounds, lastTime: instant, times };
        this.#counters.set(key, { ...opened, warnedAt: undefined });
      } else if (counter.version !== version) {
        Object.assign(counter, { version, bounds: setting.bounds, warnedAt: undefined });
      }
    }
  }

  /** Judges one message at its lane's time, and remembers it when it passes. */
  judge(message: NewMessage, laneTime: bigint): OracleVerdict {
    const counters = [...this.#counters.values()]
      .filter(({ owner, setting }) => this.#countsFor(owner, setting, message))
      .sort((one, other) => this.#rank(one) - this.#rank(other));
    let isWarned = false;
    for (const counter of counters) {
      const time = laneTime > counter.lastTime ? laneTime : counter.lastTime;
      const count = inWindow(counter, time) + 1;
      const quarantine = boundAt(counter.bounds, time)?.quarantine;
      if (quarantine === undefined || BigInt(count) <= quarantine) continue;
      const [, atMost] = around(counter, time);
      if (BigInt(atMost + 1) <= quarantine) this.broken.push(`held at ${time} though ${atMost} + 1 <= ${quarantine}`);
      return { verdict: 'held', held: { id: counter.id, version: counter.version, count, bound: quarantine } };
    }
    for (const counter of counters) {
      const time = laneTime > counter.lastTime ? laneTime : counter.lastTime;
      counter.lastTime = time;
      counter.times.push(time);
      const bound = boundAt(counter.bounds, time);
      const [atLeast] = around(counter, time);
      if (bound !== undefined && BigInt(atLeast) > bound.quarantine) {
        this.broken.push(`${atLeast} went out by ${time}, above ${bound.quarantine}`);
      }
      const count = inWindow(counter, time);
      if (bound?.warning === undefined || BigInt(count) <= bound.warning) continue;
      isWarned = true;
      if (counter.warnedAt !== undefined && time < counter.warnedAt + periodOf(counter)) continue;
      counter.warnedAt = time;
      this.warnings.push({ id: counter.id, at: time, count });
    }
    this.#passed.push({ message, at: laneTime });
    return { verdict: isWarned ? 'warned' : 'passed', held: undefined };
  }

  #countsFor(owner: Eui, setting: ThresholdSetting, message: NewMessage): boolean {
    return (owner === ALL_USERS || owner === message.userId) && isCounted(setting, message);
  }

  /** A message's own thresholds first, each kind by its ids. */
  #rank({ owner, id }: Counter): number {
    return Number(id) + (owner === ALL_USERS ? 1e9 : 0);
  }
}

function periodOf({ setting }: Counter): bigint {
  return BigInt(setting.periodSeconds) * SECOND;
}

/** The exact count, by the steps in which the window slides. */
function inWindow(counter: Counter, time: bigint): number {
  const seconds = BigInt(counter.setting.periodSeconds);
  const steps = seconds < STEPS ? seconds : STEPS;
  const stepOf = (at: bigint): bigint => (at * steps) / (seconds * SECOND);
  return counter.times.filter((at) => stepOf(at) >= stepOf(time) - steps).length;
}

/** How many went out in the last period, and in the last period and one step. */
function around(counter: Counter, time: bigint): [number, number] {
  const period = periodOf(counter);
  const step = period / STEPS > SECOND ? period / STEPS : SECOND;
  const since = (start: bigint): number => counter.times.filter((at) => at > start).length;
  return [since(time - period), since(time - period - step)];
}

function boundAt(bounds: readonly ThresholdBound[], time: bigint): ThresholdBound | undefined {
  const inForce = bounds.filter(
    ({ from, to }) =>
      (from === undefined || BigInt(from.getTime()) * 1000n <= time) &&
      (to === undefined || BigInt(to.getTime()) * 1000n > time),
  );
  return inForce.find(({ kind }) => kind === 'exception') ?? inForce[0];
}
