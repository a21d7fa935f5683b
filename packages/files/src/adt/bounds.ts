/**
 * How much one owner may have counted. Each message is counted, under a lock that others wait for, for every threshold
 * that it fits, and a new period is counted from the log: so both are bounded, and one owner's file slows nobody.
 */
import type { AdtDirection } from './adt-file.ts';

/** Thresholds of one owner, by services, direction and period. */
export const MOST_THRESHOLDS = 1_000;
/** Different periods of one owner. */
export const MOST_PERIODS = 8;
/** Thresholds of one owner that one message may count for, whichever it is. */
export const MOST_COUNTING = 16;

export interface Counting {
  /** ['all'], ['alerts'], or service request variants, each once. */
  readonly services: readonly string[];
  readonly direction: AdtDirection;
  readonly periodSeconds: number;
}

export type ExcessCode = 'files.thresholds' | 'files.periods' | 'files.counting';

/** A threshold that is too much beside those before it. */
export interface Excess<Threshold> {
  readonly threshold: Threshold;
  readonly code: ExcessCode;
  readonly message: string;
}

/** How many thresholds count the messages of one way. An alert may name a variant too, and then counts for both. */
class Way {
  /** For all services, and for alerts. */
  #wide = 0;
  #mostOfVariant = 0;
  readonly #variants = new Map<string, number>();

  /** The most that one of the messages that these services are may count for. */
  most(services: readonly string[]): number {
    if (isWide(services)) return this.#wide + this.#mostOfVariant;
    return this.#wide + Math.max(...services.map((srv) => this.#variants.get(srv) ?? 0));
  }

  add(services: readonly string[]): void {
    if (isWide(services)) {
      this.#wide += 1;
      return;
    }
    for (const srv of services) {
      const count = (this.#variants.get(srv) ?? 0) + 1;
      this.#variants.set(srv, count);
      this.#mostOfVariant = Math.max(this.#mostOfVariant, count);
    }
  }
}

const isWide = ([first]: readonly string[]): boolean => first === 'all' || first === 'alerts';

/** The thresholds of an owner, each identity once, that are more than it may have; empty: none. */
export function findExcess<Threshold extends Counting>(thresholds: Iterable<Threshold>): Excess<Threshold>[] {
  const excess: Excess<Threshold>[] = [];
  const ways = { sent: new Way(), received: new Way() };
  const periods = new Set<number>();
  let count = 0;
  for (const threshold of thresholds) {
    const { services, direction, periodSeconds } = threshold;
    // alerts are never sent
    const touched = (['sent', 'received'] as const)
      .filter(
        (way) => (direction === way || direction === 'processed') && (way === 'received' || services[0] !== 'alerts'),
      )
      .map((way) => ways[way]);
    count += 1;
    if (count > MOST_THRESHOLDS) {
      const message = `it is threshold ${count}; there may be ${MOST_THRESHOLDS}`;
      excess.push({ threshold, code: 'files.thresholds', message });
    } else if (!periods.has(periodSeconds) && periods.size === MOST_PERIODS) {
      const known = [...periods].map((seconds) => `${seconds} s`).join(', ');
      const message = `its period of ${periodSeconds} s is one more than the ${MOST_PERIODS} that there may be: ${known}`;
      excess.push({ threshold, code: 'files.periods', message });
    } else if (touched.some((way) => way.most(services) >= MOST_COUNTING)) {
      const message = `with it a message would count for more than ${MOST_COUNTING} thresholds`;
      excess.push({ threshold, code: 'files.counting', message });
    } else {
      periods.add(periodSeconds);
      for (const way of touched) way.add(services);
    }
  }
  return excess;
}
